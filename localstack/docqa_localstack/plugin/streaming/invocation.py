"""One invocation whose answer may be streamed."""

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from docqa_localstack.plugin.executor.process import STREAMS
from docqa_localstack.plugin.executor.stream import ClientGoneError, ResponseStream, StreamBrokenError
from docqa_localstack.plugin.streaming.client import ClientConnection

LOG = logging.getLogger(__name__)
PRELUDE_TYPE = "application/vnd.awslambda.http-integration-response"
PRELUDE_END = b"\x00" * 8
MAX_PRELUDE = 1024 * 1024


class BadPreludeError(Exception):
    """What the function sent before the eight NUL bytes is not a JSON object."""


class ClientAbortedError(ConnectionError):
    """Raised into the WSGI container so that it cuts the connection instead of ending the answer properly."""


@dataclass(frozen=True, slots=True)
class StreamedAnswer:
    """The head of a streamed answer, and what of its body came with it.

    headers: name → value; multi_value_headers: name → values (REST APIs only); cookies: values of Set-Cookie.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    multi_value_headers: dict[str, list[str]] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)
    first: bytes = b""


class StreamedInvocation:
    """Invokes in a thread of its own, and reads the answer in the caller's.

    service: LocalStack's LambdaService; invoke_args: those of its `invoke`, without request_id.
    """

    def __init__(self, service: Any, request_id: str, client: ClientConnection | None, **invoke_args: Any) -> None:
        self.request_id = request_id
        self._stream = ResponseStream()
        self._client = client
        self._result: Any = None
        self._error: BaseException | None = None
        STREAMS[request_id] = self._stream
        if client:
            client.on_gone(self._stream.cancel)
        self._thread = threading.Thread(
            target=self._invoke, args=(service, invoke_args), name=f"lambda-stream-{request_id[:8]}", daemon=True
        )
        self._thread.start()

    def _invoke(self, service: Any, invoke_args: dict[str, Any]) -> None:
        failure: bytes | None = None
        try:
            self._result = service.invoke(request_id=self.request_id, **invoke_args)
            failure = self._result.payload if self._result.is_error else None
        except BaseException as error:  # noqa: BLE001 (raised again by `result`, in the caller's thread)
            self._error = error
            failure = repr(error).encode()
        finally:
            STREAMS.pop(self.request_id, None)
            self._stream.end(failure)

    def answer(self) -> StreamedAnswer | None:
        """Blocks until the kind of answer is known; None: it is whole, see `result`.

        Raises BadPreludeError, StreamBrokenError when the function fails within its prelude, ClientGoneError.
        """
        if not self._stream.wait_for_start():
            return None
        content_type = self._stream.content_type.partition(";")[0].strip().lower()
        if content_type != PRELUDE_TYPE:
            headers = {"Content-Type": self._stream.content_type or "application/octet-stream"}
            return StreamedAnswer(headers=headers)
        received = bytearray()
        while (end := received.find(PRELUDE_END)) < 0:
            data = self._stream.read()
            received += data
            if not data or len(received) > MAX_PRELUDE:
                self._stream.cancel()
                raise BadPreludeError("the answer ended without eight NUL bytes after its prelude")
        return parsed_prelude(bytes(received[:end]), first=bytes(received[end + len(PRELUDE_END) :]))

    def result(self) -> Any:
        """LocalStack's InvocationResult of an answer that was not streamed. Raises what `invoke` raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._result

    def body(self, answer: StreamedAnswer) -> Iterator[bytes]:
        """The body, each piece as it is made; status and headers are sent at once.

        Raises ClientAbortedError when the function fails: the client must not take what it has for the whole.
        """
        try:
            if self._client:
                self._client.begin()
            if answer.first:
                yield answer.first
            while data := self._stream.read():
                yield data
                if self._client:
                    self._client.wait_until_writable()
        except StreamBrokenError as error:
            LOG.warning("streamed invocation %s failed in the middle: %s", self.request_id, error)
            raise ClientAbortedError("the function failed after its answer had begun") from None
        except ClientGoneError:
            LOG.info("the client of streamed invocation %s has gone", self.request_id)
        finally:
            self._stream.cancel()
            if self._client:
                self._client.finish()


def parsed_prelude(prelude: bytes, first: bytes) -> StreamedAnswer:
    """https://docs.aws.amazon.com/lambda/latest/dg/response-streaming-tutorial.html; raises BadPreludeError."""
    try:
        fields = json.loads(prelude) if prelude else {}
        return StreamedAnswer(
            status=int(fields.get("statusCode") or 200),
            headers={name: text(value) for name, value in (fields.get("headers") or {}).items()},
            multi_value_headers={
                name: [text(value) for value in values]
                for name, values in (fields.get("multiValueHeaders") or {}).items()
            },
            cookies=[str(cookie) for cookie in fields.get("cookies") or []],
            first=first,
        )
    except (ValueError, AttributeError, TypeError) as error:
        raise BadPreludeError(f"not a prelude: {prelude[:200]!r}") from error


def text(value: Any) -> str:
    """A header value, which JSON may bring as a boolean or a number."""
    return json.dumps(value) if isinstance(value, bool | int | float) else str(value)
