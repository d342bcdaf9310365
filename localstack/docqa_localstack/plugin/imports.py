"""Run a function right after a module has been imported.

LocalStack loads its services on their first request, and they are heavy (boot is 1-2 s without, 7 s with them).
Patching a service by importing it at start would give that away, so patches wait for their module here.
"""

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

Hook = Callable[[ModuleType], None]


class _AfterImport(MetaPathFinder):
    """Finds nothing itself: asks the other finders, and lets the loader they name call the hooks at its end."""

    def __init__(self) -> None:
        self.waiting: dict[str, list[Hook]] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.waiting:
            return None
        for finder in sys.meta_path:
            if finder is self:
                continue
            spec = finder.find_spec(fullname, path, target)
            if spec is not None and spec.loader is not None:
                self._append_hooks(spec.loader, self.waiting.pop(fullname))
                return spec
        return None

    @staticmethod
    def _append_hooks(loader: Loader, hooks: list[Hook]) -> None:
        # set on the instance: a wrapping loader would hide get_source, get_data and the like from other code
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            for hook in hooks:
                hook(module)

        setattr(loader, "exec_module", exec_module)  # noqa: B010 (a plain assignment to a method does not type)


_FINDER = _AfterImport()


def after_import(name: str, hook: Hook) -> None:
    """Call `hook(module)` once, when module `name` has been imported: now if it already is.

    Hooks of one module run in the order of their registration. An exception in a hook fails the import.
    """
    if name in sys.modules:
        hook(sys.modules[name])
        return
    if _FINDER not in sys.meta_path:
        sys.meta_path.insert(0, _FINDER)
    _FINDER.waiting.setdefault(name, []).append(hook)
