"""Word files and presentations written part by part, so that a test holds just the XML that it is about."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMES = (
    f'xmlns:w="{W}" xmlns:p="{P}" xmlns:a="{A}" xmlns:r="{R}" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram" '
    'xmlns:p14="http://schemas.microsoft.com/office/powerpoint/2010/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
)
_TYPES = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
}
Related = tuple[str, str]
"""Kind of a relationship and its target: a part's name, or an address outside."""


def write_package(
    path: Path, main: str, parts: Mapping[str, str | bytes], relations: Mapping[str, Sequence[Related]]
) -> None:
    """`relations`: by the part that they start from; their ids count from rId1."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/{main}" ContentType="{_TYPES[main]}"/></Types>',
        )
        for part, content in parts.items():
            archive.writestr(part, content)
        for part, some in {"": [("officeDocument", main)], **relations}.items():
            folder, _, name = part.rpartition("/")
            archive.writestr(f"{folder}/_rels/{name}.rels".lstrip("/"), _relations(some))


def _relations(some: Sequence[Related]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{number}" Type="{R}/{kind}" Target="{"/" if _inside(target) else ""}{target}"'
        + ("/>" if _inside(target) else ' TargetMode="External"/>')
        for number, (kind, target) in enumerate(some, start=1)
    )
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{entries}</Relationships>'
    )


def _inside(target: str) -> bool:
    return ":" not in target


def element(name: str, content: str) -> str:
    """A root element with all the namespaces that the tests use."""
    return f"<{name} {NAMES}>{content}</{name}>"


def p(text: str = "", *, properties: str = "", inner: str = "") -> str:
    """A paragraph of a Word file."""
    run = f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>' if text else ""
    return f"<w:p><w:pPr>{properties}</w:pPr>{run}{inner}</w:p>"


def write_word(
    path: Path,
    body: str,
    *,
    parts: Mapping[str, str | bytes] | None = None,
    relations: Sequence[Related] = (),
    more_relations: Mapping[str, Sequence[Related]] | None = None,
    styles: str = "",
    numbering: str = "",
    settings: str = "",
) -> None:
    """A Word file with this in its body. `relations` are those of the document (rId1, rId2, …)."""
    own = {
        "word/document.xml": element("w:document", f"<w:body>{body}</w:body>"),
        "word/styles.xml": element("w:styles", styles),
        "word/numbering.xml": element("w:numbering", numbering),
        "word/settings.xml": element("w:settings", settings),
    }
    kinds = [("styles", "word/styles.xml"), ("numbering", "word/numbering.xml"), ("settings", "word/settings.xml")]
    links = {"word/document.xml": [*relations, *kinds], **(more_relations or {})}
    write_package(path, "word/document.xml", {**own, **(parts or {})}, links)


def sp(
    text: str = "",
    *,
    at: tuple[float, float, float, float] | None = None,
    properties: str = "",
    kind: str = "",
    body: str = "",
    number: int = 2,
) -> str:
    """A shape of a slide; `at`: left, top, width, height in points; `body`: paragraphs in place of `text`."""
    place = ""
    if at:
        x, y, width, height = (round(value * 12_700) for value in at)
        place = f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
    holder = f'<p:ph type="{kind}"/>' if kind else ""
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="x"/><p:cNvSpPr/><p:nvPr>{holder}</p:nvPr></p:nvSpPr>'
        f"<p:spPr>{place}{properties}</p:spPr><p:txBody><a:bodyPr/>{body or ap(text)}</p:txBody></p:sp>"
    )


def ap(text: str, properties: str = "", run: str = "") -> str:
    """A paragraph of a slide."""
    return f"<a:p>{properties}<a:r>{run}<a:t>{text}</a:t></a:r></a:p>"


def write_slides(
    path: Path,
    slides: Sequence[str],
    *,
    parts: Mapping[str, str | bytes] | None = None,
    relations: Mapping[int, Sequence[Related]] | None = None,
    more_relations: Mapping[str, Sequence[Related]] | None = None,
    deck: str = "",
    deck_relations: Sequence[Related] = (),
    attributes: str = "",
    before: str = "",
    after: str = "",
) -> None:
    """A presentation of 960 by 540 points with these shape trees. `relations`: by the number of the slide."""
    names = [f"ppt/slides/slide{number}.xml" for number in range(1, len(slides) + 1)]
    ids = "".join(f'<p:sldId id="{255 + number}" r:id="rId{number}"/>' for number in range(1, len(slides) + 1))
    size = '<p:sldSz cx="12192000" cy="6858000"/>'
    own: dict[str, str | bytes] = {
        "ppt/presentation.xml": element("p:presentation", f"<p:sldIdLst>{ids}</p:sldIdLst>{size}{deck}")
    }
    for name, tree in zip(names, slides, strict=True):
        root = f"<p:sld {NAMES} {attributes}><p:cSld>{before}<p:spTree>{tree}</p:spTree></p:cSld>{after}</p:sld>"
        own[name] = root
    links: dict[str, Sequence[Related]] = {
        "ppt/presentation.xml": [*(("slide", name) for name in names), *deck_relations],
        **{names[number - 1]: some for number, some in (relations or {}).items()},
        **(more_relations or {}),
    }
    write_package(path, "ppt/presentation.xml", {**own, **(parts or {})}, links)
