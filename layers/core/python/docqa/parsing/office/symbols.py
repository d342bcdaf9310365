"""Characters of the symbol fonts that Office documents use, as Unicode: Symbol, Wingdings and Wingdings 2."""

_SYMBOL = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "αβχδεφγηιϕκλμνοπθρστυϖωξψζΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ",
        strict=True,
    )
) | {
    '"': "∀", "$": "∃", "'": "∋", "-": "−", "\xa2": "′", "\xa3": "≤", "\xa5": "∞", "\xab": "↔", "\xac": "←",
    "\xad": "↑", "\xae": "→", "\xaf": "↓", "\xb0": "°", "\xb1": "±", "\xb2": "″", "\xb3": "≥", "\xb4": "×",
    "\xb5": "∝", "\xb6": "∂", "\xb7": "•", "\xb8": "÷", "\xb9": "≠", "\xba": "≡", "\xbb": "≈", "\xbc": "…",
    "\xc4": "⊗", "\xc5": "⊕", "\xc6": "∅", "\xc7": "∩", "\xc8": "∪", "\xc9": "⊃", "\xcc": "⊂", "\xce": "∈",
    "\xcf": "∉", "\xd0": "∠", "\xd1": "∇", "\xd2": "®", "\xd3": "©", "\xd4": "™", "\xd5": "∏", "\xd6": "√",
    "\xd7": "⋅", "\xd8": "¬", "\xd9": "∧", "\xda": "∨", "\xdb": "⇔", "\xdc": "⇐", "\xde": "⇒", "\xe5": "∑",
    "\xf2": "∫",
}  # fmt: skip
_WINGDINGS = {
    "(": "☎", "*": "✉", "J": "☺", "L": "☹", "l": "●", "n": "■", "o": "☐", "q": "❑", "r": "❒", "u": "◆", "v": "❖",
    "\x9f": "•", "\xa7": "▪", "\xa8": "☐", "\xd8": "➢", "\xdf": "←", "\xe0": "→", "\xe1": "↑", "\xe2": "↓",
    "\xe8": "➔", "\xf0": "⇨", "\xfb": "✗", "\xfc": "✓", "\xfd": "☒", "\xfe": "☑",
}  # fmt: skip
_WINGDINGS_2 = {"O": "✗", "P": "✓", "Q": "☒", "R": "☑", "S": "☒", "T": "☒", "\xa3": "☐", "*": "☐"}
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}
_PRIVATE = range(0xF020, 0xF100)  # where Office puts the characters of symbol fonts


def is_symbol_font(font: str | None) -> bool:
    return font is not None and font.lower() in _FONTS


def as_unicode(text: str, font: str | None) -> str:
    """Text in a symbol font as what it shows; a picture that has no character of its own is left out.

    The text of other fonts stays as it is.
    """
    table = _FONTS.get((font or "").lower())
    return "".join(_shown(char, table) for char in text) if table is not None else text


def _shown(char: str, table: dict[str, str]) -> str:
    plain = chr(ord(char) - 0xF000) if ord(char) in _PRIVATE else char
    if plain in table:
        return table[plain]
    return plain if plain.isascii() and (table is _SYMBOL or plain.isspace()) else ""
