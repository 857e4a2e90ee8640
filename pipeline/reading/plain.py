"""Plain text to blocks: paragraphs, headings, list items. Offsets refer to the text as it came."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..document import Block, Evidence
from .fragments import join_fragments
from .markdown import link_chars
from .wrapped import join_wrapped

_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_MARKDOWN_HEADING = re.compile(r"(#{1,6})[ \t]+\S")
_BOLD_LINE = re.compile(r"(\*\*|__)(?=\S)[^*_\n]{1,120}\1:?")
_BULLET = re.compile(r"(?:[•▪●◦‣∙·►✓✔✅➤➢❖\uf0b7]\ufe0f?[ \t]*|[*+\-–—][ \t]+)(?=\S)")
_NUMBERED = re.compile(r"\(?(?:\d{1,2}|[a-zA-Z])[.)][ \t]+(?=\S)")
_HEADING_MARK = re.compile(r"#{1,6}[ \t]+(?=\S)")
_BOLD_PAIR = re.compile(r"(\*\*|__)(?=[^\s*_])[^*_\n]{0,300}[^\s*_]\1")
_CELL_END = re.compile(r"\t[ \t]*\|?|\|")
_MOST_CELLS = 20
_HEADING_WORDS, _HEADING_CHARS = 12, 90


def read_plain(text: str) -> tuple[Block, ...]:
    """Blocks of a plain text: one a line, wrapped lines of a paragraph joined.

    >>> [(b.kind, b.start, b.end) for b in read_plain("Dose and use:\\n\\n* 20 mg daily\\n* with food")]
    [('heading', 0, 13), ('list_item', 15, 28), ('list_item', 29, 40)]
    """
    lines = [span for match in _LINE.finditer(text) if (span := _trimmed(text, *match.span()))]
    lines = join_fragments(text, join_wrapped(text, lines, lambda line: _kind(line)[0]))
    kinds = [_kind(text[a:b]) for a, b in lines]
    blocks = []
    for i, ((start, end), (kind, _)) in enumerate(zip(lines, tuple(kinds), strict=True)):
        if kind == "paragraph" and _is_heading(text, lines, i):
            kinds[i] = "heading", 3
        bold = kinds[i][0] == "heading" and text.startswith("**", start)
        blocks.append(Block(start, end, *kinds[i], None, Evidence(tag="line", link_chars=link_chars(text[start:end]), bold=bold)))
    return tuple(blocks)


def mark_spans(line: str, kind: str) -> Iterator[tuple[int, int, str]]:
    """Marks that plain text uses where a page has structure: (start, end, rule) of bullets, `#` and paired `**`.

    >>> list(mark_spans("**Dose:** 20 mg", "paragraph"))
    [(0, 2, 'bold-mark'), (7, 9, 'bold-mark')]
    """
    lead = _BULLET.match(line) if kind == "list_item" else _HEADING_MARK.match(line) if kind in ("heading", "title") else None
    if lead and lead.end() < len(line):
        yield 0, lead.end(), "list-mark" if kind == "list_item" else "heading-mark"
    for match in _BOLD_PAIR.finditer(line):
        yield match.start(), match.start() + 2, "bold-mark"
        yield match.end() - 2, match.end(), "bold-mark"


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    line = text[start:end]
    left = len(line) - len(line.lstrip())
    right = len(line.rstrip())
    return (start + left, start + right) if left < right else None


def _kind(line: str) -> tuple[str, int | None]:
    heading = _MARKDOWN_HEADING.match(line)
    if heading:
        return "heading", len(heading[1])
    if _BOLD_LINE.fullmatch(line):
        return "heading", 3
    if _BULLET.match(line) or _NUMBERED.match(line):
        return "list_item", 1
    if "\t" in line.strip() or line.startswith("|"):
        return ("table_row" if _is_table_row(line) else "paragraph"), None
    if line.startswith("> "):
        return "quote", None
    return "paragraph", None


def _is_table_row(line: str) -> bool:
    """Cells between tabs, or between bars of which one opens the line and one closes it."""
    if line.startswith("|"):
        return line.endswith("|") and 1 < line.count("|") <= _MOST_CELLS + 1
    return len(_CELL_END.findall(line)) <= _MOST_CELLS


def _is_heading(text: str, lines: list[tuple[int, int]], i: int) -> bool:
    """A short line without a full stop that a longer one follows, or one that ends in a colon and stands alone."""
    start, end = lines[i]
    line = text[start:end]
    if len(line) > _HEADING_CHARS or len(line.split()) > _HEADING_WORDS or i + 1 == len(lines):
        return False
    if line.endswith(":"):
        return len(line.split()) <= 8 or _gap(text, end, lines[i + 1][0]) >= 2
    if line[-1] in ".,;!…" or (not line[0].isalnum() and line[0].isascii()) or line[0].islower():
        return False
    following = text[slice(*lines[i + 1])]
    return len(following) > 1.5 * len(line) and len(following.split()) >= 12 and not line.isdigit()


def _gap(text: str, end: int, start: int) -> int:
    return text.count("\n", end, start) + text.count("\r", end, start)
