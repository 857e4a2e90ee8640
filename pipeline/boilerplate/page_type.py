"""What kind of page it is, where it is no article: an error, a wall, search results, a forum, a product, a listing.

Such pages are cleaned as well as can be; the flag tells an analyst what to expect. The signs stand in `rules/page_types.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from ..document import Flag
from ..rules.folding import fold
from ..rules.load import load_toml
from .declared import declared_as, is_article, thread
from .evidence import Reading
from .verdict import Verdict

_LITTLE = 150  # words; an error or a wall says no more than that
_POSTS = 3  # containers of forum posts make a thread
_SHARE, _ENTRIES, _TEASER_WORDS = 0.5, 5, 50  # of the kept words in links, or so many linked headings over few words, make a listing
_NEAR = 4  # of a block's names
_SURE, _LIKELY = 0.9, 0.7


def find_page_type(reading: Reading, verdicts: Sequence[Verdict | None]) -> Iterator[Flag]:
    """At most one flag `page-type`; its note begins with the kind and says what tells it."""
    kept = [i for i, verdict in enumerate(verdicts) if verdict is None]
    found = next(((kind, sign) for kind, sign in _told(reading, kept) if sign), None)
    if found:
        kind, sign = found
        yield Flag("page-type", None, None, _SURE if kind == "error" else _LIKELY, f"{kind}: {sign}")


def _told(reading: Reading, kept: Sequence[int]) -> Iterator[tuple[str, str]]:
    """Kinds in the order of their weight, each with its sign or ""; what calls itself an article is no forum and no product."""
    words = sum(reading.page.words[i] for i in kept)
    if words < _LITTLE:
        yield "error", _by_title(reading, "error")
    if sum(reading.page.words) < _LITTLE:
        yield "wall", _by_text(reading)
    yield "search", _by_title(reading, "search")
    declared = reading.page.document.declared
    if not is_article(declared):
        yield "forum", thread(declared) or declared_as("forum", declared) or _forum(reading, kept)
        yield "product", _product(reading)
    yield "listing", _listing(reading, kept, words)


@cache
def _signs(kind: str, key: str) -> Any:
    value = load_toml("page_types.toml")[kind][key]
    return re.compile("|".join(value) if isinstance(value, list) else value)


def _by_title(reading: Reading, kind: str) -> str:
    headings = [i for i, block in enumerate(reading.page.blocks) if block.kind == "heading" and block.level == 1]
    titles = [reading.title or "", *(reading.page.texts[i] for i in headings[:1])]
    return next((f"titled {title[:60]!r}" for title in titles if title and _signs(kind, "titles").search(fold(title))), "")


def _by_text(reading: Reading) -> str:
    found = (text for text, folded in zip(reading.page.texts, reading.folded, strict=True) if _signs("wall", "texts").search(folded))
    return next((f"it says {text[:60]!r}" for text in found), "")


def _forum(reading: Reading, kept: Sequence[int]) -> str:
    blocks, named = reading.page.blocks, _signs("forum", "names")
    posts = {blocks[i].evidence.group for i in kept if reading.page.prose[i] and any(map(named.search, blocks[i].evidence.hints[:_NEAR]))}
    return f"{len(posts)} posts" if len(posts) >= _POSTS else ""


def _product(reading: Reading) -> str:
    named = _signs("product", "names")
    name = next((token for hints in dict.fromkeys(reading.hints) for token in hints[:_NEAR] if named.search(token)), "")
    return (declared_as("product", reading.page.document.declared) or f"it has an element {name!r}") if name else ""


def _listing(reading: Reading, kept: Sequence[int], words: int) -> str:
    page = reading.page
    linked = sum(page.words[i] * page.links[i] for i in kept)
    if words and linked > _SHARE * words:
        return f"{linked / words:.0%} of its words are links"
    entries = sum(page.blocks[i].kind == "heading" and page.links[i] > _SHARE for i in kept)
    brief = words - linked < _TEASER_WORDS * entries
    return f"{entries} headings are links, with little text under each" if entries >= _ENTRIES and brief else ""
