"""JSONPath expressions, parsed once each.

LocalStack parses the text of a path whenever a state is entered, and its library builds the parser's tables anew each
time: 40 ms of processor time a path, three quarters of all that LocalStack spent while documents were ingested.
"""

from functools import lru_cache
from types import ModuleType
from typing import Final

KEPT: Final = 1_024
"""Expressions; a parsed one holds no state, so that threads share it."""


def parse_once(module: ModuleType) -> None:
    """Let the module's `parse` remember what it parsed."""
    module.parse = lru_cache(KEPT)(module.parse)  # type: ignore[attr-defined]


PATCHES: Final = {
    "localstack.services.stepfunctions.asl.utils.json_path": parse_once,
    "localstack.services.stepfunctions.asl.component.common.path.result_path": parse_once,
    "jsonpath_rw": parse_once,  # rules and API Gateway ask for it at each event
}
