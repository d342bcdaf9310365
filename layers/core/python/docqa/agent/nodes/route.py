"""What the question wants: something of the documents, or just a word."""

import re

from docqa.agent.state import Intent, State, Tools

_SMALL_TALK = re.compile(
    r"\W*(?:hi|hello|hey|hallo|bonjour|hola|good (?:morning|afternoon|evening)|guten (?:tag|morgen|abend)"
    r"|thanks?(?: you)?(?: (?:very|so) much)?|thx|danke(?: schön)?|merci(?: beaucoup)?|gracias|ok(?:ay)?|bye|goodbye"
    r"|how are you|who are you|what can you do|what are you)\W*",
    re.IGNORECASE,
)


async def route(state: State, tools: Tools) -> State:
    """By rules: what is no plain greeting is about the documents."""
    del tools
    talk = _SMALL_TALK.fullmatch(state["question"].text) is not None
    intent = Intent.SMALL_TALK if talk else Intent.DOCUMENTS
    return {"intent": intent, "detail": str(intent)}
