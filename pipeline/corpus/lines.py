"""The lines of a page as its site's other pages see them: what stands where, and what single-page cleaning made of it."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import PurePath

from ..document import Block, Document
from ..hosts import host_of
from ..reading.dates import MONTHS
from ..rules.folding import fold

_MONTH = re.compile(r"[^\W\d_#]{3,12}")
_KEPT, _CUT = "+", "-"
_DATE_CHARS = 90  # longer lines with a date in them are sentences


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page's lines in reading order, as they stood after repair; kept: whether single-page cleaning let each through."""

    site: str
    lines: tuple[str, ...]
    kept: tuple[bool, ...]

    def packed(self) -> str:
        """The page as text: a line each, led by its mark.

        >>> SitePage("a.org", ("Home", "Take one."), (False, True)).packed()
        '-Home\\n+Take one.'
        """
        return "\n".join((_KEPT if kept else _CUT) + line for line, kept in zip(self.lines, self.kept, strict=True))

    @classmethod
    def unpacked(cls, site: str, text: str) -> SitePage:
        """The page that `packed` gave."""
        rows = text.split("\n") if text else []
        return cls(site, tuple(row[1:] for row in rows), tuple(row[0] == _KEPT for row in rows))

    def row(self) -> tuple[str, bytes, bytes]:
        """(site, digest, packed and compressed): what is kept of a page, and sent between processes."""
        return self.site, self.digest(), zlib.compress(self.packed().encode("utf-8", "surrogatepass"), 1)

    def digest(self) -> bytes:
        """Eight bytes that stand for the page's lines and marks."""
        return blake2b(self.packed().encode("utf-8", "surrogatepass"), digest_size=8).digest()


def site_page(before: Document, after: Document, site: str) -> SitePage:
    """The lines of a page: `before` is the document as single-page cleaning received it, `after` as it left it."""
    lines = tuple(" ".join(before.block_text(block).split()) for block in before.blocks)
    return SitePage(site, lines, tuple(owner is not None for owner in owners(before, after)))


def owners(before: Document, after: Document) -> list[int | None]:
    """For each block of `before`, the number of the block of `after` that holds what is left of it, or None."""
    left = [after.source_span(block.start, block.end) for block in after.blocks]
    out, j = list[int | None](), 0
    for block in before.blocks:
        start, end = before.source_span(block.start, block.end)
        while j < len(left) and left[j][1] <= start:
            j += 1
        out.append(j if j < len(left) and left[j][0] < end else None)
    return out


@lru_cache(maxsize=8192)  # a site's lines come again on every page
def key_of(line: str) -> str:
    """What is the same line on every page: case, ornaments, numbers and months do not matter.

    >>> key_of("Published on December 15, 2011") == key_of("PUBLISHED on May 3, 2012:")
    True
    """
    folded = fold(line)
    if "#" in folded and len(folded) <= _DATE_CHARS:
        folded = _MONTH.sub(lambda word: "@" if word[0] in MONTHS else word[0], folded)
    return folded


def keys_of(document: Document, blocks: Sequence[Block]) -> list[str]:
    """The key of each block's text."""
    return [key_of(document.block_text(block)) for block in blocks]


def site_of(document: Document) -> str:
    """The host of the page's address, else of the address that it gives itself, else the folder or file it came from.

    >>> from dataclasses import replace
    >>> from pipeline.document import Origin
    >>> page = Document.from_text("")
    >>> site_of(replace(page, origin=Origin(url="https://www.example.org/a"))), site_of(replace(page, origin=Origin(path="crawl/b.txt")))
    ('example.org', 'crawl/')
    """
    if host := host_of(document.origin.url, document.metadata.canonical_url):
        return host
    path = document.origin.path
    if not path or path == "-":
        return ""
    return path if document.origin.record is not None else f"{PurePath(path).parent.as_posix()}/"
