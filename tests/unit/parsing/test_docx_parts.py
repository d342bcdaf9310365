"""DOCX as a package: what it says of itself, what it carries, and what is read when parts of it are broken."""

from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import docx
import pytest

from docqa.core.errors import CorruptFile, DocumentRejected, PasswordProtected, UnsafeFile
from docqa.core.models import DocumentMetadata, PageRange, ParsedRange
from docqa.parsing.archive import check_archive
from docqa.parsing.docx.parser import DocxParser
from tests.fakes.documents import write_docx
from tests.fakes.office import Related, element, p, write_word

BROKEN = "<w:hdr this is not xml"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.docx"


def parsed(path: Path) -> ParsedRange:
    return DocxParser().parse(path, PageRange(index=0, first=1, last=1))


def plan_warnings(path: Path) -> list[tuple[str, str | None]]:
    return [(one.code, one.detail) for one in DocxParser().plan(path, max_pages=5).warnings]


def replace_part(path: Path, name: str, data: bytes) -> None:
    with ZipFile(path) as source:
        parts = {entry.filename: source.read(entry) for entry in source.infolist()}
    with ZipFile(path, "w", ZIP_DEFLATED) as target:
        for part, content in {**parts, name: data}.items():
            target.writestr(part, content)


def test_metadata(path: Path) -> None:
    document = docx.Document()
    properties = document.core_properties
    properties.title, properties.author, properties.language = " The  lamp ", "Marit Aune", "nb-NO"
    properties.created = properties.modified = datetime(2024, 5, 6, 7, 8, 9)
    document.save(str(path))
    moment = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert DocxParser().plan(path, max_pages=1).metadata == DocumentMetadata(
        title="The lamp", author="Marit Aune", created_at=moment, modified_at=moment, language="nb-NO"
    )


@pytest.mark.parametrize(
    ("relation", "code", "detail"),
    [
        (("vbaProject", "word/vbaProject.bin"), "active_content", None),
        (("control", "word/activeX/activeX1.xml"), "active_content", None),
        (("image", "https://evil.example/pixel.png"), "external_content", None),
        (("attachedTemplate", "https://evil.example/a.dotm"), "external_content", None),
        (("oleObject", "word/embeddings/oleObject1.bin"), "attachment_skipped", "an embedded object"),
        (("package", "word/embeddings/a.xlsx"), "attachment_skipped", "an embedded file, .xlsx"),
        (("aFChunk", "word/afchunk.mht"), "attachment_skipped", "imported content, .mht"),
        (("video", "word/media/a.mp4"), "attachment_skipped", "audio or video"),
    ],
)
def test_what_is_carried_along_is_reported(path: Path, relation: Related, code: str, detail: str | None) -> None:
    write_word(path, p("text"), relations=[relation])
    assert plan_warnings(path) == [(code, detail)]
    assert [block.text for block in parsed(path).blocks] == ["text"]


@pytest.mark.parametrize(
    "relation",
    [
        ("hyperlink", "https://a.example/"),
        ("attachedTemplate", "file:///C:/Users/x/Normal.dotm"),
        ("image", "word/a.png"),
    ],
)
def test_the_usual_is_not_reported(path: Path, relation: Related) -> None:
    write_word(path, p("text"), relations=[relation])
    assert plan_warnings(path) == []


def test_fields_that_start_programs_are_reported(path: Path) -> None:
    code = '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DDEAUTO c:\\\\x.exe</w:instrText></w:r>'
    write_word(path, p("text", inner=code))
    assert plan_warnings(path) == [("active_content", None)]


def test_charts_and_diagrams_once_each(path: Path) -> None:
    def points_of(text: str) -> str:
        return f'<c:numLit><c:pt idx="0"><c:v>{text}</c:v></c:pt></c:numLit>'

    values = f"<c:cat>{points_of('May')}</c:cat><c:val>{points_of('4')}</c:val>"
    bars = f"<c:barChart><c:ser><c:tx><c:v>Ships</c:v></c:tx>{values}</c:ser></c:barChart>"
    chart = element("c:chartSpace", f"<c:chart><c:plotArea>{bars}</c:plotArea></c:chart>")
    points = '<dgm:pt modelId="a"><dgm:t><a:p><a:r><a:t>a step</a:t></a:r></a:p></dgm:t></dgm:pt>'
    diagram = element("dgm:dataModel", f"<dgm:ptLst>{points}</dgm:ptLst>")
    drawn = '<w:r><w:drawing><c:chart r:id="rId1"/><dgm:relIds r:dm="rId2"/></w:drawing></w:r>'
    parts = {"word/charts/c.xml": chart, "word/diagrams/d.xml": diagram}
    related = [("chart", "word/charts/c.xml"), ("diagramData", "word/diagrams/d.xml")]
    write_word(path, p("See", inner=drawn) + p("and again", inner=drawn), parts=parts, relations=related)
    assert [block.text for block in parsed(path).blocks] == ["See", "Category | Ships\nMay | 4", "a step", "and again"]


# -- damage ----------------------------------------------------------------------------------------


SECTION = '<w:sectPr><w:headerReference w:type="default" r:id="rId1"/></w:sectPr>'


@pytest.mark.parametrize("header", [BROKEN, "", b"\x00\xff", None], ids=["not xml", "empty", "bytes", "missing"])
def test_a_broken_header_costs_only_itself(path: Path, header: str | bytes | None) -> None:
    parts = {} if header is None else {"word/header1.xml": header}
    write_word(path, p("body") + SECTION, parts=parts, relations=[("header", "word/header1.xml")])
    found = parsed(path)
    assert [block.text for block in found.blocks] == ["body"]
    assert [(one.code, one.detail) for one in found.warnings] == [("part_unreadable", "header")]


@pytest.mark.parametrize("part", ["word/styles.xml", "word/numbering.xml", "word/settings.xml"])
def test_broken_definitions_do_not_cost_the_text(path: Path, part: str) -> None:
    write_docx(path)
    replace_part(path, part, b"<w:broken")
    found = parsed(path)
    assert any("twenty miles" in block.text for block in found.blocks)
    assert {one.code for one in found.warnings} == {"part_unreadable"}


def test_a_broken_or_missing_picture_costs_nothing(path: Path) -> None:
    picture = '<w:r><w:drawing><wp:inline><wp:docPr id="1" name="x" descr="A gull"/></wp:inline></w:drawing></w:r>'
    write_word(path, p("text", inner=picture), relations=[("image", "word/media/none.png")])
    assert [block.text for block in parsed(path).blocks] == ["text", "A gull"]


def test_a_note_that_is_not_there(path: Path) -> None:
    write_word(path, p("text", inner='<w:r><w:footnoteReference w:id="9"/><w:commentReference w:id="3"/></w:r>'))
    assert [block.text for block in parsed(path).blocks] == ["text"]


@pytest.mark.parametrize("data", [b"<w:document", b"", b"\x00" * 50])
def test_without_its_main_part_the_file_is_refused(path: Path, data: bytes) -> None:
    write_word(path, p("text"))
    replace_part(path, "word/document.xml", data)
    with pytest.raises(CorruptFile):
        parsed(path)
    with pytest.raises(CorruptFile):
        DocxParser().plan(path, max_pages=5)


# -- malice ----------------------------------------------------------------------------------------


LAUGHS = "<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("declared", [LAUGHS, "<!ENTITY e SYSTEM 'file:///etc/hostname'>", ""])
@pytest.mark.parametrize("part", ["word/document.xml", "word/header1.xml", "word/_rels/document.xml.rels"])
def test_declared_entities_are_refused_wherever_they_stand(path: Path, part: str, declared: str, encoding: str) -> None:
    header = element("w:hdr", p("top"))
    write_word(
        path, p("body") + SECTION, parts={"word/header1.xml": header}, relations=[("header", "word/header1.xml")]
    )
    with ZipFile(path) as archive:
        original = archive.read(part).decode()
    evil = f'<?xml version="1.0" encoding="{encoding}"?><!-- x --><!DOCTYPE x [{declared}]>{original}'
    replace_part(path, part, evil.encode(encoding))
    with pytest.raises(UnsafeFile):
        parsed(path)


def test_xml_nested_without_end_is_refused(path: Path) -> None:
    write_word(path, p("top") + "<w:sdt><w:sdtContent>" * 5_000 + p("deep") + "</w:sdtContent></w:sdt>" * 5_000)
    with pytest.raises(UnsafeFile, match="nested"):
        parsed(path)


def test_a_style_that_inherits_from_itself(path: Path) -> None:
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{one}"><w:name w:val="{one}"/><w:basedOn w:val="{other}"/></w:style>'
        for one, other in (("a", "b"), ("b", "a"))
    )
    write_word(path, p("text", properties='<w:pStyle w:val="a"/>'), styles=styles)
    assert [block.text for block in parsed(path).blocks] == ["text"]


def test_a_part_that_is_larger_than_it_says(path: Path) -> None:
    write_word(path, p("text") * 2_000)
    data = bytearray(path.read_bytes())
    with ZipFile(path) as archive:
        size = archive.getinfo("word/document.xml").file_size.to_bytes(4, "little")
    at = data.rindex(size)
    data[at : at + 4] = (1_000).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(DocumentRejected):
        parsed(path)


def test_entries_that_share_their_bytes_are_refused(path: Path) -> None:
    """Two names in the directory for one stretch of the file, as in bombs that unpack to the square of their size."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("first.xml", b"<x/>" * 100)
        archive.writestr("other.xml", b"<x/>" * 100)
        archive.filelist[1].header_offset = archive.filelist[0].header_offset
    with pytest.raises(UnsafeFile, match="overlap"):
        check_archive(path)


def test_a_file_with_a_password_is_told_from_a_broken_one(path: Path) -> None:
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    )
    with pytest.raises(PasswordProtected):
        DocxParser().plan(path, max_pages=5)
