"""The words that questions about tables are asked with, in English, German, French and Spanish."""

import re

from docqa.agent.computing.plans import Comparison, Operation


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


ASKS = {
    Operation.SHARE: r"\b(?:percentage|percent|share|proportion|fraction|anteil|prozent\w*|pourcentage|porcentaje)\b",
    Operation.DIFFERENCE: r"\b(?:differences?|how much (?:more|less|higher|lower|larger|smaller)|unterschied|différence"
    r"|diferencia)\b",
    Operation.DEVIATION: r"\b(?:standard deviation|std|standardabweichung|écart[- ]type|desviación estándar)\b",
    Operation.CORRELATION: r"\b(?:correlat\w+|korrel\w+|corrél\w+)\b",
    Operation.MEDIAN: r"\b(?:median|médiane?|mediana)\b",
    Operation.AVERAGE: r"\b(?:average|mean|on average|durchschnitt\w*|mittelwert|moyenne|promedio)\b",
    Operation.COUNT: r"\b(?:how many|(?:total |the )?number of|count of|wie ?viele?|anzahl|combien|cuánt[oa]s)\b",
    Operation.SUM: r"\b(?:total|sum|combined|altogether|in all|insgesamt|summe|gesamt\w*|somme|suma)\b",
}
PATTERNS = {operation: _compiled(pattern) for operation, pattern in ASKS.items()}

PER = _compiled(r"\b(?:per|by|for each|for every|in each|pro|je|nach|par|por)\s+(?:the\s+)?(?P<what>[\w -]{2,40})")
HOW_MANY = _compiled(
    r"\b(?:how many|number of|count of|wie ?viele?|anzahl(?: der)?|combien(?: de)?|cuánt[oa]s)\s+"
    r"(?:(?:different|distinct|unique|verschiedene|différent\w*|distint[oa]s)\s+)?(?P<what>[\w-]+(?: [\w-]+)?)"
)
SHARE_OF = _compiled(
    r"\b(?:percentage|percent|share|proportion|fraction|anteil|prozent) (?:of|der|de) (?:all |the )*(?P<what>[\w-]+)"
)
COMPARES = _compiled(
    r"\b(?:higher|lower|more|less|fewer|larger|bigger|smaller|greater|höher\w*|mehr|weniger|größer\w*)\b(?! than\b)"
)
"""What compares two rows is answered by both of them."""
_WHICH = r"\b(?:which|who|what|welche[rsmn]?|quel(?:le)?)\b.*"
WHICH = _compiled(r"\b(?:which|what)\s+(?P<what>[^\W\d]+)")
TOP = _compiled(_WHICH + r"\b(?:highest|most|largest|biggest|höchste\w*|größte\w*|meisten)\b")
BOTTOM = _compiled(_WHICH + r"\b(?:lowest|least|smallest|fewest|niedrigste\w*|kleinste\w*|wenigsten)\b(?! \d)")
MOST_COMMON = _compiled(
    _WHICH + r"\b(?:(?:most|least) (?:common|often|frequent(?:ly)?|used|represented)"
    r"|(?:used|listed) (?:the )?(?:most|least)|(?:am )?häufigsten?|seltensten?|plus fréquente?|más frecuente)\b"
)
MOST_OF = _compiled(
    _WHICH + r"\b(?:has|have|had|with|hat|haben)\s+(?:the\s+|die\s+)?(?:most|fewest|least|meisten|wenigsten)\s+"
    r"(?P<what>[\w-]+(?: [\w-]+)?)"
)
"""Which region has the most orders: they are counted, or a column of that name is added up."""
LEAST = _compiled(r"\bleast\b|seltenst")
HAVING = _compiled(r"\b(?:has|have|had|with|made|hat|haben)\b")

_NUMBER = r"[$€£]?(?P<value>\d[\d.,]*\d|\d)(?![\w-])"
_SIZES = (
    (Comparison.AT_LEAST, r"(?:at least|no (?:less|fewer) than|not (?:under|below)|mindestens|au moins|al menos|>=|≥)"),
    (Comparison.AT_MOST, r"(?:at most|no more than|not (?:over|above)|up to|höchstens|au plus|<=|≤)"),
    (
        Comparison.ABOVE,
        r"(?:(?:more|greater|higher|larger|bigger|longer|older) than|above|over|exceed(?:s|ed|ing)?|mehr als|über|"
        r"größer als|plus de|más de|>)",
    ),
    (
        Comparison.BELOW,
        r"(?:(?:less|fewer|lower|smaller|shorter|younger) than|below|under|weniger als|unter|kleiner als|moins de|"
        r"menos de|<)",
    ),
)
SIZES = tuple((comparison, _compiled(rf"{words}\s*{_NUMBER}")) for comparison, words in _SIZES)
BETWEEN = _compiled(
    r"\b(?:between|from|zwischen|von|entre|de)\s+(?P<low>\d[\d.,]*)\s*(?:and|to|until|-|\u2013|und|bis|et|y|a)\s*"
    r"(?P<high>\d[\d.,]*\d|\d)"
)
NO = r"\b(?:no|not|non|without|keine?|nicht|ohne|sans)[ -]+"

QUOTED = re.compile(r"[\"\u201c\u201e']([^\"\u201c\u201d\u201e']{2,80})[\"\u201d']")
ASIDE = _compiled(
    r"^\s*\d+[.)]\s+|\b(?:in|during|of|by|on)\s+(?:this|these|the given)\s+(?:particular\s+)?[^\W\d]+"
    r"|\bif (?:yes|so)\b.*|\bround\w* (?:\w+ ){0,3}to \w+ decimal places?\b"
)
"""What says nothing of what is computed: the number of a question, "in this list"."""
VALUE_OF = _compiled(r"\b(?:average|mean|median|highest|lowest|maximum|minimum|different) values? (?:of|in|for)\b")
WORD = re.compile(r"[^\W\d][\w'-]+|\d{4}")
ROWS = frozenset("row rows record records entry entries line lines item items zeilen einträge lignes filas".split())

SAYS_NOTHING = (
    """how is are was were be been the of in for with and or to a an do does did have has had on at by from than
    more less least most table tables data dataset file csv sheet spreadsheet list listed row rows record records
    entry entries line lines item items column columns calculate compute find determine give tell show report
    identify what which many much there overall all whole every each recorded contained contain include included
    answer round decimal places result coefficient distribution between number count total sum average mean amount
    times time individuals people persons observations against used represented came come play played happened took
    place high low big large long different distinct unique""",
    """wie viele hoch groß lang tabelle datei zeile zeilen spalte einträge wert werte berechne gibt es alle kommen kommt
    stammen stammt haben hat sind ist war waren beträgt verschiedene insgesamt von in der die das""",
    "combien y a-t-il dans ligne lignes fichier tableau viennent vient sont est de du des la le les total toutes tous",
    "cuántas cuántos hay en la tabla fila filas son es vienen viene de del las los todos todas total",
)
"""In each language: words of questions that say nothing of which rows are meant."""
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january januar janvier enero jan",
            "february februar février febrero feb",
            "march märz mars marzo mar",
            "april avril abril apr",
            "may mai mayo",
            "june juni juin junio jun",
            "july juli juillet julio jul",
            "august août agosto aug",
            "september septembre septiembre sep sept",
            "october oktober octobre octubre oct okt",
            "november novembre noviembre nov",
            "december dezember décembre diciembre dec dez",
        ),
        start=1,
    )
    for name in names.split()
}
ORDERS = """per most highest largest biggest greatest maximum least lowest smallest fewest minimum common often frequent
frequently """
