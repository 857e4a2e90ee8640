"""Label every block, drop what is not the article, and say why.

Pages are judged by `boilerplate.pages` (a learned labeller, and rules), plain texts by
`boilerplate.dumps` (rules, and the place of lines); then copies of the title and of blocks go.
Labels are decided for all blocks before anything is cut, and the cuts are recorded edits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..boilerplate.bylines import with_bylines
from ..boilerplate.dumps import judge_lines, modal_tail, opening_title, sentence_cuts
from ..boilerplate.evidence import gather
from ..boilerplate.page_type import find_page_type
from ..boilerplate.pages import chances_of, judge
from ..boilerplate.rules import BoilerplateRules, load_rules
from ..boilerplate.stubs import find_preambles, find_stubs
from ..boilerplate.titles import like_title, plain_title
from ..boilerplate.verdict import Verdict
from ..document import Block, Document, Edit
from ..rules.folding import fold

NAME = "strip_boilerplate"

_NUMBERS = re.compile(r"[\d½¼¾⅓⅔⅛]+|[<>≤≥±−-](?=\s?\d)|[µμ]g|mcg")

_DOSE = re.compile(r"\d\s?(mg|mcg|µg|μg|ml|мг|мл|мкг|iu|units)\b", re.IGNORECASE)
_COPY_CHARS = 40  # shorter blocks may rightly stand twice
_LINE_WORDS = 20  # of a line with numbers that may stand under several headings
_NAME_WORDS = 3  # a title that is no more than a name: a list may name it too
_NO_COPIES = frozenset({"table_row", "code", "title"})


def strip_boilerplate(document: Document, rules: BoilerplateRules | None = None) -> Document:
    """Remove what is not the article.

    >>> page = Document.from_text("Take one tablet daily.\\n\\nShare this:", [Block(0, 22, "paragraph"), Block(24, 35, "paragraph")])
    >>> clean = strip_boilerplate(page)
    >>> clean.text, [(c.reason, c.before) for c in clean.changes()]
    ('Take one tablet daily.', [('share', '\\n\\nShare this:')])
    """
    rules = rules or load_rules()
    texts = [document.block_text(block) for block in document.blocks]
    if document.origin.media_type == "text/html":
        reading = gather(document, rules)
        verdicts, title, shown, alike = judge(reading, rules, chances_of(reading)), reading.title, reading.shown, reading.alike
        document = replace(document, flags=(*document.flags, *find_page_type(reading, verdicts)))
    else:
        verdicts, shown = judge_lines(document.blocks, texts, rules)
        title = plain_title(texts[shown]) if shown is not None else opening_title(texts)
        alike = like_title(texts, title) if title else []
    for i in alike:
        if i != shown and title and _is_in_list(document.blocks, verdicts, i, title):
            continue
        verdicts[i] = Verdict("title-duplicate", "title-copy") if i != shown else None
    for i in find_stubs(document.blocks, texts, title):
        verdicts[i] = verdicts[i] or Verdict("keyword-stub", "keyword-stub")
    for i in find_preambles(texts, shown):
        verdicts[i] = verdicts[i] or Verdict("llm-preamble", "opening-line")
    _mark_copies(document.blocks, texts, verdicts)
    blocks = tuple(_title_block(block) if i == shown else block for i, block in enumerate(document.blocks))
    edits = [*_removals(blocks, verdicts), *_cuts(blocks, texts, verdicts, rules), *_markup(blocks, texts, verdicts)]
    bylines = [text for text, verdict in zip(texts, verdicts, strict=True) if verdict and verdict.reason == "byline"]
    document = replace(document, title=title, blocks=blocks, metadata=with_bylines(document.metadata, bylines))
    return document.edited(NAME, _without_overlaps(edits))


def _is_in_list(blocks: Sequence[Block], verdicts: Sequence[Verdict | None], i: int, title: str) -> bool:
    """A title that is a name, as one of a kept list or table: "Paroxetine" among related drugs."""
    if blocks[i].kind not in ("list_item", "table_row", "term") or title.count(" ") >= _NAME_WORDS or verdicts[i]:
        return False
    near = [j for j in (i - 1, i + 1) if 0 <= j < len(blocks) and blocks[j].evidence.group == blocks[i].evidence.group]
    return any(not verdicts[j] and blocks[j].kind in ("list_item", "table_row", "definition") for j in near)


def _mark_copies(blocks: Sequence[Block], texts: Sequence[str], verdicts: list[Verdict | None]) -> None:
    """A later copy of a block goes; one that differs in a number is no copy, for it may be another dose.

    Nor is a line with numbers that stands alone under another heading: two infections may have the same dose.
    """
    seen, heads = dict[tuple[str, ...], int | None](), dict[int, int | None]()
    copies = list[int]()
    for i in _alike(blocks, texts, verdicts):
        numbers = _NUMBERS.findall(texts[i])
        key, heads[i] = (fold(texts[i]), *numbers), _heading_above(blocks, verdicts, i)
        first = seen.setdefault(key, i)
        if first == i:
            continue
        alone = i - 1 not in copies
        short = texts[i].count(" ") < _LINE_WORDS or _DOSE.search(texts[i])
        if not (numbers and short and alone and not _same_text(texts, heads[i], heads[first or 0])):
            verdicts[i] = Verdict("duplicate-block", "block-copy")
            copies.append(i)


def _heading_above(blocks: Sequence[Block], verdicts: Sequence[Verdict | None], i: int) -> int | None:
    return next((j for j in range(i - 1, -1, -1) if blocks[j].kind in ("heading", "term") and not verdicts[j]), None)


def _same_text(texts: Sequence[str], one: int | None, two: int | None) -> bool:
    return one == two or (one is not None and two is not None and texts[one] == texts[two])


def _alike(blocks: Sequence[Block], texts: Sequence[str], verdicts: Sequence[Verdict | None]) -> list[int]:
    """Indices of the kept blocks that begin like another one: only these can be copies, and most blocks need no closer look."""
    long = [i for i, text in enumerate(texts) if not verdicts[i] and len(text) >= _COPY_CHARS and blocks[i].kind not in _NO_COPIES]
    begins = [fold(texts[i][: 2 * _COPY_CHARS])[: _COPY_CHARS // 2] for i in long]
    count = Counter(begins)
    return [i for i, begin in zip(long, begins, strict=True) if count[begin] > 1]


def _title_block(block: Block) -> Block:
    return replace(block, kind="title", level=None)


def _removals(blocks: Sequence[Block], verdicts: Sequence[Verdict | None]) -> Iterator[Edit]:
    """One edit a dropped block, with the gap before it, or the gap after it where nothing is kept before."""
    kept_before = False
    for i, (block, verdict) in enumerate(zip(blocks, verdicts, strict=True)):
        if verdict is None:
            kept_before = True
        elif kept_before:
            yield Edit(blocks[i - 1].end, block.end, "", verdict.rule, verdict.reason)
        else:
            end = blocks[i + 1].start if i + 1 < len(blocks) else block.end
            yield Edit(block.start, end, "", verdict.rule, verdict.reason)


def _cuts(blocks: Sequence[Block], texts: Sequence[str], verdicts: Sequence[Verdict | None], rules: BoilerplateRules) -> Iterator[Edit]:
    """Pieces inside kept blocks: a trailing "Read more", an inline label."""
    kept = [i for i, verdict in enumerate(verdicts) if verdict is None and blocks[i].kind != "title"]
    for i, pieces in zip(kept, rules.cuts([texts[i] for i in kept]), strict=True):
        block, text = blocks[i], texts[i]
        for start, end, found in pieces:
            if end - start < len(text):
                yield Edit(block.start + start, block.start + end, "", found.rule, found.reason)
        if block.evidence.tag == "line":
            for start, end, found in (*sentence_cuts(text, rules), *modal_tail(text, rules)):
                yield Edit(block.start + start, block.start + end, "", found.rule, found.reason)


def _markup(blocks: Sequence[Block], texts: Sequence[str], verdicts: Sequence[Verdict | None]) -> Iterator[Edit]:
    """Marks of lists and of bold type in plain text, which a page would not show."""
    for block, text, verdict in zip(blocks, texts, verdicts, strict=True):
        if verdict is None and block.evidence.tag == "line":
            yield from plain_marks(block, text)


def plain_marks(block: Block, text: str) -> Iterator[Edit]:
    """Edits that take literal `**`, `#` and bullets off a line."""
    from ..reading.plain import mark_spans

    for start, end, rule in mark_spans(text, block.kind):
        yield Edit(block.start + start, block.start + end, "", rule, "layout")


def _without_overlaps(edits: Sequence[Edit]) -> list[Edit]:
    out: list[Edit] = []
    for edit in sorted(edits, key=lambda e: (e.start, -e.end)):
        if not out or edit.start >= out[-1].end:
            out.append(edit)
    return out
