"""How many tokens a text is, without its tokenizer: for budgets set aside beforehand and for providers that do not
count.

English prose is about 4 characters a token for every tokenizer of the table, other scripts and numbers are down to 1.
"""

from docqa.core.models.chat import ChatRequest

CHARACTERS_A_TOKEN = 3.5
OVERHEAD_A_MESSAGE = 4


def tokens_in(text: str) -> int:
    """Tokens of a text; an estimate that is rather too high."""
    plain = sum(character.isascii() for character in text)
    return round(plain / CHARACTERS_A_TOKEN) + (len(text) - plain) if text else 0


def tokens_of(request: ChatRequest) -> int:
    """Tokens of all that is sent."""
    tools = sum(tokens_in(tool.name + tool.description + str(tool.parameters)) for tool in request.tools)
    schema = tokens_in(str(request.json_schema)) if request.json_schema else 0
    said = sum(tokens_in(message.text) + OVERHEAD_A_MESSAGE for message in request.messages)
    calls = sum(tokens_in(str(call.arguments)) for message in request.messages for call in message.tool_calls)
    return said + calls + tools + schema
