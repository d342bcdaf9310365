"""Which process is ours, and which is not."""

import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path

from docqa_localstack.host import processes
from docqa_localstack.host.processes import MARKER, ProcessId
from tests.localstack.host.support import process


def test_a_pid_that_was_given_to_another_process_is_not_the_one_that_is_meant() -> None:
    with process() as found:
        assert processes.is_running(found)
        assert not processes.is_running(ProcessId(found.pid, found.started + "0"))


def test_signals_for_a_recycled_pid_are_not_sent() -> None:
    with process() as found:
        processes.end(ProcessId(found.pid, "an earlier boot/1"), patience_s=0)
        assert processes.is_running(found)


def test_a_zombie_does_not_run() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert processes.identify(child.pid) is None
    child.wait()


def test_a_dead_leader_runs_while_its_threads_do() -> None:
    """A killed server holds its port until its last thread is gone; its first thread may be gone before."""
    number = {"x86_64": 60, "aarch64": 93}[platform.machine()]  # exit(2) of one thread, not of the process
    code = (
        "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(600,)).start();"
        f"ctypes.CDLL(None).syscall({number}, 0)"
    )
    child = subprocess.Popen([sys.executable, "-c", code])
    try:
        while "Z (zombie)" not in Path(f"/proc/{child.pid}/status").read_text():
            time.sleep(0.01)
        assert processes.identify(child.pid) is not None
    finally:
        child.kill()
        child.wait()
    assert processes.identify(child.pid) is None


def test_a_process_that_ignores_the_request_is_killed_with_its_group() -> None:
    stubborn = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE, start_new_session=True) as leader:
        assert leader.stdout is not None
        grandchild = processes.identify(int(leader.stdout.readline()))
        found = processes.identify(leader.pid)
        assert found is not None
        assert processes.is_running(grandchild)
        processes.end(found, gently=signal.SIGTERM, patience_s=0.2)
        assert leader.wait(5) == -signal.SIGKILL
        assert grandchild is not None
        assert processes.wait_for_end([grandchild], 5) == []


def test_what_carries_the_marker_or_is_a_function_of_the_stack_belongs_to_it(tmp_path: Path) -> None:
    function = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1", "LAMBDA_TASK_ROOT": f"{tmp_path}/tmp/code/x"}
    with process(environ={MARKER: str(tmp_path)}) as part, process(environ=function) as environment:
        found = processes.of_stack(tmp_path)
        assert {part, environment} == set(found)
        assert processes.of_stack(tmp_path, kept=[part.pid]) == [environment]
        assert processes.of_stack(tmp_path, kept=[os.getpid()]) == []  # both are our children


def test_bystanders_do_not_belong_to_it(tmp_path: Path) -> None:
    other = {MARKER: f"{tmp_path}-other"}
    function_of_other = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1", "LAMBDA_TASK_ROOT": f"{tmp_path}-other/tmp/code/x"}
    shell_in_it = {"OLDPWD": f"{tmp_path}/tmp", "DOCQA_HOME": str(tmp_path)}
    with process(environ=other), process(environ=function_of_other), process(environ=shell_in_it, cwd=tmp_path):
        assert processes.of_stack(tmp_path) == []
