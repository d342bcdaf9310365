"""One function for passages and questions: what a person would call the same word is the same term."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from docqa.core.ports import Analyzer
from docqa.retrieval.tokenizer import MAX_TERM, Tokenizer

TOKENIZER: Analyzer = Tokenizer()


def found(passage: str, question: str) -> bool:
    """Whether every term of the question that has an English or native stem meets the passage somewhere."""
    return bool(TOKENIZER.terms(passage).keys() & set(TOKENIZER.query_terms(question)))


@pytest.mark.parametrize(
    ("passage", "question"),
    [
        ("The universities are funded by the state.", "university funding"),
        ("REVENUE grew", "revenues"),
        ("the company\u2019s profit", "companies"),
        ("it was 1,234 euros", "1234"),
        ("it was 1234 euros", "1,234"),
        ("es waren 1.234,56 Euro", "1,234.56"),
        ("1 234 567,5 is 1.234.567,5", "1,234,567.5"),
        ("a rate of 3,5 %", "3.5"),
        ("\u0661\u0662\u0663 pages", "123"),
        ("release 3.11.7 is out", "what is in 3.11.7?"),
        ("the résumé of a naïve café", "resume naive cafe"),
        ("ﬁnal oﬃce", "final office"),
        ("infor\u00admation", "information"),
        ("ＦＵＬＬ width", "full"),
        ("Die Kosten der Häuser waren nicht hoch.", "Haus"),
        ("Die Versicherungen sind für alle da.", "Wie ist die Versicherung?"),
        ("Die Versicherungen sind für alle da.", "Versicherung"),
        ("Les universités sont dans la ville.", "Où est l'université ?"),
        ("Las universidades están en la ciudad.", "¿Dónde está la universidad?"),
        ("Она читает новые книги.", "новая книга"),
        ("الجامعات في القاهرة", "الجامعة"),
        ("مُحَمَّد كتب", "محمد"),
        ("本公司提供检索系统服务", "检索系统"),
        ("東京都の人口", "人口は？"),
        ("한국의 수도는 서울이다", "서울"),
        ("ภาษาไทยเป็นภาษาราชการ", "ภาษาไทย"),
        ("हिन्दी भाषाओं में लिखा", "भाषाओं"),
        ("max_pages and snake_case", "pages"),
        ("iPhone手机", "iphone"),
        ("中", "中"),
    ],
)
def test_same_word_is_the_same_term(passage: str, question: str) -> None:
    assert found(passage, question)


@pytest.mark.parametrize(
    ("passage", "question"),
    [
        ("version 3.11", "version"[:0] + "3.12"),
        ("1,2,3", "1.2.3"),
        ("检索系统", "银行"),
        ("the of and", "the of and"),
        ("हिन्दी", "ह"),
        ("university", "universe" + "less"),
    ],
)
def test_other_words_are_other_terms(passage: str, question: str) -> None:
    assert not found(passage, question)


def test_terms_are_counted() -> None:
    assert TOKENIZER.terms("Run, running runs; ran. The runner 42 42") == {"run": 3, "ran": 1, "runner": 1, "42": 2}


def test_function_words_of_the_language_are_left_out() -> None:
    assert TOKENIZER.terms("Der Hund und die Katze sind in dem Haus") == {"hund": 1, "katz": 1, "haus": 1}
    assert TOKENIZER.terms("They die in the war") == {"die": 1, "war": 1}


def test_question_of_function_words_in_its_language_only_keeps_the_rest() -> None:
    assert TOKENIZER.query_terms("What is the cost of a die?") == ["cost", "die"]
    assert TOKENIZER.query_terms("fish fish fish") == ["fish"]


def test_passage_without_function_words_is_found_from_any_language() -> None:
    table = "Mieten: 1200; Nebenkosten: 300"
    assert found(table, "Wie hoch sind die Mieten in der Stadt?")
    assert found(table, "Nebenkosten")


def test_long_tokens_are_cut_to_what_an_index_takes() -> None:
    for token in ("a1b2" * 100, "9" * 1000, "1." * 500 + "1", "й" * 200):
        (term,) = TOKENIZER.terms(token)
        assert len(term) <= MAX_TERM
        assert TOKENIZER.query_terms(token)[0] == term


ANY = st.text() | st.text(alphabet="ab é\u0301ßİı,.1²9中ไท\u0e33ア서 \u00ad'_-ﬁ\u0640ة\x00\ud800")


@given(ANY)
@example("\u0640\u0640\u0640")
def test_any_text_gives_storable_terms_that_a_question_with_the_same_text_asks_for(text: str) -> None:
    terms = TOKENIZER.terms(text)
    assert terms == TOKENIZER.terms(text)
    for term, count in terms.items():
        assert term
        assert count > 0
        assert len(term) <= MAX_TERM
        assert "\x00" not in term
        term.encode()
    asked = TOKENIZER.query_terms(text)
    assert len(asked) == len(set(asked))
    assert not terms or set(asked) & terms.keys()


def test_where_two_languages_are_as_likely_passage_and_question_take_the_same() -> None:
    """In "J:U", each letter is a function word of another language."""
    assert set(TOKENIZER.query_terms("J:U")) & TOKENIZER.terms("J:U").keys()


@given(st.text(alphabet="abcdefghij XYZ 123,.;:-\n", max_size=80))
def test_plain_ascii_and_unicode_roads_agree(text: str) -> None:
    """ASCII text takes a shortcut; a letter of another script sends the same words down the general road."""
    general = TOKENIZER.terms(text + " ж")
    general.pop("ж", None)
    assert general == TOKENIZER.terms(text)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("See § 4.2(b) of the contract", "4.2(b)"),
        ("part ACME-1042 is out of stock", "acme1042"),
        ("part ACME\u20111042", "acme1042"),
        ("part acme_1042", "acme1042"),
        ("the annual report on Form 10-K", "10k"),
        ("ruling 2024/17 of the board", "2024/17"),
        ("from 2024-05-01 on", "2024-05-01"),
        ("release v1.2.3-rc1", "v1.2.3rc1"),
        ("条款4.2（b）", "条款4.2(b)"),
    ],
)
def test_codes_and_identifiers_are_kept_whole_beside_their_parts(text: str, whole: str) -> None:
    assert whole in TOKENIZER.terms(text)
    assert whole in TOKENIZER.query_terms(text)
    assert len(TOKENIZER.terms(text)) > 2


@pytest.mark.parametrize(
    "text", ["part-time work", "and/or", "1,234.56", "3.11.7", "an end. 5 more", "F(x) is f", "5 - 6"]
)
def test_words_with_signs_and_plain_numbers_are_no_identifiers(text: str) -> None:
    assert not any(set("-/(_").intersection(term) for term in TOKENIZER.terms(text))


def test_a_code_tells_its_passage_from_those_that_share_its_parts() -> None:
    wanted, other = "order ACME-1042 now", "ACME has 1042 orders"
    asked = set(TOKENIZER.query_terms("ACME-1042"))
    assert len(asked & TOKENIZER.terms(wanted).keys()) > len(asked & TOKENIZER.terms(other).keys())


def test_arabic_function_words_are_no_terms() -> None:
    assert TOKENIZER.query_terms("متى كانت هذه المعركة في القاهرة") == TOKENIZER.query_terms("المعركة القاهرة")
    assert TOKENIZER.terms("من هو") == {}
