"""`ChatProvider` over Groq, by its SDK."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Any

from docqa.core.models.chat import ChatEvent, ChatRequest, ModelInfo
from docqa.llm import completions, faults
from docqa.llm.timing import CONNECT_S, IDLE_S


class GroqChat:
    """Use one from one event loop."""

    name = "groq"

    def __init__(self, api_key: str, *, base_url: str | None = None) -> None:
        from groq import AsyncGroq, Timeout

        timeout = Timeout(IDLE_S, connect=CONNECT_S)
        self._client = AsyncGroq(api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0)

    async def chat(self, request: ChatRequest, model: ModelInfo) -> AsyncGenerator[ChatEvent]:
        """Text as it comes, then ChatEnd. Raises ProviderError."""
        with _faults():
            if not request.stream:
                completion = await self._client.chat.completions.create(**_body(request, model))
                for event in completions.whole(self.name, model.model, completion):
                    yield event
                return
            reader = completions.Reader(self.name, model.model)
            async with await self._client.chat.completions.create(**_body(request, model), stream=True) as stream:
                async for chunk in stream:
                    # of a stream, Groq counts the tokens in a field of its own
                    reader.count(getattr(getattr(chunk, "x_groq", None), "usage", None))
                    for delta in reader.feed(chunk):
                        yield delta
            yield reader.end()

    async def close(self) -> None:
        await self._client.close()


def _body(request: ChatRequest, model: ModelInfo) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model.model,
        "messages": completions.messages(request),
        "max_completion_tokens": min(request.max_tokens, model.max_output_tokens),
        **completions.tools(request),
        **completions.json_format(request),
    }
    if request.temperature is not None and model.temperature:
        body["temperature"] = request.temperature
    if model.reasoning is not None:
        body |= {"reasoning_effort": model.reasoning, "include_reasoning": False}
    return body


@contextmanager
def _faults() -> Iterator[None]:
    import groq
    import httpx

    name = GroqChat.name
    try:
        yield
    except groq.APITimeoutError as error:
        raise faults.timed_out(name) from error
    except groq.APIConnectionError as error:
        raise faults.unreachable(name, error) from error
    except groq.APIStatusError as error:
        said = error.body.get("error", error.body) if isinstance(error.body, dict) else {}
        said = said if isinstance(said, dict) else {}
        words = completions.words(said.get("code"), said.get("type"))
        message, headers = said.get("message", ""), error.response.headers
        raise faults.refused(name, error.status_code, words=words, message=message, headers=headers) from error
    except groq.APIError as error:  # an error event in the middle of a stream
        raise completions.in_stream(name, error.body) from error
    except httpx.TimeoutException as error:
        raise faults.timed_out(name) from error
    except httpx.TransportError as error:  # the SDK lets what breaks a stream through
        raise faults.broken(name, "cut") from error
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise faults.broken(name, "unreadable") from error
