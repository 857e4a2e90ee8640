"""Links, pictures and table rules of Markdown, in which many scrapers write pages: what a reader would not see of a line."""

from __future__ import annotations

import re
from collections.abc import Iterator

# An opening, a closing with its target (a URL may have brackets in pairs, a title stands behind it), a closing without one.
_TARGET = r"(?:https?:|mailto:|tel:|www\.|javascript:|data:|[/#.])[^\s()]*(?:\([^\s()]*\)[^\s()]*)*(?:[ \t]+(?:\"[^\"]*\"|'[^']*'))?"
_TOKEN = re.compile(rf"!?\[|\]\({_TARGET}\)[ \t]*|\]")
_is_table_rule = re.compile(r"\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)+\|?").fullmatch
_LINE_BREAK = re.compile(r"\\+\Z")


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


def _links(line: str) -> list[tuple[int, int, str]]:
    found, opened = list[tuple[int, int, str]](), list[tuple[int, int]]()
    for token in _TOKEN.finditer(line):
        if token[0][-1] == "[":
            opened.append(token.span())
            continue
        start, inner = opened.pop() if opened else (-1, -1)
        if token[0] == "]":
            continue
        end = token.end() if token.end() < len(line) and start >= 0 and line[start] == "!" else token.start() + len(token[0].rstrip())
        if start < 0:  # the end of a link that began on a line before
            found.append((token.start(), end, "markdown-link"))
        elif line[start] == "!" or not _left(line, inner, token.start(), found):
            found = [mark for mark in found if mark[0] < start] + [(start, end, "markdown-image")]
        else:
            found += [(start, inner, "markdown-link"), (token.start(), end, "markdown-link")]
    if opened and opened[0][0] == 0 and (rest := _LINE_BREAK.search(line)):  # the beginning of a link that ends on a line behind
        found += [(0, opened[0][1], "markdown-link"), (*rest.span(), "markdown-link")]
    return found


def _left(line: str, start: int, end: int, found: list[tuple[int, int, str]]) -> bool:
    """True if a link shows words, and no picture alone."""
    for a, b, _ in sorted(mark for mark in found if mark[0] >= start):
        if line[start:a].strip():
            return True
        start = b
    return bool(line[start:end].strip())
