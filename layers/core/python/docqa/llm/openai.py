"""`ChatProvider` over OpenAI's chat completions, by its SDK."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from json import JSONDecodeError
from typing import Any

from docqa.core.models.chat import ChatEvent, ChatRequest, ModelInfo
from docqa.llm import completions, faults
from docqa.llm.timing import CONNECT_S, IDLE_S


class OpenAIChat:
    """Use one from one event loop."""

    name = "openai"

    def __init__(self, api_key: str, *, base_url: str | None = None) -> None:
        from openai import AsyncOpenAI, Timeout

        timeout = Timeout(IDLE_S, connect=CONNECT_S)
        self._client = AsyncOpenAI(api_key=api_key, base_url=base_url, timeout=timeout, max_retries=0)

    async def chat(self, request: ChatRequest, model: ModelInfo) -> AsyncGenerator[ChatEvent]:
        """Text as it comes, then ChatEnd. Raises ProviderError."""
        with translated(self.name):
            body = self._body(request, model)
            if not (request.stream and model.streaming):
                completion = await self._client.chat.completions.create(**body)
                for event in completions.whole(self.name, model.model, completion):
                    yield event
                return
            reader = completions.Reader(self.name, model.model)
            streaming: dict[str, Any] = {"stream": True, "stream_options": self._stream_options()}
            async with await self._client.chat.completions.create(**body, **streaming) as stream:
                async for chunk in stream:
                    for delta in reader.feed(chunk):
                        yield delta
            yield reader.end()

    async def close(self) -> None:
        await self._client.close()

    def _stream_options(self) -> dict[str, Any]:
        # without the padding that hides the lengths of words from who watches the wire: what we send on has none
        return {"include_usage": True, "include_obfuscation": False}

    def _body(self, request: ChatRequest, model: ModelInfo) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": model.model,
            "messages": completions.messages(request, system="developer"),
            "max_completion_tokens": min(request.max_tokens, model.max_output_tokens),
            "store": False,
            **completions.tools(request),
            **completions.json_format(request),
        }
        if request.temperature is not None and model.temperature:
            body["temperature"] = request.temperature
        if model.reasoning is not None:
            body["reasoning_effort"] = model.reasoning
        return body


@contextmanager
def translated(name: str) -> Iterator[None]:
    """The SDK's errors as ours, under the provider's name."""
    import httpx2
    import openai

    try:
        yield
    except openai.APITimeoutError as error:
        raise faults.timed_out(name) from error
    except openai.APIConnectionError as error:
        # the SDK says the same of an answer that broke off; with a response behind it, there was a connection
        cause = error.__cause__
        if isinstance(cause, httpx2.RemoteProtocolError):
            raise faults.broken(name, "cut") from error
        raise faults.unreachable(name, error) from error
    except openai.APIStatusError as error:
        message = error.body.get("message", "") if isinstance(error.body, dict) else error.message
        words = completions.words(error.code, error.type)
        headers = error.response.headers
        raise faults.refused(name, error.status_code, words=words, message=message, headers=headers) from error
    except openai.APIError as error:  # an error event in the middle of a stream
        raise completions.in_stream(name, error.body) from error
    except httpx2.TimeoutException as error:
        raise faults.timed_out(name) from error
    except httpx2.TransportError as error:
        raise faults.broken(name, "cut") from error
    except (JSONDecodeError, UnicodeDecodeError) as error:
        raise faults.broken(name, "unreadable") from error
