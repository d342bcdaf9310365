"""Runs of the graph in LangSmith, if that is switched on: which nodes ran and how long, and what was said only if that
is asked for as well.

What an environment variable of LangSmith's own says does not count: one setting of ours decides.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from docqa.config import Settings

PROJECT = "docqa"
FLUSH_S = 2.0


class RunTraces:
    """`settings.langsmith`: "off", "runs" (without content) or "content"."""

    def __init__(self, settings: Settings, api_key: str) -> None:
        self._on = settings.langsmith != "off" and bool(api_key)
        self._content = settings.langsmith == "content"
        self._url = settings.langsmith_url
        self._api_key = api_key
        self._client: Any = None

    @asynccontextmanager
    async def traced(self) -> AsyncIterator[None]:
        """Around one run. What was recorded is sent before the block ends: a function is frozen after its answer."""
        from langsmith import tracing_context

        if not self._on:
            with tracing_context(enabled=False):
                yield
            return
        client = self._made()
        with tracing_context(enabled=True, client=client, project_name=PROJECT):
            yield
        await asyncio.to_thread(client.flush, FLUSH_S)

    def _made(self) -> Any:
        if self._client is None:
            from langsmith import Client

            hide = not self._content
            self._client = Client(
                api_url=self._url, api_key=self._api_key, hide_inputs=hide, hide_outputs=hide, hide_metadata=hide
            )
        return self._client
