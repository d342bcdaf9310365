"""What is compared. To add one: a row of `MODES`, or a rule that makes variants of an option."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from docqa.evaluation.findings import Contrast
from docqa_cli.commands.collections import Strategy
from docqa_cli.errors import CliError


@dataclass(frozen=True)
class Variant:
    """One way to search: what is added to the body of a search, and to the options of the collection.

    `against`: the variants that it differs from in one thing. `if_worse`: what to do then ({base}: the better one).
    `parallel`: how many questions at a time.
    """

    name: str
    search: dict[str, Any]
    options: dict[str, Any] = field(default_factory=dict)
    against: tuple[str, ...] = ()
    if_worse: str = ""
    parallel: int = 4


MODES = {
    variant.name: variant
    for variant in (
        Variant("lexical", {"mode": "lexical"}),
        Variant("dense", {"mode": "dense"}, against=("lexical",)),
        Variant(
            "hybrid", {"mode": "hybrid"}, against=("lexical", "dense"), if_worse="search this collection in mode {base}"
        ),
        Variant(
            "rewritten",
            {"mode": "hybrid", "rewrite": True},
            against=("hybrid",),
            if_worse="search the questions of this collection as they are",
        ),
        Variant(
            "reranked",
            {"mode": "hybrid", "rerank": True},
            against=("hybrid",),
            if_worse="leave reranking off for this collection",
            parallel=1,  # it has a time budget, which others at the same time would use up
        ),
    )
}
_STRATEGIES = "|".join(strategy.value for strategy in Strategy)
_CHUNKING = re.compile(rf"(?:({_STRATEGIES})(?::(\d+))?|(\d+))(?:\+(\d+))?")


def chosen(modes: str, chunking: str | None) -> list[Variant]:
    """The variants of both options, in their order. Raises CliError for a word that names none."""
    found = [_mode(name) for name in _words(modes)]
    if not found:
        raise CliError("--modes names no mode.", code="usage")
    base = MODES["hybrid"] if MODES["hybrid"] in found else found[0]
    return [*found, *(_cut(base, word) for word in _words(chunking or ""))]


def contrasts(variants: Sequence[Variant]) -> Iterator[Contrast]:
    """Each variant against those that it differs from in one thing, as far as they are there."""
    names = {variant.name for variant in variants}
    for variant in variants:
        for base in variant.against:
            if base in names:
                yield Contrast(variant.name, base, variant.if_worse.format(base=base))


def _words(text: str) -> Iterable[str]:
    return dict.fromkeys(word.strip() for word in text.split(",") if word.strip())


def _mode(name: str) -> Variant:
    if name not in MODES:
        raise CliError(f"There is no mode {name!r}; there is: {', '.join(MODES)}.", code="usage")
    return MODES[name]


def _cut(base: Variant, word: str) -> Variant:
    """The base over documents that are cut otherwise: "recursive", "sentence:120", "fixed:200+40", "120"."""
    match = _CHUNKING.fullmatch(word)
    if match is None:
        raise CliError(
            f"{word!r} names no way to cut: STRATEGY, STRATEGY:TOKENS, STRATEGY:TOKENS+OVERLAP or TOKENS; strategies "
            f"are {', '.join(strategy.value for strategy in Strategy)}.",
            code="usage",
        )
    strategy, tokens, alone, overlap = match.groups()
    options: dict[str, Any] = {"strategy": strategy} if strategy else {}
    options |= {"chunk_tokens": int(tokens or alone)} if tokens or alone else {}
    options |= {"overlap_tokens": int(overlap)} if overlap else {}
    return Variant(f"{base.name} {word}", base.search, options, (base.name,), parallel=base.parallel)
