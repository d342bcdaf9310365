"""Files of every format, damaged in many ways: each is read, or refused with a code. `--torture` does more of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.torture_file import Road
from benchmarks.torture_mutations import mutated
from docqa.core.errors import DocumentRejected, UploadRejected
from docqa.core.models import Format
from tests.fakes.documents import WRITERS

SAMPLES = Path(__file__).parents[2] / "samples" / "documents"
COPIES = 3


@pytest.fixture(scope="module")
def road() -> Iterator[Road]:
    made = Road()
    yield made
    made.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A small document of every format, and the samples."""
    folder = tmp_path_factory.mktemp("whole")
    for format, write in WRITERS.items():
        write(folder / f"made.{format.value}")
    return [*sorted(folder.iterdir()), *sorted(SAMPLES.iterdir())]


def ends(road: Road, path: Path) -> str:
    """How a file ends. Whatever else is raised fails the test."""
    try:
        return "read" if road.go(path, []) else "no text"
    except (DocumentRejected, UploadRejected) as error:
        return error.code


def test_whole_files_are_read(road: Road, files: list[Path]) -> None:
    assert {path.name: ends(road, path) for path in files} == {path.name: "read" for path in files}


def test_damaged_copies_are_read_or_refused(road: Road, files: list[Path], tmp_path: Path) -> None:
    ended = []
    for path in files:
        for number in range(COPIES):
            mutant = mutated(path.read_bytes(), path.suffix[1:], f"{path.name}#{number}")
            damaged = tmp_path / f"damaged.{mutant.suffix}"
            damaged.write_bytes(mutant.data)
            ended.append(ends(road, damaged))
    assert len(ended) == COPIES * len(files)
    assert "read" in ended
    assert set(ended) - {"read", "no text"}


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.one_of(st.binary(max_size=400), st.binary(max_size=200).map(lambda b: b"PK\x03\x04" + b), st.just(b"%PDF-1.7")),
    st.sampled_from([format.value for format in Format]),
    st.integers(0, 10_000),
)
def test_damage_is_the_same_for_the_same_seed(data: bytes, suffix: str, number: int) -> None:
    assert mutated(data, suffix, str(number)) == mutated(data, suffix, str(number))
