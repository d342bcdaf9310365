"""Latencies, throughput and memory of a running stack."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import psutil

from benchmarks.figures import Section, spread
from docqa_localstack.host import status
from tests.stack import files
from tests.stack.support import SAMPLES, Stack, User

ROUNDS = 20
COLD_ROUNDS = 5
EVENT = {
    "resource": "/{proxy+}",
    "path": "/api/v1/health",
    "httpMethod": "GET",
    "headers": {},
    "multiValueHeaders": {},
    "queryStringParameters": None,
    "multiValueQueryStringParameters": None,
    "pathParameters": {"proxy": "api/v1/health"},
    "stageVariables": None,
    "body": None,
    "isBase64Encoded": False,
    "requestContext": {
        "resourcePath": "/{proxy+}",
        "httpMethod": "GET",
        "path": "/local/api/v1/health",
        "stage": "local",
        "identity": {"sourceIp": "127.0.0.1"},
        "requestId": "r",
        "apiId": "docqa",
        "protocol": "HTTP/1.1",
    },
}
DIRECT = """
import json, sys, time
event = json.load(sys.stdin)
class Context: aws_request_id = "r"
start = time.perf_counter()
from api.main import handler
imported = time.perf_counter() - start
handler(event, Context())
times = []
for _ in range(50):
    start = time.perf_counter(); handler(event, Context()); times.append(time.perf_counter() - start)
print(json.dumps([imported, times]))
"""


def measure(stack: Stack) -> list[Section]:
    """All sections. The stack should be warm and otherwise idle."""
    with User.register(stack) as user:
        return [
            memory(stack, "before, idle"),
            uploads(user),
            questions(user),
            invocations(stack),
            concurrency(user),
            memory(stack, "after twenty at once, environments still kept"),
        ]


def uploads(user: User) -> Section:
    section = Section("Upload to ready", "python -m benchmarks")
    for path in sorted((SAMPLES / "documents").iterdir()):
        data = path.read_bytes()
        user.ready(path.name, data)  # warm
        taken = [timed(partial(user.ready, path.name, data)) for _ in range(3)]
        section.add(path.name, f"{min(taken):.1f} to {max(taken):.1f} s", how="3 uploads, warm, texts embedded before")
    unseen = [files.long_pdf(20, seed=f"-{os.getpid()}-{n}") for n in range(3)]
    fresh = [timed(partial(user.ready, "fresh.pdf", data)) for data in unseen]
    section.add(
        "20 pages never seen before", f"{min(fresh):.1f} to {max(fresh):.1f} s", aim="< 10 s", how="3 uploads, warm"
    )
    return section


def questions(user: User) -> Section:
    section = Section("A question", "python -m benchmarks")
    question = "Who founded Halden Ferries?"
    for road in user.stack.roads:
        user.ask(question, road=road)
        first_event, first_token, done = [], [], []
        for _ in range(ROUNDS):
            arrivals = list(user.stream(question, road=road))
            first_event.append(arrivals[0][1])
            first_token.append(next(at for event, at in arrivals if event.name == "token"))
            done.append(arrivals[-1][1])
        aim = "< 150 ms" if road == "function_url" else ""
        section.add(f"{road}: first event", spread(first_event), aim=aim, how=f"{ROUNDS} questions, warm")
        section.add(f"{road}: first token", spread(first_token))
        section.add(f"{road}: whole answer", spread(done))
    section.add("search, hybrid", spread([timed(lambda: user.search(question)) for _ in range(ROUNDS)]))
    return section


def invocations(stack: Stack) -> Section:
    section = Section("Invocations", "python -m benchmarks")
    client, http = stack.client("lambda"), httpx.Client(timeout=60)

    def invoke() -> None:
        answer = client.invoke(FunctionName="docqa-api", Payload=json.dumps(EVENT))
        assert json.loads(answer["Payload"].read())["statusCode"] == 200

    def stream() -> None:
        assert http.get(f"{stack.stream_url}/api/v1/health").status_code == 200

    roads: dict[str, tuple[str, Callable[[], None]]] = {
        "api, lambda:Invoke": ("docqa-api", invoke),
        "stream, function URL": ("docqa-stream", stream),
    }
    warm: dict[str, list[float]] = {}
    for name, (function, call) in roads.items():
        cold = []
        for _ in range(COLD_ROUNDS):
            stack.kill(function)
            time.sleep(1)
            cold.append(timed(call))
        call()
        warm[name] = [timed(call) for _ in range(50)]
        section.add(f"{name}: warm", spread(warm[name]), how="50 times GET health")
        section.add(f"{name}: cold", spread(cold), how=f"{COLD_ROUNDS} times, environment killed before")
    direct = _direct()
    section.add("api handler called in its own process", spread(direct), how="50 times the same event, no executor")
    through, alone = sorted(warm["api, lambda:Invoke"])[25], sorted(direct)[25]
    section.add(
        "added by client, LocalStack and executor",
        f"{(through - alone) * 1000:.1f} ms",
        how=f"difference of medians; {through / alone:.0f} times the handler alone, which does next to nothing",
    )
    return section


def _direct() -> list[float]:
    root = Path(__file__).resolve().parents[1]
    environment = {
        **os.environ,
        "PYTHONPATH": f"{root / 'functions'}:{root / 'layers/core/python'}",
        "POWERTOOLS_SERVICE_NAME": "api",
    }
    result = subprocess.run(
        [sys.executable, "-c", DIRECT],
        input=json.dumps(EVENT),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return [float(t) for t in json.loads(result.stdout.splitlines()[-1])[1]]


def concurrency(user: User) -> Section:
    section = Section("Twenty at once", "python -m benchmarks")
    sent: list[float] = []

    def upload(number: int) -> None:
        with User(user.stack, user.email, user.password, user.token) as me:
            text = f"Locker {number} holds the key of boat {number * 31}, run {os.getpid()}."
            sent.append(timed(lambda: me.ready(f"note-{number}.pdf", files.pdf(text))))

    wall = timed(lambda: parallel(upload, 20))
    section.add("20 uploads, all ready", f"{wall:.1f} s", how=f"{len(sent)} of 20 ready; slowest {max(sent):.1f} s")
    answered: list[float] = []

    def ask(number: int) -> None:
        with User(user.stack, user.email, user.password, user.token) as me:
            answered.append(timed(lambda: me.ask("Who founded Halden Ferries?")))

    parallel(ask, 20)
    answered.clear()
    wall = timed(lambda: parallel(ask, 20))
    section.add("20 questions, all answered", f"{wall:.2f} s", how=f"{len(answered)} of 20; {spread(answered)} each")
    return section


def memory(stack: Stack, when: str) -> Section:
    section = Section(f"Memory {when}", "python -m benchmarks")
    sizes: dict[str, float] = {}
    services = {s["pid"]: name for name, s in status.status(stack.paths)["services"].items()}
    for process in psutil.process_iter():
        if name := _part(process, stack, services):
            sizes[name] = sizes.get(name, 0.0) + _pss_mb(Path(f"/proc/{process.pid}"))
    for name, size in sorted(sizes.items()):
        section.add(name, f"{size:.0f} MB", how="proportional set size")
    section.add("whole stack", f"{sum(sizes.values()):.0f} MB")
    return section


def _part(process: psutil.Process, stack: Stack, services: dict[int, str]) -> str | None:
    """A service by its process and those that it started; an environment of a function by its variables."""
    try:
        environment = process.environ()
        if "AWS_LAMBDA_FUNCTION_NAME" in environment:
            mine = any(str(stack.paths.root) in value for value in environment.values())
            return "functions, idle environments" if mine else None
        family = [process, *process.parents()]
    except psutil.Error:
        return None
    return next((services[p.pid] for p in family if p.pid in services), None)


def _pss_mb(process: Path) -> float:
    try:
        rollup = (process / "smaps_rollup").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0.0)


def parallel(work: Callable[[int], None], count: int) -> None:
    """All at once; raises what any of them raised, so that no figure stands for work that failed."""
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(work, range(count)))


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
