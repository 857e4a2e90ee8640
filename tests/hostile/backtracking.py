"""Counts the steps of a backtracking matcher, as Python's `re` is one, so that slow patterns show without a clock.

The pattern's own parse tree (the one `re` compiles) is walked over attack strings made from it: whatever it repeats, repeated, then a
sign that fits nowhere. Steps that grow with the length are linear; with its square or faster, a page could hold up a batch.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from math import log2
from typing import Any, TypeAlias

if sys.version_info >= (3, 11):
    from re import _constants as codes  # type: ignore[attr-defined]
    from re import _parser as parser  # type: ignore[attr-defined]
else:
    import sre_constants as codes
    import sre_parse as parser

Then: TypeAlias = Callable[[int], bool]
_WIDE = 1000  # repeats allowed more often than this are as good as endless
_FEW = 3  # what repeats of an end are shrunk to: a bound is a constant, however high, and would look like growth in a short text
_STRANGE = "\x01"
_LASTS = (_STRANGE, "\n(")  # what an attack ends with: signs that fit nowhere, and that a set without a few signs does not hold
_CLASSES = {codes.CATEGORY_DIGIT: r"\d", codes.CATEGORY_NOT_DIGIT: r"\D", codes.CATEGORY_SPACE: r"\s", codes.CATEGORY_NOT_SPACE: r"\S",
            codes.CATEGORY_WORD: r"\w", codes.CATEGORY_NOT_WORD: r"\W"}  # fmt: skip
_SAMPLES = "a1 .-,\n/"


class TooMany(Exception):  # noqa: N818 - a signal
    """More steps than were allowed."""


class Matcher:
    """One pattern over one text."""

    def __init__(self, tree: Any, text: str, limit: int) -> None:
        self.tree, self.text, self.limit, self.steps, self.groups = tree, text, limit, 0, dict[int, tuple[int, int]]()
        self.flags = tree.state.flags

    def search(self) -> int:
        """Steps that a search from every place takes; stops at the first match, as `re` does."""
        for place in range(len(self.text) + 1):
            if self._run(list(self.tree), 0, place, lambda _: True):
                break
        return self.steps

    def match(self) -> int:
        """Steps of a match at the start alone."""
        self._run(list(self.tree), 0, 0, lambda _: True)
        return self.steps

    def fullmatch(self) -> int:
        """Steps of a match from the start to the end."""
        self._run(list(self.tree), 0, 0, lambda place: place == len(self.text))
        return self.steps

    def _run(self, nodes: Sequence[Any], index: int, here: int, then: Then) -> bool:
        self.steps += 1
        if self.steps > self.limit:
            raise TooMany
        if index == len(nodes):
            return then(here)
        code, value = nodes[index]

        def rest(place: int) -> bool:
            return self._run(nodes, index + 1, place, then)

        if code in _ONE:
            return here < len(self.text) and fits(code, value, self.text[here], self.flags) and rest(here + 1)
        if code is codes.BRANCH:
            return any(self._run(list(branch), 0, here, rest) for branch in value[1])
        if code is codes.SUBPATTERN:
            return self._group(value, here, rest)
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            return self._repeat(code is codes.MAX_REPEAT, value, here, rest)
        if code in (codes.ASSERT, codes.ASSERT_NOT):
            return self._look(value, here) == (code is codes.ASSERT) and rest(here)
        if code is codes.AT:
            return self._at(value, here) and rest(here)
        if code is codes.GROUPREF:
            start, end = self.groups.get(value, (0, 0))
            return self.text.startswith(self.text[start:end], here) and rest(here + end - start)
        raise NotImplementedError(str(code))

    def _group(self, value: Any, here: int, rest: Then) -> bool:
        number, _, _, inner = value

        def close(place: int) -> bool:
            if number:
                self.groups[number] = (here, place)
            return rest(place)

        return self._run(list(inner), 0, here, close)

    def _repeat(self, greedy: bool, value: Any, here: int, rest: Then) -> bool:
        low, high, inner = value
        low, high = (low, high) if high is codes.MAXREPEAT else (min(low, _FEW), min(high, _FEW))
        nodes = list(inner)
        if len(nodes) == 1 and nodes[0][0] in _ONE:
            return self._repeat_one(greedy, low, high, nodes[0], here, rest)

        def more(count: int, place: int) -> bool:
            def again(end: int) -> bool:
                return end != place and more(count + 1, end)

            if count < low:
                return self._run(nodes, 0, place, lambda end: more(count + 1, end))
            if greedy:
                return (count < high and self._run(nodes, 0, place, again)) or rest(place)
            return rest(place) or (count < high and self._run(nodes, 0, place, again))

        return more(0, here)

    def _repeat_one(self, greedy: bool, low: int, high: int, node: Any, here: int, rest: Then) -> bool:
        top = here
        while top < len(self.text) and top - here < high and fits(node[0], node[1], self.text[top], self.flags):
            self.steps += 1
            top += 1
        ends = range(top, here + low - 1, -1) if greedy else range(here + low, top + 1)
        return any(rest(end) for end in ends)

    def _look(self, value: Any, here: int) -> bool:
        direction, inner = value
        if direction > 0:
            return self._run(list(inner), 0, here, lambda _: True)
        low, high = inner.getwidth()
        return any(
            self._run(list(inner), 0, start, lambda end: end == here) for start in range(max(0, here - int(high)), here - int(low) + 1)
        )

    def _at(self, where: Any, here: int) -> bool:
        text = self.text
        if where in (codes.AT_BEGINNING, codes.AT_BEGINNING_STRING):
            return here == 0 or bool(where is codes.AT_BEGINNING and self.flags & re.MULTILINE and text[here - 1] == "\n")
        if where in (codes.AT_END, codes.AT_END_STRING):
            ends = here == len(text) or (where is codes.AT_END and here == len(text) - 1 and text[here] == "\n")
            return ends or bool(where is codes.AT_END and self.flags & re.MULTILINE and text[here] == "\n")
        wordy = [0 <= at < len(text) and is_wordy(text[at]) for at in (here - 1, here)]
        return (wordy[0] != wordy[1]) == (where is codes.AT_BOUNDARY)


_ONE = (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN)


def is_wordy(char: str) -> bool:
    """True for what \\w fits."""
    return char.isalnum() or char == "_"


def fits(code: Any, value: Any, char: str, flags: int) -> bool:
    """True if a node of one character fits this one."""
    if code is codes.ANY:
        return char != "\n" or bool(flags & re.DOTALL)
    forms = {char, char.lower(), char.upper()} if flags & re.IGNORECASE else {char}
    if code is codes.IN:
        negated = value[0][0] is codes.NEGATE
        return any(_in_set(item, form) for item in value for form in forms) != negated
    return any(ord(form) == value for form in forms if len(form) == 1) == (code is codes.LITERAL)


def _in_set(item: Any, char: str) -> bool:
    code, value = item
    if code is codes.CATEGORY:
        return re.match(_CLASSES[value], char) is not None
    if len(char) > 1 or code is codes.NEGATE:
        return False
    return bool(value[0] <= ord(char) <= value[1]) if code is codes.RANGE else bool(ord(char) == value)


def example(nodes: Sequence[Any], flags: int, wish: str = "") -> str:
    """A short text that the nodes fit, of the wished character where they take it. Assertions are not looked at."""
    parts = []
    for code, value in nodes:
        if code in _ONE:
            parts.append(_character(code, value, flags, wish))
        elif code is codes.BRANCH:
            options = [example(list(branch), flags, wish) for branch in value[1]]
            parts.append(next((o for o in options if wish and wish in o), options[0]))
        elif code is codes.SUBPATTERN:
            parts.append(example(list(value[3]), flags, wish))
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            inner = example(list(value[2]), flags, wish)
            parts.append(inner * (value[0] or (1 if wish and wish in inner else 0)))
    return "".join(parts)


def _character(code: Any, value: Any, flags: int, wish: str) -> str:
    if code is codes.LITERAL:
        return chr(value)
    tries = (
        [wish, *_SAMPLES, *(chr(v if c is codes.LITERAL else v[0]) for c, v in value if c in (codes.LITERAL, codes.RANGE))]
        if code is codes.IN
        else [wish, *_SAMPLES]
    )
    return next((char for char in tries if char and fits(code, value, char, flags)), "")


def attacks(pattern: str, flags: int = 0) -> Iterator[tuple[str, str]]:
    """(beginning, piece to repeat) of the attack strings of a pattern."""
    tree = parse(pattern, flags)
    found = dict[tuple[str, str], None]()
    for before, inner in _repeats(list(tree), "", tree.state.flags):
        for wish in ("", *_SAMPLES):
            piece = example(inner, tree.state.flags, wish)
            if piece:
                found[before, piece] = None
                found["", piece] = None
    yield from found


def _repeats(nodes: Sequence[Any], before: str, flags: int) -> Iterator[tuple[str, list[Any]]]:
    """Every wide repeat, with a text that leads to it."""
    for index, (code, value) in enumerate(nodes):
        lead = before + example(nodes[:index], flags)
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            if value[1] > _WIDE:
                yield lead, list(value[2])
            yield from _repeats(list(value[2]), lead, flags)
        elif code is codes.BRANCH:
            for branch in value[1]:
                yield from _repeats(list(branch), lead, flags)
        elif code is codes.SUBPATTERN:
            yield from _repeats(list(value[3]), lead, flags)
        elif code in (codes.ASSERT, codes.ASSERT_NOT):
            yield from _repeats(list(value[1]), lead, flags)


def degree(pattern: str, flags: int, lead: str, piece: str, method: str = "search", *, last: str = _STRANGE, short: int = 8) -> float:
    """The power of the length that the steps grow with: 1 linear, 2 quadratic …; infinity beyond all bounds.

    Measured at `short`, twice and four times as many repetitions: what steps are added doubles where growth is linear.
    """
    tree = parse(pattern, flags)
    counts = []
    for times in (short, 2 * short, 4 * short):
        matcher = Matcher(tree, lead + piece * times + last, 300_000)
        try:
            counts.append(getattr(matcher, method if method in ("match", "fullmatch") else "search")())
        except TooMany:
            return float("inf")
    first, second = counts[1] - counts[0], counts[2] - counts[1]
    return log2(second / first) if first > 0 and second > 0 else 0.0


@lru_cache(maxsize=64)
def parse(pattern: str, flags: int) -> Any:
    """The parse tree of `re` itself."""
    return parser.parse(pattern, flags)


def worst(pattern: str, flags: int, method: str) -> tuple[float, str, str]:
    """(degree, beginning, repeated piece) of the attack that a pattern stands worst."""
    return max(
        ((degree(pattern, flags, *attack, method, last=last), *attack) for attack in attacks(pattern, flags) for last in _LASTS),
        default=(0.0, "", ""),
    )
