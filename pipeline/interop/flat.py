"""Entities without overlap, for formats that know none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def longest(spans: Iterable[T], ends: Callable[[T], tuple[int, int]]) -> list[T]:
    """Those that do not overlap, in reading order: the longest first, then the one that starts first.

    >>> longest([(0, 8), (2, 8), (9, 12)], lambda span: span)
    [(0, 8), (9, 12)]
    """
    taken, out = set[int](), list[T]()
    for span in sorted(spans, key=lambda s: (ends(s)[0] - ends(s)[1], ends(s)[0])):
        inside = range(*ends(span))
        if taken.isdisjoint(inside):
            taken.update(inside)
            out.append(span)
    return sorted(out, key=lambda s: ends(s)[0])
