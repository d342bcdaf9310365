"""Error codes are a contract."""

import ast
import inspect

from docqa.core import errors


def test_codes_are_distinct() -> None:
    codes = [cls.code for cls in errors.all_errors()]
    assert len(codes) == len(set(codes))


def test_tree_in_the_docstring_names_every_error() -> None:
    module = ast.get_docstring(ast.parse(inspect.getsource(errors))) or ""
    missing = [cls.__name__ for cls in errors.all_errors() if cls.__name__ not in module]
    assert missing == []


def test_permanent_errors_are_never_retryable() -> None:
    permanent = set(errors.permanent_error_names())
    assert {"CorruptFile", "PasswordProtected", "FileEmpty", "UploadMissing"} <= permanent
    assert not {cls.__name__ for cls in errors.all_errors() if cls.retryable} & permanent


def test_an_error_is_found_by_the_name_lambda_reports() -> None:
    assert errors.error_by_name("docqa.core.errors.NoText") is errors.NoText
    assert errors.error_by_name("NoText") is errors.NoText
    assert errors.error_by_name("Runtime.ExitError") is None
