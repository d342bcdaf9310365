"""Runs of text put together: white space folded, links kept in place, what does not show set apart."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from docqa.core.models import Block, BlockKind, Box, DocumentWarning, Hidden, Link
from docqa.core.noticed import hidden_text

_SCHEMES = ("http://", "https://", "mailto:")
_MAX_URL = 2_000
_FILE_NAME = re.compile(r"[^\s/]+\.(?:png|jpe?g|gif|bmp|tiff?|svg|emf|wmf|webp)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text that leads to one place, or to none, and shows or does not."""

    text: str
    url: str | None = None
    hidden: Hidden | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A text on one line with its links."""

    text: str
    links: tuple[Link, ...] = ()

    def after(self, prefix: str) -> "Line":
        """The line behind a number or the like."""
        if not prefix or not self.text:
            return self
        shift = len(prefix) + 1
        return Line(f"{prefix} {self.text}", tuple(shifted(link, shift) for link in self.links))


def shifted(link: Link, by: int) -> Link:
    return Link(start=link.start + by, end=link.end + by, url=link.url)


def safe_url(url: str | None) -> str | None:
    """A web or mail address; None for anything that a browser would run or open from disk."""
    url = (url or "").strip()
    return url if url.lower().startswith(_SCHEMES) and len(url) <= _MAX_URL else None


class Noticing:
    """Makes blocks of runs and remembers what has to be said about them. `page` None: the format has no pages."""

    def __init__(self, page: int | None = None) -> None:
        self.page = page
        self.warnings: list[DocumentWarning] = []

    @property
    def pages(self) -> tuple[int, ...]:
        return () if self.page is None else (self.page,)

    def line(self, runs: Sequence[Run]) -> Line:
        """The text of runs in order, hidden or not."""
        if any(run.url for run in runs):
            return _linked(runs)
        return Line(" ".join("".join([run.text for run in runs]).split()))

    def hidden_blocks(self, runs: Sequence[Run], boxes: tuple[Box, ...] = ()) -> list[Block]:
        """What does not show, one block a reason."""
        by_reason: dict[Hidden, list[Run]] = {}
        if not any(run.hidden for run in runs):
            return []
        for run in runs:
            if run.hidden is not None:
                by_reason.setdefault(run.hidden, []).append(run)
        found = [self.hidden_block(reason, self.line(some).text, boxes) for reason, some in by_reason.items()]
        return [block for block in found if block]

    def hidden_block(self, reason: Hidden, text: str, boxes: tuple[Box, ...] = ()) -> Block | None:
        if not text:
            return None
        self.warnings.append(hidden_text(reason, pages=self.pages))
        return Block(kind=BlockKind.PARAGRAPH, text=text, page=self.page, hidden=reason, boxes=boxes)

    def alt_text(self, text: str, boxes: tuple[Box, ...] = ()) -> Block | None:
        """The description of a picture; the bare name of its file is none."""
        if _FILE_NAME.fullmatch(text.strip()):
            return None
        return self.hidden_block(Hidden.ALT_TEXT, " ".join(text.split()), boxes)


def visible(runs: Iterable[Run]) -> list[Run]:
    return [run for run in runs if run.hidden is None]


def _linked(runs: Iterable[Run]) -> Line:
    """As " ".join(text.split()) over all the runs, with the places of links in the result."""
    parts: list[str] = []
    links: list[Link] = []
    length, gap = 0, False
    for run in runs:
        words = run.text.split()
        if not words:
            gap = gap or bool(run.text)
            continue
        if length and (gap or run.text[0].isspace()):
            parts.append(" ")
            length += 1
        text = " ".join(words)
        if run.url:
            _add_link(links, Link(start=length, end=length + len(text), url=run.url))
        parts.append(text)
        length += len(text)
        gap = run.text[-1].isspace()
    return Line("".join(parts), tuple(links))


def _add_link(links: list[Link], link: Link) -> None:
    """Runs of one link that stand side by side are one link."""
    if links and links[-1].url == link.url and link.start - links[-1].end <= 1:
        link = Link(start=links.pop().start, end=link.end, url=link.url)
    links.append(link)
