"""Links, pictures and table rules of Markdown, in which many scrapers write pages: what a reader would not see of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

# An opening, a closing with its target (a URL may have brackets in pairs, a title stands behind it), a closing without one.
_TARGET = r"(?:https?:|mailto:|tel:|www\.|javascript:|data:|[/#.])[^\s()]*(?:\([^\s()]*\)[^\s()]*)*(?:[ \t]+(?:\"[^\"]*\"|'[^']*'))?"
_TOKEN = re.compile(rf"!?\[|\]\({_TARGET}\)[ \t]*|\]")
_is_table_rule = re.compile(r"\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)+\|?").fullmatch


def markdown_marks(line: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, rule) of what goes, in no order: targets and brackets of links, whole pictures, a row of dashes under a table's head.

    >>> line = "See [the leaflet](https://example.com/a_(b).pdf) ![box](/box.jpg)or ask [1]."
    >>> "".join(line[a:b] for a, b in zip([0, *(end for _, end, _ in sorted(markdown_marks(line)))],
    ...     [*(start for start, _, _ in sorted(markdown_marks(line))), None]))
    'See the leaflet or ask [1].'
    """
    if _is_table_rule(line):
        yield 0, len(line), "markdown-table-rule"
    elif "](" in line or line.startswith("["):
        yield from _links(line)


def link_chars(line: str) -> int:
    """How many characters of a line stand in links, spaces and the links' own marks aside.

    >>> link_chars("See [the leaflet](https://example.com/a.pdf) ![box](/box.jpg)")
    10
    """
    marks = sorted(markdown_marks(line)) if "](" in line else []
    inside = [line[one[1] : two[0]] for one, two in pairwise(marks) if line[one[0]] == "[" and line[two[0]] == "]"]
    return sum(len(text) - text.count(" ") for text in inside)


def _links(line: str) -> list[tuple[int, int, str]]:
    found, opened = list[tuple[int, int, str]](), list[tuple[int, int, int]]()
    shown = -1  # index of the last mark of a link that shows words
    for token in _TOKEN.finditer(line):
        if token[0][-1] == "[":
            opened.append((*token.span(), len(found)))
            continue
        start, inner, marks = opened.pop() if opened else (token.start(), token.start(), len(found))
        if token[0] == "]":
            continue
        end = token.start() + len(token[0].rstrip())
        if start < token.start() and (line[start] == "!" or (shown < marks and not _words_left(line, inner, token.start(), found[marks:]))):
            del found[marks:]
            shown = min(shown, marks - 1)
            found.append((start, token.end() if token.end() < len(line) else end, "markdown-image"))
            continue
        if start < inner:
            found.append((start, inner, "markdown-link"))
        found.append((token.start(), end, "markdown-link"))
        shown = len(found) - 1
    words = line.rstrip("\\")
    if opened and opened[0][0] == 0 and words != line:  # the beginning of a link that ends on a line behind
        found += [(0, opened[0][1], "markdown-link"), (len(words), len(line), "markdown-link")]
    return found


def _words_left(line: str, start: int, end: int, pictures: list[tuple[int, int, str]]) -> bool:
    """True if a link shows words beside its pictures."""
    for a, b, _ in pictures:
        if line[start:a].strip():
            return True
        start = b
    return bool(line[start:end].strip())
