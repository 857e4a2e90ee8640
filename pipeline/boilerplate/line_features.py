"""What the labeller of lines sees of each line of a plain-text dump: its text, its place, the lines around it.

One row of numbers a line. `LINE_NAMES` says what each column is; the shipped weights carry the same list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from ..document import REASONS
from .features import TEXT_NAMES, placed, reason_numbers, share_before, text_columns
from .page import Page
from .verdict import Verdict

_KINDS = ("paragraph", "heading", "list_item", "table_row")
_TEXT = (
    "chars", "words", "word_length", "commas", "stops", "ends_stop", "ends_colon", "starts_small", "starts_digit", "capitals",
    "capitalised", "small_words", "digits", "bars", "links", "any_link", "prose", "copy",
)  # fmt: skip
_LINE = ("runs_on", "ends_dots", "address", "year", "clock", "topic", "topic_known")
_PLACE = ("index", "from_end", "chars_before", "prose_before", "gap_above", "gap_below", "run_lines", "run_words", "run_prose")
_PAGE = ("page_lines", "page_words", "page_prose", "page_short", "page_runs_on", "page_gaps", "page_links")
LINE_NAMES: tuple[str, ...] = (
    *_TEXT, *_LINE, *(f"kind:{kind}" for kind in _KINDS), *_PLACE, *(f"rule:{reason}" for reason in REASONS), *_PAGE,
)  # fmt: skip

_runs_on = re.compile(r"[a-zа-яà-ÿ,.;:)\]%]").match
_ends_dots = re.compile(r"(?:\.\.\.|…)\Z").search
_has_address = re.compile(r"\S@\S|https?:|www\.|\.com\b|^#\w|^@\w").search
_has_year = re.compile(r"\b(?:19|20)\d\d\b").search
_has_clock = re.compile(r"\b\d\d?:\d\d\b|\bago\b").search
_SHAPES = (_runs_on, _ends_dots, _has_address, _has_year, _has_clock)  # the first columns of `_LINE`, in its order
_LONG_WORD = re.compile(r"[^\W\d_]{5,}")
_TOPIC_CHARS = 400  # of a longer line the words are not looked up
_SHORT_WORDS, _MOST_GAP, _END = 8, 3, 50


def line_rows(page: Page, rule: Sequence[Verdict | None]) -> Any:
    """The rows of all lines as one array; `rule`: what the rules say of each line."""
    import numpy as np

    n = len(page.texts)
    out = np.zeros((n, len(LINE_NAMES)), dtype=np.float32)
    if n:
        text, gaps = dict(zip(TEXT_NAMES, text_columns(page), strict=True)), _gaps(page)
        shapes = [[bool(test(line)) for line in page.texts] for test in _SHAPES]
        columns = [*(text[name] for name in _TEXT), *shapes, *_topic(page), *_kinds(page), *_places(page, gaps)]
        out[:, : len(columns)] = np.stack(columns, axis=1)
        out[placed(len(columns), reason_numbers(rule))] = 1.0
        out[:, -len(_PAGE) :] = _of_page(page, gaps, shapes[0])
    return out


def _topic(page: Page) -> list[Any]:
    """The columns "topic" and "topic_known": the share of a line's long words that other running text has too."""
    topic = Counter[str]()
    words = [set(_LONG_WORD.findall(text[:_TOPIC_CHARS].lower())) for text in page.texts]
    for own, prose in zip(words, page.prose, strict=True):
        if prose:
            topic.update(own)
    shares = [
        sum(topic[word] > bool(prose) for word in own) / len(own) if own else 0.0 for own, prose in zip(words, page.prose, strict=True)
    ]
    return [shares, [bool(own) for own in words]]


def _kinds(page: Page) -> list[Any]:
    return [[block.kind == kind for block in page.blocks] for kind in _KINDS]


def _gaps(page: Page) -> list[int]:
    """Line breaks above each line."""
    text = page.document.text
    return [0, *(min(_MOST_GAP, text.count("\n", one.end, two.start)) for one, two in pairwise(page.blocks))]


def _places(page: Page, line_gaps: Sequence[int]) -> list[Any]:
    """The columns `_PLACE`. A run: lines without a blank one between."""
    import numpy as np

    n, gaps = len(page.texts), np.array(line_gaps)
    at, (prose, words, chars) = np.arange(n), page.columns[:3]
    run = np.cumsum(gaps > 1)
    sums = [np.bincount(run, weights=column)[run] for column in (np.ones(n), words, prose)]
    return [
        at / n, np.minimum(n - at, _END) / _END, share_before(chars), share_before(prose),
        gaps / _MOST_GAP, np.append(gaps[1:], 0) / _MOST_GAP, np.log1p(sums[0]), np.log1p(sums[1]), sums[2] / np.maximum(sums[1], 1),
    ]  # fmt: skip


def _of_page(page: Page, gaps: Sequence[int], runs_on: Sequence[bool]) -> list[float]:
    import numpy as np

    prose, words = page.columns[0].sum(), page.columns[1].sum()
    n = len(page.texts)
    return [
        np.log1p(n), np.log1p(words), prose / (words or 1), sum(count <= _SHORT_WORDS for count in page.words) / n,
        sum(runs_on) / n, sum(gap > 1 for gap in gaps) / n,
        page.columns[3].sum() / (page.columns[2].sum() or 1),
    ]  # fmt: skip
