"""What is not indexed: the function words of the languages that have a stemmer.

The lists are not for completeness: BM25 gives the frequent words that are left a low weight by itself.
"""

from types import MappingProxyType

from docqa.core.function_words import FUNCTION_WORDS

_CODES = {
    "english": "en",
    "german": "de",
    "french": "fr",
    "spanish": "es",
    "italian": "it",
    "portuguese": "pt",
    "dutch": "nl",
    "swedish": "sv",
    "danish": "da",
    "turkish": "tr",
}

# Prepositions, pronouns and particles, alone and with what is written onto them; hamza as people leave it out, too.
_ARABIC = """
    في من على إلى الى عن مع هذا هذه ذلك تلك هؤلاء التي الذي الذين ما ماذا متى أين اين كيف كم لماذا هل لا
    لم لن ليس إن ان أن إنه أنه انه أنها إنها انها كان كانت كانوا يكون تكون هو هي هم هما نحن أنا أنت قد
    لقد كل بعض بين بعد قبل عند عندما حتى أو او أم ثم لكن ولكن إذا اذا كما أي اي أية أيضا ايضا غير منذ
    خلال حول ضد مثل دون فقط حيث لأن له لها لهم به بها بهم فيه فيها منه منها عليه عليها إليه إليها وهو
    وهي وكان وكانت ومن وفي وعلى إلا الا بل لو كذلك هنا هناك منهم بأن لدى وما ولم ولا بما مما فيما وقد كي
    سوف
"""

STOP_WORDS = MappingProxyType(
    {**{name: FUNCTION_WORDS[code] for name, code in _CODES.items()}, "arabic": frozenset(_ARABIC.split())}
)
"""Language (Snowball's name) → its function words, casefolded, NFKC. Worth .014 nDCG@10 on XQuAD in Arabic."""

LATIN_LANGUAGES = tuple(_CODES)
