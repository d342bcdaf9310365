"""A block on its way: with what decides later what it is."""

from dataclasses import dataclass

from docqa.core.models import Block
from docqa.parsing.docx.styles import Role


@dataclass(frozen=True, slots=True)
class Piece:
    """A block with what decides later whether it is a heading after all, or part of a table of contents.

    `bold`: all of its words are; `size` is that of the first, in half points. `inner`: it stands in a table, a text box
    or the like, not in the body itself.
    """

    block: Block
    role: Role = Role.BODY
    bold: bool = False
    size: int | None = None
    inner: bool = False
