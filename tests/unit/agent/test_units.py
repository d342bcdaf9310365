"""Measures that a question asks for."""

import pytest

from docqa.agent.units import has_measure, measures_asked


@pytest.mark.parametrize(
    ("question", "text", "held"),
    [
        ("At what wind is the route closed?", "It is closed at 17 metres per second.", True),
        ("At what wind is the route closed?", "It is closed when waves pass 3.5 metres.", False),
        ("How fast is she?", "She makes 14 knots.", True),
        ("What is the price of tea?", "Tea: 2 euros", True),
        ("What is the price of tea?", "Tea has 2 kinds", False),
        ("How long is it kept?", "It is kept for ninety days.", True),
        ("How long is it kept?", "It is kept in box 90.", False),
        ("How tall is the mast?", "The mast rises 31 m above deck.", True),
        ("What percentage came back?", "Of all, 40 % came.", True),
        ("How heavy is the anchor?", "The anchor: 2.4 tonnes", True),
        ("Wie lange wird es aufbewahrt?", "Es wird 90 Tage aufbewahrt.", True),
        ("Who is the master?", "17 metres per second", False),
    ],
)
def test_has_measure(question: str, text: str, held: bool) -> None:
    assert has_measure(measures_asked(question), text) is held
