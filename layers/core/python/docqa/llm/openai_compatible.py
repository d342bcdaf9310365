"""`ChatProvider` over any server that speaks OpenAI's chat completions: Ollama, vLLM, llama.cpp, OpenRouter, others."""

from typing import Any

from docqa.core.models.chat import ChatRequest, ModelInfo
from docqa.llm import completions
from docqa.llm.openai import OpenAIChat

NO_KEY = "none"
"""Most of these servers want no key; the SDK wants one."""


class CompatibleChat(OpenAIChat):
    """Asks for no more than all of these servers know. Use one from one event loop."""

    name = "openai-compatible"

    def __init__(self, api_key: str = "", *, base_url: str | None = None) -> None:
        super().__init__(api_key or NO_KEY, base_url=base_url)

    def _stream_options(self) -> dict[str, Any]:
        return {"include_usage": True}

    def _body(self, request: ChatRequest, model: ModelInfo) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": model.model,
            "messages": completions.messages(request),
            # Ollama ignores the newer max_completion_tokens
            "max_tokens": min(request.max_tokens, model.max_output_tokens),
            **completions.tools(request),
            **completions.json_format(request, strict=False),
        }
        if request.temperature is not None:
            body["temperature"] = request.temperature
        return body
