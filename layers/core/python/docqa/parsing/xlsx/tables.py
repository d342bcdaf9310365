"""Where tables begin on a worksheet: title lines, a header, rows, a gap, the next table or the same one going on."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from docqa.core.models import Hidden
from docqa.parsing.records import Shape, header_position, is_value, shape_of
from docqa.parsing.xlsx.lines import Line

Area = tuple[int, int, int, int]
"""First row from 1, first column from 0, last row, last column."""
_MAX_MERGES = 100_000
_PROSE_CHARS = 60
_FEW_LINES = 3
_SENTENCE_ENDS = (".", "!", "?", ":", "\u3002")


@dataclass(frozen=True)
class Table:
    """A table on a sheet. `number` counts them from 1; columns `left` to `right`; `head` of its lines are no rows."""

    number: int
    left: int
    right: int
    shape: Shape
    head: int
    labels: dict[int, str]
    amounts: frozenset[int]
    """Columns of numbers and dates."""

    bold_head: bool
    bold_body: bool


@dataclass
class Course:
    """How far one has come on a sheet, top to bottom. `text`: the lines at hand are text, not rows of `table`."""

    merges: Sequence[Area] = ()
    heads: frozenset[int] = frozenset()
    """Rows that the workbook says are headers."""

    table: Table | None = None
    tables: int = 0
    text: bool = False

    def enter(self, sample: Sequence[Line]) -> int:
        """Look at the first lines below a gap; how many of them are title or header. Sets `table` and `text`."""
        self.text = _is_text(sample)
        if self.text or (self.table is not None and self._goes_on(self.table, sample)):
            return 0
        self.begin(sample, self.tables + 1)
        return self.table.head if self.table else 0

    def begin(self, sample: Sequence[Line], number: int) -> None:
        """A table with this number begins with these lines."""
        self.tables = number
        self.table = _table(number, sample, self.merges, self.heads)

    def _goes_on(self, table: Table, sample: Sequence[Line]) -> bool:
        left, right = _extent(sample)
        if left < table.left or right > table.right or any(line.number in self.heads for line in sample):
            return False
        grid = _grid(sample, table.left, table.right)
        position = header_position(grid)
        if position is None:
            return True
        header = grid[position]
        if [cell for cell in header if cell] == [
            name for name, cell in zip(table.shape.names, header, strict=False) if cell
        ]:
            return False  # the header again
        unlike = any(header[i] and not is_value(header[i]) for i in table.amounts if i < len(header))
        looks = sample[position].bold and not table.bold_body
        return not unlike and not looks


def segments(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Lines with no blank row between them."""
    segment: list[Line] = []
    for line in lines:
        if segment and line.number != segment[-1].number + 1:
            yield segment
            segment = []
        segment.append(line)
    if segment:
        yield segment


@dataclass
class Fill:
    """Writes what a merged cell holds into each row that it covers, as a person reads it."""

    merges: Sequence[Area]
    _next: int = 0
    _open: list[tuple[int, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        tall = sorted(area for area in self.merges if area[2] > area[0])
        self.merges = tall if len(tall) <= _MAX_MERGES else ()

    def line(self, line: Line) -> None:
        """Lines must come in order."""
        if not self._open and (self._next >= len(self.merges) or self.merges[self._next][0] > line.number):
            return
        here = {column: text for column, text, _ in line.cells}
        self._open = [one for one in self._open if one[1] >= line.number]
        missing = [(column, text, None) for column, _, text in self._open if column not in here]
        while self._next < len(self.merges) and self.merges[self._next][0] <= line.number:
            first, column, last, _ = self.merges[self._next]
            self._next += 1
            if first == line.number and column in here:
                self._open.append((column, last, here[column]))
        if missing:
            line.cells = sorted([*line.cells, *missing], key=lambda cell: cell[0])


def _table(number: int, sample: Sequence[Line], merges: Sequence[Area], heads: frozenset[int]) -> Table:
    left, right = _extent(sample)
    grid = _grid(sample, left, right)
    told = next((place for place, line in enumerate(sample) if line.number in heads), None)
    position = header_position(grid) if told is None else told
    head = 0 if position is None else position + 1
    if position is not None and position + 1 < len(grid):
        near = [area for area in merges if area[0] in (sample[position].number, sample[position + 1].number)]
        lines = _two_lines(grid, position, sample, near, left)
        if lines:
            grid = [*grid[:position], lines, *grid[position + 2 :]]
            head += 1
    shape = shape_of(grid, header=position)
    body = grid[shape.first_row :]
    amounts = frozenset(
        column for column in range(len(shape.names)) if _mostly_values([row[column] for row in body if row[column]])
    )
    labels = {left + place: f"{name}: " for place, name in enumerate(shape.names)}
    rows = sample[head:]
    return Table(
        number, left, right, shape, head, labels, amounts,
        bold_head=position is not None and sample[position].bold, bold_body=bool(rows) and rows[0].bold,
    )  # fmt: skip


def _two_lines(
    grid: Sequence[Sequence[str]], position: int, sample: Sequence[Line], merges: Sequence[Area], left: int
) -> list[str] | None:
    """A header on two lines, the upper with merged cells over several columns ("2023" over "Q1", "Q2"), as one."""
    upper, lower = list(grid[position]), list(grid[position + 1])
    first, second = sample[position].number, sample[position + 1].number
    groups = [area for area in merges if area[0] == area[2] == first and area[3] > area[1]]
    spans = [area for area in merges if area[0] == first and area[2] >= second]
    if not groups or second != first + 1 or any(is_value(cell) for cell in lower if len(cell) != 4):
        return None
    for _, begin, _, end in groups:
        for column in range(begin + 1, end + 1):
            if 0 <= column - left < len(upper) and not upper[column - left]:
                upper[column - left] = upper[begin - left]
    for _, begin, _, _ in spans:
        if 0 <= begin - left < len(lower):
            lower[begin - left] = ""
    pairs = zip(upper, lower, strict=False)
    return [" ".join(dict.fromkeys(filter(None, pair))) for pair in pairs]


def _is_text(sample: Sequence[Line]) -> bool:
    """Whether lines are a note or prose: one filled cell each, and few of them or long ones."""
    if any(len(line.cells) > 1 for line in sample):
        return False
    texts = [line.cells[0][1] for line in sample if line.cells]
    if any(is_value(text) for text in texts):
        return False
    long = any(len(text) > _PROSE_CHARS or text.endswith(_SENTENCE_ENDS) for text in texts)
    return len(sample) <= _FEW_LINES or long


def _extent(sample: Sequence[Line]) -> tuple[int, int]:
    columns = [cell[0] for line in sample for cell in line.cells]
    return min(columns, default=0), max(columns, default=0)


def _grid(sample: Sequence[Line], left: int, right: int) -> list[list[str]]:
    """Texts by row and column; what a style makes invisible counts as empty."""
    grid = [[""] * (right - left + 1) for _ in sample]
    for row, line in zip(grid, sample, strict=True):
        for column, text, hidden in line.cells:
            if hidden in (None, Hidden.COLUMN) and left <= column <= right:
                row[column - left] = text
    return grid


def _mostly_values(cells: Sequence[str]) -> bool:
    return sum(map(is_value, cells)) * 2 > len(cells)
