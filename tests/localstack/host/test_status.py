"""What status and doctor say of a stack that runs, of one with a dead part, and of one that was never started."""

import os
import signal

from docqa_localstack.host import credentials, processes, supervisor
from docqa_localstack.host.doctor import Check, doctor, failed
from docqa_localstack.host.paths import StackPaths
from docqa_localstack.host.status import brief, status
from tests.localstack.host.support import Recorder, process, running


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_status_names_addresses_states_and_logs(stack: StackPaths) -> None:
    found = status(stack)
    assert found["api_url"].endswith("/_aws/execute-api/docqa/local")
    assert found["stream_url"].endswith("/_aws/lambda-url/docqastream")
    assert brief(found)["services"] == {"postgres": "running", "valkey": "running", "localstack": "running"}
    for name, service in found["services"].items():
        assert service["pid"] == running(stack)[name].pid
        with open(service["log"], encoding="utf-8") as log:
            assert log.read()


def test_passwords_are_masked_unless_asked_for(stack: StackPaths) -> None:
    secrets = credentials.read(stack)
    assert secrets is not None
    masked, shown = status(stack), status(stack, show_passwords=True)
    assert secrets.database_password not in str(masked)
    assert secrets.cache_password not in str(masked)
    assert "docqa:***@127.0.0.1" in masked["database_url"]
    assert shown["database_url"] == supervisor.start(stack, Recorder()).database_url


def test_status_of_a_stack_that_was_never_started(paths: StackPaths) -> None:
    found = status(paths)
    assert found["api_url"] is None
    assert set(brief(found)["services"].values()) == {"stopped"}
    assert not paths.home.root.exists()


def test_a_killed_part_is_dead_and_the_doctor_says_what_to_do(stack: StackPaths) -> None:
    victim = running(stack)["valkey"]
    os.kill(victim.pid, signal.SIGKILL)
    processes.wait_for_end([victim], 5)
    assert brief(status(stack))["services"] == {"postgres": "running", "valkey": "dead", "localstack": "running"}
    check = by_name(doctor(stack))["Valkey"]
    assert check.outcome == "fail"
    assert "ended by itself" in check.found
    assert "make up" in check.mend


def test_the_doctor_finds_a_running_stack_well(stack: StackPaths) -> None:
    checks = by_name(doctor(stack))
    for name in ("python", "PostgreSQL", "PostgreSQL version", "pgvector", "Valkey", "Valkey ping", "LocalStack"):
        assert checks[name].outcome == "ok", checks[name]
    for name in ("LocalStack health", "Lambda executor", "secrets", "orphans", "repair of LocalStack for Python 3.11"):
        assert checks[name].outcome == "ok", checks[name]
    assert checks["PostgreSQL version"].found.startswith("18.")
    assert checks["stack"].outcome == "fail"  # nothing was deployed


def test_the_doctor_names_orphans_and_open_secrets(stack: StackPaths) -> None:
    function = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1", "LAMBDA_TASK_ROOT": f"{stack.tmp}/code/x"}
    stack.secrets_file.chmod(0o644)
    try:
        with process(environ=function) as orphan:
            checks = by_name(doctor(stack))
    finally:
        stack.secrets_file.chmod(0o600)
    assert checks["orphans"].outcome == "warn"
    assert str(orphan.pid) in checks["orphans"].found
    assert checks["secrets"].outcome == "fail"
    assert "chmod 600" in checks["secrets"].mend


def test_the_doctor_of_a_fresh_checkout_fails_without_raising_or_making_anything(paths: StackPaths) -> None:
    checks = doctor(paths)
    assert failed(checks)
    assert by_name(checks)["environment localstack"].mend == "Run: make up"
    assert by_name(checks)["PostgreSQL"].outcome == "warn"
    assert not paths.home.root.exists()
