"""How much the dense arm counts: as far as the embedding model reads the question's language.

nDCG@10 of hybrid search by the dense arm's weight (bge-small-en, XQuAD: 225 questions, 40 passages of each language;
Cranfield: 225 questions, 1,400 passages; pools of 100, min-max):

    weight      English  Cranfield  German  Arabic  Chinese
    0 (BM25)      .983      .374     .972    .954    .992
    0.1           .984      .390     .972    .952    .992
    0.2           .982      .401     .971    .949    .992
    0.4           .984      .421     .972    .936    .993
    0.5           .982      .425     .970    .919    .981
    0.6           .984      .431     .968    .778    .921
    0.8           .988      .422     .926    .340    .643
    1 (dense)     .964      .399     .847    .163    .380
    RRF, k = 60   .980      .418     .942    .653    .768

An English model knows something of languages that share its alphabet and many words, and next to nothing of the others.
Questions in one of these about English documents (German: .763, .661 dense alone) lose nothing measurable by the rule.
"""

from docqa.core.language import language_of, main_script

KNOWN = 0.6
SAME_SCRIPT = 0.4
FOREIGN = 0.1

FEEDBACK = 0.5
"""Of the mean of the three best passages, added to the question's vector where the model knows the language: nDCG@10 on
Cranfield .430 to .441, on CLAPNQ and XQuAD-en the same; German .972 to .971, over four languages .965 to .958."""

_LATIN = "Latin"


def dense_weight(question: str, languages: frozenset[str] | None) -> float:
    """Share (0..1) of the dense arm for a model of these languages (ISO 639-1; None: all)."""
    if languages is None:
        return KNOWN
    if main_script(question) not in (None, _LATIN):
        return KNOWN if language_of(question) in languages else FOREIGN
    language = language_of(question)
    # A question of names and numbers has no language, and nothing speaks against the model.
    return KNOWN if language is None or language in languages else SAME_SCRIPT
