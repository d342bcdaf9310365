"""Equations as lines that can be read and searched."""

import pytest
from lxml import etree

from docqa.parsing.office.math import linear
from tests.fakes.office import element


def r(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def part(name: str, content: str) -> str:
    return f"<m:{name}>{content}</m:{name}>"


def sub_sup(kind: str, **parts: str) -> str:
    return part(kind, "".join(part(name, r(text)) for name, text in parts.items()))


SUM = '<m:naryPr><m:chr m:val="∑"/></m:naryPr>' + part("sub", r("i=1")) + part("sup", r("n")) + part("e", r("i"))
HALF_OPEN = '<m:dPr><m:begChr m:val="["/><m:endChr m:val=""/></m:dPr>' + part("e", r("a")) + part("e", r("b"))
ONES = part("mr", part("e", r("1")) + part("e", r("0"))) + part("mr", part("e", r("0")) + part("e", r("1")))
ROOT = part("rad", part("deg", "") + part("e", r("b") + sub_sup("sSup", e="c", sup="2")))


@pytest.mark.parametrize(
    ("equation", "line"),
    [
        (part("f", part("num", r("1")) + part("den", r("n+1"))), "1/(n+1)"),
        (ROOT, "√(bc^2)"),
        (part("rad", part("deg", r("3")) + part("e", r("x"))), "∛x"),
        (sub_sup("sSubSup", e="x", sub="i", sup="n-1"), "x_i^(n-1)"),
        (part("nary", SUM), "∑_(i=1)^n i"),
        (part("d", HALF_OPEN), "[a|b"),
        (part("func", part("fName", r("sin")) + part("e", r("x"))), "sin x"),
        (part("m", ONES), "[1, 0; 0, 1]"),
        (part("acc", part("e", r("x"))), "x\u0302"),
        (part("unheardOf", r("kept")), "kept"),
    ],
)
def test_shapes(equation: str, line: str) -> None:
    assert linear(etree.fromstring(element("m:oMath", equation))) == line


def test_what_is_nested_too_deep_keeps_its_letters() -> None:
    deep = r("x")
    for _ in range(60):
        deep = part("box", part("e", deep))
    assert linear(etree.fromstring(element("m:oMath", deep))) == "x"
