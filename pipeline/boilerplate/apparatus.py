"""References and medical disclaimers: part of the article, though they look like the foot of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from ..rules.load import load_toml
from .evidence import Reading
from .features import NAMES
from .names import hint_names
from .rules import BoilerplateRules
from .verdict import Verdict

_IN_BULK = NAMES.index("in_bulk")
DISCLAIMER_WORDS = 5
_NOTE_NAMES = 4  # tokens of an element and those around it
_NEAR = 12  # blocks behind the last kept one
_LEAST, _HEADING_WORDS = 0.02, 4  # the labeller's probability for an entry that stands apart from its heading; words of a heading
_COPYRIGHT = re.compile(r"©|\(c\) ?\d|copyright\b", re.IGNORECASE)
_FEW_LINKS, _ALL_LINKS, _LINKED_ENTRY = 0.5, 0.95, 0.5  # shares; a list of sources may be links, a disclaimer is a sentence


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    words: dict[str, list[str]] = load_toml("hints.toml")["apparatus"]

    def any_of(key: str, shape: str) -> re.Pattern[str]:
        return re.compile(shape.format("|".join(words[key])), re.IGNORECASE)

    return any_of("disclaimer", "{}"), any_of("medical", "{}"), any_of("references", r"(?:{})\W*"), any_of("source", r"(?:{})\s?: \S")


def is_disclaimer(text: str) -> bool:
    """True for "This text does not replace medical advice."."""
    disclaimer, medical, _, _ = _patterns()
    return bool(disclaimer.search(text) and medical.search(text))


def is_apparatus(text: str) -> bool:
    """True for a medical disclaimer, a source, or the heading of references.

    >>> is_apparatus("This text does not replace medical advice."), is_apparatus("Sources:"), is_apparatus("Share this")
    (True, True, False)
    """
    _, _, references, source = _patterns()
    return bool(references.fullmatch(text) or source.match(text) or is_disclaimer(text))


def keep_apparatus(
    reading: Reading, rules: BoilerplateRules, chances: Sequence[float], verdicts: list[Verdict | None], undecided: Verdict
) -> None:
    """Keep references in or right behind the article, also those that unfold on a click, and disclaimers anywhere, that only the
    labeller (`undecided`) drops.
    """
    page = reading.page
    last = max((i for i, verdict in enumerate(verdicts) if verdict is None), default=-1)
    if last < 0:
        return
    listed, entries, best = _in_references(reading), list[int](), dict[int, float]()
    for block, chance, of in zip(page.blocks, chances, listed, strict=True):
        if of:
            best[block.evidence.group] = max(chance, best.get(block.evidence.group, 0.0))
    for i, verdict in enumerate(verdicts):
        if verdict is not undecided or reading.comments[i]:
            continue
        inside = bool(reading.rows[i][_IN_BULK]) or i < last + _NEAR
        if _is_footnote(page.blocks[i].evidence.hints) and not reading.rule[i] and page.words[i] > 1:
            entries.append(i)
            continue
        entry = (
            inside
            and listed[i]
            and not reading.rule[i]
            and (listed[i] != _ENTRY or chances[i] >= _LEAST)
            and (page.links[i] < _ALL_LINKS or best[page.blocks[i].evidence.group] >= _LINKED_ENTRY)
        )
        if (
            page.words[i] >= DISCLAIMER_WORDS
            and page.links[i] < _FEW_LINKS
            and not page.blocks[i].evidence.hidden
            and is_disclaimer(page.texts[i])
        ):
            if not _COPYRIGHT.match(page.texts[i]):
                verdicts[i] = None
        elif entry:
            entries.append(i)
    ruled = rules.match_patterns([reading.folded[i] for i in entries])
    for i, rule in reversed(list(zip(entries, ruled, strict=True))):  # a heading after what it heads
        if not rule and (listed[i] != _HEADING or None in verdicts[i + 1 : i + 3]):
            verdicts[i] = None


_HEADING, _ENTRY, _BESIDE = 1, 2, 3


def _is_footnote(hints: Sequence[str]) -> bool:
    return any(map(hint_names("footnotes").match, hints[:_NOTE_NAMES]))


def _in_references(reading: Reading) -> Sequence[int]:
    """For each block: 1 for a heading of references, 2 for what stands under it (up to the end of its list), 3 if in its container, else 0.

    A button that unfolds them opens the list too, but is no heading.
    """
    page, references, toggle = reading.page, _patterns()[2], _toggle()
    out, opened, items = list[int](), frozenset[int](), False
    for i, block in enumerate(page.blocks):
        text, groups = page.texts[i], block.evidence.groups
        is_heading = i > 2 and page.words[i] <= _HEADING_WORDS and bool(references.fullmatch(text))
        if is_heading or (page.words[i] <= _HEADING_WORDS and toggle.fullmatch(text)):
            opened, items = frozenset(groups[:2]), False
            out.append(_HEADING if is_heading else 0)
            continue
        items = items or block.kind == "list_item"
        if block.kind == "heading" or (items and block.kind != "list_item"):
            opened = frozenset()
        out.append(0 if not opened else _BESIDE if opened.intersection(groups) else _ENTRY)
    return out


@cache
def _toggle() -> re.Pattern[str]:
    words: dict[str, list[str]] = load_toml("hints.toml")["apparatus"]
    return re.compile(rf"(?:{'|'.join(words['toggles'])}) (?:{'|'.join(words['references'])})\W*", re.IGNORECASE)
