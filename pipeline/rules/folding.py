"""One way to compare lines of pages: what is the same to a reader folds to the same string."""

from __future__ import annotations

import unicodedata

_KEPT = "#@:'?!.,/%+&-"
_QUOTES = "‘’‚‛`´ʼ′"
_DASHES = "‐‑‒–—―−"
_LEADING = " :'?!.,/%+&-"
_TRAILING = " :'?!.,/&-"  # "5%" and "65+" end in something that is read


class _Table(dict[int, str]):
    """What each character becomes; filled as characters are met, so that loading costs nothing."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _folded_character(chr(code))
        return folded


def _folded_character(char: str) -> str:
    if char in _KEPT:
        return char
    if char in _QUOTES:
        return "'"
    if char in _DASHES:
        return "-"
    category = unicodedata.category(char)
    if category == "Nd":
        return "#"
    if category == "Cf" or "\ufe00" <= char <= "\ufe0f":  # soft hyphens, zero width characters, emoji selectors
        return ""
    return char.lower() if category[0] in "LMN" else " "


_TABLE = _Table()


def fold(text: str) -> str:
    """Lower case, straight quotes, `#` for a number, no emoji or ornaments, single spaces, bare ends.

    >>> fold("⭐ What’s  your Reaction?"), fold("12 Comments »"), fold("20 mg – Uses:")
    ("what's your reaction", '# comments', '# mg - uses')
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).casefold()
    text = text.translate(_TABLE)
    while "##" in text:
        text = text.replace("##", "#")
    return " ".join(text.split()).lstrip(_LEADING).rstrip(_TRAILING)
