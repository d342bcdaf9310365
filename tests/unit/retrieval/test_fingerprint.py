"""The digest of the code that searches."""

import sys
from pathlib import Path

import pytest

from docqa.retrieval.fingerprint import source_digest


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "a_package_of_its_own"
    (folder / "deeper").mkdir(parents=True)
    for name, text in (("__init__.py", ""), ("find.sql", "select 1"), ("deeper/code.py", "1"), ("notes.txt", "a")):
        (folder / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, folder.name, raising=False)
    return folder


@pytest.mark.parametrize("changed", ["find.sql", "deeper/code.py"])
def test_code_and_statements_decide(package: Path, changed: str) -> None:
    before = source_digest(package.name)
    assert source_digest(package.name) == before
    (package / changed).write_text("2")
    assert source_digest(package.name) != before


def test_a_renamed_file_is_another_release(package: Path) -> None:
    before = source_digest(package.name)
    (package / "find.sql").rename(package / "look.sql")
    assert source_digest(package.name) != before


def test_nothing_else_does(package: Path) -> None:
    before = source_digest(package.name)
    (package / "notes.txt").write_text("b")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "code.pyc").write_bytes(b"1")
    assert source_digest(package.name) == before


def test_the_searching_code_has_one() -> None:
    assert source_digest("docqa.retrieval") != source_digest("docqa.retrieval", "docqa.database")
