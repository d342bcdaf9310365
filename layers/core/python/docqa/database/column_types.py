"""Column types, and how Python values become what PostgreSQL can store."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Text, types
from sqlalchemy.dialects.postgresql import base as postgresql
from sqlalchemy.engine import Dialect


def storable(text: str) -> str:
    """Text without what PostgreSQL refuses: NUL is dropped, a lone surrogate becomes U+FFFD.

    Both come out of broken files; losing them loses no meaning, and refusing the document for them would.
    """
    if text.isascii():
        return text.replace("\x00", "") if "\x00" in text else text
    return text.replace("\x00", "").encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def storable_json(value: Any) -> str:
    """JSON text that `jsonb` takes, of dicts, lists and scalars; strings as `storable` makes them."""

    def clean(part: Any) -> Any:
        if isinstance(part, str):
            return storable(part)
        if isinstance(part, dict):
            return {clean(key): clean(item) for key, item in part.items()}
        return [clean(item) for item in part] if isinstance(part, list | tuple) else part

    return json.dumps(clean(value))


def vector_literal(vector: Sequence[float]) -> str:
    """pgvector's text form; nine digits are more than a 16-bit float keeps."""
    return "[" + ",".join(f"{value:.9g}" for value in vector) + "]"


def parse_vector(literal: str) -> tuple[float, ...]:
    """The reverse of `vector_literal`."""
    return tuple(float(value) for value in literal[1:-1].split(","))


class StorableText(types.TypeDecorator[str]):
    """`text` that takes any Python string."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class HalfVector(types.UserDefinedType[tuple[float, ...]]):
    """pgvector's `halfvec` (16-bit floats), as text on the wire: its package would bring numpy into every function."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "halfvec"

    def bind_processor(self, dialect: Dialect) -> Callable[[Sequence[float] | None], str | None]:
        return lambda value: None if value is None else vector_literal(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], tuple[float, ...] | None]:
        return lambda value: None if value is None else parse_vector(value)


# Reflection (Alembic's comparison of tables) must know the type.
postgresql.ischema_names["halfvec"] = HalfVector
