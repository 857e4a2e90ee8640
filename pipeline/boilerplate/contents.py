"""Tables of contents: links that say what headings further down say."""

from __future__ import annotations

import re

from .evidence import Reading
from .verdict import Verdict

_LINKED, _WORDS = 0.9, 14  # share of an entry's characters in links; its words, at most
_ENTRIES = 3  # so many make a table
_squeeze = re.compile(r"^[\W\d_]+|[\W_]+").sub


def drop_contents(reading: Reading, verdicts: list[Verdict | None]) -> None:
    """Linked entries above the headings whose words they have, three or more of one container, are its table of contents."""
    page = reading.page
    heads = {_squeezed(page.texts[i]): i for i, block in enumerate(page.blocks) if block.kind == "heading" and not verdicts[i]}
    if len(heads) < _ENTRIES:
        return
    linked = [
        i for i, block in enumerate(page.blocks)
        if not verdicts[i] and block.kind != "heading" and page.links[i] >= _LINKED and page.words[i] <= _WORDS
    ]  # fmt: skip
    entries = dict[int, list[int]]()
    for i in linked:
        for group in page.blocks[i].evidence.groups[:2] if heads.get(_squeezed(page.texts[i]), -1) > i else ():
            entries.setdefault(group, []).append(i)
    for i in {i for found in entries.values() if len(found) >= _ENTRIES for i in found}:
        verdicts[i] = Verdict("navigation", "table-of-contents")


def _squeezed(text: str) -> str:
    """Without numbers in front, spaces and signs: "2.1 When to take it"."""
    return _squeeze("", text.lower())
