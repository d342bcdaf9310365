"""The keeper of vector indexes tells what it did, and how well the indexes find."""

import asyncio
import json

import pytest

from docqa.ingestion.indexing import IndexKeeper, Tended
from docqa.observability import Counts


class Indexes:
    """IndexStore with an index of each of two tenants."""

    async def tend(self) -> tuple[list[str], list[str]]:
        return ["new"], ["old"]

    async def valid(self) -> list[str]:
        return ["new", "first"]

    async def recall(self, name: str) -> float:
        return {"new": 0.98, "first": 1.0}[name]


def test_a_run_is_told_and_its_recall_is_a_metric(capsys: pytest.CaptureFixture[str]) -> None:
    tended = asyncio.run(IndexKeeper(store=Indexes(), counts=Counts()).run())
    assert tended == Tended(built=("new",), dropped=("old",), recall={"new": 0.98, "first": 1.0})
    line = json.loads(capsys.readouterr().out)
    assert line["VectorIndexRecall"] == [0.98, 1.0]
