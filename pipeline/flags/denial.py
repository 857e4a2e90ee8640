"""A claim that is denied or warned of is no claim: "No medicine is 100% safe", "Never order tablets online without a prescription"."""

from __future__ import annotations

import re

from ..document import Document, Flag

CLAIMS = frozenset({"unlicensed-claim"})

_REACH = 90  # characters of the sentence that are looked at on either side
_DENIED = re.compile(
    r"(?:\b(?:no|not|never|cannot|none|neither|nor|avoid|beware|warns?|against|illegal\w*)\b|n['’]t\b)[^.!?\n]*$", re.IGNORECASE
)
_WARNED = re.compile(
    r"[^.!?\n]{0,40}\b(?:is|are|can be|may be|was) (?:illegal|dangerous|unsafe|risky|harmful|not|never|a crime|a risk)\b", re.IGNORECASE
)


def is_denied(document: Document, flag: Flag) -> bool:
    """Whether the sentence around a claim says the contrary, or warns of it."""
    if flag.kind not in CLAIMS or flag.start is None or flag.end is None:
        return False
    before = document.text[max(0, flag.start - _REACH) : flag.start]
    return bool(_DENIED.search(before) or _WARNED.match(document.text, flag.end))
