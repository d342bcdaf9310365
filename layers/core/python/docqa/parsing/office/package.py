"""Office files as packages of parts (OPC, ECMA-376 part 2), read one by one: a broken part costs only itself."""

import lzma
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lxml import etree

from docqa.core.errors import CorruptFile, UnsafeFile
from docqa.core.models import DocumentWarning
from docqa.core.noticed import warning
from docqa.parsing.archive import check_archive, transitional_xml

_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, OSError, ValueError,
    etree.XMLSyntaxError,
)  # fmt: skip
_WIDE_DOCTYPES = ("<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))
_TOO_DEEP = "xcessive depth"
_ROOT = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """Where a part points to: another part (`target`, a name in the package) or something outside (`url`).

    `kind` is the last segment of the relationship's type, the same in Strict and Transitional files.
    """

    kind: str
    target: str | None
    url: str | None


@dataclass
class Package:
    """An open Office file. Parts are parsed when asked for and not kept."""

    archive: zipfile.ZipFile
    names: dict[str, str]
    """Part names are compared without case (ECMA-376 part 2, 6.2.2.3): folded → as stored."""

    noticed: list[DocumentWarning] = field(default_factory=list)
    _relations: dict[str, dict[str, Relation]] = field(default_factory=dict)

    def main(self) -> str:
        """Name of the main part. Raises CorruptFile."""
        for relation in self.relations(_ROOT).values():
            if relation.kind == "officeDocument" and relation.target and self.has(relation.target):
                return relation.target
        raise CorruptFile("The file is broken: its main part is missing.")

    def has(self, name: str) -> bool:
        return name.lower() in self.names

    def size(self, name: str) -> int:
        """Bytes of a part when unpacked, as declared."""
        return self.archive.getinfo(self.names[name.lower()]).file_size

    def head(self, name: str, size: int) -> bytes:
        """The first bytes of a part; none where it cannot be read."""
        try:
            with self.archive.open(self.names[name.lower()]) as file:
                return file.read(size)
        except (KeyError, *_DAMAGE):
            return b""

    def root(
        self, name: str | None, what: str | None, *, pages: tuple[int, ...] = (), code: str = "part_unreadable"
    ) -> Any:
        """The root element of an XML part; None, with a warning, where it is missing or broken.

        Raises UnsafeFile where it declares entities.
        """
        if name is None or not self.has(name):
            self.notice(code, what, pages)
            return None
        try:
            return self._parsed(name)
        except _DAMAGE as error:
            too_deep = _TOO_DEEP in str(error)
            self.notice("nested_too_deep" if too_deep else code, None if too_deep else what, pages)
            return None

    def optional(self, name: str | None, what: str, *, pages: tuple[int, ...] = ()) -> Any:
        """As `root`, without a warning where there is no such part."""
        return self.root(name, what, pages=pages) if name is not None and self.has(name) else None

    def required(self, name: str) -> Any:
        """The root element of a part without which there is no document. Raises CorruptFile, UnsafeFile."""
        try:
            return self._parsed(name)
        except (KeyError, *_DAMAGE) as error:
            if _TOO_DEEP in str(error):
                raise UnsafeFile("The file is nested deeper than any document needs and was not opened.") from error
            raise CorruptFile("The file is broken: its main part cannot be read.") from error

    def relations(self, name: str) -> dict[str, Relation]:
        """The relationships of a part by id; those of the package itself for the empty name."""
        if name not in self._relations:
            folder, _, file = name.rpartition("/")
            path = posixpath.join(folder, "_rels", f"{file}.rels")
            root = self.optional(path, "links between parts")
            elements = root.iterchildren("{*}Relationship") if root is not None else ()
            self._relations[name] = {element.get("Id", ""): _relation(element, folder) for element in elements}
        return self._relations[name]

    def of_kind(self, name: str, *kinds: str) -> list[str]:
        """The parts that a part points to by relationships of these kinds, each once."""
        found = (relation for relation in self.relations(name).values() if relation.kind in kinds)
        return list(dict.fromkeys(relation.target for relation in found if relation.target))

    def notice(self, code: str, detail: str | None = None, pages: tuple[int, ...] = ()) -> None:
        self.noticed.append(warning(code, detail=detail, pages=pages))

    def _parsed(self, name: str) -> Any:
        data = transitional_xml(self.archive.read(self.names[name.lower()]))
        if b"<!DOCTYPE" in data or any(mark in data for mark in _WIDE_DOCTYPES):
            _refuse_doctype()
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
        )
        root: Any = etree.fromstring(data, parser)
        if root.getroottree().docinfo.doctype:
            _refuse_doctype()
        return root


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """Raises CorruptFile, PasswordProtected, UnsafeFile."""
    names = check_archive(path)
    with zipfile.ZipFile(path) as archive:
        yield Package(archive, {name.replace("\\", "/").lstrip("/").lower(): name for name in names})


def _refuse_doctype() -> None:
    """Parts may not hold declarations (ECMA-376 part 2, 6.2.5): with these, entities explode or fetch."""
    raise UnsafeFile("The file declares XML entities, which no Office program does, and was not opened.")


def _relation(element: Any, folder: str) -> Relation:
    kind = element.get("Type", "").rpartition("/")[2]
    target = element.get("Target", "")
    if element.get("TargetMode") == "External":
        return Relation(kind, None, target)
    return Relation(kind, _part_name(folder, target), None)


def _part_name(folder: str, target: str) -> str | None:
    """The name of a part that a relationship's target leads to from a folder; None for "#fragment" and the like."""
    target = unquote(target.partition("#")[0]).replace("\\", "/")
    if not target or target.upper() == "NULL":
        return None
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
