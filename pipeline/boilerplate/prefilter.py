"""What a text must hold for a pattern to match it: cheap tests that spare most searches.

Read from the parsed pattern: the characters it can begin with, and words of which one must occur.
Patterns are matched without regard to case against folded text, which is in lower case.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

if sys.version_info >= (3, 11):
    from re import _constants as codes
    from re import _parser as parser
else:
    import sre_constants as codes
    import sre_parse as parser

HEAD = 4
_MOST_STARTS, _MOST_NEEDS = 1000, 100  # longer lists cost more than they spare


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
