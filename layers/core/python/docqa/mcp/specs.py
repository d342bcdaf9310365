"""Which MCP servers the operator has allowed, as the setting `DOCQA_TOOL_SERVERS` says."""

from collections.abc import Mapping
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from docqa.core.errors import InvalidSetting

KEY_PREFIX = "tool."
"""`tool.NAME` in the providers' secret is the key of the server NAME."""


class ServerSpec(BaseModel):
    """A server at a URL (Streamable HTTP), or a command that speaks over its standard input and output.

    `tools`: those that may be used, all if empty. `private`: it may be at a private address, and then without TLS. Its
    key goes to a URL as a bearer token, to a command in the variable `key_variable`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")]
    url: str = ""
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = Field(default_factory=dict)
    key_variable: str = ""
    tools: tuple[str, ...] = ()
    private: bool = False
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 20.0

    @model_validator(mode="after")
    def _one_road(self) -> Self:
        if bool(self.url) == bool(self.command):
            raise ValueError("name either a url or a command")
        if self.url:
            parts = urlsplit(self.url)
            if not parts.hostname or parts.scheme not in ("http", "https"):
                raise ValueError("the url is none of http or https")
            if parts.scheme == "http" and not self.private:
                raise ValueError("a url without TLS is for private servers only")
            if parts.username or parts.password:
                raise ValueError("the url holds a password; keys belong into the secret")
        return self


_Specs = TypeAdapter(tuple[ServerSpec, ...])


def listed(text: str) -> tuple[ServerSpec, ...]:
    """From the JSON list; none for an empty text. Raises InvalidSetting."""
    try:
        found = _Specs.validate_json(text or "[]")
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise InvalidSetting(f"DOCQA_TOOL_SERVERS is wrong: {wrong}") from error
    if len({spec.name for spec in found}) < len(found):
        raise InvalidSetting("DOCQA_TOOL_SERVERS names a server twice.")
    return found
