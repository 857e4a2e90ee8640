"""A brand that stands where a sentence names the substance: put there for the generic name, to be found by its buyers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TypeAlias

from ..document import Document, Flag
from ..rules.load import load_toml

KIND = "brand-substitution"

_PACK = r"(?:[ -]?\d{1,4}(?:\.\d+)?(?: ?(?:mg|mcg|µg|g|ml))?)?(?: (?:tablets?|capsules?|pills?|gel|cream|injection))?"
_Finder: TypeAlias = Callable[..., "re.Match[str] | None"]
_REACH = 120  # characters looked at on either side


@cache
def _around() -> tuple[_Finder, _Finder]:
    rows = load_toml("substitution.toml")
    before, after = "|".join(rows["before"]), "|".join(rows["after"])
    ends_before = re.compile(rf"(?:{before})$", re.IGNORECASE).search
    begins_after = re.compile(rf"{_PACK}(?:{after})", re.IGNORECASE).match
    return ends_before, begins_after


def find_substitutions(document: Document) -> Iterator[Flag]:
    """Flags of kind `brand-substitution`, on the brand."""
    if "brand" not in {entity.kind for entity in document.entities}:
        return
    ends_before, begins_after = _around()
    for entity in document.entities:
        if entity.label != "DRUG" or entity.kind != "brand":
            continue
        following = begins_after(document.text, entity.end, entity.end + _REACH)
        if following or ends_before(document.text[max(0, entity.start - _REACH) : entity.start]):
            note = f"a brand where its generic belongs: {document.text[entity.start : entity.end]} for {entity.canonical}"
            yield Flag(KIND, entity.start, entity.end, 0.8, note)
