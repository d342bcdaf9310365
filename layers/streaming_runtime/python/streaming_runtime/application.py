"""Finds the ASGI application that `_HANDLER` names, with the search path of the managed runtime."""

import importlib
import inspect
import sys
from pathlib import Path
from typing import cast

from streaming_runtime.errors import InitFailure
from streaming_runtime.settings import Settings
from streaming_runtime.types import Application


def extend_search_path(settings: Settings) -> None:
    """The managed runtime's order: the function, the layers, Python itself, and last what Lambda brings (boto3)."""
    layer = Path(__file__).resolve().parent.parent
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    first = [settings.task_root, str(layer / "lib" / version / "site-packages"), str(layer)]
    last = [settings.runtime_dir] if settings.runtime_dir else []
    sys.path[:] = [*first, *(entry for entry in sys.path if entry not in (*first, *last)), *last]


def load_application(handler: str) -> Application:
    """`handler` is module.attribute; packages by dots or slashes. Raises InitFailure, or what the module raises."""
    module_name, _, attribute = handler.replace("/", ".").rpartition(".")
    if not module_name or not attribute:
        message = f"the handler {handler!r} is not of the form module.attribute"
        raise InitFailure("Runtime.MalformedHandlerName", message)
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        raise InitFailure("Runtime.ImportModuleError", message) from error
    except SyntaxError as error:
        message = f"Syntax error in module '{module_name}': {error}"
        raise InitFailure("Runtime.UserCodeSyntaxError", message) from error
    try:
        app = getattr(module, attribute)
    except AttributeError as error:
        message = f"the module '{module_name}' has no attribute '{attribute}'"
        raise InitFailure("Runtime.HandlerNotFound", message) from error
    _check_is_asgi(app, handler)
    return cast(Application, app)


def _check_is_asgi(app: object, handler: str) -> None:
    problem = None
    if not callable(app):
        problem = f"it is a {type(app).__name__}, which cannot be called"
    else:
        try:
            inspect.signature(app).bind({}, None, None)
        except TypeError:
            problem = "it does not take (scope, receive, send); a plain handler(event, context) is not supported"
        except ValueError:
            return  # a callable without a readable signature: it may well be one
    if problem:
        advice = "Without AWS_LAMBDA_EXEC_WRAPPER, Lambda's own runtime runs plain handlers."
        message = f"{handler} is not an ASGI 3 application: {problem}. {advice}"
        raise InitFailure("Runtime.NotAnAsgiApplication", message)
