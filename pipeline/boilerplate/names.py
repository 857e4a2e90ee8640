"""What the names of elements betray: classes, ids and tags such as `related-posts`, `byline`, `<nav>`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from ..rules.load import load_toml
from .features import Named, Page
from .rules import BoilerplateRules
from .verdict import Verdict

_HINTS_USED = 24  # of a block's tokens, nearest elements first
MASS = 0.35  # of the page's prose: a name above so much text is the article's own, whatever it says


@cache
def _betrayals() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((reason, re.compile(pattern)) for reason, pattern in load_toml("hints.toml")["tokens"].items())


@cache
def _tags() -> dict[str, Verdict]:
    tags: dict[str, str] = load_toml("hints.toml")["tags"]
    return {tag: Verdict(reason, f"tag-{tag}") for tag, reason in tags.items()}


class NameReader:
    """Looks names up; remembers what it found, as sites repeat their names."""

    def __init__(self, rules: BoilerplateRules) -> None:
        self.rules = rules
        self.known: dict[str, Verdict | None] = {}

    def token(self, token: str) -> Verdict | None:
        """What one class or id name betrays."""
        if token in self.known:
            return self.known[token]
        if len(self.known) > 50_000:  # names of a long crawl; a bound on memory
            self.known.clear()
        found = self.rules.match_hint(token)
        if found is None:
            reason = next((reason for reason, pattern in _betrayals() if pattern.search(token)), None)
            found = Verdict(reason, f"name-{reason}") if reason else None
        self.known[token] = found
        return found

    def read(self, page: Page) -> list[Named]:
        """For each block: the verdict of the nearest telling name, the share of the page's prose under that name, steps up to it.

        Names above the bulk of the prose are passed over.
        """
        prose, mass = dict[tuple[tuple[str, ...], str], int](), Counter[str]()
        keys = [(block.evidence.hints, block.evidence.path) for block in page.blocks]
        for key, words in zip(keys, page.prose, strict=True):
            if words:
                prose[key] = prose.get(key, 0) + words
        for (hints, path), words in prose.items():
            for token in {*hints, *(f"<{tag}>" for tag in path.split("/"))}:
                mass[token] += words
        total = page.total_prose or 1
        found = {key: self._nearest(*key, mass, total) for key in dict.fromkeys(keys)}
        return [found[key] for key in keys]

    def in_comments(self, hints: Sequence[str]) -> bool:
        """True when an element around the block is named for readers' comments."""
        return any(
            "comment" in token and (found := self.token(token)) is not None and found.reason == "user-comment"
            for token in hints[:_HINTS_USED]
        )

    def _nearest(self, hints: Sequence[str], path: str, mass: Counter[str], total: int) -> Named:
        for i, token in enumerate(hints[:_HINTS_USED]):
            verdict = self.token(token)
            if verdict and mass[token] <= MASS * total:
                return verdict, mass[token] / total, i
        for i, tag in enumerate(reversed(path.split("/"))):
            verdict = _tags().get(tag)
            if verdict and mass[f"<{tag}>"] <= MASS * total:
                return verdict, mass[f"<{tag}>"] / total, i
        return None, 0.0, 0
