"""Characters that show nothing and steer or hide others: zero width, direction controls, tags."""

import re

_SOFT_HYPHEN = "\u00ad"
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\U000e0000-\U000e007f]"
    # Joiners are part of Persian and Indic spelling and of emoji; between other characters they only hide something.
    "|(?<![\u0600-\u1fff\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
)


def without_unseen(text: str) -> tuple[str, int]:
    """The text without them, and how many there were; soft hyphens go too but do not count."""
    if text.isascii() or not _UNSEEN.search(text):
        return text, 0
    kept = _UNSEEN.sub("", text)
    return kept, len(text) - len(kept) - text.count(_SOFT_HYPHEN)
