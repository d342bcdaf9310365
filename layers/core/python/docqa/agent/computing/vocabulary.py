"""The words that questions about tables are asked with, in English, German, French and Spanish."""

import re

from docqa.agent.computing.plans import Comparison, Operation


def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def one_of(words: frozenset[str]) -> str:
    """A pattern of any of these words."""
    return rf"\b(?:{'|'.join(sorted(words))})\b"


def _words(*texts: str) -> frozenset[str]:
    return frozenset(word for text in texts for word in text.split())


ASKS = {
    Operation.SHARE: compiled(r"\b(?:percentage|percent|share|proportion|fraction|anteil|pourcentage|porcentaje)\b"),
    Operation.DIFFERENCE: compiled(r"\b(?:difference|unterschied|différence|diferencia)\b"),
    Operation.DEVIATION: compiled(
        r"\b(?:standard deviation|std|standardabweichung|écart[- ]type|desviación estándar)\b"
    ),
    Operation.CORRELATION: compiled(r"\b(?:correlat\w+|korrel\w+|corrél\w+)\b(?: coefficient\b)?"),
    Operation.MEDIAN: compiled(r"\b(?:median|médiane?|mediana)\b(?: number of\b)?"),
    Operation.AVERAGE: compiled(r"\b(?:average|mean|durchschnitt\w*|mittelwert|moyenne|promedio)\b(?: number of\b)?"),
    Operation.COUNT: compiled(
        r"\b(?:how many(?: times)?|(?:total )?(?:number|count) of(?: times)?|wie ?viele?|anzahl(?: der)?"
        r"|combien(?: de)?|cuánt[oa]s)\b"
    ),
    Operation.SUM: compiled(r"\b(?:total|sum|combined|altogether|insgesamt|summe|gesamt\w*|somme|suma)\b"),
}
"""What says what is computed."""
IN_TOTAL = compiled(r"\b(?:in total|altogether|combined|overall|in all|insgesamt|au total|en total)\b")
"""After "how many" it asks for nothing else."""
SUMS_UP = compiled(r"\b(?:average|mean|median|highest|lowest) values?(?= of| in| for|\b)")

TIMES = compiled(r"\b(?:number of times|how many times)\b")
NUMBERED = compiled(r"\s*\d{1,2}[.)]\s+(?=\D)")
"""Of a list of questions."""
IN_THIS = compiled(r"\b(?:in|of) (?:this|these) (?:table|list|file|data|dataset|sheet|spreadsheet|column)\b")

PER = (("per",), ("by",), ("for", "each"), ("for", "every"), ("in", "each"), ("pro",), ("je",), ("par",), ("por",))
WHICH = _words("which what welche welcher welches quel quelle")
ASKING = _words("which what who whom whose when where why how welche welcher welches wer wie quel quelle qui cuál")
YES_OR_NO = compiled(
    r"\s*(?:is|are|was|were|does|do|did|has|have|had|can|could|ist|sind|hat|haben|est-ce)\b(?! there an? )"
)
HIGHEST = _words(
    "highest most largest biggest greatest maximum meiste meisten",
    "höchste höchsten höchster höchstes größte größten größter größtes",
)
LOWEST = _words(
    "lowest least smallest fewest minimum wenigsten",
    "niedrigste niedrigsten niedrigster niedrigstes kleinste kleinsten kleinster kleinstes",
)
HIGHEST_OF = _words("dearest oldest longest tallest deepest heaviest teuerste teuersten teuerster teuerstes")
LOWEST_OF = _words("cheapest youngest shortest shallowest lightest billigste billigsten billigster billigstes")
"""Those that also say of what."""
MOST = _words("most fewest least meisten wenigsten")
"""Of those, what also counts."""
COMMON = _words("common frequent frequently often used")
DIFFERENT = _words("different distinct unique verschiedene")

_SIZES = {
    Comparison.AT_MOST: r"(?:at most|(?:no|not) (?:more|higher|larger|longer|greater) than"
    r"|not (?:over|above|exceeding)|up to|höchstens|au plus|<=|≤)",
    Comparison.AT_LEAST: r"(?:at least|(?:no|not) (?:less|fewer|lower|smaller) than|not (?:under|below)|mindestens"
    r"|au moins|al menos|>=|≥)",
    Comparison.ABOVE: r"(?:(?:more|greater|higher|larger|bigger|longer|older) than|above|over|exceed(?:s|ed|ing)?"
    r"|mehr als|über|größer als|plus de|más de|>)",
    Comparison.BELOW: r"(?:(?:less|fewer|lower|smaller|shorter|younger) than|below|under|weniger als|unter|kleiner als"
    r"|moins de|menos de|<)",
}
_NUMBER = r"[$€£]?(?P<value>\d[\d.,]*\d|\d)(?:[%€]|\b)(?![\w-])"
SIZES = {comparison: compiled(rf"(?<!\w){words}\s*{_NUMBER}") for comparison, words in _SIZES.items()}
"""A comparison with a number; those that are made of others ("no more than") come first."""
BETWEEN = compiled(
    r"\b(?:between|from|zwischen|von|entre)\s+(?P<low>\d[\d.,]*)\s*(?:and|to|until|-|\u2013|und|bis|et|y)\s*"
    r"(?P<high>\d[\d.,]*\d|\d)(?![\w-])"
)
BESIDE = _words("a an of is are was were with have has had that an the im in")
"""What may stand between a column and what it is compared with."""

ROWS = _words(
    "row rows record records entry entries line lines item items people persons individuals observations times",
    "zeile zeilen einträge personen ligne lignes personnes fila filas personas",
)
"""What rows are called, whatever they are of."""
SAYS_NOTHING = _words(
    "how is are was were be been the of in for with and a an do does did have has had on at from there what which who",
    "please tell me give show find out calculate compute determine table data dataset file csv sheet spreadsheet",
    "column columns list listed recorded located as come comes came belong belongs all every between that",
    "wie ist sind war waren die der das den dem in im von für mit und ein eine einen es gibt hat haben kommen kommt",
    "hoch groß tabelle datei spalte alle zwischen welche welcher welches aus",
    "quel quelle est sont le la les l de des du dans pour avec et un une il y a-t-il viennent vient tous toutes entre",
    "cuál es son el los las en para con y hay vienen viene todos todas entre",
)
"""Words of questions that leave open which rows are meant. What changes that is none of them: not, other, or, only,
before, after, than, each, this, he."""
OF = _words("of der de")
AND = _words("and und et y")
OR = _words("or oder ou o")
OF_WHOM = _words("by von par por")
"""Before a cell: "by Eirik Solem"."""
VERBS = _words("are is was were have has had come comes came belong belongs sind ist haben hat kommen sont ont")
"""After what a share is of: a condition that follows is of the part, not of the whole."""
IN = _words("in during of for im en")
"""Before a month or a year."""
NO = _words("not non no un nicht")
