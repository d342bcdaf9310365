"""Whether an answer states a value that was to be computed."""

import pytest

from benchmarks.answered import Answered
from benchmarks.computing import by_computing, states
from docqa.evaluation.datasets import Question


@pytest.mark.parametrize(
    ("text", "right", "is_right"),
    [
        ("Average of age: 39.21 (computed from 1338 rows) [1]", ["39.21"], True),
        ("Correlation of a and b: -0.832", ["-0.83"], True),
        ("Total of seats: 14,600", ["14600"], True),
        ("Median of mpg: 22.75 [1]\nAverage of mpg: 23.45 [1]", ["22.75\n23.45"], True),
        ("Average of mpg: 23.45 [1]", ["22.75\n23.45"], False),
        ("Number of rows: 3 [7]", ["7"], False),
        ("Number of rows, method ASTM D 638: 3", ["ASTM D 638"], True),
        ("", ["4"], False),
        ("Total of amount: 7 (computed from 5 rows) [1]", ["5"], False),
        ("Highest HR: 762 (Player: Barry Bonds; computed from 29 rows) [1]", ["Barry Bonds"], True),
    ],
)
def test_what_states_a_value(text: str, right: list[str], is_right: bool) -> None:
    assert states(text, right) is is_right


def test_kinds_of_computing() -> None:
    said = ["Number of rows: 4 [1]", "Number of rows: 5 [1]", "year: 4 [1]"]
    answers = [
        Answered("ours", "own", Question(id=f"q{n}", text="?", answers=("4",)), text, (), True, False, 1.0)
        for n, text in enumerate(said)
    ]
    grid = by_computing("c", answers, {f"q{n}": "aggregate" for n in range(3)})
    assert grid.rows == [("aggregate", "3", "2", "1", "1")]
