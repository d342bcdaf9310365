"""A TokenCounter without a model's vocabulary."""

import re
from collections.abc import Sequence

_BITS = re.compile("[\u2e80-\u9fff\uf900-\ufaff]|[^\\W_\u2e80-\u9fff\uf900-\ufaff]{1,5}|[^\\w\\s]|_")


class BitTokens:
    """Each five letters or digits, each sign and each Chinese character is a token."""

    def __init__(self, max_tokens: int = 510) -> None:
        self.max_tokens = max_tokens

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(_BITS.findall(text)) for text in texts]
