"""What the labeller sees of each block: its text, its place in the page, the names and containers around it.

One row of numbers a block. `NAMES` says what each column is; the shipped weights carry the same
list, so a mismatch is noticed when they are loaded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ..document import REASONS
from .page import BAR, COMMA, DIGIT, LOWER, SHORT, UPPER, Page
from .verdict import Verdict

KINDS = ("paragraph", "heading", "list_item", "table_row", "quote", "code", "caption", "term", "definition")
TAGS = ("p", "div", "li", "td", "section", "article", "body", "center", "button", "label", "form", "tr", "pre", "blockquote", "a", "span")
AROUND = (
    "article", "main", "aside", "nav", "footer", "header", "form", "table", "ul", "ol", "blockquote", "figure", "dl", "center",
    "section", "details", "fieldset",
)  # fmt: skip
TEXT_NAMES = (
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
    *TEXT_NAMES,
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
_AT_KIND = len(TEXT_NAMES)
_AT_TAG = _AT_KIND + len(KINDS)
_AT_AROUND = _AT_TAG + len(TAGS)
_AT_PLACE = _AT_AROUND + len(AROUND)
_AT_RULE = _AT_PLACE + len(_PLACE)
_AT_NAME = _AT_RULE + len(_REASONS)
_AT_PAGE = _AT_NAME + len(_REASONS)

_STOP = (".", "!", "?", "…", "。", "！", "？", "।", '."', ".”", ".)", "»", "!”", "?”")
_NAMES_KEPT = 50_000  # a bound on memory over a long crawl
_DISTANCE, _END = 20, 50  # blocks from the title and from the end of the page, beyond which all are alike


def features(page: Page, rule: Sequence[Verdict | None], named: Sequence[Named], title: int | None) -> Any:
    """The rows of all blocks as one array. `named`: verdict by names, share of the prose under that name, steps up to it."""
    import numpy as np

    n = len(page.texts)
    out = np.zeros((n, len(NAMES)), dtype=np.float32)
    if not n:
        return out
    out[:, :_AT_KIND] = np.stack(text_columns(page), axis=1)
    out[:, _AT_PLACE:_AT_RULE] = np.concatenate([_places(page, title), _inside(page), _by_names(named)]).T
    out[:, _AT_PAGE:] = _of_page(page, named)
    out[:, _AT_AROUND:_AT_PLACE] = _around(page)
    for rows, columns in _ones(page, rule, named):
        out[rows, columns] = 1.0
    return out


def text_columns(page: Page) -> list[Any]:
    """The columns `TEXT_NAMES`."""
    import numpy as np

    signs, texts, blocks = page.signs, page.texts, page.blocks
    prose, words, chars = page.columns[:3]
    head = np.minimum(signs.sizes, SHORT)
    pieces = np.maximum(signs.firsts(0), 1)
    links, seen = np.array(page.links), Counter(texts)
    first = signs.flags[signs.starts]
    return [
        np.log1p(signs.sizes), np.log1p(words), np.minimum(chars / words, 15) / 10, np.minimum(signs.count(COMMA) / words, 0.5),
        np.log1p(signs.sentence_ends()) * (words > 8),  # shorter lines hold no two sentences
        [text.endswith(_STOP) for text in texts], [text[-1] == ":" for text in texts], first & LOWER != 0, first & DIGIT != 0,
        [text[:SHORT].isupper() for text in texts], signs.firsts(UPPER) / pieces, signs.firsts(LOWER) / pieces,
        signs.count(DIGIT, head=True) / head, np.minimum(3.0, signs.count(BAR, head=True)), links, links > 0,
        [b.evidence.bold for b in blocks], [b.evidence.hidden for b in blocks], np.log1p(prose),
        [(b.level or 0) / 6 if b.kind == "heading" else 0.0 for b in blocks],
        [min(16, b.evidence.path.count("/")) / 10 for b in blocks], [b.evidence.stated for b in blocks], [seen[text] > 1 for text in texts],
    ]  # fmt: skip


def _places(page: Page, title: int | None) -> Any:
    """The columns `_PLACE` up to "title_known": where in the page a block stands."""
    import numpy as np

    n = len(page.texts)
    at, (prose, _, chars) = np.arange(n), page.columns[:3]
    distance = at - title if title is not None else np.zeros(n)
    return np.stack([
        at / n, np.minimum(n - at, _END) / _END, share_before(chars), share_before(prose),
        distance > 0, np.clip(distance, -_DISTANCE, _DISTANCE) / _DISTANCE, np.full(n, float(title is not None)),
    ])  # fmt: skip


def share_before(counts: Any) -> Any:
    """The share of a page's count that stands before each block."""
    return (counts.cumsum() - counts) / (counts.sum() or 1)


def _inside(page: Page) -> Any:
    """The columns from "group_prose" to "bulk_steps": a block's own container, the two above, the main one and the branch of it."""
    import numpy as np

    around = page.containers
    places = np.array([_steps(chain, around.main, around.bulk) for chain in around.chains], dtype=np.int64).T
    own, up, grand, branch = (around.sums[:, groups] for groups in places[:4])
    steps, bulk = places[4:]
    total = page.total_prose or 1

    def filled(sums: Any) -> list[Any]:
        return [sums[0] / total, sums[3] / np.maximum(sums[2], 1), np.log1p(sums[4])]

    columns = [
        *filled(own), np.log1p(own[1] / np.maximum(own[4], 1)), *filled(up), *filled(grand), steps >= 0, np.minimum(steps, 8) / 4,
        *filled(branch), np.log1p(branch[1] / np.maximum(branch[4], 1)), bulk >= 0, np.minimum(bulk, 8) / 4,
    ]  # fmt: skip
    return np.stack(columns)[:, around.of]


def _steps(chain: Sequence[int], main: int, bulk: int) -> tuple[int, ...]:
    """(own container, the one above, the one above that, branch of the main one, steps up to the main one, to the bulk one or -1)."""
    steps = chain.index(main) if main in chain else -1
    branch = chain[steps - 1] if steps > 0 else chain[0] if steps == 0 else chain[max(0, len(chain) - 3)]
    return (
        chain[0], chain[min(1, len(chain) - 1)], chain[min(2, len(chain) - 1)], branch, steps, chain.index(bulk) if bulk in chain else -1,
    )  # fmt: skip


def _by_names(named: Sequence[Named]) -> Any:
    """The columns "name_mass" and "name_steps"."""
    import numpy as np

    return np.array([(mass, steps / 10) for _, mass, steps in named]).T


def _around(page: Page) -> Any:
    """The columns "around:…": which elements a block stands in; blocks of one place share them."""
    import numpy as np

    paths = dict[str, int]()
    of = [paths.setdefault(block.evidence.path, len(paths)) for block in page.blocks]
    rows = np.zeros((len(paths), len(AROUND)), dtype=np.float32)
    for row, path in zip(rows, paths, strict=True):
        row[[_AROUND[tag] for tag in set(path.split("/")) if tag in _AROUND]] = 1.0
    return rows[of]


def _ones(page: Page, rule: Sequence[Verdict | None], named: Sequence[Named]) -> Iterator[tuple[list[int], list[int]]]:
    """(rows, columns) of what is so: a block's kind, its tag, the reasons that its words and its names give."""
    blocks = page.blocks
    yield placed(_AT_KIND, [_KIND.get(block.kind) for block in blocks])
    yield placed(_AT_TAG, [_TAG.get(block.evidence.tag) for block in blocks])
    yield placed(_AT_RULE, reason_numbers(rule))
    yield placed(_AT_NAME, reason_numbers([verdict for verdict, _, _ in named]))


def reason_numbers(verdicts: Sequence[Verdict | None]) -> list[int | None]:
    """The place of each verdict's reason in the list of reasons."""
    return [_REASON[verdict.reason] if verdict else None for verdict in verdicts]


def placed(first: int, numbers: Sequence[int | None]) -> tuple[list[int], list[int]]:
    """(rows, columns) of the ones, where each row has one in the column `first` + its number, or none."""
    there = [(i, first + number) for i, number in enumerate(numbers) if number is not None]
    return [i for i, _ in there], [column for _, column in there]


def _of_page(page: Page, named: Sequence[Named]) -> list[float]:
    """The columns `_PAGE`: what kind of page it is."""
    import numpy as np

    prose, words, chars, linked, ones = page.columns.sum(axis=1)
    in_paragraphs = sum(p for p, b in zip(page.prose, page.blocks, strict=True) if b.evidence.tag == "p")
    return [
        np.log1p(ones), np.log1p(words), prose / (words or 1), linked / (chars or 1), any(b.evidence.stated for b in page.blocks),
        any("article" in path for path in {b.evidence.path for b in page.blocks}), in_paragraphs / (prose or 1),
        sum(v is not None for v, _, _ in named) / (len(named) or 1),
    ]  # fmt: skip


class Vocabulary:
    """The class and id words that the labeller knows, by number."""

    def __init__(self, words: Sequence[str]) -> None:
        self.numbers = {word: i for i, word in enumerate(words)}
        self.seen: dict[str, tuple[int, ...]] = {}

    def of(self, hints: Sequence[str]) -> set[int]:
        """Numbers of the known words in names, whole names and their parts.

        >>> sorted(Vocabulary(["content", "entry-content", "main"]).of(("entry-content", "main_col")))
        [0, 1, 2]
        """
        seen = self.seen
        for token in hints:
            if token not in seen:
                if len(seen) > _NAMES_KEPT:
                    seen.clear()
                    return self.of(hints)
                seen[token] = tuple({self.numbers[part] for part in (token, *_PARTS.split(token)) if part in self.numbers})
        return set().union(*map(seen.__getitem__, hints))


_PARTS = re.compile(r"[^a-z]+")
