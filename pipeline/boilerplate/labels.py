"""Every block of a page with its label and what led to it, for people who ask why."""

from __future__ import annotations

from dataclasses import dataclass

from ..document import Document
from .evidence import Reading
from .features import NAMES
from .judgement import cuts, judged
from .rules import load_rules
from .verdict import Verdict

_IN_MAIN = NAMES.index("in_main")
_LINKED = 0.05  # share of a block's characters from which links are worth a word


@dataclass(frozen=True, slots=True)
class Label:
    """A block's text and kind, the verdict on it (None: it stays), the labeller's probability, and the evidence."""

    text: str
    kind: str
    verdict: Verdict | None
    chance: float
    evidence: tuple[str, ...]


def label_blocks(document: Document) -> list[Label]:
    """The labels of a repaired document's blocks, as `strip_boilerplate` decides on them.

    >>> from pipeline.document import Block
    >>> page = Document.from_text("Take one tablet.\\n\\nShare this:", [Block(0, 16, "paragraph"), Block(18, 29, "paragraph")])
    >>> [(label.text, label.verdict and label.verdict.reason) for label in label_blocks(page)]
    [('Take one tablet.', None), ('Share this:', 'share')]
    """
    rules = load_rules()
    found = judged(document, rules)
    evidence = [[] if i != found.shown else ["shows the title"] for i in range(len(found.texts))]
    for i, start, end, why in cuts(document.blocks, found, rules):
        evidence[i].append(f"without {found.texts[i][start:end].strip()!r}: {why.reason} · {why.rule}")
    if found.reading:
        for i in range(len(evidence)):
            evidence[i] += _evidence(found.reading, i)
    return [
        Label(text, block.kind, verdict, found.chances[i], tuple(evidence[i]))
        for i, (text, block, verdict) in enumerate(zip(found.texts, document.blocks, found.verdicts, strict=True))
    ]


def _evidence(reading: Reading, i: int) -> list[str]:
    page, found = reading.page, list[str]()
    block, named, rule = page.blocks[i], reading.named[i], reading.rule[i]
    if rule:
        found.append(f"its words: {rule.rule}")
    if named[0]:
        found.append(f"names around it: {named[0].reason}, over {named[1]:.0%} of the running text")
    if page.links[i] >= _LINKED:
        found.append(f"{page.links[i]:.0%} links")
    if not page.prose[i]:
        found.append("no running text")
    if not reading.rows[i][_IN_MAIN]:
        found.append("outside the main container")
    if block.evidence.stated:
        found.append("in the declared article")
    if block.evidence.hidden:
        found.append("hidden")
    if block.evidence.hints:
        found.append("." + ".".join(block.evidence.hints[:3]))
    return found
