"""Tools of other servers: which a question may use, and using them.

What is called is decided by what the user wrote, before any document is read: no document can have a tool called or
choose what it is told (after "Defeating Prompt Injections by Design", arXiv 2503.18813).
"""

import re
from collections.abc import Sequence
from uuid import uuid4

from docqa.core.errors import InvalidRequest, NotFound, ToolUnavailable
from docqa.core.models import Hit, Question
from docqa.core.models.chat import ToolCall, ToolSpec
from docqa.core.models.tools import PendingCall, PlannedCall, ToolInfo, ToolOutput, ToolUse
from docqa.core.ports.tools import Confirmations, ToolGrants, ToolServers

MOST_CALLS = 3
"""Of one question."""
MOST_ARGUMENTS = 4_000
"""Characters of what one call is told, as JSON."""
_DESCRIPTION = 1_000
_PASSAGE = 1_500
_NOT_IN_NAMES = re.compile(r"[^a-zA-Z0-9_-]")


class Toolbox:
    """Without servers it asks nobody anything."""

    def __init__(self, servers: ToolServers, grants: ToolGrants, confirmations: Confirmations) -> None:
        self._servers = servers
        self._grants = grants
        self._confirmations = confirmations

    async def usable(self, question: Question, notes: list[str]) -> tuple[ToolUse, ...]:
        """Those that are allowed for a collection that the question looks at. Raises DependencyUnavailable.

        `notes` tell why one that was allowed is not among them.
        """
        if not self._servers.names:
            return ()
        grants = await self._grants.of(question.tenant_id, question.collection_ids)
        if not grants:
            return ()
        found: list[ToolUse] = []
        for view in await self._servers.offered({grant.server for grant in grants}):
            if view.problem:
                notes.append(view.problem)
            for info in view.tools:
                allowed = [grant for grant in grants if (grant.server, grant.tool) == (info.server, info.tool)]
                known = [grant for grant in allowed if grant.digest == info.digest]
                if known:
                    found.append(ToolUse(info=info, confirm=any(grant.confirm for grant in allowed)))
                elif allowed:
                    notes.append(f"{info.server}.{info.tool} has changed since it was allowed and is not used")
        return tuple(found)

    async def call(self, call: PlannedCall) -> ToolOutput:
        """What it says; when it cannot be called, why, as a failed output."""
        try:
            return await self._servers.call(call.server, call.tool, call.arguments)
        except (ToolUnavailable, NotFound, InvalidRequest) as error:  # told in the answer, as what a tool says is
            return ToolOutput(server=call.server, tool=call.tool, text=error.message, failed=True)

    def pending(self, question: Question, call: PlannedCall) -> PendingCall:
        """The call as its user can say yes to it."""
        return self._confirmations.ask(question.tenant_id, question.user_id, call)


def specs(uses: Sequence[ToolUse]) -> dict[str, tuple[ToolSpec, ToolInfo]]:
    """By the names that a model knows them by."""
    found: dict[str, tuple[ToolSpec, ToolInfo]] = {}
    for use in uses:
        info = use.info
        name = _NOT_IN_NAMES.sub("_", f"{info.server}_{info.tool}")[:60]
        name = name if name not in found else f"{name}_{len(found)}"
        spec = ToolSpec(name=name, description=info.description[:_DESCRIPTION], parameters=info.parameters)
        found[name] = (spec, info)
    return found


def planned(calls: Sequence[ToolCall], offered: dict[str, tuple[ToolSpec, ToolInfo]]) -> tuple[PlannedCall, ...]:
    """What a model asked for, each call once; what there is not, or is told too much, is left out."""
    found: list[PlannedCall] = []
    for call in calls:
        if call.name not in offered:
            continue
        info = offered[call.name][1]
        made = PlannedCall(server=info.server, tool=info.tool, arguments=call.arguments, digest=info.digest)
        if made not in found and len(made.model_dump_json(include={"arguments"})) <= MOST_ARGUMENTS:
            found.append(made)
    return tuple(found[:MOST_CALLS])


def as_passages(outputs: Sequence[ToolOutput]) -> list[Hit]:
    """What tools said, in pieces that are fenced, read and judged as passages are. They stand in no document."""
    return [
        Hit(
            rank=0,
            chunk_id=uuid4(),
            document_id=uuid4(),
            version=0,
            filename=output.name,
            page_from=None,
            page_to=None,
            row_from=None,
            row_to=None,
            boxes=(),
            heading_path=(),
            text=output.text[start : start + _PASSAGE],
            score=1.0,
        )
        for output in outputs
        if not output.failed
        for start in range(0, min(len(output.text), 4 * _PASSAGE), _PASSAGE)
    ]
