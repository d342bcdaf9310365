"""The table of models: what each can do, what it costs, by which source on which day (`models.json`)."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter, ValidationError

from docqa.core.errors import InvalidSetting
from docqa.core.models.chat import ModelInfo

_Rows = TypeAdapter(tuple[ModelInfo, ...])


@cache
def shipped() -> tuple[ModelInfo, ...]:
    """The table of this release. The first row of a provider is its default model."""
    return _Rows.validate_json(files("docqa.llm").joinpath("models.json").read_bytes())


def listed(text: str) -> tuple[ModelInfo, ...]:
    """Rows that an operator adds, as a JSON list. Raises InvalidSetting."""
    try:
        return _Rows.validate_json(text or "[]")
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise InvalidSetting(f"The list of language models is wrong: {wrong}") from error


class Catalog:
    """Models by provider and name; rows added later go before the shipped ones."""

    def __init__(self, added: Iterable[ModelInfo] = ()) -> None:
        self._rows = (*added, *shipped())

    def find(self, provider: str, model: str = "") -> ModelInfo:
        """The provider's default model without a name. Raises InvalidSetting."""
        rows = [row for row in self._rows if row.provider == provider and model in ("", row.model)]
        if rows:
            return rows[0]
        if not model:
            raise InvalidSetting(f"The provider {provider!r} has no model; name one as {provider}:MODEL.")
        raise InvalidSetting(
            f"The model {model!r} of {provider!r} is not in the table; add it with its context and price."
        )

    def of(self, provider: str) -> tuple[ModelInfo, ...]:
        """All models of a provider, the default one first."""
        return tuple({row.model: row for row in reversed(self._rows) if row.provider == provider}.values())[::-1]
