"""``python -m docqa_localstack.host install|up|start|down|status|doctor|clean``: the docqa commands, bare."""

import argparse
import json
import sys

from docqa_localstack.host import status, supervisor
from docqa_localstack.host.errors import HostError
from docqa_localstack.host.paths import StackPaths


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when all went well, 1 with a sentence on standard error otherwise."""
    parser = argparse.ArgumentParser(prog="python -m docqa_localstack.host", description=__doc__)
    parser.add_argument("command", choices=("install", "up", "start", "down", "status", "doctor", "clean"))
    parser.add_argument("--stack", help="name of the stack (default: $DOCQA_STACK, else main)")
    parser.add_argument("--json", action="store_true", help="status: the short form")
    chosen = parser.parse_args(arguments)
    stack = StackPaths.current()
    try:
        return _run(chosen.command, StackPaths(stack.home, chosen.stack or stack.name), brief=chosen.json)
    except HostError as error:
        print(error.text(), file=sys.stderr)
        return 1


def _run(command: str, stack: StackPaths, *, brief: bool) -> int:
    if command == "install":
        from docqa_localstack.host.report import reporter
        from docqa_localstack.host.up import install_all

        with reporter() as report:
            install_all(stack, report)
    elif command == "start":
        supervisor.start(stack)
    elif command == "down":
        supervisor.stop(stack)
    elif command == "clean":
        supervisor.clean(stack)
    elif command == "status":
        found = status.status(stack)
        print(json.dumps(status.brief(found) if brief else found, indent=2))
    elif command == "doctor":
        from docqa_localstack.host.doctor import doctor, failed

        checks = doctor(stack)
        for check in checks:
            print(check.text())
        return 1 if failed(checks) else 0
    else:
        from docqa_localstack.host.up import up

        up(stack)
    return 0


if __name__ == "__main__":
    sys.exit(main())
