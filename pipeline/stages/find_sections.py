"""Find the sections of an article: what each heading introduces, and which block belongs where."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from ..document import Block, Document, Section
from ..rules.folding import fold
from ..rules.load import load_toml

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
_PARTS = re.compile(r" ?/ ?| & | and ")  # "Uses / Indications"
_LINES = ("paragraph", "term")
_LINE_CHARS = 50


@dataclass(frozen=True, slots=True)
class Rule:
    """The headings of one kind of section: whole phrases, and patterns to search for."""

    kind: str
    phrases: frozenset[str]
    search: tuple[re.Pattern[str], ...]

    def fits(self, heading: str) -> bool:
        """Whether a folded heading is one of this kind."""
        return heading in self.phrases or any(pattern.search(heading) for pattern in self.search)


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
    opened = [_opened(document, block) for block in document.blocks]
    open_sections = list[tuple[int, str]]()  # level and kind, outermost first
    for i, block in enumerate(document.blocks):
        kind = opened[i]
        if kind:
            level = _level(block)
            open_sections = [(rank, k) for rank, k in open_sections if rank < level] + [(level, kind)]
            sections.append(Section(_shown(document.block_text(block)), kind, block.start, _end(document, opened, i, level)))
        blocks.append(replace(block, section=_section_of(document, block, open_sections)))
    return replace(document, blocks=tuple(blocks), sections=tuple(sections))


def _opened(document: Document, block: Block) -> str | None:
    """The kind of section that the block opens, None if it opens none.

    Where a page has lost its structure, a line that is nothing but "Side effects" opens one too.
    """
    if block.kind == "heading":
        return section_kind(document.block_text(block))
    numbered = block.kind == "list_item" and document.text[block.start].isdigit()  # "3. Side effects"
    if not (numbered or block.kind in _LINES) or block.end - block.start > _LINE_CHARS:
        return None
    parts = _PARTS.split(_bare(document.block_text(block)))
    kinds = [next((rule.kind for rule in _rules() if part in rule.phrases), None) for part in parts]
    return kinds[0] if None not in kinds else None


def _level(block: Block) -> int:
    return block.level or _LOWEST if block.kind == "heading" else _LOWEST


@lru_cache(maxsize=2048)  # the same headings stand on page after page
def section_kind(heading: str) -> str:
    """The kind of section that a heading introduces, "other" if it says nothing of the kind.

    >>> section_kind("⚠️ Side Effects:"), section_kind("Transforming Lives")
    ('side_effects', 'other')
    """
    folded = _bare(heading)
    return next((rule.kind for rule in _rules() if rule.fits(folded)), "other")


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
    return any(sign in low for sign in _DISCLAIMER_SIGNS) and len(low) < 1500 and bool(_DISCLAIMER(low))


def _shown(heading: str) -> str:
    """The heading as a title: one line, no colon or ornaments at its ends."""
    return re.sub(r"^[^\w(\"“]+|[\s:*#–—-]+$", "", " ".join(heading.split())) or heading.strip()


def _end(document: Document, opened: Sequence[str | None], heading: int, level: int) -> int:
    """Where the section ends: before the next heading of its rank or above, else with the last block."""
    blocks = document.blocks
    after = next((i for i in range(heading + 1, len(blocks)) if opened[i] and _level(blocks[i]) <= level), len(blocks))
    return blocks[after - 1].end


def _section_of(document: Document, block: Block, open_sections: Sequence[tuple[int, str]]) -> str | None:
    if block.kind not in ("heading", "title") and is_disclaimer(document.block_text(block)):
        return "disclaimer"
    if not open_sections or block.kind == "title":
        return None
    return next((kind for _, kind in reversed(open_sections) if kind != "other"), "other")


@cache
def _rules() -> tuple[Rule, ...]:
    return tuple(_read(load_toml("sections.toml")["section"]))


def _read(rows: Sequence[Mapping[str, Sequence[str]]]) -> Iterator[Rule]:
    for row in rows:
        patterns = tuple(re.compile(p) for p in row.get("patterns", ()))
        yield Rule(str(row["kind"]), frozenset(map(fold, row.get("phrases", ()))), patterns)
