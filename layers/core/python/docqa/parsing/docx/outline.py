"""What is only known once the whole document is read: headings set in bold, tables of contents, lines of code."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from docqa.core.models import Block, BlockKind
from docqa.parsing.docx.pieces import Piece
from docqa.parsing.docx.styles import Role

_MAX_HEADING_CHARS = 120
_MAX_HEADING_WORDS = 14
_MIN_HEADINGS = 2
_MAX_SHARE = 0.34
"""Of the paragraphs: where more are bold, bold means something else."""
_ENDS = (".", ",", ";", "\u3002", "!", "\u2026")
_PAGE = re.compile(r"\b(?:\d{1,4}|[ivxlc]{1,7})$")
_LEADERS = " .\u2026\u00b7_"
_NUMBER = re.compile(r"^\W*(?:\d+(?:\.\d+)*|[ivxlcIVXLC]+|[A-Za-z])[.)]?\s+")
_NOT_LETTERS = re.compile(r"[\W_]+")
_MAX_LEVELS = 3
_PAGE_CHARS = 8


def finished(pieces: Sequence[Piece]) -> list[Block]:
    """The blocks of a document."""
    if not any(piece.block.kind is BlockKind.HEADING for piece in pieces):
        pieces = list(_with_guessed_headings(pieces))
    return list(_code_joined(_without_contents(pieces)))


# -- headings that are only set in bold ------------------------------------------------------------


def _with_guessed_headings(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """In a document without heading styles: short bold lines between paragraphs that are not, if there are several.

    One alone parts nothing from anything: it may as well be a title, a label or an emphasis.
    """
    chosen = [index for index in range(len(pieces) - 1) if _like_heading(pieces, index)]
    body = sum(piece.block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM) for piece in pieces)
    if len(chosen) < _MIN_HEADINGS or len(chosen) > _MAX_SHARE * body:
        yield from pieces
        return
    sizes = sorted({pieces[index].size or 0 for index in chosen}, reverse=True)[:_MAX_LEVELS]
    headings = set(chosen)
    for index, piece in enumerate(pieces):
        if index in headings:
            size = piece.size or 0
            level = sizes.index(size) + 1 if size in sizes else len(sizes)
            block = piece.block.model_copy(update={"kind": BlockKind.HEADING, "level": level})
            yield Piece(block, piece.role, piece.bold, piece.size)
        else:
            yield piece


def _like_heading(pieces: Sequence[Piece], index: int) -> bool:
    piece, text = pieces[index], pieces[index].block.text
    if not piece.bold or piece.block.hidden or piece.role is not Role.BODY or piece.inner:
        return False
    if piece.block.kind not in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM) or text.endswith(_ENDS):
        return False
    short = len(text) <= _MAX_HEADING_CHARS and len(text.split()) <= _MAX_HEADING_WORDS
    return short and any(char.isalpha() for char in text) and _text_follows(pieces, index)


def _text_follows(pieces: Sequence[Piece], index: int) -> bool:
    """Whether plain text comes next, or another bold line above such text."""
    for following in pieces[index + 1 : index + 3]:
        if following.block.kind is BlockKind.TABLE:
            return True
        if following.block.hidden is None and not following.bold:
            return following.block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM)
    return False


# -- tables of contents ----------------------------------------------------------------------------


def _without_contents(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Entries whose heading or caption stands in the document are left out: there it is found with its text.

    The others are kept, without page numbers. The heading over a table of contents goes with all of its entries.
    """
    targets = {
        _key(piece.block.text)
        for piece in pieces
        if piece.block.kind in (BlockKind.HEADING, BlockKind.CAPTION) and piece.role is not Role.CONTENTS
    }
    for is_contents, group in groupby(pieces, key=lambda piece: piece.role in _CONTENTS):
        if not is_contents:
            yield from group
            continue
        entries = list(group)
        kept = [piece for piece in entries if piece.role is Role.CONTENTS and not _found_in(piece.block.text, targets)]
        if kept:
            heads = [piece for piece in entries if piece.role is Role.CONTENTS_HEADING]
            yield from heads
            yield from map(_entry, kept)


_CONTENTS = (Role.CONTENTS, Role.CONTENTS_HEADING)


def _key(text: str) -> str:
    return _NOT_LETTERS.sub("", _NUMBER.sub("", text)).casefold()


def _found_in(text: str, targets: set[str]) -> bool:
    """Whether the entry, with or without a number behind it, names one of the targets."""
    return _key(text) in targets or _key(_without_page(text)) in targets


def _without_page(text: str) -> str:
    """An entry without the number of its page and the dots that lead to it."""
    found = _PAGE.search(text, max(len(text) - _PAGE_CHARS, 0))
    return text[: found.start()].rstrip(_LEADERS) if found else text


def _entry(piece: Piece) -> Piece:
    text = _without_page(piece.block.text) or piece.block.text
    links = tuple(link for link in piece.block.links if link.end <= len(text))
    block = piece.block.model_copy(update={"kind": BlockKind.LIST_ITEM, "level": None, "text": text, "links": links})
    return Piece(block, piece.role)


# -- code ------------------------------------------------------------------------------------------


def _code_joined(pieces: Iterator[Piece]) -> Iterator[Block]:
    """Lines of code that follow each other are one block."""
    for is_code, group in groupby(pieces, key=lambda piece: piece.block.kind is BlockKind.CODE):
        if is_code:
            yield Block(kind=BlockKind.CODE, text="\n".join(piece.block.text for piece in group))
        else:
            yield from (piece.block for piece in group)
