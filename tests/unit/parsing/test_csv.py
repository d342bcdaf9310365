"""CSV: encodings, delimiters, quotes, headers, ragged rows, ranges."""

import csv
import io
import json
import string
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docqa.core.errors import FileEmpty, TooManyPages
from docqa.core.models import Block, BlockKind, PageRange, ParsedRange
from docqa.parsing.csv import parser as csv_parser
from docqa.parsing.csv import records
from docqa.parsing.csv.parser import CsvParser
from docqa.parsing.encoding import detect_encoding, detect_file_encoding

GERMAN = "Ort,Straße\nKöln,Äußere Bahnhofstraße\nMünchen,Grüne Gasse\n"
RUSSIAN = "Имя,Город\nМария,Санкт-Петербург\nИван,Нижний Новгород\n"
GREEK = "Όνομα,Πόλη\nΜαρία,Αθήνα\nΓιώργος,Θεσσαλονίκη\n"
TURKISH = "Ad,Şehir\nAyşe,Eskişehir\nÇağrı,Diyarbakır\nIşık,İzmir\n"
CHINESE = "名字,城市\n玛丽,北京\n王芳,上海\n"
JAPANESE = "名前,住所\n佐藤太郎,東京\n三木英子,おおさか\n"


def ranges(path: Path, data: str | bytes) -> list[ParsedRange]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    parser = CsvParser()
    return [parser.parse(path, pages) for pages in parser.plan(path, max_pages=1).ranges]


def parsed(path: Path, data: str | bytes) -> tuple[Block, ...]:
    return tuple(block for found in ranges(path, data) for block in found.blocks)


def noticed(path: Path, data: str | bytes) -> dict[str, int]:
    return {one.code: one.count for found in ranges(path, data) for one in found.warnings}


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
        (GERMAN, "utf-32"),
        (GERMAN, "utf-32-le"),
        (RUSSIAN, "utf-32-be"),
        (CHINESE, "utf-16"),
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


def test_a_report_heads_its_table_with_pairs(path: Path) -> None:
    data = (
        "Report,Sales\nMade on,2024-01-05\n\nDate,Region,Units,Price\n2024-01-01,North,3,1.5\n2024-01-02,South,4,2.5\n"
    )
    assert [block.text for block in parsed(path, data)] == [
        "Report Sales",
        "Made on 2024-01-05",
        "Columns: Date, Region, Units, Price.",
        "Date: 2024-01-01; Region: North; Units: 3; Price: 1.5",
        "Date: 2024-01-02; Region: South; Units: 4; Price: 2.5",
    ]


def test_columns_without_name_or_value_are_not_told(path: Path) -> None:
    assert parsed(path, "a,b,,,\n1,x,,,\n2,y,,,\n")[0].text == "Columns: a, b."


# -- quotes that do not match ----------------------------------------------------------------------


def test_a_quote_that_is_never_closed_takes_no_other_row_with_it(path: Path) -> None:
    data = 'name,size\nfirst,1\n"second,2\n' + "".join(f"row {n},{n}\n" for n in range(3, 3000))
    found = rows(path, data)
    assert len(found) == 2999
    assert found[1] == 'name: "second; size: 2'
    assert found[-1] == "name: row 2999; size: 2999"
    assert noticed(path, data)["unclosed_quote"] == 1


def test_a_quote_that_another_rows_quote_seems_to_close(path: Path) -> None:
    found = rows(path, 'name,size\n"Ada,1\nBo,2\n"Cy, the third",3\nDi,4\n')
    assert found == ['name: "Ada; size: 1', "name: Bo; size: 2", "name: Cy, the third; size: 3", "name: Di; size: 4"]


def test_quotes_inside_a_quoted_cell_that_nobody_escaped(path: Path) -> None:
    assert rows(path, 'name,size\n"the "big" one, new",1\nBo,2\n') == [
        'name: the "big" one, new; size: 1',
        "name: Bo; size: 2",
    ]


def test_inches_are_no_quotes(path: Path) -> None:
    assert rows(path, 'part,length\npipe,12" long\nrod,7"\n') == [
        'part: pipe; length: 12" long',
        'part: rod; length: 7"',
    ]


def test_single_quotes(path: Path) -> None:
    assert rows(path, "'name';'town'\n'Ada; Countess';'London'\n'Bo';'Oslo'\n") == [
        "name: Ada; Countess; town: London",
        "name: Bo; town: Oslo",
    ]


def test_spaces_around_delimiters_and_before_quotes(path: Path) -> None:
    assert rows(path, 'name ; note\nAda ; "one; two" \nBo ; three\n') == [
        "name: Ada; note: one; two",
        "name: Bo; note: three",
    ]


def test_many_bad_quotes_take_time_in_proportion(path: Path) -> None:
    """Each line opens a quote that the next one closes and opens again."""
    found = rows(path, "a,b\n" + 'x","\n' * 60_000)
    assert len(found) >= 1


# -- what a file may be like otherwise -------------------------------------------------------------


def test_the_first_line_may_name_the_delimiter(path: Path) -> None:
    blocks = parsed(path, "sep=|\nname|sizes\nAda|1,2,3\nBo|4,5,6\n")
    assert [block.text for block in blocks] == [
        "Columns: name, sizes.",
        "name: Ada; sizes: 1,2,3",
        "name: Bo; sizes: 4,5,6",
    ]


def test_text_of_one_column_is_not_cut_at_its_commas(path: Path) -> None:
    data = "remark\nGood\nBad, really\nFine\nSo so\nNo, not at all, no\nYes\nWell\nMaybe\n"
    assert rows(path, data)[1:3] == ["remark: Bad, really", "remark: Fine"]


def test_uneven_rows_and_undecodable_characters_are_told(path: Path) -> None:
    data = "id,name,town\n1,Zoë,Köln\n2,Ünal,Łódź\n".encode() * 9 + b"3,\xff\xfe,Oslo,extra\n4,Li\n"
    assert noticed(path, data) == {"uneven_rows": 2, "undecodable_characters": 2}


def test_zero_bytes_are_removed(path: Path) -> None:
    assert rows(path, "id,name\n1,A\x00da\n2,Bo\n") == ["id: 1; name: Ada", "id: 2; name: Bo"]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\r\n \r\n", b"\xff\xfe", b",,\n,,\n"])
def test_a_file_without_a_filled_cell_is_empty(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(FileEmpty):
        CsvParser().plan(path, max_pages=1)


def test_a_header_alone_is_told(path: Path) -> None:
    assert [block.text for block in parsed(path, "name,size\n")] == ["Columns: name, size."]


def test_thousands_of_columns(path: Path) -> None:
    width = 5_000
    lines = [",".join(f"gene {n}" for n in range(width)), *(",".join(str(n * r) for n in range(width)) for r in (1, 2))]
    found = rows(path, "\n".join(lines))
    assert len(found) == 2
    assert found[1].startswith("gene 0: 0; gene 1: 2; gene 2: 4;")
    assert found[1].endswith(f"gene {width - 1}: {2 * (width - 1)}")


def test_more_columns_than_can_be_read_are_refused(path: Path) -> None:
    with pytest.raises(TooManyPages, match="columns"):
        ranges(path, ",".join(f"c{n}" for n in range(20_000)) + "\n" + ",".join("x" * 20_000) + "\n")


def test_a_line_without_an_end_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MAX_LINE", 1024 * 1024)
    with pytest.raises(TooManyPages, match="line"):
        ranges(path, "a,b\n" + "x" * (2 * 1024 * 1024))


def test_more_rows_or_text_than_can_be_indexed_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = "a,b\n" + "1,2\n" * 500
    monkeypatch.setattr(csv_parser, "MAX_ROWS", 499)
    with pytest.raises(TooManyPages, match="rows"):
        ranges(path, data)
    monkeypatch.setattr(csv_parser, "MAX_ROWS", 500)
    monkeypatch.setattr(csv_parser, "MAX_TEXT_CHARS", 3_000)
    with pytest.raises(TooManyPages, match="characters"):
        ranges(path, data)


def test_a_cell_longer_than_can_be_read_is_cut_and_told(path: Path) -> None:
    data = f"a,b\n1,{'x' * 150_000}\n"
    assert len(rows(path, data)[0]) < 101_000
    assert noticed(path, data)["truncated"] == 1


def test_characters_beyond_ascii_far_into_a_file_still_decide_its_encoding(path: Path) -> None:
    data = b"id,name\n" + b"1,plain text in ascii\n" * 60_000 + "2,Größe\n".encode("cp1252")
    path.write_bytes(data)
    assert detect_file_encoding(path) == ("cp1252", 0)
    assert rows(path, data)[-1] == "id: 2; name: Größe"


def test_a_few_bad_bytes_do_not_change_the_encoding(path: Path) -> None:
    path.write_bytes("é,ü,日本\n".encode() * 30 + b"\xff\n")
    assert detect_file_encoding(path) == ("utf-8", 0)


# -- ranges ----------------------------------------------------------------------------------------


def test_a_range_reads_the_same_alone_and_after_the_others(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = "Größe,Name\n" + "".join(f'{n},"Zeile\n{n}"\n\n' if n % 3 else f"{n},Ö{n}\n" for n in range(1, 400))
    whole = parsed(path, data)
    monkeypatch.setattr(csv_parser, "RANGE_ROWS", 57)
    plan = CsvParser().plan(path, max_pages=1)
    assert [(pages.first, pages.last) for pages in plan.ranges][:2] == [(1, 57), (58, 114)]
    alone = [CsvParser().parse(path, pages).blocks for pages in reversed(plan.ranges)]
    assert tuple(block for blocks in reversed(alone) for block in blocks) == whole


def test_without_a_byte_to_begin_at_a_range_is_found_by_counting(path: Path) -> None:
    path.write_text("a,b\n" + "".join(f"{n},x\n" for n in range(1, 30)))
    blocks = CsvParser().parse(path, PageRange(index=1, first=7, last=9)).blocks
    assert [block.row for block in blocks] == [7, 8, 9]


ANY_CELL = st.text(alphabet=st.sampled_from("abcXYZ 0123456789,;|\t'\"\\-.äößŁжλ日本\n"), min_size=0, max_size=14).map(
    lambda s: f"v{s}v"
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    table=st.lists(st.lists(ANY_CELL, min_size=3, max_size=3), min_size=4, max_size=60),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    ending=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]),
    range_rows=st.integers(min_value=1, max_value=20),
)
def test_what_is_written_is_read_whatever_the_form_and_the_ranges(
    path: Path,
    table: Sequence[Sequence[str]],
    delimiter: str,
    quoting: int,
    ending: str,
    encoding: str,
    range_rows: int,
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=ending)
    writer.writerows([["alpha", "beta", "gamma"], *table])
    path.write_bytes(out.getvalue().encode(encoding))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_parser, "RANGE_ROWS", range_rows)
        plan = CsvParser().plan(path, max_pages=1)
        found = [block for pages in reversed(plan.ranges) for block in reversed(CsvParser().parse(path, pages).blocks)]
    texts = [block.text for block in reversed(found) if block.kind is BlockKind.ROW]
    assert texts == [
        "; ".join(
            f"{name}: {' '.join(cell.split())}" for name, cell in zip(("alpha", "beta", "gamma"), row, strict=True)
        )
        for row in table
    ]


# -- files of others, where present ----------------------------------------------------------------

SHARED = Path(__file__).parents[4] / "shared" / "data"


def test_labelled_files_read_as_labelled() -> None:
    listed = SHARED / "parser" / "expect.jsonl"
    for line in listed.read_text(encoding="utf-8").splitlines() if listed.exists() else ():
        label = json.loads(line)
        if not label["file"].endswith(".csv") or label["expect"] != "text":
            continue
        path, parser = SHARED.parent / "data" / label["file"], CsvParser()
        plan = parser.plan(path, max_pages=1)
        texts = [block.text for pages in plan.ranges for block in parser.parse(path, pages).blocks]
        wanted = label.get("expected_rows") or [
            dict(zip(label["expected_rows_list"][0], row, strict=True))
            for row in label.get("expected_rows_list", [])[1:]
        ]
        if "stanley" in label["file"]:  # the label takes its title for the header
            continue
        assert texts[-len(wanted) :] == [_as_row(row) for row in wanted] or not wanted, label["file"]


def _as_row(row: dict[str, str]) -> str:
    return "; ".join(f"{name}: {' '.join(cell.split())}" for name, cell in row.items() if cell.strip())
