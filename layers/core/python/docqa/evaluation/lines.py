"""Files of a data set, line by line; what is wrong with one is said with its number."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from docqa.core.errors import InvalidDataSet


@dataclass(frozen=True)
class Line:
    """A line of a file, counted from 1, with the object that it holds."""

    path: Path
    number: int
    value: dict[str, Any]

    def text(self, name: str, *, default: str | None = None) -> str:
        """A field that holds text (or a number, as ids may). Raises InvalidDataSet when it is missing or is neither."""
        value = self.value.get(name, default)
        if value is None:
            self.wrong(f"there is no {name!r}")
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            self.wrong(f"{name!r} is no text")
        return str(value)

    def filled(self, name: str) -> str:
        """The same, but empty text is missing, too."""
        text = self.text(name).strip()
        return text or self.wrong(f"{name!r} is empty")

    def items(self, name: str) -> list[Any]:
        """A field that holds a list; no such field is an empty one."""
        value = self.value.get(name)
        if value is not None and not isinstance(value, list):
            self.wrong(f"{name!r} is no list")
        return value or []

    def wrong(self, what: str) -> NoReturn:
        """Raises InvalidDataSet."""
        wrong(self.path, self.number, what)


def wrong(path: Path, number: int, what: str) -> NoReturn:
    """Raises InvalidDataSet."""
    raise InvalidDataSet(f"{path}, line {number}: {what}.")


def lines_of(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers. Raises InvalidDataSet."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InvalidDataSet(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidDataSet(f"{path} cannot be read: {error}.") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, line.rstrip("\r")


def records_of(path: Path) -> Iterator[Line]:
    """The objects of a file of JSON Lines. Raises InvalidDataSet."""
    for number, line in lines_of(path):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InvalidDataSet(f"{path}, line {number}: it is no JSON ({error}).") from error
        if not isinstance(value, dict):
            wrong(path, number, "it is no object")
        yield Line(path, number, value)
