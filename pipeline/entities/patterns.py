"""Patterns over tokens, written as a person would say them: `every NUM TIME`.

A pattern is a row of words, each a literal (`every`), literals to choose from (`every|each`) or a
slot in capitals (`NUM`, `TIME`), and the signs `(`, `)`, `)?`, `)*` and `|` of regular expressions,
each set off by spaces (`)*` and `)+` repeat eight times at most). Every token of a page becomes one character that tells which slots and
literals it fits, so that a pattern is an ordinary regular expression over those characters.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..words import NUMBER, Words, marked, stretches, words_of

_SIGNS = {"(": "(?:", ")": ")", ")?": ")?", ")*": "){0,8}", ")+": "){1,8}", "|": "|"}  # bounded, so that no page takes long
_FIRST = 0x100  # one character for each kind of token; 0x20 stands for a token that no pattern knows


@dataclass(frozen=True, slots=True)
class Match:
    """Tokens `first` to `last` fit pattern number `pattern`; `slots` tells which slot took which token."""

    pattern: int
    first: int
    last: int
    slots: tuple[tuple[str, int], ...]


class Patterns:
    """Patterns compiled against word lists.

    >>> patterns = Patterns(["every NUM TIME", "NUM times|x a TIME"], {"TIME": ["day", "hour"], "NUM": ["two"]})
    >>> words = "take two every 8 hour or 3 times a day".split()
    >>> [words[m.first:m.last] for m in patterns.find(words)]
    [['every', '8', 'hour'], ['3', 'times', 'a', 'day']]
    """

    def __init__(self, patterns: Sequence[str], slots: Mapping[str, Iterable[str]]) -> None:
        self._rows = [row.split() for row in patterns]
        fits: dict[str, set[str]] = {}
        for slot, words in slots.items():
            for word in words:
                fits.setdefault(word, set()).add(slot)
        for part in (p for row in self._rows for p in row):
            for word in part.split("|") if _is_literal(part) else ():
                fits.setdefault(word, set()).add("=" + word)
        kinds = sorted({tuple(sorted(kind)) for kind in fits.values()} | {("DIGITS", "NUM")})
        self._char = {kind: chr(_FIRST + i) for i, kind in enumerate(kinds)}
        self._chars = {word: self._char[tuple(sorted(kind))] for word, kind in fits.items()}
        self._digits = self._char["DIGITS", "NUM"]
        self._chars[NUMBER] = self._digits
        self._patterns = [re.compile("".join(self._part(p) for p in row)) for row in self._rows]
        self._needed = [[frozenset(self._part(p)[1:-1]) for p in _fixed(row)] for row in self._rows]
        self._by_slot = {slot: self._class(slot) for slot in (*slots, "NUM", "DIGITS")}

    def find(self, words: Sequence[str]) -> list[Match]:
        """All places that a pattern fits; of those that overlap the longest, then the first."""
        return self.find_on(words_of(list(words)))

    def find_on(self, text: Words) -> list[Match]:
        """The same for a page."""
        counts = Counter({self._digits: len(text.figures)})
        for word in text.places.keys() & self._chars.keys():
            counts[self._chars[word]] += len(text.places[word])
        there = +counts  # those above zero
        possible = [i for i, needed in enumerate(self._needed) if not any(there.keys().isdisjoint(chars) for chars in needed)]
        kinds = marked(text, self._chars, " ") if possible else ""
        return longest(m for number in possible for m in self._matches(number, kinds, counts))

    def _matches(self, number: int, kinds: str, counts: Counter[str]) -> Iterator[Match]:
        for begin, end in self._stretches(number, kinds, counts):
            for found in self._patterns[number].finditer(kinds, begin, end):
                first, last = found.span()
                yield Match(number, first, last, tuple(self._slots_of(number, kinds, first, last)))

    def _stretches(self, number: int, kinds: str, counts: Counter[str]) -> Iterable[tuple[int, int]]:
        """The stretches of known words that hold the rarest of the words that the pattern needs."""
        rarest = min(self._needed[number], key=lambda chars: sum(map(counts.__getitem__, chars)), default=None)
        return stretches(kinds, rarest, " ") if rarest else [(0, len(kinds))]

    def _slots_of(self, number: int, kinds: str, first: int, last: int) -> Iterator[tuple[str, int]]:
        wanted = [p for p in dict.fromkeys(self._rows[number]) if p in self._by_slot]
        for i in range(first, last):
            for slot in wanted:
                if kinds[i] in self._by_slot[slot]:
                    yield slot, i
                    break

    def _part(self, part: str) -> str:
        if part in _SIGNS:
            return _SIGNS[part]
        names = ["=" + word for word in part.split("|")] if _is_literal(part) else [part]
        return "[" + "".join(c for name in names for c in self._class(name)) + "]"

    def _class(self, name: str) -> str:
        chars = "".join(char for kind, char in self._char.items() if name in kind)
        if not chars:
            raise ValueError(f"no word list for {name!r}, which a pattern asks for")
        return chars


def _fixed(row: Sequence[str]) -> list[str]:
    """The parts that must be there: those that stand in no optional bracket and are not one of several."""
    groups = [list[str]()]
    for part in row:
        if part == "(":
            groups.append([])
        elif part.startswith(")"):
            group = groups.pop()
            groups[-1] += group if part in (")", ")+") and "|" not in group else []
        else:
            groups[-1].append(part)
    return groups[0] if "|" not in groups[0] else []


def _is_literal(part: str) -> bool:
    return part not in _SIGNS and not (part.isupper() and part.isascii() and part.isalpha())


def longest(matches: Iterable[Match]) -> list[Match]:
    """Matches that do not overlap, in reading order: the longest first, then the one that starts first."""
    taken, out = set[int](), list[Match]()
    for match in sorted(matches, key=lambda m: (m.first - m.last, m.first, m.pattern)):
        if taken.isdisjoint(range(match.first, match.last)):
            taken.update(range(match.first, match.last))
            out.append(match)
    return sorted(out, key=lambda m: m.first)
