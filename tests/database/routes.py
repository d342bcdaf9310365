"""Every route of the HTTP functions, and what it takes to be let in: the tests walk over this table.

Each call names what belongs to the victim: {collection}, {document}, {conversation}, {member}; {me} is who calls.
"""

from dataclasses import dataclass
from typing import Any

OPEN = "open"
"""Nobody is asked who he is; the calls of the table are refused for what they hold."""
ACCOUNT = "account"
"""Any account: it sees only its own."""
ADMIN = "admin"
VIEWER = "viewer"
EDITOR = "editor"
OWNER = "owner"
PRIVATE = "private"
"""The user who made it alone, whatever roles others have."""


@dataclass(frozen=True)
class Call:
    needs: str
    body: Any = None
    query: str = ""


FILE = {"filename": "a.pdf", "size": 10}
QUESTION = {"question": "Where does the treasure of Zanzibar lie?"}
QUERY = {"query": "treasure of Zanzibar"}
EXTRAS = {"rerank": True, "deduplicate": True, "diversity": 0.5, "window": 2, "parents": True, "include": ["spans"]}


def asking(words: dict[str, str]) -> tuple[Call, ...]:
    return (
        Call(VIEWER, words | {"document_ids": ["{document}"]}),
        Call(VIEWER, words | {"collection_ids": ["{collection}"]}),
        Call(VIEWER, words | {"collection_ids": ["{collection}"], "document_ids": ["{document}"]}),
        Call(ACCOUNT, words),
    )


def told(method: str, **params: Any) -> Call:
    """A message of MCP. What may not be seen is told to the caller as an error of the tool, with status 200."""
    return Call(ACCOUNT, {"jsonrpc": "2.0", "id": 1, "method": method, "params": params})


def tool(name: str, **arguments: Any) -> Call:
    return told("tools/call", name=name, arguments=arguments)


CHAT = {"model": "docqa", "messages": [{"role": "user", "content": QUESTION["question"]}]}
ASKING = (*asking(QUESTION), Call(PRIVATE, QUESTION | {"conversation_id": "{conversation}"}))
PASSWORD = {"password": "correct horse"}

ROUTES: dict[tuple[str, str], tuple[Call, ...]] = {
    ("GET", "openapi.json"): (Call(OPEN),),
    ("HEAD", "openapi.json"): (Call(OPEN),),
    ("GET", "health"): (Call(OPEN),),
    ("GET", "ready"): (Call(OPEN),),
    ("POST", "auth/register"): (
        Call(OPEN, PASSWORD | {"email": "{victim}"}),
        Call(OPEN, PASSWORD | {"email": "eve@example.org", "invitation": "{token}"}),
    ),
    ("POST", "auth/login"): (Call(OPEN, PASSWORD | {"email": "{victim}"}),),
    ("GET", "auth/me"): (Call(ACCOUNT),),
    ("POST", "auth/invitations"): (Call(ADMIN, {"email": "new@example.org", "role": "admin"}),),
    ("GET", "collections"): (Call(ACCOUNT),),
    ("POST", "collections"): (Call(ACCOUNT, {"name": "Of my own"}),),
    ("GET", "collections/{collection_id}"): (Call(VIEWER),),
    ("PATCH", "collections/{collection_id}"): (Call(OWNER, {"name": "Renamed"}),),
    ("GET", "collections/{collection_id}/members"): (Call(OWNER),),
    ("PUT", "collections/{collection_id}/members"): (Call(OWNER, {"email": "{me}", "role": "owner"}),),
    ("PUT", "collections/{collection_id}/everyone"): (Call(OWNER, {"role": "editor"}), Call(OWNER, {"role": None})),
    ("GET", "documents"): (Call(ACCOUNT), Call(VIEWER, query="?collection_id={collection}")),
    ("POST", "documents"): (Call(EDITOR, FILE | {"collection_id": "{collection}"}),),
    ("GET", "documents/{document_id}"): (Call(VIEWER),),
    ("GET", "documents/{document_id}/content"): (Call(VIEWER),),
    ("GET", "documents/{document_id}/events"): (Call(VIEWER),),
    ("POST", "documents/{document_id}/retry"): (Call(EDITOR),),
    ("POST", "search"): (*asking(QUERY), *asking(QUERY | EXTRAS)),
    ("POST", "ask"): ASKING,
    ("POST", "ask/stream"): ASKING,
    ("GET", "memories"): (Call(ACCOUNT),),
    ("DELETE", "memories"): (Call(ACCOUNT),),
    ("DELETE", "memories/{memory_id}"): (Call(PRIVATE),),
    ("GET", "providers"): (Call(ACCOUNT),),
    ("PUT", "providers"): (Call(ACCOUNT, {"order": ["extractive"]}), Call(ACCOUNT, {"order": None})),
    ("GET", "tools"): (Call(ACCOUNT),),
    ("PUT", "tools/{server}/{tool}/collections/{collection_id}"): (Call(OWNER, {}), Call(OWNER, {"confirm": False})),
    ("DELETE", "tools/{server}/{tool}/collections/{collection_id}"): (Call(OWNER),),
    ("GET", "usage"): (Call(ACCOUNT), Call(ADMIN, query="?whole_tenant=true")),
    ("GET", "/v1/models"): (Call(ACCOUNT),),
    ("GET", "/v1/models/{model:path}"): (Call(ACCOUNT),),
    ("POST", "/v1/chat/completions"): (Call(ACCOUNT, CHAT), Call(ACCOUNT, CHAT | {"stream": True})),
    ("POST", "/mcp"): (
        told("tools/list"),
        told("resources/list"),
        told("resources/read", uri="docqa://documents/{document}"),
        tool("list_documents"),
        tool("search", **QUERY),
        tool("search", **QUERY, document_ids=["{document}"]),
        tool("ask", **QUESTION),
        tool("ask", **QUESTION, document_ids=["{document}"]),
        tool("get_passage", passage_id="{passage}", around=2),
    ),
    # what changes or ends what the others look at comes last
    ("POST", "documents/{document_id}/versions"): (Call(EDITOR, FILE),),
    ("POST", "documents/{document_id}/rechunk"): (Call(EDITOR),),
    ("DELETE", "documents/{document_id}"): (Call(EDITOR), Call(EDITOR)),
    ("DELETE", "collections/{collection_id}/members/{who}"): (Call(OWNER),),
    ("DELETE", "collections/{collection_id}"): (Call(OWNER),),
}
