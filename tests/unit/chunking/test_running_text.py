"""Running heads and page numbers of recognised pages go; everything else stays as it was, in order."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from hypothesis import given
from hypothesis import strategies as st

from docqa.chunking.running_text import LOOK_AROUND, without_running_text
from docqa.core.models import Block, BlockKind, Box

HEAD, FOOT = "Logbook of the Meridian", "Halden Ferries, 1874"


def block(text: str, page: int | None, y: float, *, confidence: float | None = 0.9, **fields: object) -> Block:
    boxes = (Box(page=page, x0=70, y0=y, x1=300, y1=y + 10),) if page else ()
    given = {"kind": BlockKind.PARAGRAPH, "text": text, "page": page, "boxes": boxes, "confidence": confidence}
    return Block(**{**given, **fields})


def page_of(number: int, *, head: str = HEAD, y: float = 40, confidence: float | None = 0.9) -> list[Block]:
    """Head, two paragraphs that only this page has, foot, page number."""
    return [
        block(head, number, y, confidence=confidence),
        block(f"On day {number * 7} the wind came from the north.", number, 120, confidence=confidence),
        block(
            f"{'abcdefghij'[number % 10] * 5} came aboard with {number * 3} casks.", number, 400, confidence=confidence
        ),
        block(FOOT, number, 780, confidence=confidence),
        block(f"- {number + 4} -", number, 800, confidence=confidence),
    ]


def passed(blocks: Iterable[Block]) -> list[Block]:
    async def stream() -> AsyncIterator[Block]:
        for one in blocks:
            yield one

    async def collect() -> list[Block]:
        return [one async for one in without_running_text(stream())]

    return asyncio.run(collect())


def pages(count: int, **fields: object) -> list[Block]:
    return [one for number in range(1, count + 1) for one in page_of(number, **fields)]  # type: ignore[arg-type]


def test_what_repeats_stays_once_and_page_numbers_go() -> None:
    kept = passed(pages(60))
    texts = [one.text for one in kept]
    assert texts.count(HEAD) == texts.count(FOOT) == 1
    assert next(one.text for one in kept if one.page == 1) == HEAD
    assert not [text for text in texts if text.startswith("- ")]
    assert kept == [one for one in pages(60) if one in kept], "in their order"
    assert len(kept) == 2 * 60 + 2


def test_a_head_that_was_misread_is_the_same_head() -> None:
    heads = [HEAD, "Logbook of the Meridlan", "Logb0ok of the Meridian", "Logbook of thc Meridian"]
    blocks = [one for number in range(1, 21) for one in page_of(number, head=heads[number % 4], y=38 + number % 5)]
    assert sum("Logb" in one.text for one in passed(blocks)) == 1


def test_pages_of_text_are_left_alone() -> None:
    blocks = pages(30, confidence=None)
    assert passed(blocks) == blocks


def test_two_pages_are_too_few_to_tell() -> None:
    assert passed(pages(2)) == pages(2)


def test_a_sentence_that_repeats_within_the_page_stays() -> None:
    blocks = []
    for number in range(1, 11):
        one = page_of(number)
        one.insert(2, block("All was well.", number, 300))
        blocks += one
    assert [one.text for one in passed(blocks)].count("All was well.") == 10


def test_titles_and_entries_of_one_form_stay() -> None:
    blocks = []
    for number in range(1, 21):
        blocks += [
            block(HEAD, number, 40),
            block(f"Watch {number}", number, 60, kind=BlockKind.HEADING, level=1),
            block(f"Entry {number}: met the brig {'ABCDEFGH'[number % 8] * 4}.", number, 80),
            block(f"{'abcdefghij'[number % 10] * 5} came aboard.", number, 700),
        ]
    assert [one for one in passed(blocks) if one.text != HEAD] == [one for one in blocks if one.text != HEAD]


def test_the_head_of_a_table_stays() -> None:
    table = [block("Day | Wind\n1 | north", n, 40, kind=BlockKind.TABLE, has_header=True) for n in range(1, 12)]
    assert passed(table) == table


def test_a_number_that_does_not_count_along_stays() -> None:
    blocks = [block(str(value), number, 800) for number, value in enumerate((1874, 12, 77, 3, 512, 48), start=1)]
    assert [one.text for one in passed(blocks)] == ["1874", "12", "77", "3", "512", "48"]


def test_blocks_without_pages_pass_at_once() -> None:
    seen = 0

    async def stream() -> AsyncIterator[Block]:
        nonlocal seen
        for number in range(5):
            seen += 1
            yield block(f"row {number}", None, 0, confidence=None)

    async def collect() -> list[int]:
        return [seen async for _ in without_running_text(stream())]

    assert asyncio.run(collect()) == [1, 2, 3, 4, 5]


def test_no_more_is_held_back_than_is_needed() -> None:
    produced = 0

    async def stream() -> AsyncIterator[Block]:
        nonlocal produced
        for number in range(1, 101):
            produced = number
            for one in page_of(number):
                yield one

    async def collect() -> int:
        return max([produced - (one.page or 0) async for one in without_running_text(stream())])

    assert asyncio.run(collect()) <= LOOK_AROUND + 1


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from([HEAD, FOOT, "7", "Page 3 of 9", "The wind came from the north."]),
            st.floats(0, 800),
            st.sampled_from([None, 0.4, 0.95]),
        ),
        max_size=60,
    )
)
def test_nothing_but_recognised_texts_at_the_edge_is_ever_lost(
    drawn: list[tuple[int, str, float, float | None]],
) -> None:
    number, blocks = 1, []
    for step, text, y, confidence in drawn:
        number += step
        blocks.append(block(text, number, y, confidence=confidence))
    kept = passed(blocks)
    remaining = iter(blocks)
    assert all(one in remaining for one in kept), "in order, none made up"
    assert [one for one in kept if one.confidence is None] == [one for one in blocks if one.confidence is None]
