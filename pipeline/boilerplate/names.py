"""What the names of elements betray: classes, ids and tags such as `related-posts`, `byline`, `<nav>`."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain

from ..rules.load import load_toml
from .features import Named
from .page import Page
from .prefilter import Pattern, PatternIndex
from .rules import BoilerplateRules, first_match
from .verdict import Verdict

_HINTS_USED = 24  # of a block's tokens, nearest elements first
_STATE = re.compile(r"(has|no|with|without|hide)[-_]|enable|disable")  # what an element has or lacks, not what it is
_NAMES_KNOWN = 50_000  # a bound on memory in a long crawl
_NEAR_NAMES = 6  # tokens: of an element and the one around it
_SLUG_WORDS, _SLUG_CHARS, _NO_LETTERS = 3, 12, re.compile(r"[\W_]+")
MASS = 0.35  # of the page's prose: a name above so much text is the article's own, whatever it says


@cache
def _betrayals() -> PatternIndex:
    rows: dict[str, str] = load_toml("hints.toml")["tokens"]
    return PatternIndex([Pattern(pattern, sys.maxsize, Verdict(reason, f"name-{reason}")) for reason, pattern in rows.items()], {})


@cache
def _tags() -> dict[str, Verdict]:
    tags: dict[str, str] = load_toml("hints.toml")["tags"]
    return {tag: Verdict(reason, f"tag-{tag}") for tag, reason in tags.items()}


@cache
def hint_names(key: str) -> re.Pattern[str]:
    """The names of elements that `hints.toml` lists under a key, as "boxes"."""
    return re.compile(load_toml("hints.toml")[key]["names"])


class NameReader:
    """Looks names up; remembers what it found, as sites repeat their names."""

    def __init__(self, rules: BoilerplateRules) -> None:
        self.rules = rules
        self.known: dict[str, Verdict | None] = {}

    def learn(self, names: Iterable[str]) -> None:
        """Look up what class and id names betray, all that are new at once."""
        if len(self.known) > _NAMES_KNOWN:
            self.known.clear()
        new = sorted(name for name in set(names) if name not in self.known)
        for name, patterns in zip(new, _betrayals().candidates(new), strict=True):
            found = self.rules.match_hint(name)
            if found is None and not _STATE.match(name):
                found = first_match(patterns, name)
            self.known[name] = found

    def read(self, page: Page, rule: Sequence[Verdict | None]) -> tuple[list[Named], list[bool]]:
        """For each block: the verdict of the nearest telling name, the share of the page's prose under that name, steps up to it;
        and whether an element around it is named for readers' comments. `rule`: what the words of each block betray.

        Names above the bulk of the prose are passed over, and those that begin with one of them: where `elementor-widget` holds the
        article, `elementor-widget-accordion` says no more. So are those that are a heading of the page made an id.
        """
        numbers: dict[tuple[tuple[str, ...], str], int] = {}  # blocks of one list or table share their names
        places = [numbers.setdefault((block.evidence.hints, block.evidence.path), len(numbers)) for block in page.blocks]
        self.learn(chain.from_iterable(hints for hints, _ in numbers))
        telling, slugs = [self._telling(*names) for names in numbers], _slugs(page, rule)
        if slugs:
            telling = [[n for n in names if len(n[0]) < _SLUG_CHARS or _squeezed(n[0]) not in slugs] for names in telling]
        prose = [0] * len(telling)
        for place, words in zip(places, page.prose, strict=True):
            prose[place] += words
        mass = Counter[str]()
        for names, words in zip(telling, prose, strict=True):
            for name in {name for name, _, _ in names} if words else ():
                mass[name] += words
        total = page.total_prose or 1
        over = [(name + "-", self.known.get(name)) for name, words in mass.items() if words > MASS * total]
        found = [_nearest([n for n in names if not _extends(n, over)], mass, total) for names in telling]
        comments = [any(map(_is_comments, names)) for names in telling]
        return [found[place] for place in places], [comments[place] for place in places]

    def _telling(self, hints: Sequence[str], path: str) -> list[tuple[str, Verdict, int]]:
        """(name, what it betrays, steps up to it) of the names around a block, then of its elements, nearest first."""
        found = [(hints[i], verdict, i) for i, verdict in enumerate(map(self.known.get, hints)) if verdict]
        tags = _tags()
        betrayed = [(f"<{tag}>", tags[tag], i) for i, tag in enumerate(reversed(path.split("/"))) if tag in tags]
        if "aside" in path and any(map(hint_names("boxes").search, hints[:_NEAR_NAMES])):  # a warning in a box is no teaser
            betrayed = [name for name in betrayed if name[0] != "<aside>"]
        return found + betrayed


def _extends(name: tuple[str, Verdict, int], over: Sequence[tuple[str, Verdict | None]]) -> bool:
    return name[1].reason == "layout" and any(name[0].startswith(begin) and verdict == name[1] for begin, verdict in over)


def _slugs(page: Page, rule: Sequence[Verdict | None]) -> set[str]:
    """The headings of some words that no rule knows: many systems give a section the words of its heading for an id."""
    headings = [i for i, block in enumerate(page.blocks) if block.kind == "heading" and page.words[i] >= _SLUG_WORDS and not rule[i]]
    return {_squeezed(page.texts[i]) for i in headings}


@lru_cache(maxsize=4096)  # names stand around many blocks
def _squeezed(text: str) -> str:
    """Letters and digits alone: the same for "Sharing your medicine" and `sharing-your-medicine`."""
    return _NO_LETTERS.sub("", text.lower())


def _is_comments(name: tuple[str, Verdict, int]) -> bool:
    return name[1].reason == "user-comment" and "comment" in name[0] and name[2] < _HINTS_USED


def _nearest(names: Sequence[tuple[str, Verdict, int]], mass: Mapping[str, int], total: int) -> Named:
    for name, verdict, steps in names:
        if mass[name] <= MASS * total and (steps < _HINTS_USED or name.startswith("<")):
            return verdict, mass[name] / total, steps
    return None, 0.0, 0
