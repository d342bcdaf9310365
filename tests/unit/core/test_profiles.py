"""What is said about a table as a whole."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docqa.core.models import BlockKind, TableProfile
from docqa.core.profiles import different, kind_of, merged, summary_block, summary_text, table_profile
from docqa.core.values import Kind, Locale, iso_date, locale_of, number

POINT, COMMA = Locale(), Locale(decimal_comma=True, day_first=True)


@pytest.mark.parametrize(
    ("cell", "locale", "value"),
    [
        ("12", POINT, 12.0),
        ("-1.5e3", POINT, -1500.0),
        ("1,234", POINT, 1234.0),
        ("1,234", COMMA, 1.234),
        ("1.234,50", COMMA, 1234.5),
        ("1.234,50", POINT, 1234.5),
        ("1 234 567,8", COMMA, 1234567.8),
        ("1'000.25", POINT, 1000.25),
        ("12,5 %", POINT, 12.5),
        ("$1,200.00", POINT, 1200.0),
        ("(450)", POINT, -450.0),
        ("-€ 3,10", COMMA, -3.1),
        ("99 EUR", POINT, 99.0),
        ("kr 184,500", POINT, 184500.0),
        (".5", POINT, 0.5),
        ("3504.", POINT, 3504.0),
        ("007", POINT, None),
        ("1-2", POINT, None),
        ("12 mm", POINT, None),
        ("1e999", POINT, None),
        ("", POINT, None),
    ],
)
def test_numbers_as_people_write_them(cell: str, locale: Locale, value: float | None) -> None:
    assert number(cell, locale) == value


@pytest.mark.parametrize(
    ("cell", "locale", "day"),
    [
        ("2024-03-09", POINT, "2024-03-09"),
        ("2024-03-09T10:00:00Z", POINT, "2024-03-09"),
        ("3/9/2024", POINT, "2024-03-09"),
        ("3/9/2024", COMMA, "2024-09-03"),
        ("25/12/2023", POINT, "2023-12-25"),
        ("09.03.24 14:30", COMMA, "2024-03-09"),
        ("April 17, 2001", POINT, "2001-04-17"),
        ("3. Oktober 1990", COMMA, "1990-10-03"),
        ("1-Mar-99", POINT, "1999-03-01"),
        ("2024-02-31", POINT, None),
        ("12.5", POINT, None),
    ],
)
def test_dates_as_people_write_them(cell: str, locale: Locale, day: str | None) -> None:
    assert iso_date(cell, locale) == day


def test_the_cells_that_leave_nothing_open_decide_for_the_others() -> None:
    assert locale_of(["1,234", "12,50", "7"]).decimal_comma
    assert not locale_of(["1,234", "12.50", "7"]).decimal_comma
    assert locale_of(["01/02/2024", "25/02/2024"]).day_first
    assert not locale_of(["01/02/2024", "02/25/2024"]).day_first


def test_a_table_in_words() -> None:
    rows = [
        ["Pump", "3", "1.50", "2024-01-05", "yes", ""],
        ["Valve", "1", "20.00", "2023-11-30", "no", ""],
        ["Pump", "", "8.50", "2024-02-01", "no", ""],
    ]
    profile = table_profile(("part", "stock", "price", "bought", "new", "note"), rows, POINT, sheet="Stock")
    assert summary_text(profile) == (
        "Table of 3 rows and 6 columns (sheet Stock). Columns: part, stock, price, bought, new, note. "
        "part: text, 2 different: Pump (2), Valve (1). "
        "stock: number from 1 to 3, mean 2, sum 4, all different, empty in 1 row. "
        "price: number from 1.5 to 20, mean 10, sum 30, all different. "
        "bought: date from 2023-11-30 to 2024-02-01, all different. "
        "new: yes or no, 2 different: no (2), yes (1). note: empty."
    )
    block = summary_block(profile)
    assert (block.kind, block.sheet) == (BlockKind.SUMMARY, "Stock")


def test_a_table_of_thousands_of_columns_is_described_in_bounds() -> None:
    names = [f"gene {n}" for n in range(10_000)]
    rows = [[str(n * r) for n in range(10_000)] for r in (1, 2, 3)]
    profile = table_profile(names, rows, POINT)
    text = summary_text(profile)
    assert text.startswith("Table of 3 rows and 10,000 columns. Columns: gene 0, gene 1,")
    assert "and 9,940 more." in text
    assert len(text) < 25_000
    assert len(profile.model_dump_json(exclude_defaults=True)) < 4_000_000


@pytest.mark.parametrize("true_count", [100, 3_000, 80_000])
def test_different_values_are_counted_or_estimated(true_count: int) -> None:
    parts = [
        table_profile(["id"], [[f"part {n}"] for n in range(start, true_count, 4)], POINT) for start in (0, 1, 2, 3)
    ]
    (whole,) = merged([*parts, *parts])
    assert different(whole.columns[0]) == pytest.approx(true_count, rel=0.2)


def test_a_profile_stays_small_however_many_the_rows() -> None:
    dice = random.Random(5)
    rows = [[f"{dice.random():.9f}", f"name {dice.random()}"] for _ in range(20_000)]
    profile = table_profile(["a", "b"], rows, POINT)
    assert len(profile.model_dump_json()) < 20_000


CELL = st.one_of(
    st.integers(-1000, 1000).map(str), st.just(""), st.sampled_from(["yes", "no", "Pump", "2024-01-01", "1.5"])
)


@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=60), cut=st.integers(0, 60))
def test_parts_put_together_are_the_whole(rows: Sequence[Sequence[str]], cut: int) -> None:
    def profile(some: Sequence[Sequence[str]]) -> TableProfile:
        return table_profile(("a", "b"), some, POINT)

    (joined,) = merged([profile(rows[:cut]), profile(rows[cut:])])
    whole = profile(rows)
    for one, other in zip(joined.columns, whole.columns, strict=True):
        assert one.model_dump(exclude={"values", "hashes", "total"}) == other.model_dump(
            exclude={"values", "hashes", "total"}
        )
        assert one.total == pytest.approx(other.total)
        assert dict(one.values) == dict(other.values) or not one.complete


def test_mixed_columns_are_text() -> None:
    profile = table_profile(["x"], [["1"], ["two"], ["3"]], POINT)
    assert kind_of(profile.columns[0]) is Kind.TEXT
