"""Find the sections of an article: what each heading introduces, and which block belongs where."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import Any

from ..document import Block, Document, Section
from ..rules.folding import fold
from ..rules.load import load_toml
from ..rules.needs import WordIndex

_DISCLAIMER = re.compile(
    r"""
      (?:not|never|neither) \b .{0,60} \b (?:substitute|replace(?:ment)?|intended|meant|construed|considered|constitute|provide) \b
      .{0,80} \b (?:medical|professional|doctor|physician|healthcare|health\ care|diagnos)
    | \b (?:educational|informational|information) \b .{0,40} \b purposes? \b .{0,30} \b only \b
    | \b (?:educational|informational) \ purposes \b
    | \b consult \b .{0,60} \b before \ (?:taking|using|starting|stopping|making|beginning) \b .{0,60} \b (?:any|medical|treatment)
    """,
    re.VERBOSE,
).search
_DISCLAIMER_SIGNS = ("medical advice", "substitute", "purposes", "disclaimer")
_LOWEST = 7  # below every level of heading
_NUMBER = re.compile(r"^(?:[^\w(\"“]+|\d{1,2}[.)]\s|[a-zA-Z]\)\s|[qQ][.:]\s)+")
_COUNTED = re.compile(r"(\d{1,2})[.)]\s").match
_PARTS = re.compile(r" ?/ ?| & | and ")  # "Uses / Indications"
_find_words = re.compile(r"\w+").findall
_LINES = ("paragraph", "term")
_LINE_CHARS = 50


@dataclass(frozen=True)
class _Pattern:
    """A pattern for headings; its rank is the place of its section in the rule file."""

    rank: int
    kind: str
    source: str

    @cached_property
    def is_in(self) -> Any:
        """Searches a folded heading; compiled when a heading first needs it."""
        return re.compile(self.source).search


def find_sections(document: Document) -> Document:
    r"""The document with `sections`, and with `section` on every block that has one.

    A section goes on to the next heading of the same or a higher rank. A block belongs to the
    innermost section around it whose kind is known, else to "other"; before the first heading to none.

    >>> blocks = [Block(0, 12, "heading", 2), Block(13, 20, "list_item")]
    >>> page = find_sections(Document.from_text("Side effects\nNausea.", blocks))
    >>> [(s.heading, s.kind, s.start, s.end) for s in page.sections], page.blocks[1].section
    ([('Side effects', 'side_effects', 0, 20)], 'side_effects')
    """
    blocks, sections = list[Block](), list[Section]()
    opened = [_opened(document, i) for i in range(len(document.blocks))]
    _go_on(document, opened)
    ends = _ends(document.blocks, [i for i, kind in enumerate(opened) if kind])
    disclaims = _may_disclaim(document.text.lower())
    open_sections = list[tuple[int, str]]()  # level and kind, outermost first
    for i, block in enumerate(document.blocks):
        if kind := opened[i]:
            level = _level(block)
            open_sections = [(rank, k) for rank, k in open_sections if rank < level] + [(level, kind)]
            sections.append(Section(_shown(document.block_text(block)), kind, block.start, ends[i]))
        section = _section_of(document, block, open_sections, disclaims=disclaims)
        blocks.append(block if block.section == section else _in_section(block, section))
    return replace(document, blocks=tuple(blocks), sections=tuple(sections))


def _in_section(block: Block, section: str | None) -> Block:
    """Built by hand: dataclasses.replace takes three times as long, and pages have hundreds of blocks."""
    return Block(block.start, block.end, block.kind, block.level, section, block.evidence)


def _opened(document: Document, at: int) -> str | None:
    """The kind of section that the block opens, None if it opens none.

    Where a page has lost its structure, a line that is nothing but "Side effects" opens one too, and one above a list whose
    words tell of a section: "Do not take it if you have".
    """
    block = document.blocks[at]
    if block.kind == "heading":
        return section_kind(document.block_text(block))
    numbered = block.kind == "list_item" and document.text[block.start].isdigit()  # "3. Side effects"
    if not (numbered or block.kind in _LINES) or block.end - block.start > _LINE_CHARS:
        return None
    text = document.block_text(block)
    found = [_phrases().get(part) for part in _PARTS.split(_bare(text))]
    if found[0] and None not in found:
        return found[0][1]
    heads_list = block.evidence.tag == "line" and at + 1 < len(document.blocks) and document.blocks[at + 1].kind == "list_item"
    kind = section_kind(text) if heads_list and block.kind == "paragraph" and not text.endswith((".", "!")) else "other"
    return kind if kind != "other" else None


def _go_on(document: Document, opened: list[str | None]) -> None:
    """After "3. Side effects" a line "4. Is it addictive?" with no number in front of its neighbours opens a section as well."""
    counts = [_count(document, block) for block in document.blocks]
    due = 0
    for i, (block, count) in enumerate(zip(document.blocks, counts, strict=True)):
        alone = not any(counts[max(0, i - 1) : i]) and counts[i + 1 : i + 2] == [0]
        line = block.kind in ("list_item", *_LINES) and block.end - block.start <= _LINE_CHARS
        if count and count == due and opened[i] is None and alone and line:
            opened[i] = section_kind(document.block_text(block))
        if count and opened[i]:
            due = count + 1


def _count(document: Document, block: Block) -> int:
    """The number in front of a block, 0 without one."""
    found = _COUNTED(document.text, block.start, block.end)
    return int(found[1]) if found else 0


def _level(block: Block) -> int:
    return block.level or _LOWEST if block.kind == "heading" else _LOWEST


@lru_cache(maxsize=2048)  # the same headings stand on page after page
def section_kind(heading: str) -> str:
    """The kind of section that a heading introduces, "other" if it says nothing of the kind.

    >>> section_kind("⚠️ Side Effects:"), section_kind("Transforming Lives")
    ('side_effects', 'other')
    """
    folded = _bare(heading)
    rank, kind = _phrases().get(folded, (len(_patterns()), "other"))
    for i in _index().possible({"", *_find_words(folded)}):
        pattern = _patterns()[i]
        if pattern.rank >= rank:
            break
        if pattern.is_in(folded):
            return pattern.kind
    return kind


def _bare(heading: str) -> str:
    """The heading folded, without the number before it: "4. Side effects", "Q: Can I drink?"."""
    return fold(_NUMBER.sub("", heading))


def is_disclaimer(text: str) -> bool:
    """Whether a paragraph says that it is no medical advice.

    >>> is_disclaimer("This article is not a substitute for professional medical advice.")
    True
    >>> is_disclaimer("Generic tablets are a substitute for the brand.")
    False
    """
    low = text.lower()
    return _may_disclaim(low) and len(low) < 1500 and bool(_DISCLAIMER(low))


def _may_disclaim(low: str) -> bool:
    return any(sign in low for sign in _DISCLAIMER_SIGNS)


def _shown(heading: str) -> str:
    """The heading as a title: one line, no colon or ornaments at its ends."""
    return re.sub(r"^[^\w(\"“]+|[\s:*#–—-]+$", "", " ".join(heading.split())) or heading.strip()


def _ends(blocks: Sequence[Block], openers: Sequence[int]) -> dict[int, int]:
    """Where the section of each heading ends: before the next heading of its rank or above, else with the last block."""
    ends, following = dict[int, int](), dict[int, int]()  # the next heading of each level
    for i in reversed(openers):
        level = _level(blocks[i])
        after = min((at for rank, at in following.items() if rank <= level), default=len(blocks))
        ends[i] = blocks[after - 1].end
        following[level] = i
    return ends


def _section_of(document: Document, block: Block, open_sections: Sequence[tuple[int, str]], *, disclaims: bool) -> str | None:
    if disclaims and block.kind not in ("heading", "title") and is_disclaimer(document.block_text(block)):
        return "disclaimer"
    if not open_sections or block.kind == "title":
        return None
    return next((kind for _, kind in reversed(open_sections) if kind != "other"), "other")


@cache
def _phrases() -> dict[str, tuple[int, str]]:
    """Folded headings with rank and kind of their section; of several the first."""
    found = dict[str, tuple[int, str]]()
    for rank, row in enumerate(load_toml("sections.toml")["section"]):
        for phrase in row.get("phrases", ()):
            found.setdefault(fold(phrase), (rank, row["kind"]))
    return found


@cache
def _patterns() -> tuple[_Pattern, ...]:
    rows = enumerate(load_toml("sections.toml")["section"])
    return tuple(_Pattern(rank, row["kind"], source) for rank, row in rows for source in row.get("patterns", ()))


@cache
def _index() -> WordIndex:
    return WordIndex([pattern.source for pattern in _patterns()])
