"""Which part of an HTML page is the article: the stretch of blocks with the most running text.

Each block counts for its words when it reads like prose and against it when it is links, labels or
stands in an element whose name betrays boilerplate; the article is the stretch of blocks with the
largest sum (Pasternack and Roth 2009, "Extracting article text from the web with maximum
subsequence segmentation"). What stands outside of it goes, with the reason that names betray.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from ..document import Block, Document
from ..rules.load import load_toml
from .rules import BoilerplateRules
from .verdict import Verdict

_PROSE = re.compile(r"[.!?…。।:][\"'”’)»]*(?:\s|$)|,\s")
_HINTS_USED = 24  # of a block's tokens, nearest elements first
_MASS = 0.35  # of the page's prose: a name above so much text is the article's own, whatever it says
_GONE = -12.0  # score of a block that a rule removes


@cache
def _betrayals() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((reason, re.compile(pattern)) for reason, pattern in load_toml("hints.toml")["tokens"].items())


@cache
def _token_verdict(token: str) -> Verdict | None:
    for reason, pattern in _betrayals():
        if pattern.search(token):
            return Verdict(reason, f"name-{reason}")
    return None


def name_verdicts(document: Document, texts: Sequence[str], rules: BoilerplateRules) -> list[Verdict | None]:
    """For each block, what the names of its elements betray, unless the bulk of the page's prose stands under them."""
    prose = [_prose(text, block) for block, text in zip(document.blocks, texts, strict=True)]
    mass, total = Counter[str](), sum(prose) or 1
    for block, weight in zip(document.blocks, prose, strict=True):
        if weight:
            for token in set(block.evidence.hints) | {f"<{tag}>" for tag in block.evidence.path.split("/")}:
                mass[token] += weight
    tags: dict[str, str] = load_toml("hints.toml")["tags"]

    def verdict(block: Block) -> Verdict | None:
        for token in block.evidence.hints[:_HINTS_USED]:
            if mass[token] <= _MASS * total:
                found = rules.match_hint(token) or _token_verdict(token)
                if found:
                    return found
        for tag in reversed(block.evidence.path.split("/")):
            reason = tags.get(tag)
            if reason and mass[f"<{tag}>"] <= _MASS * total:
                return Verdict(reason, f"tag-{tag}")
        return None

    return [verdict(block) for block in document.blocks]


def _prose(text: str, block: Block) -> int:
    """Words of a block that reads like prose, else 0."""
    words = text.count(" ") + 1
    if words < 10 or block.evidence.link_chars > 0.4 * len(text):
        return 0
    return words if _PROSE.search(text) else 0


def article_stretch(document: Document, texts: Sequence[str], gone: Sequence[Verdict | None], title: int | None) -> tuple[int, int]:
    """(first, end) indices of the stretch of blocks with the largest sum of scores."""
    best = (0.0, 0, 0)
    total, start = 0.0, 0
    for i, (block, text) in enumerate(zip(document.blocks, texts, strict=True)):
        if total <= 0:
            total, start = 0.0, i
        total += _GONE if gone[i] else _score(text, block)
        if total > best[0]:
            best = (total, start, i + 1)
    _, first, end = best
    if title is not None and title < first and end:
        between = range(title + 1, first)
        if sum(len(texts[i].split()) for i in between if not gone[i]) < 150:
            first = title
    return first, end


def _score(text: str, block: Block) -> float:
    words = len(text.split())
    links = block.evidence.link_chars / max(1, len(text) - text.count(" "))
    if links > 0.5:
        return -3.0 - min(words, 10) * 0.3
    if block.kind == "heading":
        return 0.0
    if words >= 10 and _PROSE.search(text):
        return min(words, 80) * (1 - links)
    if block.kind in ("list_item", "table_row", "definition", "quote"):
        return min(words, 20) * 0.15 if words > 3 else -0.3
    return -1.0
