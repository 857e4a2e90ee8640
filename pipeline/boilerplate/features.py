"""What the labeller sees of each block: its text, its place in the page, the names and containers around it.

One row of numbers a block. `NAMES` says what each column is; the shipped weights carry the same
list, so a mismatch is noticed when they are loaded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import log1p
from typing import Any

from ..document import REASONS, Block, Document
from .verdict import Verdict

KINDS = ("paragraph", "heading", "list_item", "table_row", "quote", "code", "caption", "term", "definition")
TAGS = ("p", "div", "li", "td", "section", "article", "body", "center", "button", "label", "form", "tr", "pre", "blockquote", "a", "span")
AROUND = (
    "article", "main", "aside", "nav", "footer", "header", "form", "table", "ul", "ol", "blockquote", "figure", "dl", "center",
    "section", "details", "fieldset",
)  # fmt: skip
_TEXT = (
    "chars", "words", "word_length", "commas", "stops", "ends_stop", "ends_colon", "starts_small", "starts_digit", "capitals",
    "capitalised", "small_words", "digits", "bars", "links", "any_link", "bold", "hidden", "prose", "level", "depth", "stated", "copy",
)  # fmt: skip
_PLACE = (
    "index", "from_end", "chars_before", "prose_before", "after_title", "title_distance", "title_known",
    "group_prose", "group_links", "group_blocks", "group_words", "parent_prose", "parent_links", "parent_blocks",
    "grand_prose", "grand_links", "grand_blocks", "in_main", "main_steps", "branch_prose", "branch_links", "branch_blocks", "branch_words",
    "in_bulk", "bulk_steps", "name_mass", "name_steps",
)  # fmt: skip
_PAGE = ("page_blocks", "page_words", "page_prose", "page_links", "page_stated", "page_article", "page_paragraphs", "page_named")
_REASONS = tuple(REASONS)

#: What names betray of a block: a verdict, the share of the page's prose under that name, steps up to it.
Named = tuple[Verdict | None, float, int]

NAMES: tuple[str, ...] = (
    *_TEXT,
    *(f"kind:{k}" for k in KINDS),
    *(f"tag:{t}" for t in TAGS),
    *(f"around:{t}" for t in AROUND),
    *_PLACE,
    *(f"rule:{r}" for r in _REASONS),
    *(f"name:{r}" for r in _REASONS),
    *_PAGE,
)
_KIND = {kind: i for i, kind in enumerate(KINDS)}
_TAG = {tag: i for i, tag in enumerate(TAGS)}
_AROUND = {tag: i for i, tag in enumerate(AROUND)}
_REASON = {reason: i for i, reason in enumerate(_REASONS)}
_AT_KIND = len(_TEXT)
_AT_TAG = _AT_KIND + len(KINDS)
_AT_AROUND = _AT_TAG + len(TAGS)
_AT_PLACE = _AT_AROUND + len(AROUND)
_AT_RULE = _AT_PLACE + len(_PLACE)
_AT_NAME = _AT_RULE + len(_REASONS)
_AT_PAGE = _AT_NAME + len(_REASONS)

_PROSE = re.compile(r"[.!?…。।:][\"'”’)»\]]*(?:\s|$)|,\s|[,。、]")
_BARS = re.compile(r"[|»›·•/]")
_SHORT = 120  # characters; letters are counted one by one up to here only
_STOP = (".", "!", "?", "…", "。", "।", '."', ".”", ".)", "»", "!”", "?”")
_MAIN, _BULK = 0.6, 0.92  # the main container holds this share of the page's prose, the bulk container that


def prose_words(text: str, words: int, links: float) -> int:
    """Words of a block that reads like prose, else 0."""
    if words < 10 and len(text) < 60:
        return 0
    return words if links < 0.4 and _PROSE.search(text) else 0


class Page:
    """A page's blocks with what is counted once for all of them."""

    def __init__(self, document: Document, texts: Sequence[str]) -> None:
        self.document = document
        self.blocks: tuple[Block, ...] = document.blocks
        self.texts = texts
        self.words = [text.count(" ") + 1 for text in texts]
        self.chars = [len(text) - count + 1 for text, count in zip(texts, self.words, strict=True)]
        self.links = [min(1.0, b.evidence.link_chars / (chars or 1)) for b, chars in zip(self.blocks, self.chars, strict=True)]
        self.prose = [prose_words(*row) for row in zip(texts, self.words, self.links, strict=True)]
        self.total_prose = sum(self.prose)
        self.groups = _Groups(self)

    @property
    def is_html(self) -> bool:
        """True for a page with markup, False for a plain text."""
        return self.document.origin.media_type == "text/html"


class _Groups:
    """The page's containers as a tree, each with the sums of what stands in it."""

    def __init__(self, page: Page) -> None:
        parent, sums = dict[int, int](), dict[int, list[float]]()
        for block, words, chars, prose, links in zip(page.blocks, page.words, page.chars, page.prose, page.links, strict=True):
            chain = block.evidence.groups or (0,)
            own = sums.get(chain[0])
            if own is None:
                own = sums[chain[0]] = [0.0, 0.0, 0.0, 0.0, 0.0]
                parent.update(pairwise(chain))
            own[0] += prose
            own[1] += words
            own[2] += chars
            own[3] += chars * links
            own[4] += 1
        for group in sorted({*sums, *parent}, reverse=True):  # containers are numbered as they open: children after parents
            above_it = parent.get(group)
            if above_it is not None and group in sums:
                into = sums.setdefault(above_it, [0.0, 0.0, 0.0, 0.0, 0.0])
                for i, value in enumerate(sums[group]):
                    into[i] += value
        self.sums = sums
        total = page.total_prose or 1
        self.main = max((g for g, s in sums.items() if s[0] >= _MAIN * total), default=-1)
        self.bulk = max((g for g, s in sums.items() if s[0] >= _BULK * total), default=-1)


def features(page: Page, rule: Sequence[Verdict | None], named: Sequence[Named], title: int | None) -> Any:
    """The rows of all blocks as one array. `named`: verdict by names, share of the prose under that name, steps up to it."""
    import numpy as np

    n = len(page.texts)
    out = np.zeros((n, len(NAMES)), dtype=np.float32)
    if not n:
        return out
    seen = Counter(page.texts)
    out[:, :_AT_KIND] = [_text_row(page, i, seen) for i in range(n)]
    out[:, _AT_PLACE:_AT_RULE] = _places(page, named, title)
    out[:, _AT_PAGE:] = _page_row(page, named)
    ones = list(_ones(page, rule, named))
    out[[i for i, _ in ones], [column for _, column in ones]] = 1.0
    return out


def _ones(page: Page, rule: Sequence[Verdict | None], named: Sequence[Named]) -> Iterator[tuple[int, int]]:
    """(row, column) of what is so or not so: kind, tag, elements around, verdicts."""
    arounds = dict[str, list[int]]()
    for i, block in enumerate(page.blocks):
        kind, tag, path = _KIND.get(block.kind), _TAG.get(block.evidence.tag), block.evidence.path
        if kind is not None:
            yield i, _AT_KIND + kind
        if tag is not None:
            yield i, _AT_TAG + tag
        around = arounds.get(path)
        if around is None:
            around = arounds[path] = sorted({_AT_AROUND + _AROUND[t] for t in path.split("/") if t in _AROUND})
        for column in around:
            yield i, column
        found, (verdict, _, _) = rule[i], named[i]
        if found:
            yield i, _AT_RULE + _REASON[found.reason]
        if verdict:
            yield i, _AT_NAME + _REASON[verdict.reason]


def _places(page: Page, named: Sequence[Named], title: int | None) -> list[list[float]]:
    n, before, prose_before = len(page.texts), 0, 0
    total_chars, total_prose = sum(page.chars) or 1, page.total_prose or 1
    contained = dict[tuple[int, ...], list[float]]()
    rows = []
    for i, block in enumerate(page.blocks):
        groups = block.evidence.groups or (0,)
        inside = contained.get(groups)
        if inside is None:
            inside = contained[groups] = _containers(page, groups)
        distance = i - title if title is not None else 0
        _, mass, steps = named[i]
        rows.append([
            i / n, min(n - i, 50) / 50, before / total_chars, prose_before / total_prose,
            float(distance > 0), max(-20, min(20, distance)) / 20, float(title is not None), *inside, mass, steps / 10,
        ])  # fmt: skip
        before += page.chars[i]
        prose_before += page.prose[i]
    return rows


def _text_row(page: Page, i: int, seen: Counter[str]) -> list[float]:
    text, words, chars, block = page.texts[i], page.words[i], page.chars[i], page.blocks[i]
    evidence = block.evidence
    head = text[:_SHORT]
    pieces = head.split()
    firsts = [piece[0] for piece in pieces]
    count = len(pieces) or 1
    long = words > 8  # shorter lines hold no two sentences
    return [
        log1p(len(text)), log1p(words), min(chars / words, 15) / 10, min(text.count(",") / words, 0.5),
        log1p(text.count(". ") + text.count("? ") + text.count("! ")) if long else 0.0,
        float(text.endswith(_STOP)), float(text[-1] == ":"), float(head[0].islower()), float(head[0].isdigit()), float(head.isupper()),
        sum(map(str.isupper, firsts)) / count, sum(map(str.islower, firsts)) / count, sum(map(str.isdigit, head)) / len(head),
        min(3.0, len(_BARS.findall(head))), page.links[i], float(page.links[i] > 0), float(evidence.bold),
        float(evidence.hidden), log1p(page.prose[i]), (block.level or 0) / 6 if block.kind == "heading" else 0.0,
        min(16, evidence.path.count("/")) / 10, float(evidence.stated), float(seen[text] > 1),
    ]  # fmt: skip


def _containers(page: Page, chain: tuple[int, ...]) -> list[float]:
    """What the containers around a block hold: its own, the two above, the main one and the branch of it that the block is in."""
    groups, total = page.groups, page.total_prose or 1
    own, up, grand = chain[0], chain[min(1, len(chain) - 1)], chain[min(2, len(chain) - 1)]
    row = list[float]()
    for i, group in enumerate((own, up, grand)):
        prose, words, chars, links, count = groups.sums[group]
        row += [prose / total, links / (chars or 1), log1p(count)]
        if i == 0:
            row.append(log1p(words / count))
    inside = groups.main in chain
    steps = chain.index(groups.main) if inside else -1
    branch = chain[steps - 1] if steps > 0 else own if inside else chain[max(0, len(chain) - 3)]
    prose, words, chars, links, count = groups.sums[branch]
    row += [float(inside), min(steps, 8) / 4, prose / total, links / (chars or 1), log1p(count), log1p(words / count)]
    bulk = chain.index(groups.bulk) if groups.bulk in chain else -1
    return [*row, float(bulk >= 0), min(bulk, 8) / 4]


def _page_row(page: Page, named: Sequence[Named]) -> list[float]:
    words, chars = sum(page.words), sum(page.chars) or 1
    in_paragraphs = sum(p for p, b in zip(page.prose, page.blocks, strict=True) if b.evidence.tag == "p")
    articles = any("article" in b.evidence.path for b in page.blocks)
    return [
        log1p(len(page.blocks)), log1p(words), page.total_prose / (words or 1),
        sum(c * k for c, k in zip(page.chars, page.links, strict=True)) / chars, float(any(b.evidence.stated for b in page.blocks)),
        float(articles), in_paragraphs / (page.total_prose or 1), sum(v is not None for v, _, _ in named) / (len(named) or 1),
    ]  # fmt: skip


class Vocabulary:
    """The class and id words that the labeller knows, by number."""

    def __init__(self, words: Sequence[str]) -> None:
        self.numbers = {word: i for i, word in enumerate(words)}
        self.seen: dict[str, tuple[int, ...]] = {}

    def of(self, hints: Sequence[str]) -> list[int]:
        """Numbers of the known words in names, whole names and their parts.

        >>> Vocabulary(["content", "entry-content", "main"]).of(("entry-content", "main_col"))
        [0, 1, 2]
        """
        found = set[int]()
        for token in hints:
            numbers = self.seen.get(token)
            if numbers is None:
                numbers = tuple({self.numbers[part] for part in (token, *_PARTS.split(token)) if part in self.numbers})
                if len(self.seen) > 50_000:  # a bound on memory over a long crawl
                    self.seen.clear()
                self.seen[token] = numbers
            found.update(numbers)
        return sorted(found)


_PARTS = re.compile(r"[^a-z]+")
