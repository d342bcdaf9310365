"""From a tree of HTML elements to blocks, in the order of the page.

One walk without recursion, whose stack holds what is still to come. Elements that begin a line of their own end the
block before them. Menus and other side matter keep their place but make no headings, since what follows them is not
about them.
"""

import re
from dataclasses import dataclass
from typing import Any

from docqa.core.models import Block, BlockKind
from docqa.parsing.html.fields import field_text, language_code, selected_option
from docqa.parsing.html.inline import Anchor, Inline, anchor
from docqa.parsing.html.lists import Item, Numbering, integer
from docqa.parsing.html.output import Output
from docqa.parsing.html.style import PLAIN, Look, Sheet, look_of
from docqa.parsing.html.tables import is_data_table, table_blocks

_LEVELS = {f"h{level}": level for level in range(1, 7)}
_LINES = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form header hgroup hr html legend li listing main menu nav noframes ol optgroup p plaintext pre search "
    "section summary table tbody td tfoot th thead tr ul xmp".split()
) | frozenset(_LEVELS)
_DROPPED = frozenset(
    "script style template noscript svg iframe frame frameset object embed applet audio video canvas map head title "
    "meta link base "
    "param source track datalist rp rt annotation annotation-xml noembed select".split()
)
_ELSEWHERE = {"iframe": "src", "frame": "src", "object": "data", "embed": "src", "audio": "src", "video": "src"}
_PRE = frozenset({"pre", "listing", "xmp", "plaintext"})
_MENU_ROLES = frozenset({"navigation", "menu", "menubar"})
_ASIDE = frozenset({"nav", "aside", "footer", "dialog", "menu"})
_ASIDE_ROLES = frozenset({*_MENU_ROLES, "complementary", "contentinfo", "dialog", "alertdialog", "search"})
_POWERS = re.compile(r"\s*[0-9+\-n]{1,4}\s*")
_SUPERSCRIPT = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_TITLE_SCANNED = 2_000


@dataclass(frozen=True)
class State:
    """What holds for a text by the elements around it."""

    look: Look = PLAIN
    kind: BlockKind = BlockKind.PARAGRAPH
    level: int | None = None
    item: Item | None = None
    numbering: Numbering | None = None
    link: Anchor | None = None
    language: str | None = None
    aside: bool = False
    menu: object | None = None
    pre: bool = False
    raised: bool = False

    def changed(self, changes: dict[str, Any]) -> "State":
        """`dataclasses.replace`, twenty times as fast: this is done for most elements of a page."""
        if not changes:
            return self
        new = object.__new__(State)
        new.__dict__.update(self.__dict__)
        new.__dict__.update(changes)
        return new


@dataclass(frozen=True)
class Counts:
    """Scripts; frames and media from elsewhere; whether there was more than can be read."""

    scripts: int
    elsewhere: int
    cut: bool


def html_blocks(root: Any, *, base: str = "", language: str | None = None) -> tuple[list[Block], Counts]:
    """The blocks below an element, and what was left out. `language`: what the page says of itself as a whole."""
    output = Output(language)
    walk = _Walk(output, Sheet([element.text or "" for element in root.iter("style")]), base)
    walk.run(root, State())
    output.finish()
    scripts = sum("json" not in (element.get("type") or "") for element in root.iter("script"))
    elsewhere = sum(bool(element.get(_ELSEWHERE[element.tag])) for element in root.iter(*_ELSEWHERE))
    return output.blocks, Counts(scripts=scripts, elsewhere=elsewhere, cut=walk.cut or output.full)


class _Walk:
    """`line`: everything goes into one line of text, as in the cell of a table."""

    def __init__(self, output: Output, sheet: Sheet, base: str, line: Inline | None = None) -> None:
        self.cut = False
        self.inline = line or Inline()
        self._output = output
        self._sheet = sheet
        self._base = base
        self._in_cell = line is not None
        self._raw: list[str] = []
        self._state = State()
        self._breaks = 0

    def run(self, root: Any, around: State) -> None:
        """Walk an element; its tail is no part of it."""
        stack: list[tuple[Any, State, bool]] = [(root, around, True)]
        while stack and not self._output.full:
            element, outer, entering = stack.pop()
            state = self._enter(element, outer) if entering else None
            if state is not None:
                stack.append((element, outer, False))
                stack.extend((child, state, True) for child in element.iterchildren(reversed=True))
                self._text(element.text, state)
                continue
            if not entering:
                self._leave(element, outer)
            if element is not root:
                self._text(element.tail, outer)
        self._flush()

    def _enter(self, element: Any, outer: State) -> State | None:
        """What holds inside the element; None if its content is not to be walked."""
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in _DROPPED or not tag:
            if tag == "select":
                self._text(f" {selected_option(element)} ", outer)
            return None
        if tag in _LINES:
            self._flush()
        state = self._inside(element, tag, outer)
        if tag == "table" and not self._in_cell and not state.pre and is_data_table(element):
            self._table(element, state)
            return None
        self._attributes(element, tag, state)
        return state

    def _leave(self, element: Any, outer: State) -> None:
        if element.tag in _LINES:
            self._flush()
        elif element.tag == "q":
            self._text("\u201d", outer)

    # -- what an element changes ---------------------------------------------------------------------

    def _inside(self, element: Any, tag: str, outer: State) -> State:
        changes: dict[str, Any] = {}
        if element.attrib or self._sheet.has_tag(tag):
            look = look_of(element, outer.look, self._sheet)
            changes = {} if look is outer.look else {"look": look}
        if tag in _LINES:
            changes |= self._line_changes(element, tag, outer)
        elif tag == "a" and element.get("href"):
            changes["link"] = anchor(element.get("href"), self._base)
        elif tag == "sup":
            changes["raised"] = True
        if element.attrib:
            changes |= _attribute_changes(element, tag, outer)
        return outer.changed(changes)

    def _line_changes(self, element: Any, tag: str, outer: State) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        if tag in _LEVELS and not outer.aside:
            changes = {"kind": BlockKind.HEADING, "level": _LEVELS[tag]}
        elif tag in ("figcaption", "caption"):
            changes = {"kind": BlockKind.CAPTION, "level": None}
        elif tag in ("ul", "ol", "menu", "dir"):
            changes = {"numbering": Numbering.of(element) if tag == "ol" else None}
        elif tag == "li":
            changes = {"kind": BlockKind.LIST_ITEM, "level": None, "item": Item.of(element, outer.numbering)}
        elif tag in ("dt", "dd"):
            changes = {"kind": BlockKind.LIST_ITEM, "level": None, "item": Item(is_term=tag == "dt")}
        elif tag in _PRE:
            changes = {"pre": True}
        if tag in _ASIDE:
            changes["aside"] = True
            changes["menu"] = element if tag == "nav" else outer.menu
        return changes

    def _attributes(self, element: Any, tag: str, state: State) -> None:
        """Line breaks, pictures, form fields, and what shows only under the pointer."""
        if tag == "br":
            self._break(state)
        elif tag == "img":
            self._output.describe(element.get("alt"), self.inline)
        elif tag == "input":
            self._text(field_text(element), state)
        elif tag == "q":
            self._text("\u201c", state)
        title = element.get("title") if element.attrib else None
        if title and title.strip().casefold() not in "".join(element.itertext())[:_TITLE_SCANNED].casefold():
            self._output.describe(title, self.inline)

    # -- text ----------------------------------------------------------------------------------------

    def _text(self, text: str | None, state: State) -> None:
        if not text:
            return
        if not self.inline.length and not self.inline.hidden and not self._raw:
            self._state = state
        if state.look.hidden is not None:
            self.inline.add_hidden(text, state.look.hidden)
        elif state.pre and not self._in_cell:
            self._raw.append(text)
        else:
            if state.raised and state.link is None and self.inline.length and _POWERS.fullmatch(text):
                text = text.strip().translate(_SUPERSCRIPT)
            if not self.inline.length:
                self._state = state
            self.inline.add(text, state.link)
            if not text.isspace():
                self._breaks = 0

    def _break(self, state: State) -> None:
        """One line break is a space; two of them end a paragraph."""
        if state.pre and not self._in_cell:
            self._raw.append("\n")
            return
        self._breaks += 1
        self.inline.space()
        if self._breaks > 1:
            self._flush()

    def _flush(self) -> None:
        self._breaks = 0
        if self._in_cell:
            self.inline.space()
            return
        if self._raw:
            self._output.code("".join(self._raw), self._state)
            self._raw = []
        if self.inline.length or self.inline.hidden:
            self._output.text(self.inline, self._state)
            self.inline = Inline()

    # -- tables --------------------------------------------------------------------------------------

    def _table(self, table: Any, state: State) -> None:
        blocks, cells, cut = table_blocks(table, lambda cell: self._cell(cell, table, state))
        self.cut = self.cut or cut
        self._output.table(blocks, cells, state)

    def _cell(self, cell: Any, table: Any, state: State) -> Inline:
        """A cell's text on one line, under the styles of its row and group."""
        around = state.changed({"kind": BlockKind.PARAGRAPH, "level": None, "item": None, "numbering": None})
        between = []
        parent = cell.getparent()
        while parent is not table:
            between.append(parent)
            parent = parent.getparent()
        for element in reversed(between):
            around = self._inside(element, element.tag, around)
        walk = _Walk(self._output, self._sheet, self._base, Inline())
        walk.run(cell, around)
        return walk.inline


def _attribute_changes(element: Any, tag: str, outer: State) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    role = (element.get("role") or "").lower()
    if role == "heading" and not outer.aside:
        changes |= {"kind": BlockKind.HEADING, "level": min(max(integer(element.get("aria-level")) or 2, 1), 9)}
    if role in _ASIDE_ROLES:
        changes["aside"] = True
    if role in _MENU_ROLES:
        changes["menu"] = element
    language = language_code(element.get("lang") or element.get(_XML_LANG))
    if language and tag != "html":
        changes["language"] = language
    return changes
