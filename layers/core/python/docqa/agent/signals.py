"""Sentences of documents that speak to a model instead of to a reader ("ignore the question", "reply only with …").

They are neither quoted nor shown to a model. That is a filter for the plain cases, not the defence: disguised ones pass
it. What holds is that nothing is chosen by what a document says, and that only what a passage says about the question
is shown (`docqa.agent.claims`).
"""

import re
from collections.abc import Sequence

_TOLD = (
    r"(?:instructions?|prompts?|rules?|directives?|guidelines?|context|question|guardrails|polic(?:y|ies)|safeguards"
    r"|(?:safety|content|all|your|any) (?:filters?|protocols?|restrictions?|training|checks?))"
)
_ANSWER = (
    r"(?:answers?|repl(?:y|ies)|responses?|summar(?:y|ies)|outputs?|messages?|antwort(?:en)?|réponses?|respuestas?)"
)
_NOT_FORBIDDEN = r"(?<!\bnot )(?<!\bnever )(?<!n't )(?<!n’t )"
"""A reader is told not to ignore things; a model is told to."""
_PATTERNS = (
    # setting aside what was said
    rf"{_NOT_FORBIDDEN}\b(?:ignore|disregard|forget|override|bypass|supersedes?)\b(?:\W+\w+){{0,4}}?"
    rf"\W+(?:{_TOLD}|prior ones)\b",
    r"\b(?:ignorier|vergiss|missachte)\w*\b(?!\s+(?:sie\s+)?(?:nicht|nie|niemals)\b).{0,40}\b(?:anweisung|regel|vorgabe|richtlinie|frage|prompt)\w*",
    rf"{_NOT_FORBIDDEN}\b(?:ignore[zr]?|oublie[zr]?)\b(?!\s+(?:pas|jamais)\b).{{0,40}}\b(?:instructions|consignes|règles|question)\b",
    r"\b(?:ignora|olvida|dimentica)\w*\b.{0,40}\b(?:instrucciones|istruzioni|reglas|regole|pregunta|domanda)\b",
    r"\bno (?:rules|filters?|restrictions)\b.{0,30}\b(?:answer|limits?|respond|whatsoever)\b",
    r"\b(?:answer|respond|reply|antworte|répond(?:s|ez|re)|responder?|risponder?e?)\b.{0,20}\b(?:without|ohne|sans|sin"
    r"|senza)\W+(?:\w+\W+){0,2}?(?:restrictions?|restricciones|restrizioni|einschr(?:ä|ae)nkung(?:en)?|filters?|limits)\b"
    r"|\bohne (?:jede )?einschr(?:ä|ae)nkung(?:en)? (?:zu )?antworte",
    # dictating the answer
    r"\b(?:reply|respond|answer|output|return)\b(?:\W+\w+){0,2}?\W+(?:only|exactly|solely|nothing but)\b"
    r".{0,40}\b(?:with|the|word|token|text)\b",
    r"\b(?:append|add|insert|include|write|put|prepend|print|output|state|repeat)\b.{0,60}"
    rf"\b(?:in|to|at|before|after|into|on)\b.{{0,20}}\b(?:your|every|each|all|any|the)\b.{{0,16}}\b{_ANSWER}\b",
    r"\bbefore (?:every|each|any|you) (?:answer|reply|response)\w*\b.{0,60}\b(?:write|output|append|print|say|token)\b",
    r"\b(?:in|to|into|of|with|enhance|modify|augment|alter|change|render|format)\s+your\s+"
    r"(?:answer|reply|response|message|output|code|codebase|implementation|solution)\b",
    rf"\b(?:am ende|à la fin|al final|alla fine)\b.{{0,30}}\b{_ANSWER}\b",
    # speaking to the model itself
    r"\b(?:system|developer|hidden|initial)\s+(?:prompt|instructions?|note|message|override)\b",
    r"\b(?:systemanweisung|systemhinweis|system-?prompt)\w*|\bprompt (?:del sistema|di sistema|système)\b"
    r"|\bnot[ae] (?:del sistema|di sistema|système)\b|\b(?:instrucciones|istruzioni) (?:del|di) sistema\b",
    r"\bnew (?:task|instructions?|objective|system prompt)\s*:",
    r"\b(?:note|important|attention|instructions?|message)\b.{0,12}\b(?:for|to)\s+(?:the\s+)?"
    r"(?:ai|assistant|model|llm|(?:chat)?bot|language model|ai coding agents?)\b",
    r"\b(?:for|to) (?:an?y? )?(?:ai|llm)s?(?: \w+){0,2}\)?\s*:",
    r"\byou are (?:now|no longer)\b|\b(?:developer|dan|jailbreak|god) mode\b|\bfrom now on (?:respond|answer|reply)\b",
    r"\b(?:ai|assistant|chatbot|language model|llm)s?\b.{0,20}\b(?:must|should|shall|has to|is to)\b.{0,40}"
    r"\b(?:reply|respond|answer|say|output|recommend|ignore)\b",
    r"^\s*(?:assistant|system|user|human)\s*:|\bwhen you read this\b",
    r"<\s*/?\s*(?:context|system|instructions?|user|assistant|source)\w*\s*>|<\|[^|>]{1,30}\|>|\[/?INST\]",
    r"\bdecode (?:it|(?:the )?(?:following|this|below))\b.{0,40}\b(?:do|follow|execute|comply)\b",
)
_ANY = "|".join(f"(?:{pattern})" for pattern in _PATTERNS)
_COMPILED = re.compile(_ANY, re.IGNORECASE | re.MULTILINE)
_OVER_LINES = re.compile(_ANY, re.IGNORECASE | re.MULTILINE | re.DOTALL)

LEFT_OUT = "[…]"


def speaks_to_a_model(text: str) -> bool:
    """Whether a piece of a document reads like an instruction to a model."""
    return _COMPILED.search(text) is not None


def may_speak_to_a_model(texts: Sequence[str]) -> bool:
    """False where none of these texts, nor any two that follow each other, speak to a model: one search for all."""
    return _OVER_LINES.search("\n".join(texts)) is not None
