"""Every labelled file of the development data, where it is present: the outcome, the words and their order.

The data lies outside the repository; where it is absent there is nothing to compare.
"""

import json
import re
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from docqa.core.errors import DocQAError
from docqa.core.models import Block, Format
from docqa.parsing.files import plan_file, read_range
from docqa.parsing.rendering import render_markdown
from docqa.parsing.sniff import check

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
# One label writes formulas in LaTeX, one check boxes as "[x]": the words of those cannot agree.
LEAST_RECALL, LEAST_ORDER, LEAST_CELLS = 0.79, 0.6, 0.5
CODES = {
    "password": {"password_protected"},
    "reject": {"corrupt_file", "file_empty", "type_mismatch", "unsafe_file", "no_text"},
    "other_type": {"unsupported_type"},
}
ANY = {"survive"}  # partial text or a clear refusal: both are right


def labelled() -> list[dict[str, Any]]:
    index = DATA / "parser" / "expect.jsonl"
    if not index.is_file():
        return []
    return [json.loads(line) for line in index.read_text(encoding="utf-8").splitlines()]


@cache
def outcome(name: str) -> tuple[str, tuple[Block, ...]]:
    """ "text" with the blocks that show, "no_text", or the code of a refusal."""
    path = DATA / name
    format = Format.of_filename(path.name)
    if format is None:
        return "unsupported_type", ()
    try:
        check(path, format)
        plan = plan_file(path, format, max_pages=500)
        blocks = tuple(
            block for pages in plan.ranges for block in read_range(path, format, pages).blocks if block.hidden is None
        )
    except DocQAError as error:
        return error.code, ()
    return ("text" if blocks else "no_text"), blocks


def words(text: str) -> list[str]:
    """Words without regard to case, marks and Markdown."""
    return re.findall(r"[^\W_]+", re.sub(r"<!--.*?-->|&[a-z]+;", " ", text, flags=re.DOTALL).casefold())


def squeezed(text: str) -> str:
    return "".join(words(text))


def test_every_file_ends_as_it_should() -> None:
    wrong = {}
    for row in labelled():
        expected, (found, _) = row["expect"], outcome(row["file"])
        holds_text = row.get("reference", {}).get("chars") != 0
        if expected in ANY or (expected == "other_type" and found == "text"):  # formats that were added since
            continue
        right = CODES.get(expected) or ({"text"} if expected == "text" and holds_text else {"text", "no_text"})
        if found not in right:
            wrong[row["file"]] = (expected, found)
    assert wrong == {}


def test_what_must_be_in_a_file_is_found() -> None:
    missing = {}
    for row in labelled():
        found = squeezed(" ".join(block.text for block in outcome(row["file"])[1]))
        lost = [word for word in row.get("must_contain", ()) if squeezed(word) not in found]
        if lost:
            missing[row["file"]] = lost
    assert missing == {}


def test_words_of_expected_texts_are_there_and_in_order() -> None:
    worse = {}
    for row in labelled():
        if "expected_text" not in row:
            continue
        wanted = words((DATA / row["expected_text"]).read_text(encoding="utf-8"))
        found = words(render_markdown(outcome(row["file"])[1]))
        recall = (Counter(wanted) & Counter(found)).total() / max(1, len(wanted))
        order = _neighbours(wanted, found)
        if recall < LEAST_RECALL or order < LEAST_ORDER:
            worse[row["file"]] = (round(recall, 3), round(order, 3))
    assert worse == {}


def test_tables_of_expected_texts_have_their_cells() -> None:
    worse = {}
    for row in labelled():
        wanted = _cells((DATA / row["expected_text"]).read_text(encoding="utf-8")) if "expected_text" in row else None
        if not wanted:
            continue
        found = _cells(render_markdown(outcome(row["file"])[1]))
        share = (wanted & found).total() / wanted.total()
        if share < LEAST_CELLS:
            worse[row["file"]] = round(share, 3)
    assert worse == {}


def _cells(markdown: str) -> Counter[str]:
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    return Counter(text for line in lines for cell in line.split("|") if (text := squeezed(cell)))


def _neighbours(wanted: list[str], found: list[str]) -> float:
    """Share of the neighbouring pairs of wanted words that are neighbours in what was found."""
    pairs = Counter(pairwise(wanted))
    return (pairs & Counter(pairwise(found))).total() / max(1, pairs.total())
