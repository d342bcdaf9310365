"""Reading files as the stages get them: the format's parser, then what is the same for every format."""

from itertools import accumulate
from pathlib import Path

from docqa.core.controls import cleaned, without_controls
from docqa.core.language import with_languages
from docqa.core.models import DocumentMetadata, DocumentPlan, Format, PageRange, ParsedRange
from docqa.core.noticed import combined, warning
from docqa.parsing.registry import parser_for

MAX_RANGE_CHARS = 64_000_000
"""Text of one range. A page of prose has 3,000 characters, a range of 20,000 table rows some millions."""
_MAX_FIELD = 500


def plan_file(path: Path, format: Format, *, max_pages: int) -> DocumentPlan:
    """The parser's plan. Raises what the parser raises."""
    plan = parser_for(format).plan(path, max_pages=max_pages)
    return plan.model_copy(update={"metadata": _clean(plan.metadata)})


def read_range(path: Path, format: Format, pages: PageRange) -> ParsedRange:
    """The parser's blocks without characters that do not show, with their languages, within bounds.

    Raises what the parser raises.
    """
    return with_languages(without_controls(_bounded(parser_for(format).parse(path, pages))))


def _bounded(parsed: ParsedRange) -> ParsedRange:
    ends = list(accumulate(len(block.text) for block in parsed.blocks))
    if not ends or ends[-1] <= MAX_RANGE_CHARS:
        return parsed
    kept = tuple(block for block, end in zip(parsed.blocks, ends, strict=True) if end <= MAX_RANGE_CHARS)
    noticed = warning("truncated", detail=f"more than {MAX_RANGE_CHARS:,} characters")
    return parsed.model_copy(update={"blocks": kept, "warnings": combined((*parsed.warnings, noticed))})


def _clean(metadata: DocumentMetadata) -> DocumentMetadata:
    """Texts of one line, without what does not show, of bounded length; empty ones count as none."""
    texts = {name: getattr(metadata, name) for name in ("title", "author", "language")}
    shown = {name: (text and " ".join(cleaned(text)[0].split())[:_MAX_FIELD]) or None for name, text in texts.items()}
    labels = tuple(cleaned(label)[0].strip()[:20] for label in metadata.page_labels)
    return metadata.model_copy(update={**shown, "page_labels": labels})
