"""The text of one block as it is gathered piece by piece: white space as a browser shows it, links at their offsets."""

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin

from docqa.core.models import Hidden, Link

_SPACE = re.compile(r"\s+")
_MAX_URL = 2000
_SCHEMES = re.compile(r"(?:https?|mailto|tel|ftp):", re.I)
_ANY_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)


@dataclass
class Anchor:
    """One `a` element; each has an object of its own, so that neighbours with the same address stay apart."""

    url: str


def anchor(href: str | None, base: str) -> Anchor | None:
    """The link of an `href`, None for scripts, data and places on the same page."""
    url = "".join((href or "").split())
    if not url or url.startswith("#") or len(url) > _MAX_URL:
        return None
    if _SCHEMES.match(url):
        return Anchor(url)
    if _ANY_SCHEME.match(url) or not base:
        return None
    return Anchor(resolved(base, url))


def resolved(base: str, url: str) -> str:
    """A relative address against the page's own, without looking anything up; the address itself if that fails."""
    try:
        return urljoin(base, url)
    except ValueError:
        return url


@dataclass
class Inline:
    """Text so far, without white space at its ends or twice in a row, and where its links are."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    anchors: list[tuple[int, int, Anchor]] = field(default_factory=list)
    hidden: list[tuple[Hidden, list[str]]] = field(default_factory=list)
    _space: bool = False

    def add(self, text: str, link: Anchor | None = None) -> None:
        """Append text; white space is one space, and none at the beginning."""
        words = _SPACE.sub(" ", text)
        if not words.strip():
            self._space = self._space or bool(words)
            return
        if (self._space or words[0] == " ") and self.length:
            self._put(" ")
        self._space = words[-1] == " "
        words = words.strip()
        start = self.length
        self._put(words)
        if link is None:
            return
        if self.anchors and self.anchors[-1][2] is link:
            start = self.anchors.pop()[0]
        self.anchors.append((start, self.length, link))

    def add_hidden(self, text: str, reason: Hidden) -> None:
        """Text that does not show, kept apart."""
        if text.strip():
            if self.hidden and self.hidden[-1][0] is reason is not Hidden.ALT_TEXT:
                self.hidden[-1][1].append(text)
            else:
                self.hidden.append((reason, [text]))

    def space(self) -> None:
        """Words do not run together across this point."""
        self._space = True

    def text(self) -> str:
        return "".join(self.pieces)

    def links(self, shift: int = 0) -> tuple[Link, ...]:
        """Offsets into `text()`, moved by what is put before it."""
        return tuple(Link(start=start + shift, end=end + shift, url=one.url) for start, end, one in self.anchors)

    def hidden_texts(self) -> list[tuple[Hidden, str]]:
        """What does not show, by reason, each on one line."""
        return [(reason, " ".join("".join(texts).split())) for reason, texts in self.hidden]

    def _put(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)
