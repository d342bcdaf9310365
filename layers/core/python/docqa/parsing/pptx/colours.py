"""Colours of texts and of what lies under them, as far as the file says them plainly (ECMA-376 part 1, 20.1.2.3)."""

from typing import Any

from docqa.parsing.office.package import Package
from docqa.parsing.pptx.shapes import A, Master, P

TRANSPARENT = "transparent"
_NAMED = {
    "white": "FFFFFF",
    "black": "000000",
    "red": "FF0000",
    "green": "008000",
    "blue": "0000FF",
    "yellow": "FFFF00",
}
_USUAL_MAP = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}
_SOLID_BACKGROUND = "1001"  # the first of the theme's background fills, plain in every theme of Office
_HEX = frozenset("0123456789ABCDEF")


class Colours:
    """The colours of one slide's theme."""

    def __init__(self, package: Package, slide: Any, masters: list[Master], pages: tuple[int, ...]) -> None:
        self._theme: dict[str, str] = {}
        self._map = dict(_USUAL_MAP)
        self._backgrounds = [slide, *(master.root for master in masters)]
        if not masters:
            return
        for part in package.of_kind(masters[-1].part, "theme"):
            root = package.optional(part, "theme", pages=pages)
            scheme = root.find(f".//{A}clrScheme") if root is not None else None
            for entry in scheme if scheme is not None else ():
                colour = self._plain(entry[0]) if len(entry) else None
                if colour:
                    self._theme[entry.tag.rpartition("}")[2]] = colour
        mapping = slide.find(f"{P}clrMapOvr/{A}overrideClrMapping")
        mapping = masters[-1].root.find(f"{P}clrMap") if mapping is None else mapping
        self._map.update(mapping.attrib if mapping is not None else {})

    def fill(self, properties: Any) -> str | None:
        """The fill among an element's children: "RRGGBB", TRANSPARENT, or None where it is missing or not plain."""
        if properties is None:
            return None
        if properties.find(f"{A}noFill") is not None:
            return TRANSPARENT
        solid = properties.find(f"{A}solidFill")
        return self.colour(solid[0]) if solid is not None and len(solid) else None

    def has_fill(self, properties: Any) -> bool:
        """Whether some fill is given, plain or not."""
        names = ("noFill", "solidFill", "gradFill", "blipFill", "pattFill", "grpFill")
        return properties is not None and any(properties.find(f"{A}{name}") is not None for name in names)

    def colour(self, element: Any) -> str | None:
        """A colour that nothing but its opacity is said about."""
        if any(not child.tag.endswith("}alpha") for child in element):
            return None
        alpha = element.find(f"{A}alpha")
        opacity = alpha.get("val", "100000") if alpha is not None else "100000"
        if opacity in ("0", "0%"):
            return TRANSPARENT
        return self._plain(element) if opacity in ("100000", "100%") else None

    def background(self) -> str | None:
        """The slide's plain background: its own, else the layout's, else the master's; None where it is not plain."""
        for root in self._backgrounds:
            found = root.find(f"{P}cSld/{P}bg")
            if found is None:
                continue
            reference = found.find(f"{P}bgRef")
            if reference is not None:
                plain = reference.get("idx") == _SOLID_BACKGROUND and len(reference)
                return self.colour(reference[0]) if plain else None
            colour = self.fill(found.find(f"{P}bgPr"))
            return None if colour == TRANSPARENT else colour
        return "FFFFFF"

    def _plain(self, element: Any) -> str | None:
        name = element.tag.rpartition("}")[2]
        value: str | None = element.get("val", "")
        if name == "schemeClr":
            return self._theme.get(self._map.get(value or "", value or ""))
        if name == "sysClr":
            value = element.get("lastClr", "")
        elif name == "prstClr":
            value = _NAMED.get(value or "")
        elif name != "srgbClr":
            return None
        value = (value or "").upper()
        return value if len(value) == 6 and set(value) <= _HEX else None
