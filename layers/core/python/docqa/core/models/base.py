"""What everything else is made of: formats, states, stages, boxes."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    """Base of all models: immutable, and an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Format(StrEnum):
    """File formats that can be read; the value is the usual file name extension."""

    PDF = "pdf"
    DOCX = "docx"
    PPTX = "pptx"
    CSV = "csv"
    HTML = "html"
    MARKDOWN = "md"
    TEXT = "txt"
    EML = "eml"
    XLSX = "xlsx"
    JSONL = "jsonl"

    @classmethod
    def of_filename(cls, name: str) -> "Format | None":
        """The format that a file's name says, None if it says none of ours."""
        extension = extension_of(name)
        value = _ALIASES.get(extension, extension)
        return next((format for format in cls if format.value == value), None)


_ALIASES = {  # other extensions of a format → its value
    alias: value
    for value, aliases in {
        "html": "htm xhtml xht",
        "md": "markdown mdown mkd",
        "txt": "text log",
        "csv": "tsv tab",
        "docx": "docm dotx dotm",
        "pptx": "pptm ppsx ppsm potx potm",
        "xlsx": "xlsm xltx xltm",
        "jsonl": "ndjson jsonlines",
    }.items()
    for alias in aliases.split()
}


def extension_of(name: str) -> str:
    """What follows the last dot of a file's name, in lower case; "" if there is none."""
    return name.rpartition(".")[2].strip().lower() if "." in name else ""


class Status(StrEnum):
    """Where a document version stands."""

    AWAITING_UPLOAD = "awaiting_upload"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class Stage(StrEnum):
    """The stages of ingestion, in order."""

    CLAIM = "claim"
    PARSE = "parse"
    CHUNK = "chunk"
    EMBED = "embed"
    PUBLISH = "publish"


class Box(Model):
    """A rectangle on a page; see the module for units."""

    page: Annotated[int, Field(ge=1)]
    x0: float
    y0: float
    x1: float
    y1: float
