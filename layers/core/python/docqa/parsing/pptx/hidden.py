"""Which texts of a slide nobody sees: off the slide, behind something, in the colour of what they stand on, tiny."""

from typing import Any

from docqa.core.models import Hidden
from docqa.parsing.office.names import alike, attribute
from docqa.parsing.office.package import Package
from docqa.parsing.pptx.colours import TRANSPARENT, Colours
from docqa.parsing.pptx.geometry import Area
from docqa.parsing.pptx.shapes import A, Master, P, Shape, ShapeReader
from docqa.parsing.pptx.text import HiddenBy, level_styles

_TINY = 200  # hundredths of a point
_OPAQUE = (".jpg", ".jpeg", ".bmp")
_PNG_COLOUR_TYPE = 25  # where the header of a PNG says it (PNG 11.2.2); 0 and 2 have no transparency of their own
_PLAIN_FRAME = "rect"
_MAX_SHAPES = 1_000
"""Each is compared with the others: on slides with more, what covers what is not asked."""


class Sight:
    """What can be seen of one slide's shapes. Doubt counts as visible: themes and pictures colour much."""

    def __init__(
        self,
        package: Package,
        part: str,
        slide: Any,
        shapes: list[Shape],
        masters: list[Master],
        colours: Colours,
        area: Area,
    ) -> None:
        self._package, self._part, self._masters, self._colours, self._slide = package, part, masters, colours, area
        flat = [one for shape in shapes for one in shape.flat()]
        self._flat = flat if len(flat) <= _MAX_SHAPES else None
        self._background = colours.background()
        self._decorated = _decorations(masters)
        self._moving = {found.get("spid") for found in slide.iterfind(f"{P}timing//{P}spTgt")}

    def hidden(self, shape: Shape) -> Hidden | None:
        """Why the whole shape does not show."""
        properties = shape.properties
        if properties is not None and properties.get("hidden") in ("1", "true"):
            return Hidden.INVISIBLE
        area = shape.area
        if area is None or self._moves(shape):
            return None
        if not area.meets(self._slide) and (area.width > 0 or area.height > 0):
            return Hidden.OFF_PAGE
        covers = (one for one in self._flat or () if one.order > shape.order and one.area and one.area.holds(area))
        return Hidden.COVERED if any(self._is_cover(one) for one in covers) else None

    def of_runs(self, body: Any, shape: Shape, under: str | None) -> HiddenBy:
        """A judge of the shape's runs; `under`: the colour that they stand on."""

        def judge(properties: Any, level: int) -> Hidden | None:
            size = properties.get("sz", "") if properties is not None else ""
            if size.isdigit() and int(size) <= _TINY:
                return Hidden.TINY
            colour = self._text_colour(properties, body, shape, level)
            if colour == TRANSPARENT:
                return Hidden.INVISIBLE
            return Hidden.WHITE if colour and under and alike(colour, under) else None

        return judge

    def under(self, shape: Shape) -> str | None:
        """The plain colour that a shape's text stands on; None where it is not plain or not known."""
        properties = shape.element.find(f"{P}spPr")
        own = self._colours.fill(properties)
        if own and own != TRANSPARENT:
            return own
        referred = shape.element.find(f"{P}style/{A}fillRef")
        styled = referred is not None and referred.get("idx", "0") != "0" and own is None
        modelled = any(self._colours.has_fill(model.find(f"{P}spPr")) for model in shape.models) and own is None
        if styled or modelled or (own is None and self._colours.has_fill(properties)) or shape.area is None:
            return None
        return self._below(shape, shape.area)

    def _below(self, shape: Shape, area: Area) -> str | None:
        """The colour of the topmost thing below that the area touches."""
        if self._flat is None:
            return None
        for one in reversed(self._flat):
            if one.order >= shape.order or one.area is None or not one.area.meets(area):
                continue
            if not self._colours.has_fill(one.element.find(f"{P}spPr")) and one.kind == "text" and not _styled(one):
                continue
            fill = self._colours.fill(one.element.find(f"{P}spPr"))
            if fill == TRANSPARENT and one.kind == "text":
                continue
            return fill if fill and fill != TRANSPARENT and one.area.holds(area) else None
        if any(other.meets(area) for other in self._decorated):
            return None
        return self._background

    def _text_colour(self, properties: Any, body: Any, shape: Shape, level: int) -> str | None:
        if self._colours.has_fill(properties):
            fill = self._colours.fill(properties)
            outlined = properties.find(f"{A}ln") is not None
            return None if outlined else fill
        for style in level_styles(body, None, [], level):
            own = style.find(f"{A}defRPr")
            if self._colours.has_fill(own):
                return self._colours.fill(own)
        return None

    def _moves(self, shape: Shape) -> bool:
        """Animations bring shapes in and take covers away."""
        return shape.properties is not None and shape.properties.get("id") in self._moving

    def _is_cover(self, shape: Shape) -> bool:
        if self._moves(shape):
            return False
        if shape.kind == "picture":
            return self._is_opaque(shape)
        geometry = shape.element.find(f"{P}spPr/{A}prstGeom")
        fill = self._colours.fill(shape.element.find(f"{P}spPr"))
        return geometry is not None and geometry.get("prst") == _PLAIN_FRAME and fill not in (None, TRANSPARENT)

    def _is_opaque(self, picture: Shape) -> bool:
        blip = picture.element.find(f"{P}blipFill/{A}blip")
        if blip is None or len(blip.findall(f"{A}alphaModFix")):
            return False
        relation = self._package.relations(self._part).get(attribute(blip, "embed") or "")
        name = (relation.target or "").lower() if relation else ""
        if name.endswith(_OPAQUE):
            return self._package.has(name)
        head = self._package.head(name, _PNG_COLOUR_TYPE + 1) if name.endswith(".png") else b""
        return len(head) > _PNG_COLOUR_TYPE and head[_PNG_COLOUR_TYPE] in (0, 2)


def _styled(shape: Shape) -> bool:
    """Whether a theme's style may fill the shape."""
    return shape.element.find(f"{P}style") is not None or bool(shape.models)


def _decorations(masters: list[Master]) -> list[Area]:
    """What layout and master draw on every slide below its own shapes."""
    found = []
    for master in masters:
        tree = master.root.find(f"{P}cSld/{P}spTree")
        for shape in ShapeReader([]).shapes(tree):
            if shape.placeholder is None and shape.area is not None:
                found.append(shape.area)
    return found
