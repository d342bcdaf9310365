"""Lines of right-to-left scripts in the order they are read in, from where their letters stand."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

Char = dict[str, Any]

_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_ALEFS = frozenset("\u0627\u0623\u0625\u0622")
_LAM = "\u0644"
_NARROW = 0.01
_UNPLACED_SHARE = 0.2
_NUMBER_SIGNS = frozenset(".,:/-\u066b\u066c")


def is_rtl(text: str) -> bool:
    """Whether most letters of a text are of a right-to-left script."""
    return not text.isascii() and len(_RTL.findall(text)) * 2 > sum(char.isalpha() for char in text)


def in_logical_order(line: dict[str, Any]) -> dict[str, Any]:
    """One of MuPDF's lines with `text` on its spans; one of a right-to-left script put in order.

    MuPDF gives the letters nearly in order, but for punctuation, spaces at a line's end, and lam-alef ligatures that a
    font maps to two letters: there the alef, without a width, comes first. Letters are sorted from right to left, runs
    of the other direction (Latin words, numbers) from left to right.
    """
    spans = line["spans"]
    if line["dir"][0] > 0.95 and is_rtl("".join(char["c"] for span in spans for char in span["chars"])):
        marked = [(char, number) for number, span in enumerate(spans) for char in span["chars"]]
        ordered = [pair for cluster in _sorted(_clusters(marked)) for pair in cluster] if _is_placed(marked) else marked
        spans = [
            {**spans[number], "chars": [char for char, _ in pairs]}
            for number, pairs in groupby(ordered, key=lambda pair: pair[1])
        ]
    return {**line, "spans": [_with_text(span) for span in spans]}


def _is_placed(marked: Sequence[tuple[Char, int]]) -> bool:
    """Whether the letters have places to be sorted by: some files give a width to the first letter of a word alone."""
    letters = [char for char, _ in marked if char["c"].isalpha() and char["c"] not in _ALEFS]
    narrow = [char for char in letters if char["bbox"][2] - char["bbox"][0] < _NARROW]
    return len(narrow) <= len(letters) * _UNPLACED_SHARE


def _with_text(span: dict[str, Any]) -> dict[str, Any]:
    return {**span, "text": "".join(char["c"] for char in span["chars"])}


def _clusters(marked: Sequence[tuple[Char, int]]) -> list[list[tuple[Char, int]]]:
    """A letter with the marks on it; a ligature's letters."""
    found: list[list[tuple[Char, int]]] = []
    pending: list[tuple[Char, int]] = []
    for char, number in marked:
        narrow = char["bbox"][2] - char["bbox"][0] < _NARROW
        if pending:
            mended = [(char, number), *pending] if char["c"] == _LAM else [*pending, (char, number)]
            found.append(mended)
            pending = []
        elif narrow and char["c"] in _ALEFS:
            pending = [(char, number)]
        elif narrow and found:
            found[-1].append((char, number))
        else:
            found.append([(char, number)])
    return [*found, pending] if pending else found


def _sorted(clusters: Iterable[list[tuple[Char, int]]]) -> Iterator[list[tuple[Char, int]]]:
    ordered = sorted(clusters, key=_middle, reverse=True)
    kinds = [_kind(cluster) for cluster in ordered]
    for index, kind in enumerate(kinds):
        if kind == "neutral":
            kinds[index] = _resolved(ordered, kinds, index)
    for left_to_right, run in groupby(
        zip(ordered, kinds, strict=True), key=lambda pair: pair[1] in ("latin", "number")
    ):
        members = [cluster for cluster, _ in run]
        yield from reversed(members) if left_to_right else members


def _middle(cluster: Sequence[tuple[Char, int]]) -> float:
    box = max((char["bbox"] for char, _ in cluster), key=lambda box: box[2] - box[0])
    return float(box[0] + box[2]) / 2


def _kind(cluster: Sequence[tuple[Char, int]]) -> str:
    char = cluster[0][0]["c"]
    if char.isdigit():
        return "number"
    if char.isalpha():
        return "rtl" if _RTL.match(char) else "latin"
    return "rtl" if _RTL.match(char) else "neutral"


def _resolved(ordered: Sequence[list[tuple[Char, int]]], kinds: Sequence[str], index: int) -> str:
    """What a sign or space belongs to: a Latin text it stands within, a number it is part of, else the line."""
    before = next((kind for kind in reversed(kinds[:index]) if kind != "neutral"), "rtl")
    after = next((kind for kind in kinds[index + 1 :] if kind != "neutral"), "rtl")
    if before == after == "number":
        alone = kinds[index - 1] == "number" and kinds[index + 1] == "number"
        return "number" if alone and ordered[index][0][0]["c"] in _NUMBER_SIGNS else "neutral"
    return "latin" if "latin" in (before, after) and "rtl" not in (before, after) else "neutral"
