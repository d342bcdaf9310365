"""One slide as blocks: its title, the rest in reading order, then notes and comments."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from docqa.core.models import Block, BlockKind, Box, DocumentWarning, Hidden
from docqa.parsing.office.charts import chart_blocks
from docqa.parsing.office.diagrams import diagram_texts
from docqa.parsing.office.names import R_ID, attribute
from docqa.parsing.office.package import Package
from docqa.parsing.office.text import Line, Noticing, Run, visible
from docqa.parsing.pptx.colours import Colours
from docqa.parsing.pptx.geometry import Area
from docqa.parsing.pptx.hidden import Sight
from docqa.parsing.pptx.notes import comments, notes
from docqa.parsing.pptx.order import reading_order
from docqa.parsing.pptx.shapes import A, Masters, P, Shape, ShapeReader
from docqa.parsing.pptx.tables import table_blocks
from docqa.parsing.pptx.text import Paragraph, paragraphs, shape_url

_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"
_AUTOMATIC = frozenset({"dt", "sldNum", "ftr", "hdr"})
_MAX_TITLE_CHARS = 120
_MIN_TITLE_SIZE = 2_000  # hundredths of a point
_BREAK = (Run(" "),)


@dataclass
class Deck:
    """What the slides of one file share. `names`: authors of comments; `size`: of a slide."""

    package: Package
    size: Area
    names: dict[str, str]
    title_level: int = 1
    masters: Masters = field(init=False)

    def __post_init__(self) -> None:
        self.masters = Masters(self.package)


class SlideReader:
    """Reads one slide. `footer_before`: the footer of the slide before it, which is not said again."""

    def __init__(self, deck: Deck, part: str, root: Any, number: int, footer_before: str) -> None:
        self._deck, self._part, self._number, self._footer_before = deck, part, number, footer_before
        self._noticing = Noticing(number)
        self._figures: set[str] = set()
        self._masters = deck.masters.above(part, (number,))
        reader = ShapeReader(self._masters)
        tree = root.find(f"{P}cSld/{P}spTree")
        self._shapes = reader.shapes(tree)
        if reader.too_deep:
            deck.package.notice("nested_too_deep", pages=(number,))
        self._colours = Colours(deck.package, root, self._masters, (number,))
        self._sight = Sight(deck.package, part, root, self._shapes, self._masters, self._colours, deck.size)

    @property
    def warnings(self) -> list[DocumentWarning]:
        return self._noticing.warnings

    def blocks(self) -> Iterator[Block]:
        title = self._title()
        if title is not None:
            yield from self._title_blocks(title)
        others = [shape for shape in self._shapes if shape is not title]
        for shape in reading_order(others, lambda shape: shape.area):
            yield from self._shape(shape)
        for line in notes(self._deck.package, self._part, self._noticing):
            yield self._block(BlockKind.NOTE, line)
        for line in comments(self._deck.package, self._part, self._deck.names, self._noticing):
            yield self._block(BlockKind.NOTE, line)

    def _block(self, kind: BlockKind, line: Line, box: Box | None = None) -> Block:
        level = self._deck.title_level if kind is BlockKind.HEADING else None
        boxes = (box,) if box else ()
        return Block(kind=kind, text=line.text, page=self._number, level=level, links=line.links, boxes=boxes)

    # -- titles ------------------------------------------------------------------------------------

    def _title(self) -> Shape | None:
        """The title's placeholder, else a short text above all others and larger than they are."""
        for shape in self._shapes:
            if shape.is_title and self._has_text(shape):
                return shape
        texts = [shape for shape in self._shapes if shape.kind == "text" and shape.area and self._has_text(shape)]
        if not texts or any(shape.is_title for shape in self._shapes if self._has_text(shape)):
            return None
        first = min(texts, key=lambda shape: shape.area.y0 if shape.area else 0.0)
        sizes = {id(shape): _size(shape) for shape in texts}
        largest = all(sizes[id(first)] > sizes[id(shape)] for shape in texts if shape is not first)
        text = " ".join(run.text or "" for run in first.element.iter(f"{A}t"))
        high = first.area is not None and first.area.y0 < self._deck.size.height / 3
        wanted = largest and high and sizes[id(first)] >= _MIN_TITLE_SIZE and len(text) <= _MAX_TITLE_CHARS
        return first if wanted and self._sight.hidden(first) is None and len(texts) > 1 else None

    def _has_text(self, shape: Shape) -> bool:
        return any((run.text or "").strip() for run in shape.element.iterfind(f"{P}txBody//{A}t"))

    def _title_blocks(self, shape: Shape) -> Iterator[Block]:
        """A title of several lines is one heading."""
        hidden = self._sight.hidden(shape)
        if hidden:
            yield from self._hidden_shape(shape, hidden)
            return
        runs = [run for paragraph in self._paragraphs(shape) for run in [*paragraph.runs, *_BREAK]]
        line = self._noticing.line(visible(runs))
        if line.text:
            yield self._block(BlockKind.HEADING, line, self._box(shape))
        yield from self._noticing.hidden_blocks(runs, self._boxes(shape))
        yield from self._described(shape)

    # -- shapes ------------------------------------------------------------------------------------

    def _shape(self, shape: Shape) -> Iterator[Block]:
        hidden = self._sight.hidden(shape)
        if hidden:
            yield from self._hidden_shape(shape, hidden)
        elif shape.kind == "group":
            for inner in reading_order(shape.children, lambda child: child.area):
                yield from self._shape(inner)
        elif shape.kind == "frame":
            yield from self._frame(shape)
        elif shape.kind == "text":
            yield from self._text(shape)
        if not hidden:
            yield from self._described(shape)

    def _text(self, shape: Shape) -> Iterator[Block]:
        found = list(self._paragraphs(shape))
        if shape.placeholder is not None and self._is_furniture(shape, found):
            return
        filled = [one for one in found if any(run.text.strip() for run in one.runs)]
        for one in filled:
            line = self._noticing.line(visible(one.runs)).after(one.label)
            listed = one.listed and (len(filled) > 1 or bool(one.label) or one.level > 0)
            if line.text:
                yield self._block(BlockKind.LIST_ITEM if listed else BlockKind.PARAGRAPH, line, self._box(shape))
            yield from self._noticing.hidden_blocks(one.runs, self._boxes(shape))

    def _is_furniture(self, shape: Shape, found: list[Paragraph]) -> bool:
        """Slide numbers and dates that PowerPoint fills in, and a footer that the slide before had too."""
        if not any(one.typed for one in found):
            return any(one.runs for one in found)
        if shape.placeholder is None or shape.placeholder.type not in _AUTOMATIC:
            return False
        text = " ".join("".join(run.text for run in one.runs) for one in found).strip()
        return text.isdigit() or (shape.placeholder.type == "ftr" and text == self._footer_before)

    def _paragraphs(self, shape: Shape) -> Iterator[Paragraph]:
        body = shape.element.find(f"{P}txBody")
        if body is None:
            return iter(())
        relations = self._deck.package.relations(self._part)
        judge = self._sight.of_runs(body, shape, self._sight.under(shape))
        url = shape_url(shape, relations)
        return paragraphs(body, shape, self._masters, relations, hidden_by=judge, url=url)

    def _hidden_shape(self, shape: Shape, reason: Hidden) -> Iterator[Block]:
        """All the text of a shape that does not show."""
        for one in shape.flat():
            texts = [" ".join(run.text or "" for run in p.iter(f"{A}t")) for p in one.element.iter(f"{A}p")]
            text = " ".join(" ".join(texts).split())
            block = self._noticing.hidden_block(reason, text, self._boxes(one))
            if block:
                yield block

    def _described(self, shape: Shape) -> Iterator[Block]:
        """Alternative text."""
        properties = shape.properties
        if properties is not None:
            texts = dict.fromkeys(filter(None, (properties.get(key, "").strip() for key in ("title", "descr"))))
            block = self._noticing.alt_text(" ".join(texts), self._boxes(shape))
            if block:
                yield block

    # -- tables, charts, diagrams ------------------------------------------------------------------

    def _frame(self, shape: Shape) -> Iterator[Block]:
        data = shape.element.find(f"{A}graphic/{A}graphicData")
        if data is None or not len(data):
            return
        table = data.find(f"{A}tbl")
        if table is not None:
            relations = self._deck.package.relations(self._part)
            yield from table_blocks(table, shape, self._noticing, relations, self._deck.size)
        elif data[0].tag == _DIAGRAM:
            yield from self._diagram(attribute(data[0], "dm"), shape)
        elif data[0].tag.endswith("}chart"):
            yield from self._chart(data[0].get(R_ID), shape)

    def _related(self, name: str | None, what: str) -> Any:
        """The part behind a chart or diagram; None too where the slide shows it a second time."""
        relation = self._deck.package.relations(self._part).get(name or "")
        target = relation.target if relation else None
        if target is not None and target in self._figures:
            return None
        self._figures.add(target or "")
        return self._deck.package.root(target, what, pages=(self._number,))

    def _chart(self, name: str | None, shape: Shape) -> Iterator[Block]:
        root = self._related(name, "chart")
        if root is None:
            return
        blocks, fault = chart_blocks(root, self._number, self._boxes(shape))
        if fault:
            self._deck.package.notice(fault, "data of a chart", (self._number,))
        yield from blocks

    def _diagram(self, name: str | None, shape: Shape) -> Iterator[Block]:
        root = self._related(name, "diagram")
        for text in diagram_texts(root) if root is not None else ():
            yield self._block(BlockKind.LIST_ITEM, Line(text), self._box(shape))

    # -- places ------------------------------------------------------------------------------------

    def _box(self, shape: Shape) -> Box | None:
        return shape.area.on(self._number, self._deck.size) if shape.area else None

    def _boxes(self, shape: Shape) -> tuple[Box, ...]:
        box = self._box(shape)
        return (box,) if box else ()


def footer(root: Any) -> str:
    """The text of a slide's footer placeholder."""
    for shape in ShapeReader([]).shapes(root.find(f"{P}cSld/{P}spTree") if root is not None else None):
        if shape.placeholder is not None and shape.placeholder.type == "ftr":
            return " ".join("".join(r.text or "" for r in p.iter(f"{A}t")) for p in shape.element.iter(f"{A}p")).strip()
    return ""


def _size(shape: Shape) -> int:
    """The largest size of type that a shape's text is set in by itself, in hundredths of a point."""
    sizes = [found.get("sz", "") for found in shape.element.iter(f"{A}rPr", f"{A}defRPr")]
    return max((int(size) for size in sizes if size.isdigit() and len(size) < 7), default=0)
