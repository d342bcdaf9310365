"""What an Office file says of itself, and what it carries that is not read."""

import posixpath
from datetime import UTC, datetime

from docqa.core.models import DocumentMetadata
from docqa.parsing.office.package import Package

_NOT_CONTENT = frozenset({"hyperlink", "attachedTemplate"})
_REMOTE = ("http://", "https://", "ftp://", "\\\\", "file://\\\\", "file:///\\\\")
_MACROS = frozenset({"vbaProject", "wordVbaData", "control", "activeXControlBinary", "xlMacrosheet"})
_EMBEDDED = {"oleObject": "an embedded object", "package": "an embedded file", "aFChunk": "imported content"}
_MEDIA = frozenset({"audio", "video", "media"})
_MAX_CHARS = 500


def metadata(package: Package, *, language: str | None = None) -> DocumentMetadata:
    """From the core properties (ECMA-376 part 2, 8). `language`: what the document is set in, if they do not say."""
    found: dict[str, str] = {}
    for name in package.of_kind("", "core-properties"):
        root = package.optional(name, "document properties")
        for element in root if root is not None else ():
            if isinstance(element.tag, str) and element.text and element.text.strip():
                found[element.tag.rpartition("}")[2]] = " ".join(element.text.split())[:_MAX_CHARS]
    return DocumentMetadata(
        title=found.get("title"),
        author=found.get("creator"),
        created_at=_moment(found.get("created")),
        modified_at=_moment(found.get("modified")),
        language=found.get("language") or language,
    )


def _moment(text: str | None) -> datetime | None:
    """W3CDTF; a time without a zone is taken as UTC, a year alone as nothing."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def notice_passengers(package: Package, part: str, *, pages: tuple[int, ...] = ()) -> None:
    """Warn of macros, content elsewhere and embedded files that a part points to. None of them is opened."""
    media: set[str | None] = set()
    for relation in package.relations(part).values():
        kind = relation.kind
        if kind in _MACROS:
            package.notice("active_content", pages=pages)
        elif relation.url is not None:
            if kind not in _NOT_CONTENT or (kind == "attachedTemplate" and relation.url.lower().startswith(_REMOTE)):
                package.notice("external_content", pages=pages)
        elif kind in _EMBEDDED:
            package.notice("attachment_skipped", _described(kind, relation.target), pages)
        elif kind in _MEDIA and relation.target not in media:
            media.add(relation.target)
            package.notice("attachment_skipped", "audio or video", pages)


def _described(kind: str, target: str | None) -> str:
    extension = posixpath.splitext(target or "")[1].lower().lstrip(".")
    known = 1 < len(extension) <= 5 and extension.isalnum() and extension != "bin"
    return f"{_EMBEDDED[kind]}, .{extension}" if known else _EMBEDDED[kind]
