"""Where the blocks of a page go: list items with their marks, terms with what explains them, menus on one line."""

import textwrap
from collections.abc import Sequence
from typing import Any

from docqa.core.language import language_of
from docqa.core.models import Block, BlockKind, Hidden, Link
from docqa.parsing.html.inline import Inline

MAX_CHARS = 20_000_000
_MAX_HEADING_CHARS = 400
_LEAST_DESCRIPTION = 2
_BETWEEN = " · "


class Output:
    """Takes what the walk gathers, in order."""

    def __init__(self, language: str | None) -> None:
        self.blocks: list[Block] = []
        self.full = False
        self._page_language = language
        self._chars = 0
        self._described: set[str] = set()
        self._terms: list[tuple[str, tuple[Link, ...], Any]] = []
        self._menu: list[tuple[str, tuple[Link, ...]]] = []
        self._menu_state: Any = None

    def describe(self, text: str | None, inline: Inline) -> None:
        """A description that does not show, such as of a picture; said once a page."""
        words = " ".join((text or "").split())
        if len(words) >= _LEAST_DESCRIPTION and words not in self._described:
            self._described.add(words)
            inline.hidden.append((Hidden.ALT_TEXT, [words]))

    def text(self, inline: Inline, state: Any) -> None:
        """One line of text and what is hidden in it, under the state that it began in."""
        if inline.length:
            self._line(inline, state)
        self._hidden(inline, state)

    def code(self, text: str, state: Any) -> None:
        """Text whose lines are kept."""
        lines = textwrap.dedent(text.expandtabs(4).replace("\r\n", "\n").replace("\r", "\n")).split("\n")
        kept = "\n".join(line.rstrip() for line in lines).strip()
        if kept:
            self._emit(BlockKind.CODE, kept, (), state)

    def table(self, blocks: Sequence[Block], cells: Sequence[Inline], state: Any) -> None:
        for block in blocks:
            self._put(block, state)
        for cell in cells:
            self._hidden(cell, state)

    def finish(self) -> None:
        """Emit what waits for more."""
        self._end_terms()
        self._end_menu()

    def _line(self, inline: Inline, state: Any) -> None:
        text, item = inline.text(), state.item
        if state.menu is not None and state.look.hidden is None:
            self._in_menu(text, inline.links(), state)
        elif state.kind is BlockKind.LIST_ITEM and item is not None and not item.used:
            item.used = True
            if item.is_term:
                self._terms.append((text, inline.links(), state))
            else:
                self._item(inline, item.marker, state)
        else:
            no_title = state.kind is BlockKind.HEADING and len(text) > _MAX_HEADING_CHARS
            no_item = state.kind is BlockKind.LIST_ITEM
            self._emit(BlockKind.PARAGRAPH if no_title or no_item else state.kind, text, inline.links(), state)

    def _item(self, inline: Inline, marker: str, state: Any) -> None:
        """A list item after its mark; an explanation after its terms."""
        links: list[Link] = []
        if self._terms:
            marker = ""
            for term, of_term, _ in self._terms:
                marker += ", " if marker else ""
                links += _moved(of_term, len(marker))
                marker += term
            marker += " " if marker.endswith(":") else ": "
            self._terms = []
        links += inline.links(len(marker))
        self._emit(BlockKind.LIST_ITEM, marker + inline.text(), tuple(links), state)

    def _in_menu(self, text: str, links: tuple[Link, ...], state: Any) -> None:
        if self._menu_state is not None and self._menu_state.menu is not state.menu:
            self._end_menu()
        self._menu_state = state
        self._menu.append((text, links))

    def _hidden(self, inline: Inline, state: Any) -> None:
        for reason, text in inline.hidden_texts():
            kind = BlockKind.PARAGRAPH if reason is Hidden.ALT_TEXT or state.pre else state.kind
            level = state.level if kind is BlockKind.HEADING else None
            block = Block(kind=kind, text=text, level=level, hidden=reason)
            self._put(block, state)

    def _emit(self, kind: BlockKind, text: str, links: tuple[Link, ...], state: Any) -> None:
        level = state.level if kind is BlockKind.HEADING else None
        self._put(Block(kind=kind, text=text, level=level, links=links), state)

    def _put(self, block: Block, state: Any) -> None:
        self.finish()
        language = state.language
        if language is None and self._page_language is not None:
            # Templates say "en" of pages in any language: it counts where the text does not say otherwise.
            language = language_of(block.text, sure=True) or self._page_language
        self.blocks.append(block if language is None else block.model_copy(update={"language": language}))
        self._chars += len(block.text)
        self.full = self._chars > MAX_CHARS

    def _end_terms(self) -> None:
        terms, self._terms = self._terms, []
        for text, links, state in terms:
            self._emit(BlockKind.LIST_ITEM, text, links, state)

    def _end_menu(self) -> None:
        entries, self._menu = self._menu, []
        if not entries:
            return
        line, links = "", []
        for text, of_entry in entries:
            line += _BETWEEN if line else ""
            links += _moved(of_entry, len(line))
            line += text
        self._emit(BlockKind.PARAGRAPH, line, tuple(links), self._menu_state)


def _moved(links: tuple[Link, ...], shift: int) -> list[Link]:
    return [Link(start=link.start + shift, end=link.end + shift, url=link.url) for link in links]
