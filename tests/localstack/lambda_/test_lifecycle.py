"""Environments and LocalStack itself: limits, ends, restarts."""

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.localstack.support import LAMBDA_PYTHON, RUNTIME, Functions, LocalStack, wait_for

SLEEP = """
import os, time
def handler(event, context):
    time.sleep(event.get("sleep", 0))
    return os.getpid()
"""


@pytest.fixture
def own_localstack(tmp_path: Path) -> Iterator[LocalStack]:
    """One that a test may kill; its environments end after two idle seconds."""
    server = LocalStack(state=tmp_path, extra={"LAMBDA_KEEPALIVE_MS": "2000"}).start()
    yield server
    if server.process is not None and server.process.poll() is None:
        server.stop()


def alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits for its parent does not."""
    try:
        return " Z " not in f" {Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2]} "
    except (FileNotFoundError, ProcessLookupError):
        return False


def described(localstack: LocalStack) -> Any:
    return json.loads(httpx.get(f"{localstack.endpoint}/_docqa/executor").text)


def test_localstack_says_what_runs_its_functions(functions: Functions, localstack: LocalStack) -> None:
    name = functions.create(SLEEP)
    functions.invoke(name)
    answer = described(localstack)
    assert answer["ours"] is True
    assert answer["executor"] == "docqa_localstack.plugin.executor.process.ProcessRuntimeExecutor"
    assert (answer["python"], answer["runtime"]) == (str(LAMBDA_PYTHON), RUNTIME)
    counts = [count for arn, count in answer["environments"].items() if f":{name}:" in arn]
    assert counts == [{"idle": 1, "busy": 0}]


def test_localstack_listens_on_loopback_only(localstack: LocalStack) -> None:
    """LocalStack ignores the host of GATEWAY_LISTEN."""
    listening = [
        line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:] if line.split()[3] == "0A"
    ]
    port = f"{localstack.port:04X}"
    assert [where for where in listening if where.endswith(f":{port}")] == [f"0100007F:{port}"]


def test_a_function_has_no_more_environments_than_it_asks_for(functions: Functions) -> None:
    name = functions.create(SLEEP, environment={"DOCQA_LOCAL_ENVIRONMENTS": "2"}, timeout=30)
    with ThreadPoolExecutor(8) as pool:
        pids = list(pool.map(lambda _: functions.invoke(name, {"sleep": 0.3}).payload, range(8)))
    assert len(set(pids)) == 2


def test_waiting_does_not_eat_into_the_deadline(functions: Functions) -> None:
    code = """
import time
def handler(event, context):
    time.sleep(0.8)
    return context.get_remaining_time_in_millis()
"""
    name = functions.create(code, environment={"DOCQA_LOCAL_ENVIRONMENTS": "1"}, timeout=2)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: functions.invoke(name), range(4)))
    assert [answer.error for answer in answers] == [None] * 4
    assert all(answer.payload > 500 for answer in answers)


def test_an_update_lets_a_running_invocation_finish(functions: Functions) -> None:
    """LocalStack ends the environments of the old version in the middle of their work."""
    name = functions.create(SLEEP, timeout=30)
    functions.invoke(name)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(functions.invoke, name, {"sleep": 2})
        time.sleep(0.5)
        functions.client.update_function_configuration(FunctionName=name, Environment={"Variables": {"NEW": "1"}})
        functions.wait_until_ready(name)
        new = functions.invoke(name)
        answer = running.result()
    assert answer.error is None
    assert new.payload != answer.payload
    wait_for(lambda: not alive(answer.payload), what="the end of the old environment")


def test_deleting_a_function_ends_its_environments(functions: Functions) -> None:
    name = functions.create(SLEEP)
    pid = functions.invoke(name).payload
    assert alive(pid)
    functions.client.delete_function(FunctionName=name)
    wait_for(lambda: not alive(pid), what="the end of the environment")


def test_a_process_that_dies_idle_is_replaced(functions: Functions) -> None:
    name = functions.create(SLEEP)
    pid = functions.invoke(name).payload
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not alive(pid))
    answer = functions.invoke(name)
    assert answer.error is None
    assert answer.payload != pid


def test_children_of_a_function_end_with_it(functions: Functions) -> None:
    code = """
import subprocess, time
def handler(event, context):
    if "sleep" in event: time.sleep(60)
    return subprocess.Popen(["sleep", "600"]).pid
"""
    name = functions.create(code, timeout=1)
    child = functions.invoke(name).payload
    assert alive(child)
    assert functions.invoke(name, {"sleep": 1}).payload["errorType"] == "Sandbox.Timedout"
    wait_for(lambda: not alive(child), what="the end of the child")


def test_idle_environments_end(own_localstack: LocalStack) -> None:
    functions = Functions(own_localstack)
    pid = functions.invoke(functions.create(SLEEP)).payload
    assert alive(pid)
    wait_for(lambda: not alive(pid), what="the end of the idle environment")
    assert described(own_localstack)["environments"] == {}


def test_an_environment_killed_while_idle_keeps_no_invocation_waiting(functions: Functions) -> None:
    """The invocation that meets its end fails or gets a new environment, long before the function's timeout."""
    name = functions.create(SLEEP, timeout=60)
    started = time.monotonic()
    for _ in range(25):
        pid = functions.invoke(name).payload
        if isinstance(pid, int):
            os.kill(pid, signal.SIGKILL)
        functions.invoke(name)
    assert time.monotonic() - started < 55


def test_nothing_outlives_a_localstack_that_is_killed(own_localstack: LocalStack) -> None:
    functions = Functions(own_localstack)
    idle, busy = functions.create(SLEEP), functions.create(SLEEP.replace("return os", "return 1, os"), timeout=60)
    pids = [functions.invoke(idle).payload, functions.invoke(busy).payload[1]]
    threading.Thread(target=quietly, args=(functions, busy), daemon=True).start()
    wait_for(lambda: any(count["busy"] for count in described(own_localstack)["environments"].values()))
    own_localstack.kill()
    wait_for(lambda: not any(map(alive, pids)), 5, "the end of the functions")


def quietly(functions: Functions, name: str) -> None:
    """Invoke, and do not mind that LocalStack dies meanwhile."""
    from botocore.exceptions import BotoCoreError

    try:
        functions.invoke(name, {"sleep": 30})
    except BotoCoreError:
        return


def test_code_is_not_unpacked_again_after_a_restart(own_localstack: LocalStack) -> None:
    code = "import os, main\ndef handler(event, context):\n    return [os.stat(main.__file__).st_ino, main.__file__]"
    functions = Functions(own_localstack)
    before = functions.invoke(functions.create(code)).payload
    own_localstack.kill()
    own_localstack.start()
    again = Functions(own_localstack)
    assert again.invoke(again.create(code)).payload == before


def test_a_wrong_setting_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    server = LocalStack(state=tmp_path, extra={"DOCQA_LOCALSTACK_LAMBDA_PYTHON": "/no/such/python"})
    with pytest.raises(RuntimeError, match="DOCQA_LOCALSTACK_LAMBDA_PYTHON must name the interpreter"):
        server.start()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", server.port)) != 0
