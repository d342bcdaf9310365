"""Office files with things put wrong in them: each is read or refused with a typed error, and no text is made up."""

import random
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from docqa.core.errors import DocumentRejected
from docqa.core.models import BlockKind, Format
from docqa.parsing.registry import parser_for
from tests.fakes.documents import write_docx, write_pptx

_VALUES = ("", "0", "-1", "99999999999999999999", "nan", "true", "\u202e", "../../etc/passwd", "rId1", "x" * 500)
Change = Callable[[etree._Element, random.Random], None]


def _delete(element: etree._Element, dice: random.Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _double(element: etree._Element, dice: random.Random) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.insert(dice.randrange(len(parent) + 1), etree.fromstring(etree.tostring(element)))


def _nest(element: etree._Element, dice: random.Random) -> None:
    element.append(etree.fromstring(etree.tostring(element)))


def _spoil(element: etree._Element, dice: random.Random) -> None:
    for key in list(element.attrib):
        if dice.random() < 0.5:
            element.set(key, dice.choice(_VALUES))


def _rename(element: etree._Element, dice: random.Random) -> None:
    tree = element.getroottree()
    element.tag = dice.choice([other.tag for other in tree.iter() if isinstance(other.tag, str)])


_CHANGES: tuple[Change, ...] = (_delete, _double, _nest, _spoil, _rename)


def mutated(source: Path, target: Path, seed: int) -> None:
    """Two parts with up to six changes each; now and then one part cut off or gone."""
    dice = random.Random(seed)
    with ZipFile(source) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    names = [name for name in parts if name.endswith((".xml", ".rels"))]
    likely = [name for name in names if "/slides/" in name or "word/" in name or "/charts/" in name] or names
    for name in dice.sample(likely, 2):
        root = etree.fromstring(parts[name])
        for _ in range(dice.randrange(1, 7)):
            elements = list(root.iter())
            dice.choice(_CHANGES)(dice.choice(elements), dice)
        parts[name] = etree.tostring(root)
    if dice.random() < 0.3:
        name = dice.choice(names)
        parts[name] = parts[name][: dice.randrange(len(parts[name]))]
    if dice.random() < 0.2:
        del parts[dice.choice(names)]
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


@pytest.mark.parametrize(
    ("format", "write"), [(Format.DOCX, write_docx), (Format.PPTX, write_pptx)], ids=["docx", "pptx"]
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_mutated_files_are_read_or_refused(
    format: Format, write: Callable[[Path], None], seed: int, tmp_path: Path
) -> None:
    original, path = tmp_path / "original", tmp_path / "mutated"
    if not original.exists():
        write(original)
    mutated(original, path, seed)
    parser = parser_for(format)
    try:
        plan = parser.plan(path, max_pages=100)
        found = [parser.parse(path, pages) for pages in plan.ranges]
    except DocumentRejected as error:
        assert error.message.endswith(".")  # noqa: PT017  # both outcomes are right; only the error's form is asserted
        return
    for block in (block for one in found for block in one.blocks):
        assert block.text == block.text.strip() != ""
        assert "\n" not in block.text or block.kind in (BlockKind.TABLE, BlockKind.CODE)
        for part in (*block.spans, *block.links):
            assert 0 <= part.start < part.end <= len(block.text)
