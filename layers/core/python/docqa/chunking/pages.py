"""Paragraphs that begin on one page and end on the next."""

import re

from docqa.chunking.measure import LIMIT, size
from docqa.chunking.pieces import Piece, pieces_of
from docqa.core.models import Block, BlockKind

_ENDS = re.compile(
    r"[.!?:;\u2026\u3002\uff01\uff1f\u061f\u06d4\u0964][\"'\u2019\u201d\u00bb)\]\u201c]*(?:\[?\d{1,3}\]?)?$"
)
_NEVER_LAST = frozenset(
    "the a an of in to and or for with by from as at on that which our their its der die das und".split()
)
_HYPHEN = re.compile(r"[^\W\d_]{2,}[-\u00ad\u2010]$")


def crosses_page(block: Block, following: Block) -> bool:
    """Whether `following` goes on with the sentence that `block` breaks off at the end of its page."""
    kinds = block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM) and following.kind is BlockKind.PARAGRAPH
    if not kinds or block.page is None or following.page != block.page + 1:
        return False
    if _ENDS.search(block.text.rstrip()):
        return False
    return following.text.strip()[:1].islower() or block.text.split()[-1] in _NEVER_LAST


def merged_across(block: Block, following: Block) -> tuple[list[Piece], Block | None]:
    """The pieces of `block`, the last with the rest of its sentence from the next page; what is left of `following`.

    The whole sentence counts as the last of the first page and reaches to the second.
    """
    left, right = pieces_of(block), pieces_of(following)
    tail, head = left[-1], right[0]
    text = _join(tail.text, head.text)
    if size(text) > LIMIT:
        return left, following
    boxes = (*tail.boxes, *head.boxes)
    crossing = Piece(text, tail.joiner, size(text) + 1, tail.page_from, head.page_to, boxes)
    rest = following.text.lstrip()[len(head.text) :].strip()
    return [*left[:-1], crossing], following.model_copy(update={"text": rest}) if rest else None


def _join(left: str, right: str) -> str:
    return left[:-1] + right if _HYPHEN.search(left) else f"{left} {right}"
