"""Where sentences end."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.core.text import sentence_spans, sentences


@pytest.mark.parametrize(
    "expected",
    [
        [
            "Dr. Smith went to Washington, D.C. on Jan. 3.",
            "He paid $3.50 (e.g. in cash).",
            "Why?",
            '"Because!" he said.',
        ],
        ["See No. 21-908, 11 U. S. C. § 523.", "The answer is no.", "The U.S. Government said so.", "It was plan B."],
        ["It ended.[12]", "Apple Inc. grew.", "He left Apple Inc.", "Then John F. Kennedy came at 5 p.m.", "The end"],
        ["Am 3. Oktober 1990 war es z. B. so.", "Das ist usw.", "Die Fabrik steht.", "Er kam 2005.", "„Ach.“", "Da!"],
        ["1. Introduction to the law.", "It has two parts."],
        ["Wait…", "Really?!", "Yes."],
        ["¿Cuántos son?", "¡Muchos!", "La Sra. López vino."],
        ["هذه جملة.", "هل هذا سؤال؟", "نعم."],
        ["यह वाक्य है।", "यह दूसरा है।"],
    ],
    ids=lambda case: case[0][:12],
)
def test_known_texts(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


def test_chinese_needs_no_spaces() -> None:
    expected = ["这是第一句。", "这是第二句！", "“他说：好。”", "第三句？", "是的。"]
    assert sentences("".join(expected)) == expected


@pytest.mark.parametrize(
    "expected",
    [
        ["「行く。」と彼は言った。", "雨が降った。", "温度は３．５度だった．", "「はい。」", "次の文。"],
        ["នេះគឺជាប្រយោគទីមួយ។", "នេះគឺជាប្រយោគទីពីរ។", "ចប់៕"],
        ["ဤသည်မှာ ပထမဝါကျ ဖြစ်သည်။", "ဤသည်မှာ ဒုတိယဝါကျ ဖြစ်သည်။"],
    ],
    ids=["japanese", "khmer", "burmese"],
)
def test_scripts_without_spaces(expected: list[str]) -> None:
    assert sentences("".join(expected)) == expected


def test_thai_ends_at_a_space_once_a_sentence_is_long_enough() -> None:
    first = "ประภาคารบนเกาะกัลล์สร้างขึ้นเมื่อปี 1874 โดยวิศวกร มาเรีย โอคาฟอร์ ซึ่งมาจากเมืองใหญ่"
    second = "ตะเกียงมองเห็นได้จากระยะยี่สิบไมล์ในคืนที่ท้องฟ้าแจ่มใส"
    assert sentences(f"{first} {second}") == [first, second]


def test_right_to_left_titles_and_initials_do_not_end_a_sentence() -> None:
    expected = ["كتب د. أحمد الرسالة.", "ثم عاد إلى البيت.", "הספר של א. כהן יצא לאור.", "הוא נמכר היטב."]
    assert sentences(" ".join(expected)) == expected


def test_a_line_break_ends_a_sentence() -> None:
    assert sentences("Year | Ships\n1875 | 120\r\nand more") == ["Year | Ships", "1875 | 120", "and more"]


@given(st.text(alphabet="aB.!?。．」と \n\"'”)3;é؟ก។د", max_size=80))
def test_spans_cover_everything_but_white_space(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
    assert all(a_end <= b_start for (_, a_end), (b_start, _) in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
