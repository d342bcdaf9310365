"""What the janitor does with a version, by its state and age."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from docqa.core.errors import DependencyUnavailable
from docqa.core.ids import upload_key
from docqa.core.models import OpenVersion, Status, VersionKey
from docqa.ingestion.recovery import MAX_ATTEMPTS, Janitor, Sweep
from tests.fakes.stores import MemoryExecutions, MemoryIngest, MemoryObjects

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
FORM_S = 900


def version(status: Status = Status.PROCESSING, *, age_s: float = 60, **fields: Any) -> OpenVersion:
    values: dict[str, Any] = {
        "key": VersionKey(tenant_id=uuid4(), document_id=uuid4(), version=1),
        "status": status,
        "execution_id": "mine" if status == Status.PROCESSING else None,
        "attempt": 1,
        "changed_at": NOW - timedelta(seconds=age_s),
        "deadline_at": NOW + timedelta(minutes=20) if status == Status.PROCESSING else None,
    }
    return OpenVersion(**{**values, **fields})


class World:
    """A janitor and what it has done."""

    def __init__(self, *versions: OpenVersion, uploaded: bool = True, **executions: Any) -> None:
        self.store = MemoryIngest(open_versions=versions)
        self.executions = MemoryExecutions(**executions)
        there = {upload_key(v.key): b"x" for v in versions} if uploaded else {}
        self.janitor = Janitor(
            store=self.store, uploads=MemoryObjects(there), executions=self.executions, upload_lifetime_s=FORM_S
        )

    def sweep(self, after_s: float = 0) -> Sweep:
        return asyncio.run(self.janitor.run(now=NOW + timedelta(seconds=after_s)))

    @property
    def codes(self) -> list[str]:
        return [failure.code for _, failure in self.store.failures]


AWAITING = Status.AWAITING_UPLOAD
PAST = NOW - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("what", "world", "restarted", "codes"),
    [
        ("young", World(version(age_s=10)), 0, []),
        ("form still open", World(version(AWAITING, age_s=FORM_S), uploaded=False), 0, []),
        ("never uploaded", World(version(AWAITING, age_s=FORM_S + 60), uploaded=False), 0, ["upload_missing"]),
        ("event lost", World(version(AWAITING)), 1, []),
        ("never claimed", World(version(AWAITING, age_s=FORM_S + 15 * 60)), 0, ["processing_failed"]),
        ("running", World(version(), running=["mine"]), 0, []),
        ("execution gone", World(version()), 1, []),
        ("execution unknown", World(version(execution_id=None)), 1, []),
        ("gone too often", World(version(attempt=MAX_ATTEMPTS)), 0, ["processing_failed"]),
        ("past its deadline", World(version(deadline_at=PAST), running=["mine"]), 0, ["processing_timed_out"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_decisions(what: str, world: World, restarted: int, codes: list[str]) -> None:
    assert world.sweep() == Sweep(restarted=restarted, failed=len(codes))
    assert len(world.executions.started) == restarted
    assert world.codes == codes


def test_a_lost_execution_gives_its_claim_back_before_another_starts() -> None:
    lost = version()
    world = World(lost)
    world.sweep()
    assert world.store.released == [lost.key]
    assert [key for key, _ in world.executions.started] == [lost.key]


def test_a_start_that_came_to_nothing_is_tried_again_under_another_name() -> None:
    """The name of an execution that ended cannot be used again for 90 days."""
    world = World(version(AWAITING))
    world.sweep()
    world.sweep(after_s=60)
    names = [name for _, name in world.executions.started]
    assert len(set(names)) == len(names) == 2
    assert all(len(name) <= 80 for name in names)


def test_one_that_cannot_be_looked_at_holds_up_no_other() -> None:
    lost, expired = version(), version(deadline_at=PAST)
    world = World(lost, expired, error=DependencyUnavailable())
    with pytest.raises(DependencyUnavailable):
        world.sweep()
    assert [key for key, _ in world.store.failures] == [expired.key]


def test_every_failure_says_whether_a_retry_helps() -> None:
    world = World(version(AWAITING, age_s=FORM_S + 60), uploaded=False)
    world.sweep()
    ((_, failure),) = world.store.failures
    assert (failure.retryable, failure.stage) == (False, None)
    assert "Upload it again" in failure.message
