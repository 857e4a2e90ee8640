"""What becomes of each block of a document, decided for all of them before anything is cut.

Pages are judged by `pages` (a learned labeller, and rules), plain texts by `dumps` (rules, and the place
of lines); then copies of the title, keyword stubs, a model's opening line and copies of blocks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..document import Block, Document, Flag
from ..rules.folding import fold
from .dumps import judge_lines, read_lines
from .evidence import Reading, gather
from .one_line import modal_tail, opening_title, sentence_cuts
from .page_type import find_page_type
from .pages import chances_of, judge
from .rules import BoilerplateRules
from .stubs import find_preambles, find_stubs
from .titles import like_title, main_heading, plain_title
from .verdict import Verdict

_NUMBERS = re.compile(r"[\d½¼¾⅓⅔⅛]+|[<>≤≥±−-](?=\s?\d)|[µμ]g|mcg")

_DOSE = re.compile(r"\d\s?(mg|mcg|µg|μg|ml|мг|мл|мкг|iu|units)\b", re.IGNORECASE)
_LINE_WORDS = 20  # of a line that may stand under several headings
_TEXT_CHARS = 80  # a line so long is running text
_COPY_CHARS = 40  # shorter blocks may rightly stand twice
_NAME_WORDS = 3  # a title that is no more than a name: a list may name it too
_NO_COPIES = frozenset({"table_row", "code", "title"})


@dataclass(slots=True)
class Judgement:
    """A verdict for each block (None: it stays), the title and the block that shows it; of a page also what was gathered of it.

    chances: the labeller's probability that a block is of the article. flags: on the type of the page.
    """

    texts: list[str]
    verdicts: list[Verdict | None]
    title: str | None
    shown: int | None
    reading: Reading | None = None
    chances: Sequence[float] = ()
    flags: Sequence[Flag] = ()


def judged(document: Document, rules: BoilerplateRules) -> Judgement:
    """The judgement on a repaired document."""
    texts = [document.block_text(block) for block in document.blocks]
    found, alike = (_page if document.origin.media_type == "text/html" else _dump)(document, texts, rules)
    for i in alike:
        if i != found.shown and found.title and _is_in_list(document.blocks, found.verdicts, i, found.title):
            continue
        found.verdicts[i] = Verdict("title-duplicate", "title-copy") if i != found.shown else None
    for i in find_stubs(document.blocks, texts, found.title):
        found.verdicts[i] = found.verdicts[i] or Verdict("keyword-stub", "keyword-stub")
    for i in find_preambles(texts, found.shown):
        found.verdicts[i] = found.verdicts[i] or Verdict("llm-preamble", "opening-line")
    _mark_copies(document.blocks, texts, found.verdicts)
    return found


def _is_in_list(blocks: Sequence[Block], verdicts: Sequence[Verdict | None], i: int, title: str) -> bool:
    """A title that is a name, as one of a kept list or table: "Paroxetine" among related drugs."""
    if blocks[i].kind not in ("list_item", "table_row", "term") or title.count(" ") >= _NAME_WORDS or verdicts[i]:
        return False
    near = [j for j in (i - 1, i + 1) if 0 <= j < len(blocks) and blocks[j].evidence.group == blocks[i].evidence.group]
    return any(not verdicts[j] and blocks[j].kind in ("list_item", "table_row", "definition") for j in near)


def _page(document: Document, texts: list[str], rules: BoilerplateRules) -> tuple[Judgement, list[int]]:
    reading = gather(document, rules)
    chances = chances_of(reading)
    verdicts, shown = judge(reading, rules, chances), reading.shown
    if shown is None and reading.title and (shown := main_heading(document, texts, reading.title)) is not None:
        verdicts[shown] = None
    flags = tuple(find_page_type(reading, verdicts))
    return Judgement(texts, verdicts, reading.title, shown, reading, chances, flags), reading.alike


def _dump(document: Document, texts: list[str], rules: BoilerplateRules) -> tuple[Judgement, list[int]]:
    verdicts, shown, chances = judge_lines(read_lines(document, rules))
    title = plain_title(texts[shown]) if shown is not None else opening_title(texts)
    return Judgement(texts, verdicts, title, shown, chances=chances), like_title(texts, title) if title else []


def cuts(blocks: Sequence[Block], found: Judgement, rules: BoilerplateRules) -> Iterator[tuple[int, int, int, Verdict]]:
    """(block, start and end in its text, verdict) of pieces inside kept blocks: a trailing "Read more", an inline label."""
    kept = [i for i, verdict in enumerate(found.verdicts) if verdict is None and blocks[i].kind != "title" and i != found.shown]
    for i, pieces in zip(kept, rules.cuts([found.texts[i] for i in kept]), strict=True):
        text = found.texts[i]
        yield from ((i, start, end, why) for start, end, why in pieces if end - start < len(text))
        if blocks[i].evidence.tag == "line":
            yield from ((i, *piece) for piece in (*sentence_cuts(text, rules), *modal_tail(text, rules)))


def _mark_copies(blocks: Sequence[Block], texts: Sequence[str], verdicts: list[Verdict | None]) -> None:
    """A later copy of a block goes; one that differs in a number is no copy, for it may be another dose.

    Nor is a line, or a dose, that stands alone under another heading: two infections may have the same dose. Of a heading and its
    entry in a table of contents above, the entry goes.
    """
    seen, copies = dict[tuple[str, ...], int](), dict[int, int]()
    alike = _alike(blocks, texts, verdicts)
    heads = _headings_above(blocks, texts, verdicts) if alike else []
    for i in alike:
        first = seen.setdefault((fold(texts[i]), *_NUMBERS.findall(texts[i])), i)
        if first != i:
            copies[i] = first
    for i, first in copies.items():
        entry = _heads_text(texts, i) and not _heads_text(texts, first)
        if blocks[first].kind != "heading" and (blocks[i].kind == "heading" or (entry and blocks[i].evidence.tag == "line")):
            verdicts[first] = Verdict("navigation", "table-of-contents")
            continue
        line = texts[i].count(" ") < _LINE_WORDS and i - 1 not in copies and i + 1 not in copies and not _is_heading_of_dump(blocks[i])
        if heads[i] == heads[first] or not (line or _DOSE.search(texts[i])) or blocks[i].evidence.hidden:
            verdicts[i] = Verdict("duplicate-block", "block-copy")


def _heads_text(texts: Sequence[str], i: int) -> bool:
    """A line over running text."""
    return len(texts[i]) < _TEXT_CHARS <= len("".join(texts[i + 1 : i + 2]))


def _is_heading_of_dump(block: Block) -> bool:
    return block.kind == "heading" and block.evidence.tag == "line"


def _headings_above(blocks: Sequence[Block], texts: Sequence[str], verdicts: Sequence[Verdict | None]) -> list[str]:
    """For each block the kept heading or term that it stands under, "" above the first."""
    out, above = list[str](), ""
    for block, text, verdict in zip(blocks, texts, verdicts, strict=True):
        out.append(above)
        if block.kind in ("heading", "term") and not verdict:
            above = text
    return out


def _alike(blocks: Sequence[Block], texts: Sequence[str], verdicts: Sequence[Verdict | None]) -> list[int]:
    """Indices of the kept blocks that begin like another one: only these can be copies, and most blocks need no closer look."""
    long = [i for i, text in enumerate(texts) if not verdicts[i] and len(text) >= _COPY_CHARS and blocks[i].kind not in _NO_COPIES]
    begins = [fold(texts[i][: 2 * _COPY_CHARS])[: _COPY_CHARS // 2] for i in long]
    count = Counter(begins)
    return [i for i, begin in zip(long, begins, strict=True) if count[begin] > 1]
