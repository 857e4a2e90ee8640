"""What a text must hold for a pattern to match it: cheap tests that spare most searches.

Read from the parsed pattern: the characters it can begin with, and words of which one must occur.
Patterns are matched without regard to case against folded text, which is in lower case.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from .verdict import Verdict

if sys.version_info >= (3, 11):
    from re import _constants as codes
    from re import _parser as parser
else:
    import sre_constants as codes
    import sre_parse as parser

HEAD = 4
MIDDLING = 45  # words; longer texts are shown only to the patterns that are meant for them
_STARTS_KEPT = 5000  # beginnings of texts: so many are remembered with their patterns
_MOST_STARTS, _MOST_NEEDS = 1000, 100  # longer lists cost more than they spare


class Pattern:
    """A regular expression of a rule, with what can be told of its matches without a search."""

    __slots__ = ("max_words", "needs", "source", "starts", "verdict", "whole")

    def __init__(self, source: str, max_words: int, verdict: Verdict) -> None:
        self.source, self.max_words, self.verdict = source, max_words, verdict
        self.starts = starts_of(source)
        self.needs = needs_of(source)
        self.whole = source.startswith("^") and source.endswith("$")

    @property
    def search(self) -> Any:
        """Compiled when it is first needed: most pages need few of the patterns."""
        return _search(self.source)

    def may_match(self, lower: str) -> bool:
        """False when a text in lower case lacks what every match holds."""
        for need in self.needs:  # a plain loop: half the time of any()
            if need in lower:
                return True
        return not self.needs


@cache
def _search(source: str) -> Any:
    return re.compile(source, re.IGNORECASE).search


class PatternIndex:
    """Patterns of which few are tried on a text: found by its beginning and by three characters of what they need."""

    def __init__(self, patterns: Sequence[Pattern], common: Mapping[str, int]) -> None:
        self.patterns = patterns
        self.long = [i for i, pattern in enumerate(patterns) if pattern.max_words > MIDDLING]
        self.by_start: dict[str, tuple[list[int], frozenset[int]]] = {}
        self.by_three: dict[str, list[tuple[str, int]]] = {}
        self.indexed = set[int]()
        for i, pattern in enumerate(patterns):
            if pattern.needs and len(pattern.needs[0]) >= 3:  # the shortest stands first
                self.indexed.add(i)
                for need in pattern.needs:
                    rarest = min(_threes(need), key=lambda three: (common.get(three, 0), three))
                    self.by_three.setdefault(rarest, []).append((need, i))

    def candidates(self, lower: str, words: int) -> Iterator[Pattern]:
        """The patterns that can match a text in lower case, in the order of the rules."""
        for number in self._numbers(lower) if words <= MIDDLING else self.long:
            pattern = self.patterns[number]
            if words <= pattern.max_words and pattern.may_match(lower):
                yield pattern

    def _numbers(self, lower: str) -> Iterable[int]:
        start = lower[:HEAD]
        found = self.by_start.get(start)
        if found is None:
            if len(self.by_start) >= _STARTS_KEPT:
                self.by_start.clear()
            open_ones = [i for i, pattern in enumerate(self.patterns) if pattern.starts is None or start.startswith(pattern.starts)]
            found = ([i for i in open_ones if i not in self.indexed], frozenset(self.indexed.intersection(open_ones)))
            self.by_start[start] = found
        always, possible = found
        if not possible:
            return always
        hits = {
            i for three in _threes(lower).intersection(self.by_three) for need, i in self.by_three[three] if i in possible and need in lower
        }
        return sorted((*always, *hits)) if hits else always


def _threes(text: str) -> set[str]:
    return set(map("".join, zip(text, text[1:], text[2:], strict=False)))


def count_threes(texts: Iterable[str]) -> Counter[str]:
    """How often three characters in a row stand in these texts."""
    counts = Counter[str]()
    for text in texts:
        counts.update(_threes(text))
    return counts


def starts_of(source: str) -> tuple[str, ...] | None:
    """What a text matched by an anchored pattern begins with, up to `HEAD` characters; None where that cannot be told.

    >>> sorted(starts_of("^(share|tweet|x)( this)?$") or ())
    ['shar', 'twee', 'x']
    >>> starts_of("comments?$"), starts_of("^.{2,9} ago$")
    (None, None)
    """
    if not source.startswith("^"):
        return None
    heads, _ = _heads(_parse(source))
    return None if heads is None or "" in heads else tuple(sorted(heads))


def needs_of(source: str) -> tuple[str, ...]:
    """Strings of which a matched text holds at least one; empty where that cannot be told.

    >>> needs_of("^.{2,40} (ago|reply)$"), needs_of("^[0-9]+ ?%?$")
    (('ago', 'reply'), ())
    """
    found = _needs(_parse(source))
    return () if found is None or len(found) > _MOST_NEEDS else tuple(sorted(found, key=len))


def _parse(source: str) -> list[Any]:
    items: Any = parser.parse(source)
    return list(items)


def _heads(items: Iterable[Any]) -> tuple[set[str] | None, bool]:
    """(first characters, "" among them when it may be empty; whether these are all of it, so that what follows joins on)."""
    heads, closed = {""}, set[str]()  # closed: the rest cannot be told
    for op, value in items:
        if op is codes.AT:
            continue
        piece: set[str] | None
        whole = True
        if op is codes.LITERAL:
            piece = {chr(value).lower()}
        elif op is codes.SUBPATTERN:
            piece, whole = _heads(value[3])
        elif op is codes.BRANCH:
            piece, whole = _branch_heads(value[1])
        elif op in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            piece, whole = _heads(value[2])
            whole = whole and value[1] == 1
            piece = piece | {""} if piece is not None and value[0] == 0 else piece
        else:
            piece = None
        if piece is None or len(heads) * len(piece) > _MOST_STARTS:
            return (None, False) if "" in heads else (heads | closed, False)
        joined = {(head + part)[:HEAD] for head in heads for part in piece}
        if not whole:
            return (None, False) if "" in joined else (joined | closed, False)
        closed |= {head for head in joined if len(head) == HEAD}
        heads = {head for head in joined if len(head) < HEAD}
        if not heads:
            return closed, False
    return heads | closed, True


def _branch_heads(branches: Iterable[Any]) -> tuple[set[str] | None, bool]:
    out, whole = set[str](), True
    for branch in branches:
        heads, closed = _heads(branch)
        if heads is None:
            return None, False
        out |= heads
        whole = whole and closed
    return out, whole


def _needs(items: Iterable[Any]) -> set[str] | None:
    """The best set of strings of which one must occur: the one whose shortest string is longest."""
    best: set[str] | None = None
    run = ""
    for op, value in [*items, (None, None)]:
        if op is codes.LITERAL:
            run += chr(value).lower()
            continue
        found: set[str] | None = {run} if run else None
        run = ""
        best = _better(best, found)
        inner: set[str] | None = None
        if op is codes.SUBPATTERN:
            inner = _needs(value[3])
        elif op is codes.BRANCH:
            parts = [_needs(branch) for branch in value[1]]
            inner = None if any(part is None for part in parts) else {text for part in parts if part for text in part}
        elif op in (codes.MAX_REPEAT, codes.MIN_REPEAT) and value[0] > 0:
            inner = _needs(value[2])
        best = _better(best, inner)
    return best


def _better(one: set[str] | None, other: set[str] | None) -> set[str] | None:
    if not one or not other:
        return one or other
    return max(one, other, key=lambda found: (min(len(min(found, key=len)), 4), -len(found)))
