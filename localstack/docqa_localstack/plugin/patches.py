"""Everything that is changed in LocalStack, by the module that is changed.

Each of PATCHING_MODULES has a ``PATCHES`` that maps a LocalStack module to the function that mends it. Such a module
imports nothing heavy, and LocalStack's services not at all: they are handed to it once they are loaded.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module

from docqa_localstack.plugin.imports import Hook, after_import

PATCHING_MODULES = (
    "docqa_localstack.plugin.executor.patches",
    "docqa_localstack.plugin.executor.assignment",
    "docqa_localstack.plugin.streaming.patches",
    "docqa_localstack.plugin.cloudformation.updates",
    "docqa_localstack.plugin.cloudformation.rollback",
    "docqa_localstack.plugin.cloudformation.unknown_types",
    "docqa_localstack.plugin.persistence.objects",
    "docqa_localstack.plugin.uploads",
    "docqa_localstack.plugin.events.targets",
    "docqa_localstack.plugin.events.schedules",
    "docqa_localstack.plugin.events.executions",
    "docqa_localstack.plugin.events.paths",
)


def patches() -> Iterator[tuple[str, Hook]]:
    """All (LocalStack module, patch) pairs, in the order in which they are applied."""
    for name in PATCHING_MODULES:
        table: Mapping[str, Hook] = import_module(name).PATCHES
        yield from table.items()


def apply_patches() -> None:
    """Apply every patch now, or when its module is loaded."""
    for module, patch in patches():
        after_import(module, patch)
