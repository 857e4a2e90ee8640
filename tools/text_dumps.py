"""Plain-text dumps of a page, as scrapers make them: what training and benchmarks take for texts without markup.

lines: one line a block, as a browser shows it. strings: `get_text("\\n", strip=True)` of BeautifulSoup, which breaks lines at every link.
raw: `get_text()`, with the line breaks of the source. markdown: blank lines between blocks, marks of headings and lists, links.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import pairwise

from bs4 import BeautifulSoup

from pipeline.document import Block
from pipeline.errors import PharmacleanError
from pipeline.reading import read

_LINKED = 0.85  # of a block's characters


def as_lines(page: bytes) -> str:
    """The text of each block on a line of its own."""
    try:
        document = read(page)
    except PharmacleanError:
        return ""
    return "\n".join(document.block_text(block).replace("\n", " ") for block in document.blocks)


def as_strings(page: bytes) -> str:
    """Each piece of text on a line of its own."""
    return _soup(page).get_text("\n", strip=True)


def as_raw(page: bytes) -> str:
    """All text, the source's white space left in."""
    return str(_soup(page).get_text())


def as_markdown(page: bytes) -> str:
    """Blocks with what Markdown puts before them; one that is a link as a whole is one."""
    try:
        document = read(page)
    except PharmacleanError:
        return ""
    lines = [_marked(block, document.block_text(block).replace("\n", " ")) for block in document.blocks]
    gaps = ["\n" if one.startswith("* ") and two.startswith("* ") else "\n\n" for one, two in pairwise([*lines, ""])]
    return "".join(line + gap for line, gap in zip(lines, gaps, strict=True))


def _marked(block: Block, line: str) -> str:
    if block.evidence.link_chars >= _LINKED * len(line.replace(" ", "")):
        line = f"[{line}](https://example.com/page)"
    return f"{'#' * (block.level or 2)} {line}" if block.kind == "heading" else f"* {line}" if block.kind == "list_item" else line


def _soup(page: bytes) -> BeautifulSoup:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pages that look like XML
        soup = BeautifulSoup(page, "html.parser")
    for element in soup(["script", "style", "noscript", "template"]):
        element.decompose()
    return soup


STYLES: dict[str, Callable[[bytes], str]] = {"lines": as_lines, "strings": as_strings, "raw": as_raw, "markdown": as_markdown}
