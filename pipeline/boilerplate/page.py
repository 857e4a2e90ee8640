"""A page's blocks in columns: what is counted once, and read by all that judge blocks.

Signs are counted over the whole text at once, from the places where they stand; asking each block
for its commas would take ten times as long.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from ..document import Block, Document

SHORT = 120  # characters: letters are counted one by one up to here only
_MAIN, _BULK = 0.6, 0.92  # the main container holds this share of the page's prose, the bulk container that
_PROSE = re.compile(r"[.!?…。।:！？：][\"'”’)»\]」]*(?:\s|$)|,\s|[,。、，]")
_PROSE_WORDS, _PROSE_CHARS, _PROSE_LINKS = 10, 60, 0.4  # running text has so many words or characters, and few of them in links
_LONG_WORDS, _LONG_BLOCKS, _WHOLE, _MOSTLY = 40, 3, 0.95, 0.7  # so long blocks, so many of them, share in links, share of their words
_TABLE_SIZE = 0x2E80  # scripts behind have neither upper nor lower case
_IDEOGRAPHS, _A_WORD = (0x3040, 0x9FFF), 2  # kana and Han characters, written without spaces; so many of them say what a word does
_WIDE_COMMAS, _WIDE_STOPS = [ord(char) for char in "，、"], [ord(char) for char in "。！？"]
SPACE, GAP, UPPER, LOWER, DIGIT, COMMA, STOP, BAR = (1 << i for i in range(8))


def prose_words(text: str, words: int) -> int:
    """Words of a block that reads like prose, else 0."""
    if words < _PROSE_WORDS and len(text) < _PROSE_CHARS:
        return 0
    return words if _PROSE.search(text) else 0


class Page:
    """A page's blocks with what is counted once for all of them. One entry a block, in lists; `columns` has the same as arrays."""

    def __init__(self, document: Document, texts: Sequence[str]) -> None:
        import numpy as np

        self.document = document
        self.blocks: tuple[Block, ...] = document.blocks
        self.texts = texts
        self.signs = Signs(document)
        spaces = self.signs.count(SPACE)
        words = spaces + 1 + self.signs.ideographs() // _A_WORD
        chars = self.signs.sizes - spaces
        links = np.minimum(1.0, np.array([b.evidence.link_chars for b in self.blocks], dtype=np.float64) / np.maximum(chars, 1))
        reads = np.array([prose_words(*row) for row in zip(texts, words.tolist(), strict=True)], dtype=np.int64)
        links *= not _in_one_link(reads, links)
        self.words: list[int] = words.tolist()
        self.chars: list[int] = chars.tolist()
        self.links: list[float] = links.tolist()
        self.prose: list[int] = np.where(links < _PROSE_LINKS, reads, 0).tolist()
        self.total_prose = sum(self.prose)
        self.columns = np.stack([np.array(self.prose, dtype=np.float64), words, chars, chars * links, np.ones(len(texts))])
        self.containers = Containers(self)


def _in_one_link(words: Any, links: Any) -> bool:
    """True for a page whose running text is links: a link that its author forgot to close, which tells nothing of the text in it.

    words: of the blocks that read like prose, 0 for the others.
    """
    long, linked = words >= _LONG_WORDS, links >= _WHOLE
    return bool(long.sum() >= _LONG_BLOCKS and all(words[of & linked].sum() > _MOSTLY * words[of].sum() for of in (long, words > 0)))


class Signs:
    """Where spaces, capitals, commas … stand in a document's text, and how many of them in each block."""

    def __init__(self, document: Document) -> None:
        import numpy as np

        self.starts = np.array([b.start for b in document.blocks], dtype=np.int64)
        self.ends = np.array([b.end for b in document.blocks], dtype=np.int64)
        self.sizes = self.ends - self.starts
        self.heads = np.minimum(self.ends, self.starts + SHORT)
        codes = np.frombuffer(document.text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        self.flags = _table()[np.minimum(codes, _TABLE_SIZE)]
        self.wide = codes if len(codes) and codes.max() > _TABLE_SIZE else None
        if self.wide is not None:
            self.flags[np.isin(codes, _WIDE_COMMAS)] |= COMMA
            self.flags[np.isin(codes, _WIDE_STOPS)] |= STOP

    def count(self, sign: int, *, head: bool = False) -> Any:
        """How many of a sign each block holds, or each block's first `SHORT` characters."""
        return self._between(self.flags & sign, self.heads if head else self.ends)

    def firsts(self, sign: int) -> Any:
        """How many words begin with a sign, in each block's first `SHORT` characters; of all words for sign 0."""
        flags = self.flags
        begins = flags & GAP == 0
        begins[1:] &= flags[:-1] & GAP != 0
        return self._between(begins & (flags & sign != 0) if sign else begins, self.heads)

    def sentence_ends(self) -> Any:
        """How many full stops each block has before a space, or of the wide kind, which none follows."""
        stops = self.flags & STOP
        followed = stops.copy()
        followed[:-1] &= (self.flags[1:] & SPACE) * STOP
        if self.wide is not None:
            followed |= stops * (self.wide > _TABLE_SIZE)
        return self._between(followed, self.ends - 1)

    def ideographs(self) -> Any:
        """How many characters each block has of scripts that write no spaces between words."""
        import numpy as np

        if self.wide is None:
            return np.zeros(len(self.starts), dtype=np.int64)
        return self._between((self.wide >= _IDEOGRAPHS[0]) & (self.wide <= _IDEOGRAPHS[1]), self.ends)

    def _between(self, marks: Any, ends: Any) -> Any:
        import numpy as np

        places = np.flatnonzero(marks)
        return np.searchsorted(places, ends) - np.searchsorted(places, self.starts)


@cache
def _table() -> Any:
    """The signs that each character is, by its code; a last entry for all others."""
    import numpy as np

    chars = np.array([chr(code) for code in range(_TABLE_SIZE)])
    table = np.zeros(_TABLE_SIZE + 1, dtype=np.uint8)
    tests = (
        chars == " ", np.char.isspace(chars), np.char.isupper(chars), np.char.islower(chars), np.char.isdigit(chars),
        chars == ",", np.isin(chars, list(".?!")), np.isin(chars, list("|»›·•/")),
    )  # fmt: skip
    for bit, test in enumerate(tests):
        table[:-1] |= test.astype(np.uint8) << bit
    return table


class Containers:
    """The page's containers, with sums of what stands in each.

    sums: one column a container: words of prose, words, characters, characters in links, blocks. chains: the containers
    around a block, innermost first, each combination once; of: which of them is each block's.
    main, bulk: the innermost container with most of the page's prose, with nearly all of it (-1: none).
    """

    def __init__(self, page: Page) -> None:
        import numpy as np

        numbers = dict[tuple[int, ...], int]()
        self.of = np.array([numbers.setdefault(b.evidence.groups or (0,), len(numbers)) for b in page.blocks], dtype=np.int64)
        self.chains = list(numbers)
        size = max((chain[0] for chain in self.chains), default=0) + 1
        own = np.array([chain[0] for chain in self.chains], dtype=np.int64)[self.of]
        before = np.zeros((len(page.columns), size + 1))
        for row, column in zip(before, page.columns, strict=True):
            row[1:] = np.cumsum(np.bincount(own, weights=column, minlength=size))
        self.sums = before[:, _last_inside(self.chains, size) + 1] - before[:, :-1]
        total = page.total_prose or 1
        self.main = _innermost(self.sums[0] >= _MAIN * total)
        self.bulk = _innermost(self.sums[0] >= _BULK * total)


def _last_inside(chains: Sequence[tuple[int, ...]], size: int) -> Any:
    """For each container the last one inside it: containers are numbered as they open, so what is inside follows at once."""
    import numpy as np

    last, parent = list(range(size)), dict[int, int]()
    for chain in chains:
        parent.update(pairwise(chain))
    for inner in sorted(parent, reverse=True):
        outer = parent[inner]
        last[outer] = max(last[outer], last[inner])
    return np.array(last, dtype=np.int64)


def _innermost(holds: Any) -> int:
    import numpy as np

    found = np.flatnonzero(holds)
    return int(found[-1]) if len(found) else -1
