"""A brand that stands where a sentence names the substance: put there for the generic name, to be found by its buyers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ..document import Document, Flag
from ..rules.load import load_toml

KIND = "brand-substitution"

_PACK = r"(?:[ -]?\d{1,4}(?:\.\d+)?(?: ?(?:mg|mcg|µg|g|ml))?)?(?: (?:tablets?|capsules?|pills?|gel|cream|injection))?"
_REACH = 120  # characters looked at on either side


@cache
def _around() -> tuple[re.Pattern[str], re.Pattern[str]]:
    rows = load_toml("substitution.toml")
    before, after = "|".join(rows["before"]), "|".join(rows["after"])
    return re.compile(rf"(?:{before})$", re.IGNORECASE), re.compile(rf"{_PACK}(?:{after})", re.IGNORECASE)


def find_substitutions(document: Document) -> Iterator[Flag]:
    """Flags of kind `brand-substitution`, on the brand."""
    if "brand" not in {entity.kind for entity in document.entities}:
        return
    before, after = _around()
    for entity in document.entities:
        if entity.label != "DRUG" or entity.kind != "brand":
            continue
        following = after.match(document.text, entity.end, entity.end + _REACH)
        if following or before.search(document.text[max(0, entity.start - _REACH) : entity.start]):
            note = f"a brand where its generic belongs: {document.text[entity.start : entity.end]} for {entity.canonical}"
            yield Flag(KIND, entity.start, entity.end, 0.8, note)
