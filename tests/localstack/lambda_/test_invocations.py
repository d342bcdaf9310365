"""Invoke against the documented behaviour of Lambda: answers, errors, logs, limits."""

import base64
import json
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.localstack.support import Functions, LocalStack, unique, wait_for, zip_bytes

COUNTER = """
import os, time
CALLS = 0
print("initialised")
def handler(event, context):
    global CALLS
    CALLS += 1
    time.sleep(event.get("sleep", 0))
    return {"pid": os.getpid(), "calls": CALLS}
"""

ENDINGS = """
import os, sys, time
def handler(event, context):
    print("last words")
    if "sleep" in event: time.sleep(event["sleep"])
    if "exit" in event: sys.exit(event["exit"])
    if "signal" in event: os.kill(os.getpid(), event["signal"])
    if "raise" in event: raise KeyError(event["raise"])
    return os.getpid()
"""

TRUNCATED_LOG = 4096


def log_lines(localstack: LocalStack, group: str) -> list[str]:
    logs = localstack.client("logs")
    try:
        events = logs.filter_log_events(logGroupName=group)["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [str(event["message"]).rstrip("\n") for event in events]


def test_a_warm_environment_is_reused(functions: Functions) -> None:
    name = functions.create(COUNTER)
    answers = [functions.invoke(name) for _ in range(3)]
    assert [answer.payload["calls"] for answer in answers] == [1, 2, 3]
    assert len({answer.payload["pid"] for answer in answers}) == 1
    assert "Init Duration" in answers[0].log
    assert "Init Duration" not in answers[1].log


def test_a_burst_runs_side_by_side_and_reuses_what_it_started(functions: Functions) -> None:
    name = functions.create(COUNTER)
    with ThreadPoolExecutor(12) as pool:
        first = list(pool.map(lambda _: functions.invoke(name, {"sleep": 1}), range(12)))
        second = list(pool.map(lambda _: functions.invoke(name, {"sleep": 0.1}), range(12)))
    assert [answer.error for answer in first + second] == [None] * 24
    pids = {answer.payload["pid"] for answer in first}
    assert len(pids) > 1
    assert {answer.payload["pid"] for answer in second} <= pids


def test_one_environment_never_runs_two_invocations_at_once(functions: Functions) -> None:
    """LocalStack lists a new environment before it reserves it."""
    overlap = """
import time
BUSY = False
def handler(event, context):
    global BUSY
    was, BUSY = BUSY, True
    time.sleep(0.05)
    BUSY = False
    return was
"""
    name = functions.create(overlap)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: functions.invoke(name), range(48)))
    assert [answer.payload for answer in answers] == [False] * 48


def test_a_function_that_runs_too_long_is_ended(functions: Functions) -> None:
    name = functions.create(ENDINGS, timeout=1)
    pid = functions.invoke(name).payload
    answer = functions.invoke(name, {"sleep": 60})
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 1.00 seconds" in answer.payload["errorMessage"]
    assert "last words" in answer.log
    assert "Task timed out after 1.00 seconds" in answer.log
    assert functions.invoke(name).payload != pid


@pytest.mark.parametrize(
    ("event", "error_type", "message"),
    [
        ({"exit": 3}, "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ({"exit": 0}, "Runtime.ExitError", "Runtime exited without providing a reason"),
        ({"signal": signal.SIGKILL}, "Runtime.ExitError", "Runtime exited with error: signal: killed"),
        ({"signal": signal.SIGSEGV}, "Runtime.ExitError", "Runtime exited with error: signal: segmentation fault"),
    ],
)
def test_the_end_of_the_process_is_the_error_of_its_invocation(
    functions: Functions, event: dict[str, int], error_type: str, message: str
) -> None:
    name = functions.create(ENDINGS)
    answer = functions.invoke(name, event)
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == error_type
    assert answer.payload["errorMessage"].endswith(message)
    assert "last words" in answer.log
    assert isinstance(functions.invoke(name).payload, int)


def test_an_exception_keeps_the_environment(functions: Functions) -> None:
    name = functions.create(ENDINGS)
    pid = functions.invoke(name).payload
    answer = functions.invoke(name, {"raise": "nothing here"})
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "KeyError"
    assert answer.payload["errorMessage"] == "'nothing here'"
    assert functions.invoke(name).payload == pid


def test_a_function_that_takes_too_much_memory_is_ended(functions: Functions) -> None:
    greedy = """
import time
def handler(event, context):
    kept = []
    while True:
        kept.append(b"x" * 20_000_000)
        time.sleep(0.02)
"""
    name = functions.create(greedy, memory=128)
    answer = functions.invoke(name)
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Runtime.OutOfMemory"
    assert answer.payload["errorMessage"].endswith("Runtime exited with error: signal: killed")


@pytest.mark.parametrize(
    ("code", "error_type", "in_log"),
    [
        ("import no_such_module", "Runtime.ImportModuleError", "No module named 'no_such_module'"),
        ("print('before')\n1 / 0", "ZeroDivisionError", "before"),
        ("x = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'main'"),
        ("print('dying')\nimport os\nos._exit(7)", "Runtime.ExitError", "dying"),
    ],
)
def test_an_error_of_the_initialisation_reaches_the_caller_and_the_log(
    functions: Functions, localstack: LocalStack, code: str, error_type: str, in_log: str
) -> None:
    """LocalStack's log of such an invocation is empty, in the answer and in CloudWatch."""
    name = functions.create(code)
    answer = functions.invoke(name)
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == error_type
    assert in_log in answer.log
    assert f"Error Type: {error_type}" in answer.log
    lines = wait_for(lambda: log_lines(localstack, f"/aws/lambda/{name}"), what="the log")
    assert any(in_log in line for line in lines)
    assert functions.invoke(name).payload["errorType"] == error_type


def test_logs_reach_cloudwatch_in_order(functions: Functions, localstack: LocalStack) -> None:
    name = functions.create("def handler(event, context):\n    print('one\\ntwo')\n    print(event['n'])")
    for n in range(3):
        functions.invoke(name, {"n": f"call {n}"})
    expected = ["call 0", "call 1", "call 2"]
    wait_for(lambda: [line for line in log_lines(localstack, f"/aws/lambda/{name}") if line in expected] == expected)
    lines = log_lines(localstack, f"/aws/lambda/{name}")
    assert lines[0].startswith("START RequestId: ")
    assert lines[1:3] == ["one", "two"]
    assert lines[4].startswith("END RequestId: ")
    assert lines[5].startswith("REPORT RequestId: ")


def test_the_configured_log_group_is_used(functions: Functions, localstack: LocalStack) -> None:
    """LocalStack ignores LoggingConfig.LogGroup."""
    group = unique("/test/group")
    code = (
        "import os\ndef handler(event, context):\n    print('here')\n    return os.environ['AWS_LAMBDA_LOG_GROUP_NAME']"
    )
    name = functions.create(code, LoggingConfig={"LogGroup": group})
    assert functions.invoke(name).payload == group
    wait_for(lambda: "here" in log_lines(localstack, group), what="the line in the configured group")
    assert log_lines(localstack, f"/aws/lambda/{name}") == []


def test_the_log_of_a_function_survives_its_update(functions: Functions, localstack: LocalStack) -> None:
    """LocalStack drops what is queued for CloudWatch when a version is replaced."""
    name = functions.create("def handler(event, context):\n    print('said before the update')")
    functions.invoke(name)
    functions.client.update_function_configuration(FunctionName=name, Timeout=9)
    functions.wait_until_ready(name)
    wait_for(lambda: "said before the update" in log_lines(localstack, f"/aws/lambda/{name}"))


def test_the_log_tail_is_the_last_four_kilobytes(functions: Functions) -> None:
    name = functions.create("def handler(event, context):\n    print('x' * 10_000)\n    print('the end')")
    log = functions.invoke(name).log
    assert len(log) <= TRUNCATED_LOG
    assert "the end" in log
    assert "REPORT RequestId" in log


def test_metrics_are_counted(functions: Functions, localstack: LocalStack) -> None:
    name = functions.create(ENDINGS)
    for event in ({}, {}, {"raise": "x"}):
        functions.invoke(name, event)
    metrics = localstack.client("cloudwatch")

    def total(metric: str) -> float:
        points = metrics.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName=metric,
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=time.time() - 600,
            EndTime=time.time() + 600,
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    wait_for(lambda: total("Invocations") == 3, what="three invocations")
    wait_for(lambda: total("Errors") == 1, what="one error")


def test_what_the_context_says(functions: Functions) -> None:
    code = """
import os
def handler(event, context):
    return {
        "left": context.get_remaining_time_in_millis(),
        "arn": context.invoked_function_arn,
        "custom": context.client_context.custom if context.client_context else None,
        "trace": os.environ.get("_X_AMZN_TRACE_ID", ""),
        "memory": context.memory_limit_in_mb,
        "request": context.aws_request_id,
    }
"""
    name = functions.create(code, timeout=7, memory=192)
    context = base64.b64encode(json.dumps({"custom": {"colour": "green"}}).encode()).decode()
    payload: Any = functions.invoke(name, ClientContext=context).payload
    assert 6000 < payload["left"] <= 7000
    assert payload["arn"].endswith(f":function:{name}")
    assert payload["custom"] == {"colour": "green"}
    assert payload["trace"].startswith("Root=")
    assert payload["memory"] == "192"
    assert payload["request"]
    assert functions.invoke(name).payload["custom"] is None


def test_an_answer_over_the_limit_is_an_error(functions: Functions) -> None:
    name = functions.create("def handler(event, context):\n    return 'x' * event['size']")
    assert len(functions.invoke(name, {"size": 6_000_000}).payload) == 6_000_000
    answer = functions.invoke(name, {"size": 7_000_000})
    assert answer.error == "Unhandled"
    assert answer.payload["errorType"] == "Function.ResponseSizeTooLarge"
    assert "6291556 bytes" in answer.payload["errorMessage"]
    assert len(functions.invoke(name, {"size": 10}).payload) == 10


def test_a_runtime_that_is_not_ours_fails_the_function(functions: Functions) -> None:
    name = unique("function")
    functions.client.create_function(
        FunctionName=name,
        Runtime="nodejs22.x",
        Role="arn:aws:iam::000000000000:role/test",
        Handler="index.handler",
        Code={"ZipFile": zip_bytes({"index.js": "exports.handler = async () => 1"})},
    )
    functions.names.append(name)

    def state() -> Any:
        configuration = functions.client.get_function_configuration(FunctionName=name)
        return configuration if configuration["State"] != "Pending" else None

    configuration = wait_for(state)
    assert configuration["State"] == "Failed"
    assert "cannot run with nodejs22.x" in configuration["StateReason"]
    functions.client.delete_function(FunctionName=name)  # LocalStack answers 500
    functions.names.remove(name)
