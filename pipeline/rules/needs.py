"""What a text must hold for a pattern to match it: a look into the set of its words spares most searches.

Read from the parsed pattern, as the strings that each part of it can be, with marks for the edge of a
word and for what cannot be told. Everything is compared in lower case; words are runs of letters,
digits and underscores.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any, TypeAlias

if sys.version_info >= (3, 11):
    from re import _constants as codes
    from re import _parser as parser
else:
    import sre_constants as codes
    import sre_parse as parser

_MOST = 40  # strings of one part; beyond that, parts are kept apart
_EDGE, _UNKNOWN = "\0", "ꙮ"  # the latter a letter that no pattern has: with it a word is not whole
_words_in = re.compile(r"\w+").findall
_told = re.compile(f"[{_EDGE}{_UNKNOWN}]+").split
_is_wordlike = re.compile(r"\w").match
_starts_with_sign = re.compile(rf"[^\w\s{_EDGE}.,'’-]").match

#: What one part of a pattern may hold: a word -> each time all words that stand there, and all stretches of text; "" -> what has no word.
Part: TypeAlias = Mapping[str, Sequence[tuple[frozenset[str], Sequence[str]]]]


@cache
def needs_of(source: str) -> tuple[Part, ...]:
    r"""The parts of a pattern of which something can be told: what it matches holds something of each.

    >>> part = needs_of(r"\bserves? as (?:[\w-]+ ){2,9}beacon\b")[0]
    >>> [(sorted(words), stretches) for words, stretches in part["beacon"]]
    [(['as', 'beacon', 'serve'], ['serve as ', ' beacon']), (['as', 'beacon', 'serves'], ['serves as ', ' beacon'])]
    >>> needs_of(r"\{\w+_id\}"), needs_of(r"\d+|[^.]{5}")
    (({'': [(frozenset(), ['{'])]},), ())
    """
    parts = list(_joined(_pieces(list(parser.parse(source)))))  # type: ignore[call-overload]
    found = list[Part]()
    for i, part in enumerate(parts):
        before, after = _neighbour(parts[:i][::-1], -1), _neighbour(parts[i + 1 :], 0)
        needs = dict[str, list[tuple[frozenset[str], Sequence[str]]]]()
        for text in sorted(part):
            words = frozenset(word for word in _words_in(before + text + after) if _UNKNOWN not in word)
            needs.setdefault(max(sorted(words), key=len, default=""), []).append((words, _stretches(text, alone=not words)))
        if all(stretches for rows in needs.values() for _, stretches in rows):
            found.append(needs)
    return tuple(found)


class Text:
    """A text that is about to be searched, in lower case: its words (runs of letters, digits and underscores), and what it holds."""

    def __init__(self, lower: str, words: Iterable[str]) -> None:
        self._lower, self.words = lower, {"", *words}
        self._holds = dict[str, bool]()

    def holds(self, stretch: str) -> bool:
        """Whether the stretch stands anywhere in it; each is looked for once."""
        if stretch not in self._holds:
            self._holds[stretch] = stretch in self._lower
        return self._holds[stretch]


def may_match(parts: Iterable[Part], text: Text) -> bool:
    r"""False where the text lacks what every match holds.

    >>> parts = needs_of(r"\bmedical (?:advice|help)\b")
    >>> [may_match(parts, Text(text, text.split())) for text in ("medical help", "help medical", "medical device")]
    [True, False, False]
    """
    found = list[list[Sequence[str]]]()
    for part in parts:
        here = [stretches for word in part.keys() & text.words for words, stretches in part[word] if words <= text.words]
        if not here:
            return False
        found.append(here)
    return all(any(all(map(text.holds, stretches)) for stretches in here) for here in found)


class WordIndex:
    r"""Patterns by the words that they need, so that few of many are looked at.

    >>> index = WordIndex([r"\bside[- ]effects?\b", r"\bdos(?:es?|ing)\b", r"^\d+ \w+s$"])
    >>> list(index.possible({"", "dose", "of", "aspirin"}))
    [1, 2]
    """

    def __init__(self, sources: Sequence[str]) -> None:
        self._by_word = dict[str, list[int]]()
        for i, source in enumerate(sources):
            rarest: Part = max(needs_of(source), key=lambda part: min(map(len, part)), default={"": ()})
            for word in rarest:
                self._by_word.setdefault(word, []).append(i)
        self._words = frozenset(self._by_word)

    def possible(self, words: AbstractSet[str]) -> list[int]:
        """Numbers of the patterns that can match a text with these words, and "", in lower case; in order."""
        return sorted({i for word in self._words.intersection(words) for i in self._by_word[word]})


def _stretches(text: str, *, alone: bool) -> Sequence[str]:
    """What is told of a text in one piece, the longest first; where no word says more, a sign at the start, which a search finds fast."""
    sign = _starts_with_sign(text) if alone else None
    return [sign[0]] if sign else sorted(filter(None, _told(text)), key=lambda piece: (-len(piece), piece))


def _joined(pieces: Iterable[set[str]]) -> Iterator[set[str]]:
    """Neighbouring pieces as one, while that makes few strings."""
    part = {""}
    for piece in pieces:
        if len(part) * len(piece) > _MOST:
            yield part
            part = {""}
        part = {a + b for a in part for b in piece}
    yield part


def _neighbour(parts: Sequence[set[str]], end: int) -> str:
    """What stands beside a part: the edge of a word for certain, or not."""
    for part in parts:
        if any(_is_wordlike(text[end]) for text in part if text):
            return _UNKNOWN
        if "" not in part:
            return _EDGE
    return _UNKNOWN


def _pieces(items: Sequence[Any]) -> Iterator[set[str]]:
    """The strings that each item of a parsed pattern can be."""
    for op, value in items:
        if op is codes.LITERAL:
            yield {chr(value).lower()}
        elif op is codes.AT:
            yield {_UNKNOWN if value is codes.AT_NON_BOUNDARY else _EDGE}
        elif op is codes.IN:
            yield _characters(value)
        elif op is codes.SUBPATTERN:
            yield _strings(value[3])
        elif op is codes.BRANCH:
            yield {text for branch in value[1] for text in _strings(branch)}
        elif op in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            yield _repeated(*value)
        else:
            yield {_UNKNOWN}


def _strings(items: Sequence[Any]) -> set[str]:
    """The strings that a group can be."""
    parts = list(_joined(_pieces(items)))
    return parts[0] if len(parts) == 1 else {f"{first}{_UNKNOWN}{last}" for first in parts[0] for last in parts[-1]}


def _repeated(least: int, most: int, items: Sequence[Any]) -> set[str]:
    strings = _strings(items)
    if most > 1:
        strings = {f"{text[:1]}{_UNKNOWN}{text[-1:]}" for text in strings}
    return strings | {""} if least == 0 else strings


def _characters(choices: Sequence[tuple[Any, Any]]) -> set[str]:
    """The characters of a class, if they are few; white space and signs are edges of words."""
    if all(op is codes.LITERAL for op, _ in choices):
        return {chr(value).lower() for _, value in choices}
    apart = (codes.CATEGORY_SPACE, codes.CATEGORY_NOT_WORD)
    return {_EDGE} if all(op is codes.CATEGORY and value in apart for op, value in choices) else {_UNKNOWN}
