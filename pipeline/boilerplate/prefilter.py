"""What a text must hold for a pattern to match it: cheap tests that spare most searches.

Read from the parsed pattern: the characters it can begin with, and words of which one must occur.
Patterns are matched without regard to case against folded text, which is in lower case.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import accumulate, dropwhile
from typing import Any

from .verdict import Verdict

if sys.version_info >= (3, 11):
    from re import _constants as codes
    from re import _parser as parser
else:
    import sre_constants as codes
    import sre_parse as parser

HEAD = 4
PIECE, _HASHES = 4, 1 << 16  # characters of a word that it is found by, and how many numbers stand for them
_WORD_CHARS = 60  # of the longest words and addresses; blocks of 25 words have 150 characters on average
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
    """Patterns of which few are tried on a text.

    A pattern is found by the beginning of the text, where that is told by the pattern, else by the rarest piece of each word
    that it cannot do without: these are sought in all texts of a page at once.
    """

    def __init__(self, patterns: Sequence[Pattern], common: Mapping[str, int]) -> None:
        import numpy as np

        self.patterns = patterns
        self.by_start: dict[str, list[int]] = {}
        self.by_piece: dict[str, list[tuple[str, int, int]]] = {}  # to (word, place of the piece in it, number of the pattern)
        self.by_short: dict[str, list[int]] = {}  # words shorter than a piece
        self.always: list[int] = []
        for number, pattern in enumerate(patterns):
            if pattern.starts is not None:
                for start in pattern.starts:
                    self.by_start.setdefault(start, []).append(number)
            elif pattern.needs:
                for need in pattern.needs:
                    if len(need) < PIECE:
                        self.by_short.setdefault(need, []).append(number)
                        continue
                    at = min(range(len(need) - PIECE + 1), key=lambda i, need=need: (common.get(need[i : i + PIECE], 0), i))  # type: ignore[misc]
                    self.by_piece.setdefault(need[at : at + PIECE], []).append((need, at, number))
            else:
                self.always.append(number)
        self._marks = np.zeros(_HASHES, dtype=bool)
        for piece in self.by_piece:
            self._marks[_hashes(piece)] = True

    def candidates(self, texts: Sequence[str]) -> list[list[Pattern]]:
        """For each text in lower case the patterns that can match it, in the order of the rules."""
        found = [[*self.always, *self._by_start(text)] for text in texts]
        joined = "\n".join(texts)
        starts = [0, *accumulate(len(text) + 1 for text in texts)]
        for owner, number in (*self._by_piece(joined, starts), *self._by_short(joined, starts)):
            found[owner].append(number)
        return [self._open(text, sorted(set(numbers))) if numbers else [] for text, numbers in zip(texts, found, strict=True)]

    def _open(self, text: str, numbers: Sequence[int]) -> list[Pattern]:
        words = max(text.count(" ") + 1, len(text) // _WORD_CHARS)  # one "word" without end would be searched from each of its letters
        patterns = [self.patterns[number] for number in numbers]
        return [pattern for pattern in patterns if words <= pattern.max_words and pattern.may_match(text)]

    def _by_start(self, text: str) -> list[int]:
        starts, text = self.by_start, text.lstrip()
        return [number for length in range(1, HEAD + 1) if (start := text[:length]) in starts for number in starts[start]]

    def _by_piece(self, joined: str, starts: Sequence[int]) -> Iterator[tuple[int, int]]:
        """(text, pattern) of each word that a pattern needs."""
        import numpy as np

        places = np.flatnonzero(self._marks[_hashes(joined)])
        owners = np.searchsorted(starts, places, side="right") - 1
        for place, owner in zip(places.tolist(), owners.tolist(), strict=True):
            for need, at, number in self.by_piece.get(joined[place : place + PIECE], ()):
                if place >= at and joined.startswith(need, place - at):
                    yield owner, number

    def _by_short(self, joined: str, starts: Sequence[int]) -> Iterator[tuple[int, int]]:
        for need, numbers in self.by_short.items():
            place = joined.find(need)
            while place >= 0:
                owner = bisect_right(starts, place) - 1
                for number in numbers:
                    yield owner, number
                place = joined.find(need, starts[owner + 1])


def _hashes(text: str) -> Any:
    """A number below `_HASHES` for each piece of a text."""
    import numpy as np

    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return (codes[:-3] * 40503 + codes[1:-2] * 977 + codes[2:-1] * 31 + codes[3:]) % _HASHES


def count_pieces(texts: Iterable[str]) -> Counter[str]:
    """How often each piece stands in these texts."""
    counts = Counter[str]()
    for text in texts:
        counts.update(text[i : i + PIECE] for i in range(len(text) - PIECE + 1))
    return counts


def starts_of(source: str) -> tuple[str, ...] | None:
    """What a text matched by an anchored pattern begins with, up to `HEAD` characters; None where that cannot be told.

    Texts of blocks begin with no space, so one that a pattern allows for is passed over.

    >>> sorted(starts_of("^(please )?(share|tweet|x)( this)?$") or ())
    ['plea', 'shar', 'twee', 'x', 'x th']
    >>> starts_of("comments?$"), starts_of("^.{2,9} ago$"), starts_of("^share|tweet"), starts_of(r"^\\s*[»›] ")
    (None, None, None, ('» ', '› '))
    """
    items = _parse(source)
    if not items or items[0] != (codes.AT, codes.AT_BEGINNING):  # of "^share|tweet" too only one half is bound to the beginning
        return None
    whole, cut = _heads(dropwhile(lambda item: item[0] is codes.AT or _is_space(item), items))
    return None if "" in whole | cut or len(whole | cut) > _MOST_STARTS else tuple(sorted(whole | cut))


def needs_of(source: str) -> tuple[str, ...]:
    """Strings of which a matched text holds at least one; empty where that cannot be told.

    >>> needs_of("^.{2,40} (ago|reply)$"), needs_of("^[0-9]+ ?%?$")
    (('ago', 'reply'), ())
    """
    found = _needs(_parse(source))
    return () if found is None or len(found) > _MOST_NEEDS else tuple(sorted(found, key=len))


@lru_cache(1)  # a pattern's beginning and its words are read one after the other
def _parse(source: str) -> list[Any]:
    items: Any = parser.parse(source)
    return list(items)


def _is_space(item: Any) -> bool:
    """True for `\\s*` and the like."""
    op, value = item
    return op in _REPEATS and value[0] == 0 and list(value[2]) == [(codes.IN, [(codes.CATEGORY, codes.CATEGORY_SPACE)])]


def _heads(items: Iterable[Any]) -> tuple[set[str], set[str]]:
    """First characters of all that can stand there: (in full, so that what follows joins on; those after which nothing can be told)."""
    whole, cut = {""}, set[str]()
    for item in items:
        if item[0] in (codes.AT, codes.ASSERT, codes.ASSERT_NOT):  # they take up no characters
            continue
        more, more_cut = _heads_of(*item)
        if len(whole) * len(more | more_cut) > _MOST_STARTS:
            return set(), cut | whole
        joined = {head + part for head in whole for part in more}
        cut |= {(head + part)[:HEAD] for head in whole for part in more_cut} | {text[:HEAD] for text in joined if len(text) >= HEAD}
        whole = {text for text in joined if len(text) < HEAD}
        if not whole:
            break
    return whole, cut


def _heads_of(op: Any, value: Any) -> tuple[set[str], set[str]]:
    """The same of one part of a pattern."""
    if op is codes.LITERAL:
        return {chr(value).lower()}, set()
    if op is codes.SUBPATTERN:
        return _heads(value[3])
    if op is codes.BRANCH:
        branches = [_heads(branch) for branch in value[1]]
        return set().union(*(whole for whole, _ in branches)), set().union(*(cut for _, cut in branches))
    if op is codes.IN and all(kind is codes.LITERAL for kind, _ in value):
        return {chr(code).lower() for _, code in value}, set()
    if op in _REPEATS:
        whole, cut = _heads(value[2])
        if value[1] != 1:  # what follows may be more of the same
            whole, cut = set(), cut | whole
        return (whole | {""}, cut) if value[0] == 0 else (whole, cut)
    return set(), {""}


_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)


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
        elif op is codes.IN and all(kind is codes.LITERAL for kind, _ in value):
            inner = {chr(code).lower() for _, code in value}
        best = _better(best, inner)
    return best


def _better(one: set[str] | None, other: set[str] | None) -> set[str] | None:
    if not one or not other:
        return one or other
    return max(one, other, key=lambda found: (min(len(min(found, key=len)), 4), -len(found)))
