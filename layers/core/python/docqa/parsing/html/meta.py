"""What the head of a web page says of the page."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from docqa.core.models import DocumentMetadata
from docqa.parsing.html.fields import language_code

_TITLES = ("og:title", "dc.title", "dcterms.title", "twitter:title")
_AUTHORS = ("author", "article:author", "dc.creator", "dcterms.creator", "citation_author", "parsely-author")
_CREATED = ("article:published_time", "date", "dc.date", "dcterms.created", "dc.date.issued",
            "citation_publication_date", "datepublished", "pubdate", "creation-date")  # fmt: skip
_MODIFIED = ("article:modified_time", "last-modified", "dcterms.modified", "og:updated_time", "datemodified", "revised")
_MAX_CHARS = 500


def metadata_of(root: Any) -> DocumentMetadata:
    """Title, author, dates and language as the page gives them."""
    said: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("name") or element.get("property") or element.get("itemprop") or element.get("http-equiv")
        content = " ".join((element.get("content") or "").split())
        if name and content:
            said.setdefault(name.strip().lower(), content[:_MAX_CHARS])
    title = next(root.iter("title"), None)
    shown = " ".join("".join(title.itertext()).split())[:_MAX_CHARS] if title is not None else ""
    return DocumentMetadata(
        title=shown or _first(said, _TITLES),
        author=_first(said, _AUTHORS),
        created_at=moment(_first(said, _CREATED)),
        modified_at=moment(_first(said, _MODIFIED)),
        language=page_language(root) or language_code(said.get("content-language")),
    )


def page_language(root: Any) -> str | None:
    """The language that the page as a whole says it is in."""
    html = root if root.tag == "html" else next(root.iter("html"), None)
    body = next(root.iter("body"), None)
    for element in (html, body):
        if element is not None and element.get("lang"):
            return language_code(element.get("lang"))
    return None


def base_of(root: Any) -> str:
    """The address that relative links go from, "" if the page does not say."""
    for tag, attribute in (("base", "href"), ("link", "href"), ("meta", "content")):
        for element in root.iter(tag):
            if tag == "link" and element.get("rel") != "canonical":
                continue
            if tag == "meta" and element.get("property") != "og:url":
                continue
            url = (element.get(attribute) or "").strip()
            if url.startswith(("http://", "https://")):
                return str(url)
    return ""


def moment(text: str | None) -> datetime | None:
    """A time in ISO 8601 or as in mails, UTC where it names no zone; None for anything else."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        try:
            found = parsedate_to_datetime(text.strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _first(said: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((said[name] for name in names if name in said), None)
