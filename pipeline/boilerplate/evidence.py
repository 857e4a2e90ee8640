"""All that is known of a page's blocks before they are judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from ..document import Document
from ..rules.folding import fold
from ..rules.load import load_toml
from .declared import is_article, thread
from .features import Named, features
from .names import NameReader
from .page import Page
from .rules import BoilerplateRules, load_rules
from .titles import find_title
from .verdict import Verdict

_POSTS, _NEAR_NAMES = 3, 4  # posts of a thread, at least; names of a block that are looked at
FOLDED_CHARS = 400  # longer blocks are not folded: no rule is about them


@dataclass(slots=True)
class Reading:
    """One entry a block.

    comments: stands in an element named for comments; shown: index of the block that shows the title; alike: indices of all that are
    like it; is_thread: the page is a thread of a forum; rows: the labeller's features.
    """

    page: Page
    folded: list[str]
    rule: list[Verdict | None]
    named: list[Named]
    comments: list[bool]
    title: str | None
    shown: int | None
    alike: list[int]
    is_thread: bool
    rows: Any

    @property
    def hints(self) -> Sequence[tuple[str, ...]]:
        """The names around each block."""
        return [block.evidence.hints for block in self.page.blocks]


def gather(document: Document, rules: BoilerplateRules | None = None) -> Reading:
    """Read a page's blocks for the labeller."""
    rules = rules or load_rules()
    if is_thread := bool(thread(document.declared)) or _has_posts(document):
        document = _without_comments(document)
    page = Page(document, [document.block_text(block) for block in document.blocks])
    folded = [fold(text) if len(text) <= FOLDED_CHARS else "" for text in page.texts]
    rule = [rules.match_words(text) if text else None for text in folded]
    reader = _reader(id(rules), rules)
    named, comments = reader.read(page, rule)
    title, shown, alike = find_title(document, page.texts, [v is not None for v in rule])
    return Reading(page, folded, rule, named, comments, title, shown, alike, is_thread, features(page, rule, named, shown))


def _has_posts(document: Document) -> bool:
    """True for a page of posts in elements that forum programs name so, unless it calls itself an article."""
    if is_article(document.declared):
        return False
    names, posts, last = _post_names(), set[int](), None
    for block in document.blocks:
        if block.evidence is not last:  # neighbours often share it
            last = block.evidence
            if not names.isdisjoint(last.hints[:_NEAR_NAMES]):
                posts.add(last.group)
    return len(posts) >= _POSTS


@cache
def _post_names() -> frozenset[str]:
    return frozenset(load_toml("page_types.toml")["forum"]["posts"])


def _without_comments(document: Document) -> Document:
    """The names of elements without those of comments: in a thread these are the posts."""
    told = {block.evidence for block in document.blocks if any("comment" in name for name in block.evidence.hints)}
    plain = {evidence: replace(evidence, hints=tuple(name for name in evidence.hints if "comment" not in name)) for evidence in told}
    return replace(document, blocks=tuple(replace(block, evidence=plain.get(block.evidence, block.evidence)) for block in document.blocks))


_READERS: dict[int, NameReader] = {}


def _reader(key: int, rules: BoilerplateRules) -> NameReader:
    found = _READERS.get(key)
    if found is None or found.rules is not rules:
        found = _READERS[key] = NameReader(rules)
    return found
