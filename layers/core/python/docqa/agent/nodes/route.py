"""What the question wants: something of the documents, just a word, or that something is remembered."""

import re

from docqa.agent import summary
from docqa.agent.state import Intent, State, Tools

_SMALL_TALK = re.compile(
    r"\W*(?:hi|hello|hey|hallo|bonjour|hola|good (?:morning|afternoon|evening)|guten (?:tag|morgen|abend)"
    r"|thanks?(?: you)?(?: (?:very|so) much)?|thx|danke(?: schön)?|merci(?: beaucoup)?|gracias|ok(?:ay)?|bye|goodbye"
    r"|how are you|who are you|what can you do|what are you)\W*",
    re.IGNORECASE,
)


_REMEMBER = re.compile(
    r"\s*(?:please\s+)?(?:remember|keep in mind|note)\s*(?:,|:|that\b)\s*(?P<en>\S.{3,})"
    r"|\s*(?:bitte\s+)?(?:merke? dir|denk daran)\s*(?:,|:)\s*(?:dass\s+)?(?P<de>\S.{3,})"
    r"|\s*(?:retiens|souviens-toi)\s+que\s+(?P<fr>\S.{3,})|\s*recuerda\s+que\s+(?P<es>\S.{3,})",
    re.IGNORECASE | re.DOTALL,
)


async def route(state: State, tools: Tools) -> State:
    """By rules: what is no plain greeting and nothing to remember is about the documents."""
    del tools
    if state["question"].confirmed is not None:  # the same question, once more
        return {"intent": Intent.DOCUMENTS, "detail": "a call that was confirmed"}
    fact = _REMEMBER.fullmatch(state["question"].text)
    if fact is not None and "?" not in fact[0]:
        said = next(filter(None, fact.groups()))
        return {"intent": Intent.REMEMBER, "fact": said.strip(), "detail": str(Intent.REMEMBER)}
    if summary.asked(state["asked"]):
        return {"intent": Intent.SUMMARY, "detail": str(Intent.SUMMARY)}
    talk = _SMALL_TALK.fullmatch(state["question"].text) is not None
    intent = Intent.SMALL_TALK if talk else Intent.DOCUMENTS
    return {"intent": intent, "detail": str(intent)}
