"""Which embedding models there are: the carried ones of the catalog, and those that describe themselves.

A model that is not in the catalog has a `model.json` in its folder: the fields of `EmbeddingModel` but the folder,
which is where it lies. `python -m tools.models export` writes such folders. Functions without models are told of them
by `DOCQA_EMBEDDING_MODELS`, a JSON list of the same objects with their folders.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from docqa.core.errors import InvalidSetting
from docqa.embeddings.catalog import EMBEDDING_MODELS, EmbeddingModel

DESCRIPTION = "model.json"


class EmbeddingModels:
    """Embedding models by name. `default`: the name that None stands for; empty is the catalog's first."""

    def __init__(self, others: Iterable[EmbeddingModel] = (), *, default: str = "") -> None:
        """Raises InvalidSetting for two models of one name, and when `default` is none of them."""
        self._by_name: dict[str, EmbeddingModel] = {}
        for spec in (*EMBEDDING_MODELS, *others):
            if self._by_name.setdefault(spec.name, spec) != spec:
                raise InvalidSetting(f"Two embedding models are named {spec.name!r}: export one under another name.")
        self._default = self.get(default or EMBEDDING_MODELS[0].name)

    def get(self, name: str | None = None) -> EmbeddingModel:
        """Raises InvalidSetting for an unknown name, with those that are known."""
        if name is None:
            return self._default
        if name not in self._by_name:
            raise InvalidSetting(f"There is no embedding model {name!r}. Known are {', '.join(self._by_name)}.")
        return self._by_name[name]

    def all(self) -> tuple[EmbeddingModel, ...]:
        """The carried ones first."""
        return tuple(self._by_name.values())


def in_folder(models: Path) -> list[EmbeddingModel]:
    """The models below `models` that describe themselves, by folder name. Raises InvalidSetting."""
    return [
        _spec({**_json(file.read_text(encoding="utf-8"), dict, str(file)), "folder": file.parent.name}, str(file))
        for file in sorted(models.glob(f"*/{DESCRIPTION}"))
    ]


def described(spec: EmbeddingModel) -> str:
    """The text of the `model.json` of a model."""
    fields = _fields(spec)
    del fields["folder"]
    return json.dumps(fields, ensure_ascii=False, indent=1) + "\n"


def listed(text: str) -> list[EmbeddingModel]:
    """What DOCQA_EMBEDDING_MODELS says. Raises InvalidSetting."""
    where = "DOCQA_EMBEDDING_MODELS"
    return [_spec(fields, where) for fields in _json(text, list, where)] if text else []


def as_list(specs: Iterable[EmbeddingModel]) -> str:
    """The reverse of `listed`."""
    return json.dumps([_fields(spec) for spec in specs], ensure_ascii=False, separators=(",", ":"))


def _fields(spec: EmbeddingModel) -> dict[str, Any]:
    return asdict(spec) | {"languages": None if spec.languages is None else sorted(spec.languages)}


def _json(text: str, kind: type, where: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InvalidSetting(f"{where} is not JSON.") from error
    if not isinstance(value, kind):
        raise InvalidSetting(f"{where} must hold a JSON {'list' if kind is list else 'object'}.")
    return value


def _spec(fields: Any, where: str) -> EmbeddingModel:
    # imported here: a cold start of the inference function that has carried models alone goes without
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(EmbeddingModel).validate_json(json.dumps(fields))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise InvalidSetting(f"{where} is wrong: {wrong}") from error
