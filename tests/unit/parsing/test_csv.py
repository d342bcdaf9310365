"""CSV: encodings, delimiters, quotes, headers, ragged rows."""

import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docqa.core.models import Block, BlockKind, PageRange
from docqa.parsing.csv_ import CsvParser
from docqa.parsing.encoding import detect_encoding

GERMAN = "Ort,Straße\nKöln,Äußere Bahnhofstraße\nMünchen,Grüne Gasse\n"
RUSSIAN = "Имя,Город\nМария,Санкт-Петербург\nИван,Нижний Новгород\n"
GREEK = "Όνομα,Πόλη\nΜαρία,Αθήνα\nΓιώργος,Θεσσαλονίκη\n"
TURKISH = "Ad,Şehir\nAyşe,Eskişehir\nÇağrı,Diyarbakır\nIşık,İzmir\n"
CHINESE = "名字,城市\n玛丽,北京\n王芳,上海\n"
JAPANESE = "名前,住所\n佐藤太郎,東京\n三木英子,おおさか\n"


def parsed(path: Path, data: str | bytes) -> tuple[Block, ...]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return CsvParser().parse(path, PageRange(index=0, first=1, last=1)).blocks


def rows(path: Path, data: str | bytes) -> list[str]:
    return [block.text for block in parsed(path, data) if block.kind is BlockKind.ROW]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "cp1252"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (RUSSIAN, "cp1251"),
        (GREEK, "iso8859_7"),
        (TURKISH, "cp1254"),
        (CHINESE, "gb18030"),
        (JAPANESE, "cp932"),
    ],
)
def test_encodings_are_told_apart(path: Path, text: str, encoding: str) -> None:
    lines = text.splitlines()
    names, first = lines[0].split(","), lines[1].split(",")
    assert rows(path, text.encode(encoding))[0] == f"{names[0]}: {first[0]}; {names[1]}: {first[1]}"


def test_plain_ascii_is_utf8() -> None:
    assert detect_encoding(b"a,b\n1,2\n") == "utf-8"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(path: Path, delimiter: str, ending: str) -> None:
    lines = [delimiter.join(row) for row in (("Name", "Mass"), ("Ada", "1,5 t"), ("Bo", "2,5 t"))]
    if delimiter == ",":
        lines = [line.replace("1,5 t", '"1,5 t"').replace("2,5 t", '"2,5 t"') for line in lines]
    assert rows(path, ending.join(lines)) == ["Name: Ada; Mass: 1,5 t", "Name: Bo; Mass: 2,5 t"]


def test_rows_are_numbered_from_one_without_the_header(path: Path) -> None:
    data = "a,b\n" + "".join(f"{n},x{n}\n" for n in range(1, 151))
    found = [block for block in parsed(path, data) if block.kind is BlockKind.ROW]
    assert [block.row for block in found] == list(range(1, 151))
    assert found[-1].text == "a: 150; b: x150"


def test_the_columns_are_named_before_the_rows(path: Path) -> None:
    assert parsed(path, "Name,Year\nAda,1815\n")[0].text == "Columns: Name, Year."


def test_quoted_cells_with_delimiters_quotes_and_line_breaks(path: Path) -> None:
    data = 'a,b\n"1,2","say ""hi""\nthere"\n3,4\n'
    assert rows(path, data) == ['a: 1,2; b: say "hi" there', "a: 3; b: 4"]


def test_quotes_escaped_by_a_backslash(path: Path) -> None:
    data = 'Title,Year\n"The \\"Great\\" Wall, part 1",1990\n"Plain",1991\n'
    assert rows(path, data) == ['Title: The "Great" Wall, part 1; Year: 1990', "Title: Plain; Year: 1991"]


def test_a_backslash_before_a_closing_quote_is_a_backslash(path: Path) -> None:
    assert rows(path, 'Path,Size\n"C:\\data\\",10\n"D:\\",20\n') == [
        "Path: C:\\data\\; Size: 10",
        "Path: D:\\; Size: 20",
    ]


def test_ragged_rows_and_empty_cells(path: Path) -> None:
    assert rows(path, "a,b,c\n1\n1,,3\n\n1,2,3,4\n") == ["a: 1", "a: 1; c: 3", "a: 1; b: 2; c: 3; column 4: 4"]


def test_without_a_header_columns_are_called_by_position(path: Path) -> None:
    assert rows(path, "Ada,12.5\nBo,13.5\n") == ["column 1: Ada; column 2: 12.5", "column 1: Bo; column 2: 13.5"]


def test_years_may_stand_in_a_header(path: Path) -> None:
    assert rows(path, "country,1952,1957\nJapan,8.5,9.1\n") == ["country: Japan; 1952: 8.5; 1957: 9.1"]


def test_a_title_above_the_table_is_a_paragraph(path: Path) -> None:
    blocks = parsed(path, "Stanley Cups,,\nTeam,Town,Cups\nBlues,STL,1\n")
    assert blocks[0].text == "Stanley Cups"
    assert blocks[-1].text == "Team: Blues; Town: STL; Cups: 1"


CELL = st.text(alphabet=string.ascii_letters + " ,;|'\"é\n", min_size=1, max_size=12).map(lambda s: f"w{s}w")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=2, max_size=90))
def test_no_cell_is_lost(path: Path, table: list[list[str]]) -> None:
    quoted = [["alpha", "beta", "gamma"], *table]
    data = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in quoted)
    found = rows(path, data)
    assert len(found) == len(table)
    for text, row in zip(found, table, strict=True):
        a, b, c = (" ".join(cell.split()) for cell in row)
        assert text == f"alpha: {a}; beta: {b}; gamma: {c}"
