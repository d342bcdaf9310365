"""The three real servers: kept, repaired, moved, stopped."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import psycopg
import pytest
import redis

from docqa_localstack.host import credentials, ports, processes, state, supervisor
from docqa_localstack.host.errors import ServiceError
from docqa_localstack.host.paths import StackPaths
from docqa_localstack.host.processes import MARKER
from docqa_localstack.host.services import LocalStack, Service, Valkey
from docqa_localstack.host.state import ServiceRecord
from tests.localstack.host.support import Recorder, process, running

PARTS = {"postgres", "valkey", "localstack"}


@pytest.fixture
def database(stack: StackPaths) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    with psycopg.connect(supervisor.start(stack, Recorder()).database_url, autocommit=True) as connection:
        yield connection


def cache(stack: StackPaths) -> "redis.Redis":
    return redis.Redis.from_url(supervisor.start(stack, Recorder()).cache_url)


def kill(stack: StackPaths, *names: str) -> None:
    """SIGKILL to the named parts, as a crash or the system's memory killer would do it."""
    found = [running(stack)[name] for name in names]
    for one in found:
        os.kill(one.pid, signal.SIGKILL)
    assert processes.wait_for_end(found, 10) == []


def test_starting_again_changes_nothing(stack: StackPaths) -> None:
    before = running(stack)
    assert set(before) == PARTS
    first, second = supervisor.start(stack, Recorder()), supervisor.start(stack, Recorder())
    assert first == second
    assert running(stack) == before


def test_two_commands_at_once_start_one_stack(stack: StackPaths) -> None:
    supervisor.stop(stack, Recorder())
    found, errors = [], []

    def start() -> None:
        try:
            found.append(supervisor.start(stack, Recorder()))
        except ServiceError as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert found[0] == found[1]
    assert processes.of_stack(stack.root, kept=[one.pid for one in running(stack).values()]) == []


def test_a_killed_postgres_comes_back_with_its_rows(
    stack: StackPaths, database: "psycopg.Connection[tuple[object, ...]]"
) -> None:
    database.execute("CREATE TABLE IF NOT EXISTS kept (at timestamptz, v vector(3))")
    database.execute("INSERT INTO kept VALUES (now(), '[1,2,3]')")
    (count,) = database.execute("SELECT count(*) FROM kept").fetchone() or (0,)
    before = running(stack)
    kill(stack, "postgres")
    endpoints = supervisor.start(stack, Recorder())
    with psycopg.connect(endpoints.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (count,)
    after = running(stack)
    assert after["postgres"] != before["postgres"]
    assert (after["valkey"], after["localstack"]) == (before["valkey"], before["localstack"])


def test_a_killed_valkey_comes_back_with_its_keys(stack: StackPaths) -> None:
    with cache(stack) as client:
        client.set("kept", "1")
    kill(stack, "valkey")
    with cache(stack) as client:
        assert client.get("kept") == b"1"


def test_a_killed_localstack_comes_back_at_its_address(stack: StackPaths, parts: dict[str, Service]) -> None:
    kill(stack, "localstack")
    endpoints = supervisor.start(stack, Recorder())
    localstack = parts["localstack"]
    assert isinstance(localstack, LocalStack)
    assert endpoints.aws_url == localstack.endpoint
    assert localstack.get("/_localstack/health") is not None


def test_everything_killed_at_once_comes_back_at_its_addresses(stack: StackPaths) -> None:
    before = supervisor.start(stack, Recorder())
    kill(stack, *PARTS)
    assert supervisor.start(stack, Recorder()) == before
    assert set(running(stack)) == PARTS


def test_a_part_that_runs_but_does_not_answer_is_started_anew(
    stack: StackPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "STALL_S", 0.2)
    monkeypatch.setattr(Valkey, "stop_patience_s", 0.2)
    before = running(stack)["valkey"]
    os.kill(before.pid, signal.SIGSTOP)
    recorder = Recorder()
    supervisor.start(stack, recorder)
    assert any("Valkey runs but does not answer" in note for note in recorder.notes)
    assert running(stack)["valkey"] != before
    assert not processes.is_running(before)


def test_a_part_with_other_settings_is_started_anew_alone(stack: StackPaths) -> None:
    before, known = running(stack), state.load(stack)
    record = known.services["valkey"]
    known.services["valkey"] = ServiceRecord(record.port, record.process, "of other settings")
    state.save(stack, known)
    supervisor.start(stack, Recorder())
    after = running(stack)
    assert after.pop("valkey") != before.pop("valkey")
    assert after == before


def test_a_stale_pid_that_is_somebody_elses_now_is_left_alone(stack: StackPaths) -> None:
    with process() as bystander:
        known = state.load(stack)
        record = known.services["valkey"]
        assert record.process is not None
        recycled = processes.ProcessId(bystander.pid, record.process.started)
        known.services["valkey"] = ServiceRecord(record.port, recycled, record.fingerprint)
        state.save(stack, known)
        supervisor.start(stack, Recorder())
        assert running(stack)["valkey"] not in (bystander, record.process)
        assert not processes.is_running(record.process)  # the forgotten one was found by its marker
        supervisor.stop(stack, Recorder())
        assert processes.is_running(bystander)


def test_a_forgotten_state_loses_nothing(stack: StackPaths, database: "psycopg.Connection[tuple[object, ...]]") -> None:
    database.execute("CREATE TABLE IF NOT EXISTS forgotten (id int)")
    before = running(stack)
    stack.state_file.unlink()
    endpoints = supervisor.start(stack, Recorder())
    assert not any(processes.is_running(one) for one in before.values())
    with psycopg.connect(endpoints.database_url) as connection:
        assert connection.execute("SELECT count(*) FROM forgotten").fetchone() == (0,)


def test_a_taken_port_moves_and_says_so(stack: StackPaths, parts: dict[str, Service]) -> None:
    kill(stack, "valkey")
    before = running(stack)["localstack"]
    port = parts["valkey"].port
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        recorder = Recorder()
        endpoints = supervisor.start(stack, recorder)
    assert any(f"Port {port} is taken by" in note for note in recorder.notes)
    assert f":{port}/" not in endpoints.cache_url
    assert running(stack)["localstack"] != before  # its functions knew the old address
    with redis.Redis.from_url(endpoints.cache_url) as client:
        assert client.ping()
    assert supervisor.start(stack, Recorder()) == endpoints  # the new one is remembered


def test_a_part_that_dies_while_starting_shows_its_log_and_leaves_the_others(stack: StackPaths) -> None:
    kill(stack, "valkey")
    folder, aside = stack.valkey / "appendonlydir", stack.valkey / "aside"
    folder.rename(aside)
    folder.touch()
    try:
        with pytest.raises(ServiceError, match="Valkey ended while it was starting") as raised:
            supervisor.start(stack, Recorder())
    finally:
        folder.unlink()
        aside.rename(folder)
    assert "appendonlydir" in raised.value.tail
    assert str(stack.log("valkey")) in raised.value.text()
    assert set(running(stack)) == PARTS - {"valkey"}
    supervisor.start(stack, Recorder())
    assert set(running(stack)) == PARTS


def test_stop_leaves_no_process_of_ours_and_every_other(stack: StackPaths, parts: dict[str, Service]) -> None:
    function = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1", "LAMBDA_TASK_ROOT": f"{stack.tmp}/code/x"}
    with (
        process(environ=function) as orphan,
        process(environ={MARKER: str(stack.root)}) as marked,
        process(cwd=stack.root) as bystander,
    ):
        supervisor.stop(stack, Recorder())
        assert processes.is_running(bystander)
        assert not processes.is_running(orphan)
        assert not processes.is_running(marked)
    assert running(stack) == {}
    assert processes.of_stack(stack.root) == []
    assert all(ports.is_free(part.port) for part in parts.values())
    supervisor.stop(stack, Recorder())  # again: nothing to do


def test_passwords_are_asked_for_and_stand_in_no_command_line(stack: StackPaths) -> None:
    secrets = credentials.read(stack)
    assert secrets is not None
    endpoints = supervisor.start(stack, Recorder())
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(endpoints.database_url.replace(secrets.database_password, "wrong"))
    intruder = redis.Redis.from_url(endpoints.cache_url.replace(secrets.cache_password, "wrong"))
    with intruder, pytest.raises(redis.AuthenticationError):
        intruder.ping()
    with open(f"/proc/{running(stack)['valkey'].pid}/cmdline") as command:
        assert secrets.cache_password not in command.read()


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_databases_listen_on_loopback_only(parts: dict[str, Service], name: str) -> None:
    listening = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table) as lines:
            for line in list(lines)[1:]:
                address, state_code = line.split()[1], line.split()[3]
                if state_code == "0A" and int(address.split(":")[1], 16) == parts[name].port:
                    listening.add(address.split(":")[0])
    assert listening == {"0100007F"}


def test_the_role_of_the_application_is_an_ordinary_one(
    database: "psycopg.Connection[tuple[object, ...]]",
) -> None:
    row = database.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row == (False, True)
    database.execute("DROP DATABASE IF EXISTS scratch")
    database.execute("CREATE DATABASE scratch")
    database.execute("DROP DATABASE scratch")


def test_an_interrupted_first_start_is_taken_up_again(paths: StackPaths, shared_stack: StackPaths) -> None:
    paths = StackPaths(type(paths.home)(paths.home.repository, paths.home.root, shared_stack.home.environments), "half")
    paths.make()
    postgres = supervisor.services(paths, state.State(), credentials.ensure(paths))["postgres"]
    postgres.port = ports.choose("postgres", stack="half").port
    half = postgres.folder() / ".new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    try:
        postgres.prepare()
        assert (postgres.folder() / "PG_VERSION").read_text() == "18\n"
        assert not half.exists()
        assert (postgres.folder() / "base").is_dir()
    finally:
        supervisor.clean(paths, Recorder())
    assert not paths.root.exists()


def test_the_bare_command_reports_and_fails_with_a_sentence(stack: StackPaths) -> None:
    environ = {**os.environ, "DOCQA_HOME": str(stack.home.root), "DOCQA_ENVS": str(stack.home.environments)}
    environ["PYTHONPATH"] = str(stack.home.project)
    command = [sys.executable, "-m", "docqa_localstack.host"]
    said = subprocess.run(
        [*command, "status", "--json", "--stack", "test"], env=environ, capture_output=True, text=True, check=True
    )
    assert '"postgres": "running"' in said.stdout
    failed = subprocess.run(
        [*command, "status", "--stack", "No Name"], env=environ, capture_output=True, text=True, check=False
    )
    assert failed.returncode == 1
    assert "no name for a stack" in failed.stderr
    assert "Traceback" not in failed.stderr
