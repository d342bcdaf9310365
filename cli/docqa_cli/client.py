"""The HTTP contract from the client's side."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

import httpx

from docqa_cli import session
from docqa_cli.errors import CliError
from docqa_cli.sse import Event, parse

PREFIX = "/api/v1"
TIMEOUT = httpx.Timeout(35.0, connect=5.0)
RESUME_AFTER_S = (0.5, 1.0, 2.0)
STREAM_TIMEOUT = httpx.Timeout(60.0, connect=5.0)
NO_PROXY: dict[str, None] = {"all://127.0.0.1": None, "all://localhost": None}
"""A proxy named in the environment is not for this machine."""


class Client:
    """Speaks to one stack. Every refusal becomes a CliError with the server's code and sentence."""

    def __init__(self, where: session.Addresses | None = None) -> None:
        self.where = where or session.addresses()
        self._http = httpx.Client(timeout=TIMEOUT, mounts=NO_PROXY)
        self._token: str | None = None

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    # -- accounts ------------------------------------------------------------------------------------

    def register(self, email: str, password: str, invitation: str | None = None) -> session.Login:
        more = {} if invitation is None else {"invitation": invitation}
        return self._enter("auth/register", email, password, **more)

    def login(self, email: str, password: str) -> session.Login:
        return self._enter("auth/login", email, password)

    def token(self) -> str:
        """A valid access token: given, kept, or fetched for the local developer account."""
        if self._token is None:
            self._token = session.given_token() or self._kept_or_developer().access_token
        return self._token

    def _kept_or_developer(self) -> session.Login:
        login, developer = session.kept(self.where.api_url), session.developer()
        if login is not None and login.usable:
            return login
        if developer is None or (login is not None and login.email != developer[0]):
            raise CliError("You are not logged in.", code="unauthenticated", hint="Log in: docqa login")
        return self._enter_or_register(*developer)

    def _enter_or_register(self, email: str, password: str) -> session.Login:
        try:
            return self.login(email, password)
        except CliError as error:
            if error.code != "unauthenticated":
                raise
            return self.register(email, password)

    def _enter(self, path: str, email: str, password: str, **more: str) -> session.Login:
        credentials = {"email": email, "password": password, **more}
        answer = self._http.post(f"{self.where.api_url}{PREFIX}/{path}", json=credentials)
        body = _checked(answer)
        expires_at = time.time() + body["expires_in"]
        login = session.Login(self.where.api_url, email, body["access_token"], expires_at)
        session.keep(login)
        self._token = login.access_token
        return login

    # -- requests ------------------------------------------------------------------------------------

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON of an answer, None for 204. Logs the local developer in again when the token has ended."""
        answer = self._send(method, path, body)
        if answer.status_code == 401 and self._logged_in_again():
            answer = self._send(method, path, body)
        return _checked(answer)

    def stream(self, path: str, body: dict[str, Any]) -> Iterator[Event]:
        """Server-sent events of a POST to the stream function, as they arrive; logs in again as `call` does.

        When the connection breaks, what follows the last event is asked for, a few times.
        """
        last: str | None = None
        for wait_s in (*RESUME_AFTER_S, None):
            try:
                for event in self._stream(path, body, last):
                    last = event.id or last
                    yield event
                return
            except (httpx.ReadError, httpx.RemoteProtocolError):
                if last is None or wait_s is None:
                    raise
                time.sleep(wait_s)

    def _stream(self, path: str, body: dict[str, Any], last: str | None) -> Iterator[Event]:
        with self._open(path, body, last) as answer:
            if answer.status_code != 401 or not self._logged_in_again():
                yield from _events(answer)
                return
        with self._open(path, body, last) as answer:
            yield from _events(answer)

    def _open(self, path: str, body: dict[str, Any], last: str | None) -> AbstractContextManager[httpx.Response]:
        url = f"{self.where.stream_url}{PREFIX}/{path}"
        headers = self._headers() | ({} if last is None else {"last-event-id": last})
        return self._http.stream("POST", url, json=body, headers=headers, timeout=STREAM_TIMEOUT)

    def _logged_in_again(self) -> bool:
        """The local developer's token may be refused after the data was removed; whether there is a new one."""
        account = session.developer()
        if account is None or session.given_token() is not None:
            return False
        kept = session.kept(self.where.api_url)
        if kept is not None and kept.email != account[0]:
            return False
        self._enter_or_register(*account)
        return True

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> httpx.Response:
        return self._http.request(method, f"{self.where.api_url}{PREFIX}/{path}", json=body, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token()}"}


def _events(answer: httpx.Response) -> Iterator[Event]:
    if answer.status_code >= 400:
        answer.read()
        _checked(answer)
    yield from parse(answer.iter_lines())


def _checked(answer: httpx.Response) -> Any:
    if answer.status_code < 400:
        return answer.json() if answer.content else None
    try:
        error = answer.json()["error"]
        raise CliError(error["message"], code=error["code"], retryable=error["retryable"])
    except (ValueError, KeyError, TypeError) as cause:
        raise CliError(
            f"The stack answered with HTTP status {answer.status_code} and no reason.",
            code="bad_gateway",
            retryable=True,
            hint="See what is wrong: docqa doctor",
        ) from cause
