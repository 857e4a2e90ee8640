"""Texts broken at a fixed column, as mail readers and old editors do: the lines of a paragraph in one again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from .lines import Span, touch

_WIDTHS = range(50, 101)  # columns at which lines are broken
_LONGER = 0.05  # of the lines, and one of a few, may be longer: a table, an address
_FULL, _WIDE = 0.6, 1.15  # shares of the width: the least of a line that goes on, the most of a line that was broken
_FEWEST, _RUNNING = 2, 0.5  # lines that run on; their share of the full ones


def join_wrapped(text: str, lines: Sequence[Span], kind: Callable[[str], str]) -> list[Span]:
    """Lines with those of a paragraph in one; `lines`: (start, end) of each, `kind`: of a line.

    >>> text = "Isotretinoin is taken by mouth with food, in one or\\ntwo doses a day, for a course of four to six months\\nor so.\\nUses"
    >>> import re
    >>> lines = [(match.start(), match.end()) for match in re.finditer(".+", text)]
    >>> [text[start:end].count("\\n") for start, end in join_wrapped(text, lines, lambda line: "paragraph")]
    [2, 0]
    """
    sizes = sorted(end - start for start, end in lines)
    width = sizes[-1 - max(1, int(_LONGER * len(sizes)))] if len(sizes) > 1 else 0
    if width not in _WIDTHS:
        return list(lines)
    full = [_FULL * width < end - start <= _WIDE * width for start, end in lines]
    goes_on = [full[i] and touch(text, one, two) and kind(text[slice(*two)]) == "paragraph" for i, (one, two) in enumerate(pairwise(lines))]
    runs_on = [goes and _runs_on(text, one, two) for goes, (one, two) in zip(goes_on, pairwise(lines), strict=True)]
    if sum(runs_on) < max(_FEWEST, _RUNNING * sum(goes_on)):
        return list(lines)
    out, i = list[Span](), 0
    while i < len(lines):
        last = i
        while last < len(goes_on) and goes_on[last] and kind(text[slice(*lines[i])]) != "heading":
            last += 1
        if sum(runs_on[i:last]) < _RUNNING * (last - i):  # headlines, one under the other
            last = i
        out.append((lines[i][0], lines[last][1]))
        i = last + 1
    return out


def _runs_on(text: str, one: Span, two: Span) -> bool:
    first = text[two[0]]
    return text[one[1] - 1] not in ".:!?" and (first.islower() or first in "(\"'“" or first.isdigit())
