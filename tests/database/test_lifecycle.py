"""Upload, replace, delete, fail, retry and search in any order: a search finds exactly what was published last."""

import asyncio

import psycopg
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from docqa.core.errors import NotFound, Superseded
from docqa.core.models import VersionKey
from docqa.database.connection import Database
from tests.database.world import BROKEN, World

WORDS = st.lists(st.sampled_from(["river", "bank", "water", "loan", "stone"]), min_size=1, max_size=4).map(" ".join)
PASSAGES = st.lists(WORDS, min_size=1, max_size=3)


def test_lifecycle(database_url: str) -> None:
    class Lifecycle(RuleBasedStateMachine):
        """Model: the passages of each document's active version, and the versions that are being processed."""

        def __init__(self) -> None:
            super().__init__()
            with psycopg.connect(database_url) as connection:
                connection.execute("truncate tenants cascade")
            self.loop = asyncio.Runner()
            self.world = World(Database(database_url))
            self.active: dict[object, tuple[int, list[str]]] = {}
            self.latest: dict[object, VersionKey] = {}
            self.stored: list[tuple[VersionKey, list[str]]] = []

        @initialize()
        def accounts(self) -> None:
            self.owner = self.loop.run(self.world.account())
            self.stranger = self.loop.run(self.world.account())

        @rule(passages=PASSAGES)
        def upload(self, passages: list[str]) -> None:
            self.process(self.loop.run(self.world.uploaded(self.owner)), passages)

        @precondition(lambda self: self.latest)
        @rule(data=st.data(), passages=PASSAGES)
        def replace(self, data: st.DataObject, passages: list[str]) -> None:
            key = data.draw(st.sampled_from(list(self.latest.values())))
            self.process(self.loop.run(self.world.next_version(key)), passages)

        @precondition(lambda self: self.stored)
        @rule(data=st.data())
        def publish(self, data: st.DataObject) -> None:
            index = data.draw(st.integers(0, len(self.stored) - 1))
            key, passages = self.stored.pop(index)
            try:
                self.loop.run(self.world.ingest.publish(key))
            except NotFound:
                assert key.document_id not in self.latest
            except Superseded:
                assert self.active[key.document_id][0] > key.version
            else:
                self.loop.run(self.world.ingest.mark_ready(key))
                self.active[key.document_id] = (key.version, passages)

        @precondition(lambda self: self.stored)
        @rule(data=st.data())
        def fail_and_retry(self, data: st.DataObject) -> None:
            key, passages = data.draw(st.sampled_from(self.stored))
            if self.latest.get(key.document_id) != key:
                return
            assert self.loop.run(self.world.ingest.fail(key, execution_id="execution", failure=BROKEN))
            assert self.loop.run(self.world.documents.reset_for_retry(key.tenant_id, key.document_id))[0] == key
            self.stored.remove((key, passages))
            self.process(key, passages)

        @precondition(lambda self: self.latest)
        @rule(data=st.data())
        def delete(self, data: st.DataObject) -> None:
            document_id = data.draw(st.sampled_from(list(self.latest)))
            self.loop.run(self.world.documents.delete(self.owner.tenant_id, document_id))  # type: ignore[arg-type]
            del self.latest[document_id]
            self.active.pop(document_id, None)

        @invariant()
        def search_finds_what_is_active(self) -> None:
            if not hasattr(self, "owner"):
                return
            hits = self.loop.run(self.world.search(self.owner.tenant_id, "river bank", top_k=100))
            found = sorted((str(hit.document_id), hit.version, hit.text) for hit in hits)
            expected = [(str(d), version, text) for d, (version, texts) in self.active.items() for text in texts]
            assert found == sorted(expected)
            assert self.loop.run(self.world.search(self.stranger.tenant_id, "river bank")) == []
            self.loop.run(self.world.index_is_exact())

        def process(self, key: VersionKey, passages: list[str]) -> None:
            self.loop.run(self.world.claimed(key))
            self.loop.run(self.world.stored(key, passages))
            self.latest[key.document_id] = key
            self.stored.append((key, passages))

        def teardown(self) -> None:
            self.loop.run(self.world.database.dispose())
            self.loop.close()

    checked = settings(
        max_examples=10, stateful_step_count=12, deadline=None, derandomize=True, database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    run(Lifecycle, settings=checked)
