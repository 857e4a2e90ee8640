"""Sections: what a heading introduces, how far it goes, and which block belongs where.

Rows of `cases/find_sections.jsonl`: `blocks` as [kind, level, text], and in `expect` the kind of
section of each block; `sections` gives [heading, kind, first block, last block] where it matters.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import Block, Document
from pipeline.rules.folding import fold
from pipeline.rules.load import load_toml
from pipeline.stages.find_sections import find_sections, section_kind

from .conftest import load_cases

KINDS = {
    "indications", "dosage", "side_effects", "contraindications", "interactions", "mechanism", "storage", "overdose",
    "pregnancy", "faq", "references", "disclaimer", "other",
}  # fmt: skip
RULES = load_toml("sections.toml")["section"]


def page_of(rows: list[list[Any]]) -> Document:
    """A document of these blocks, a blank line between them."""
    blocks, here = list[Block](), 0
    for kind, level, text in rows:
        blocks.append(Block(here, here + len(text), kind, level))
        here += len(text) + 2
    return Document.from_text("\n\n".join(text for _, _, text in rows), blocks)


@pytest.mark.parametrize("case", load_cases("find_sections.jsonl"), ids=lambda case: case["label"])
def test_case(case: dict[str, Any]) -> None:
    """Each block has the section that the case expects, and each section its stretch of the page."""
    page = find_sections(page_of(case["blocks"]))
    assert [block.section for block in page.blocks] == case["expect"]
    if "sections" in case:
        wanted = [[heading, kind, page.blocks[first].start, page.blocks[last].end] for heading, kind, first, last in case["sections"]]
        assert [[s.heading, s.kind, s.start, s.end] for s in page.sections] == wanted


@pytest.mark.parametrize("case", load_cases("find_sections.known_failures.jsonl"), ids=lambda case: case["label"])
@pytest.mark.xfail(strict=True)
def test_known_failure(case: dict[str, Any]) -> None:
    """What we cannot do yet; a case that passes moves to the other file."""
    assert [block.section for block in find_sections(page_of(case["blocks"])).blocks] == case["expect"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["kind"])
def test_rule_holds_its_examples(rule: dict[str, Any]) -> None:
    """The examples of a rule get its kind, and its near-misses do not."""
    assert rule["kind"] in KINDS
    assert {e: section_kind(e) for e in rule.get("examples", ())} == dict.fromkeys(rule.get("examples", ()), rule["kind"])
    assert [e for e in rule.get("not_examples", ()) if section_kind(e) == rule["kind"]] == []


@given(levels=st.lists(st.tuples(st.sampled_from(["heading", "paragraph", "list_item"]), st.integers(1, 6)), max_size=20))
def test_sections_nest(levels: list[tuple[str, int]]) -> None:
    """Two sections are apart or one is inside the other, and every block after a heading has a section."""
    page = find_sections(page_of([[kind, level if kind == "heading" else None, f"Part {i}"] for i, (kind, level) in enumerate(levels)]))
    spans = [(s.start, s.end) for s in page.sections]
    assert all(b <= c or d <= a or (a <= c and d <= b) or (c <= a and b <= d) for a, b in spans for c, d in spans)
    first = next((i for i, block in enumerate(page.blocks) if block.kind == "heading"), len(page.blocks))
    assert [block.section is not None for block in page.blocks] == [i >= first for i in range(len(page.blocks))]


@given(text=st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    """A folded line folds to itself."""
    assert fold(fold(text)) == fold(text)
