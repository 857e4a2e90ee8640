"""Label every block, drop what is not the article, and say why.

`boilerplate.judgement` decides on all blocks before anything is cut; the cuts are recorded edits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ..boilerplate.bylines import with_bylines
from ..boilerplate.judgement import cuts, judged
from ..boilerplate.rules import BoilerplateRules, load_rules
from ..boilerplate.verdict import Verdict
from ..document import Block, Document, Edit

NAME = "strip_boilerplate"


def strip_boilerplate(document: Document, rules: BoilerplateRules | None = None) -> Document:
    """Remove what is not the article.

    >>> page = Document.from_text("Take one tablet daily.\\n\\nShare this:", [Block(0, 22, "paragraph"), Block(24, 35, "paragraph")])
    >>> clean = strip_boilerplate(page)
    >>> clean.text, [(c.reason, c.before) for c in clean.changes()]
    ('Take one tablet daily.', [('share', '\\n\\nShare this:')])
    """
    rules = rules or load_rules()
    found = judged(document, rules)
    texts, verdicts = found.texts, found.verdicts
    blocks = tuple(_title_block(block) if i == found.shown else block for i, block in enumerate(document.blocks))
    pieces = [
        Edit(blocks[i].start + start, blocks[i].start + end, "", why.rule, why.reason) for i, start, end, why in cuts(blocks, found, rules)
    ]
    edits = [*_removals(blocks, verdicts), *pieces, *_markup(blocks, texts, verdicts)]
    bylines = [text for text, verdict in zip(texts, verdicts, strict=True) if verdict and verdict.reason == "byline"]
    metadata = with_bylines(document.metadata, bylines)
    document = replace(document, title=found.title, blocks=blocks, metadata=metadata, flags=(*document.flags, *found.flags))
    return document.edited(NAME, _without_overlaps(edits))


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
