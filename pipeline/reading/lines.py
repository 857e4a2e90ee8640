"""What joining the lines of a plain text, and mending what was joined, both ask of them."""

from __future__ import annotations

import re
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]

#: Matches the sign that ends a sentence or a clause where a line, or the rest of one, begins with it: no text was written so.
is_closing = re.compile(r"[,.;:!?)\]»”](?=[\s,.;:!?)\]»”]|\Z)").match
OPENING = "([«“"  # behind these goes on what they open


def touch(text: str, one: Span, two: Span) -> bool:
    """True for two lines, given as (start, end), without a blank one between."""
    return text[one[1] : two[0]].replace("\r\n", "\n").strip(" \t") in ("\n", "\r")
