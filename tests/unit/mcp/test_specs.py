"""The operator's list of tool servers."""

import json

import pytest

from docqa.core.errors import InvalidSetting
from docqa.mcp.specs import listed

URL = {"name": "weather", "url": "https://tools.example/mcp"}


def test_none_is_none() -> None:
    assert listed("") == ()


def test_a_server_is_a_url_or_a_command() -> None:
    first, second = listed(json.dumps([URL, {"name": "files", "command": ["files", "--read-only"]}]))
    assert (first.url, first.private, first.tools) == (URL["url"], False, ())
    assert second.command == ("files", "--read-only")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("{}", "DOCQA_TOOL_SERVERS"),
        ([{"name": "x"}], "either a url or a command"),
        ([URL | {"command": ["x"]}], "either a url or a command"),
        ([{"name": "X y", "url": "https://a.example"}], "0.name"),
        ([{"name": "x", "url": "http://tools.example/mcp"}], "without TLS"),
        ([{"name": "x", "url": "file:///etc/passwd"}], "none of http"),
        ([{"name": "x", "url": "https://me:secret@tools.example"}], "password"),
        ([URL, URL], "twice"),
        ([URL | {"timeout_s": 600}], "timeout_s"),
        ([URL | {"colour": "red"}], "colour"),
    ],
)
def test_what_is_wrong_is_named(wrong: object, said: str) -> None:
    with pytest.raises(InvalidSetting, match=said) as caught:
        listed(wrong if isinstance(wrong, str) else json.dumps(wrong))
    assert "secret@" not in caught.value.message
