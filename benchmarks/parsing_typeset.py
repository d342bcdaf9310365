"""A plain typesetter: parts become a PDF as other programs write them, with the parts in the order they are read.

Text is put on the page by lines, by words or in odd pieces; lines are justified or ragged, words hyphenated or not;
tables have all rules, some or none; pages have running heads, numbers and footnotes, which are not in the label
(footnotes are).
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import pymupdf

from benchmarks.parsing_prose import Grid, Head, Items, Note, Para, Part

_VOWELS = "aeiouyäöü"


@dataclass(frozen=True, kw_only=True)
class Style:
    """How a document looks. Sizes in points. `put`: "lines", "words" or "pieces"; `paragraphs`: "space" or "indent";
    `rules`: "all", "some", "none" or "shades"; `heads`: "size", "bold" or "numbered"."""

    page: tuple[float, float] = (595.0, 842.0)
    margin: float = 64.0
    columns: int = 1
    font: str = "tiro"
    bold: str = "tibo"
    size: float = 10.5
    leading: float = 1.25
    paragraphs: str = "space"
    justified: bool = False
    hyphenated: bool = False
    put: str = "lines"
    heads: str = "size"
    rules: str = "all"
    bullet: str = "\u2022"
    running: str = ""
    number: str = ""
    outline: bool = False
    rotated: bool = False


@dataclass
class _Frame:
    page: int
    x: float
    top: float
    width: float
    bottom: float
    y: float = 0.0


def typeset(parts: Sequence[Part], style: Style, seed: str) -> tuple[bytes, list[Part]]:
    """The PDF, and the parts with each footnote at the end of its page (behind the part that goes on over the page)."""
    return _Typesetter(style, random.Random(seed)).run(parts)


class _Typesetter:
    def __init__(self, style: Style, dice: random.Random) -> None:
        self.style, self.dice = style, dice
        self.document = pymupdf.open()
        self.shapes: list[pymupdf.Shape] = []
        self.frames = self._frames()
        self.frame = next(self.frames)
        self.label: list[Part] = []
        self.pending: list[tuple[int, Note]] = []
        """Footnotes by page that are not in the label yet."""
        self.begun = 0
        """The page that the present part begins on."""
        self.outline: list[tuple[int, str, int]] = []
        self.counts = [0, 0, 0]

    def run(self, parts: Sequence[Part]) -> tuple[bytes, list[Part]]:
        for part in parts:
            self.begun = 0
            match part:
                case Head():
                    part = self._head(part)
                case Para():
                    self._para(part)
                case Items():
                    self._items(part)
                case Grid():
                    self._grid(part)
            self._notes_of_pages_before(self.begun)
            self.label.append(part)
            self._notes_of_pages_before(len(self.shapes))
        self._notes_of_pages_before(len(self.shapes) + 1)
        self.shapes[-1].commit()
        for number in range(1, len(self.shapes) + 1):
            self._furniture(number)
        return self._bytes(), self.label

    def _bytes(self) -> bytes:
        document = self.document
        if self.style.outline and self.outline:
            document.set_toc([list(entry) for entry in self.outline])
        if self.style.rotated:
            document = _turned(document)
        if self.style.font == "cjk":
            document.subset_fonts()
        document.set_metadata({"producer": "", "creationDate": "", "modDate": ""})
        return bytes(document.tobytes(garbage=3, deflate=True, no_new_id=True))

    # -- frames ------------------------------------------------------------------------------------

    def _frames(self) -> Iterator[_Frame]:
        style = self.style
        width, height = style.page
        gap = 18.0
        column = (width - 2 * style.margin - gap * (style.columns - 1)) / style.columns
        while True:
            if self.shapes:
                self.shapes[-1].commit()  # a new page makes the objects of others void
            page = self.document.new_page(width=width, height=height)
            for name in (style.font, style.bold):
                if name == "cjk":
                    page.insert_font(fontname="cjk", fontbuffer=_font("cjk").buffer)
            self.shapes.append(page.new_shape())
            top = style.margin
            for c in range(style.columns):
                x = style.margin + c * (column + gap)
                yield _Frame(len(self.shapes), x, top, column, height - style.margin, top)

    def _need(self, height: float) -> None:
        """Go to the next frame unless this one has the room."""
        if self.frame.y + height > self.frame.bottom and self.frame.y > self.frame.top:
            self.frame = next(self.frames)

    def _notes_of_pages_before(self, page: int) -> None:
        ready = [note for number, note in self.pending if number < page]
        self.pending = [(number, note) for number, note in self.pending if number >= page]
        self.label.extend(ready)

    # -- parts -------------------------------------------------------------------------------------

    def _head(self, head: Head) -> Head:
        style = self.style
        scale = {"size": (1.9, 1.4, 1.15), "bold": (1.5, 1.0, 1.0), "numbered": (1.6, 1.2, 1.05)}[style.heads]
        size = style.size * scale[min(head.level, 3) - 1]
        text = head.text
        if style.heads == "numbered" and head.level > 1:
            self.counts[head.level - 2] += 1
            self.counts[head.level - 1 :] = [0] * len(self.counts[head.level - 1 :])
            text = f"{'.'.join(map(str, self.counts[: head.level - 1]))} {text}"
        self._need(size * 1.4 + 4 * style.size * style.leading)
        if self.frame.y > self.frame.top:
            self.frame.y += size * 0.7
        if style.outline:
            self.outline.append((head.level, text, self.frame.page))
        for line in self._broken(text, self.frame.width, style.bold, size, hyphenated=False):
            self._line(line, size, style.bold, size * 1.2)
        self.frame.y += size * 0.3
        return Head(head.level, text)

    def _para(self, para: Para) -> None:
        style = self.style
        step = style.size * style.leading
        indent = style.size * 1.4 if style.paragraphs == "indent" else 0.0
        lines = self._broken(para.text, self.frame.width, style.font, style.size, first=indent)
        note = (
            self._broken(f"{para.mark} {para.note}", self.frame.width, style.font, style.size * 0.8)
            if para.note
            else []
        )
        for number, line in enumerate(lines):
            last = number == len(lines) - 1
            self._need(step + (len(note) * style.size + 8 if last and note else 0.0))
            x = self._line(line, style.size, style.font, step, indent if number == 0 else 0.0, justified=not last)
            if last and note:
                self._text(x, self.frame.y - step + style.size * 0.65, str(para.mark), style.font, style.size * 0.6)
                self._foot(para, note)
        self.frame.y += step * 0.6 if style.paragraphs == "space" else 0.0

    def _foot(self, para: Para, lines: Sequence[str]) -> None:
        size = self.style.size * 0.8
        frame = self.frame
        frame.bottom -= len(lines) * size * 1.2 + 3
        self.shapes[frame.page - 1].draw_line((frame.x, frame.bottom + 1), (frame.x + 60, frame.bottom + 1))
        self.shapes[frame.page - 1].finish(width=0.4)
        for number, line in enumerate(lines, start=1):
            self._text(frame.x, frame.bottom + number * size * 1.2, line, self.style.font, size)
        self.pending = [*self.pending, (frame.page, Note(para.mark, para.note))]

    def _items(self, items: Items) -> None:
        style = self.style
        step, indent = style.size * style.leading, style.size * 1.6
        for number, text in enumerate(items.texts, start=1):
            mark = f"{number}." if items.ordered else style.bullet
            for count, line in enumerate(self._broken(text, self.frame.width - indent, style.font, style.size)):
                self._need(step)
                if count == 0:
                    self._text(self.frame.x + 2, self.frame.y + style.size, mark, style.font, style.size)
                self._line(line, style.size, style.font, step, indent)
        self.frame.y += step * 0.6

    def _grid(self, grid: Grid) -> None:
        style = self.style
        size, pad = style.size * 0.9, 4.0
        widths = self._widths(grid, size, pad)
        cells = [
            [
                self._broken(cell, width - 2 * pad, self._face(r), size, hyphenated=False)
                for cell, width in zip(row, widths, strict=True)
            ]
            for r, row in enumerate(grid.rows)
        ]
        heights = [max(1, *map(len, row)) * size * 1.2 + 2 * pad for row in cells]
        self._need(sum(heights) + size)
        self.frame.y += size * 0.4
        self._rules(widths, heights)
        for r, (row, height) in enumerate(zip(cells, heights, strict=True)):
            x = self.frame.x
            for c, (lines, width) in enumerate(zip(row, widths, strict=True)):
                figures = c > 0 and grid.rows[-1][c][-1:].isdigit()
                for number, line in enumerate(lines, start=1):
                    at = x + width - pad - self._width(line, self._face(r), size) if figures else x + pad
                    self._text(at, self.frame.y + pad + number * size * 1.2 - size * 0.25, line, self._face(r), size)
                x += width
            self.frame.y += height
        self.frame.y += size

    def _face(self, row: int) -> str:
        return self.style.bold if row == 0 and self.style.rules != "none" else self.style.font

    def _widths(self, grid: Grid, size: float, pad: float) -> list[float]:
        """As wide as the text where that fits, else the long columns give way."""
        wanted = [
            max(self._width(cell, self.style.bold, size) for cell in column) + 2 * pad + 6
            for column in zip(*grid.rows, strict=True)
        ]
        room = self.frame.width
        fair = room / len(wanted)
        over = sum(wanted) - room
        if over <= 0:
            return wanted
        long = sum(max(0.0, width - fair) for width in wanted) or 1.0
        return [width - over * max(0.0, width - fair) / long for width in wanted]

    def _rules(self, widths: Sequence[float], heights: Sequence[float]) -> None:
        rules, frame, shape = self.style.rules, self.frame, self.shapes[self.frame.page - 1]
        rows = [frame.y + sum(heights[:r]) for r in range(len(heights) + 1)]
        columns = [frame.x + sum(widths[:c]) for c in range(len(widths) + 1)]
        if rules == "shades":
            for r in range(0, len(heights), 2):
                shape.draw_rect((columns[0], rows[r], columns[-1], rows[r + 1]))
            shape.finish(fill=(0.88, 0.92, 0.96), color=None)
        across = rows if rules == "all" else (rows[0], rows[1], rows[-1]) if rules == "some" else ()
        for y in across:
            shape.draw_line((columns[0], y), (columns[-1], y))
        for x in columns if rules == "all" else ():
            shape.draw_line((x, rows[0]), (x, rows[-1]))
        if across:
            shape.finish(width=0.5)

    # -- text --------------------------------------------------------------------------------------

    def _broken(
        self, text: str, width: float, font: str, size: float, *, first: float = 0.0, hyphenated: bool | None = None
    ) -> list[str]:
        """Lines of a text, as full as they go."""
        hyphenated = self.style.hyphenated if hyphenated is None else hyphenated
        apart = "" if font == "cjk" else " "
        lines: list[str] = []
        line = ""
        for word in list(text) if font == "cjk" else text.split():
            room = width - (first if not lines else 0.0)
            while word:
                longer = f"{line}{apart if line else ''}{word}"
                if self._width(longer, font, size) <= room or not line:
                    line, word = longer, ""
                    continue
                taken = (
                    self._fitting(word, room - self._width(line + apart, font, size), font, size) if hyphenated else 0
                )
                head = word[:taken] + ("-" if word[taken - 1 : taken] != "-" else "")
                lines.append(f"{line}{apart}{head}" if taken else line)
                word, line, room = word[taken:], "", width
        return [*lines, line] if line else lines

    def _fitting(self, word: str, room: float, font: str, size: float) -> int:
        """How much of a word fits with a hyphen: up to one of its own, or behind a vowel; 0 if nothing does."""
        for end in range(len(word) - 3, 2, -1):
            before, after = word[end - 1], word[end]
            letters = word[:end].isalpha() and word[end:].strip(".,;").isalpha()
            if before == "-" or (letters and before in _VOWELS and after not in _VOWELS):
                head = word[:end] if before == "-" else word[:end] + "-"
                if self._width(head, font, size) <= room:
                    return end
        return 0

    def _line(
        self, line: str, size: float, font: str, step: float, indent: float = 0.0, *, justified: bool = False
    ) -> float:
        """Put a line at the cursor; where it ends."""
        frame = self.frame
        x, y, words = frame.x + indent, frame.y + size, line.split(" ")
        frame.y += step
        natural = self._width(line, font, size)
        spare = (frame.width - indent - natural) / max(1, len(words) - 1)
        if self.style.justified and justified and len(words) > 2 and spare < size * 1.5:
            for word in words:
                self._text(x, y, word, font, size)
                x += self._width(f"{word} ", font, size) + spare
            return frame.x + frame.width
        for piece in self._pieces(line):
            self._text(x, y, piece, font, size)
            x += self._width(piece, font, size)
        return frame.x + indent + natural

    def _pieces(self, line: str) -> Iterator[str]:
        if self.style.put == "lines":
            yield line
        elif self.style.put == "words":
            yield from (f"{word} " for word in line.split(" "))
        else:
            while line:
                end = self.dice.randint(1, 9)
                yield line[:end]
                line = line[end:]

    def _text(self, x: float, y: float, text: str, font: str, size: float) -> None:
        if text.strip():
            self.begun = self.begun or self.frame.page
            self.shapes[self.frame.page - 1].insert_text((x, y), text, fontname=font, fontsize=size)

    def _width(self, text: str, font: str, size: float) -> float:
        return size * sum(_advance(font, char) for char in text)

    # -- furniture ---------------------------------------------------------------------------------

    def _furniture(self, number: int) -> None:
        style = self.style
        page = self.document[number - 1]
        width, height = style.page
        if style.running:
            page.insert_text((style.margin, style.margin * 0.55), style.running, fontname="helv", fontsize=8)
        if style.number:
            text = style.number.format(number, len(self.shapes))
            page.insert_text((width / 2 - 10, height - style.margin * 0.45), text, fontname="helv", fontsize=8)


@cache
def _font(name: str) -> pymupdf.Font:
    return pymupdf.Font(name)


@cache
def _advance(font: str, char: str) -> float:
    return float(_font(font).glyph_advance(ord(char)))


def _turned(document: pymupdf.Document) -> pymupdf.Document:
    """The same pages, their content lying on its side and set upright again by the page's rotation."""
    turned = pymupdf.open()
    for page in document:
        new = turned.new_page(width=page.rect.height, height=page.rect.width)
        new.show_pdf_page(new.rect, document, page.number, rotate=90)
        new.set_rotation(90)
    return turned
