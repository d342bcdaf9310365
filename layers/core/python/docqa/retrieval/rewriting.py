"""Other wordings of a question, searched beside it when the query asks for them.

The rules here need no model: instructions and the name of the source are left out ("If data is not available, return
'N/A'", "according to the annual report": words that stand everywhere and mean nothing here), then function words. They
are for long prompts; `docqa eval` tells what they do to the questions of a collection.
"""

import re

from docqa.core.models import Hit, SearchQuery
from docqa.core.ports import Retriever, Rewriter
from docqa.core.trace import note
from docqa.retrieval import language
from docqa.retrieval.stopwords import STOP_WORDS
from docqa.retrieval.tokenizer import words

_INSTRUCTIONS = re.compile(
    r"\b(?:if|when)\s+(?:the\s+|this\s+|that\s+|no\s+)?(?:data|information|answer|value|figure|it|this)\s+"
    r"(?:is|are|was|were|can|could)\b[^.?!]*[.?!]?"
    r"|(?<=[.?!])\s*(?:please\s+)?(?:answer|return|reply|respond|give\s+me|write|output|format|state\s+only)\b[^.?!]*[.?!]?",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"(?:,\s*)?\b(?:according\s+to|based\s+on|as\s+(?:listed|stated|given|reported|shown)\s+in|(?:listed|given)\s+in)\s+"
    r"(?:(?:the|this|that|these|your|our|my|its)\s+)?(?:[\w-]+\s+)?(?:report|document|documents|text|paper|passage|file|context)\b,?"
    r"|\blaut\s+(?:dem|der)\s+(?:bericht|dokument|text)\b,?|\bselon\s+le\s+(?:rapport|document|texte)\b,?",
    re.IGNORECASE,
)
_LONG_ASIDE = re.compile(r"\((?:[^\s()]+\s+){4,}[^\s()]+\)")
_SPACES = re.compile(r"\s+")
_SPACE_BEFORE_END = re.compile(r"\s([?.!,;])")
_LEAST_LEFT = 8
"""Letters and digits that make a question."""
_WRITTEN = re.compile(r"[^\W_]+(?:[-./'’][^\W_]+)*")


def focus(question: str) -> str:
    """The question without instructions, a bare "according to the report" and asides of five words and more.

    The question itself if nothing would be left.
    """
    text = question
    for noise in (_INSTRUCTIONS, _LONG_ASIDE, _SOURCE):
        text = noise.sub(" ", text)
    text = _SPACE_BEFORE_END.sub(r"\1", _SPACES.sub(" ", text)).strip(" ,;")
    return text if sum(character.isalnum() for character in text) > _LEAST_LEFT else question


class RuleRewriter:
    """The `Rewriter` without a model."""

    async def rewrites(self, question: str) -> tuple[str, ...]:
        """The question as far as it is one, and its telling words alone; what is no different is left out."""
        focused = focus(question)
        return tuple(dict.fromkeys(text for text in (focused, telling(focused)) if text and text != question))


class RewritingRetriever:
    """Searches the rewrites of a query as well, when it asks for them; the trace's notes say which."""

    def __init__(self, inner: Retriever, *, rewriter: Rewriter) -> None:
        self._inner = inner
        self._rewriter = rewriter

    async def search(self, query: SearchQuery) -> list[Hit]:
        """Best first, at most `top_k`. Raises DependencyUnavailable."""
        if query.rewrite:
            made = await self._rewriter.rewrites(query.query)
            if made:
                note("also searched as: " + " | ".join(made))
            query = query.model_copy(update={"rewrites": (*query.rewrites, *made), "rewrite": False})
        return await self._inner.search(query)


def telling(question: str) -> str:
    """The words of a question that are no function words, as they are written and in their order."""
    written = _WRITTEN.findall(question)
    spoken = language.of_query(words(question))[0]
    return " ".join(word for word in written if word.casefold() not in STOP_WORDS[spoken])
