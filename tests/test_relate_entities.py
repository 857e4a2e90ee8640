"""Relations: which dose belongs to which drug, and what a drug treats, causes or must not be used in.

Rows of `cases/relate_entities.jsonl`: `text`, the `drugs` that are known already (surface to
ingredient), and in `expect` every relation as [type, surface of the head, surface of the tail].
"""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.document import Document, Entity
from pipeline.reading.plain import read_plain
from pipeline.stages.extract_entities import extract_entities
from pipeline.stages.find_sections import find_sections
from pipeline.stages.relate_entities import relate_entities

from .conftest import load_cases


def page_of(case: dict[str, Any]) -> Document:
    """The case's text, annotated, with its relations."""
    text = case["text"]
    drugs = [
        Entity("", "DRUG", at, at + len(surface), canonical=name)
        for surface, name in case["drugs"].items()
        for at in range(len(text))
        if text.startswith(surface, at)
    ]
    page = find_sections(Document.from_text(text, read_plain(text))).annotated(drugs)
    return relate_entities(extract_entities(page))


def told(page: Document) -> list[list[str]]:
    """Relations as a case writes them."""
    surface = {e.id: page.text[e.start : e.end] for e in page.entities}
    return sorted([r.type, surface[r.head], surface[r.tail]] for r in page.relations)


@pytest.mark.parametrize("case", load_cases("relate_entities.jsonl"), ids=lambda case: case["label"])
def test_case(case: dict[str, Any]) -> None:
    """The relations of the text are those that the case expects, and no others."""
    assert told(page_of(case)) == sorted(case["expect"])


@pytest.mark.parametrize("case", load_cases("relate_entities.known_failures.jsonl"), ids=lambda case: case["label"])
@pytest.mark.xfail(strict=True)
def test_known_failure(case: dict[str, Any]) -> None:
    """What we cannot do yet; a case that passes moves to the other file."""
    assert told(page_of(case)) == sorted(case["expect"])


@pytest.mark.parametrize("case", load_cases("relate_entities.jsonl"), ids=lambda case: case["label"])
def test_ends_and_evidence(case: dict[str, Any]) -> None:
    """Both ends of a relation are entities of the page, one is a drug, and the evidence is a stretch of the text."""
    page = page_of(case)
    entities = {e.id: e for e in page.entities}
    for r in page.relations:
        assert "DRUG" in (entities[r.head].label, entities[r.tail].label)
        assert 0 <= r.start < r.end <= len(page.text)
        assert r.cue is None or 0 <= r.cue[0] < r.cue[1] <= len(page.text)


def test_evidence_is_the_sentence() -> None:
    """The evidence is the sentence that says so, the cue the words in it that decide."""
    case = {"text": "It is red. Isotretinoin is used to treat acne. It is old.", "drugs": {"Isotretinoin": "isotretinoin"}}
    page = page_of(case)
    (relation,) = page.relations
    assert page.text[relation.start : relation.end] == "Isotretinoin is used to treat acne."
    assert relation.cue
    assert page.text[slice(*relation.cue)] == "used to treat"


LONG = " ".join(f"On day {n} we walked along the river and talked about the garden, the weather and the neighbours." for n in range(1, 26))


@pytest.mark.parametrize(
    ("text", "expect"),
    [
        (f"Insulin has changed the lives of many people.\n\n{LONG}\n\n{LONG}", [["CAUSES", "Insulin", "Nausea"]]),
        (f"{LONG}\n\nMy aunt had a little Insulin in her bag.\n\n{LONG}", []),
        (f"{LONG}\n\nDosage\n\nWalk daily.\n\nStorage\n\nMy aunt had Insulin in her bag.\n\n{LONG}", []),
    ],
    ids=["begins with it", "names it on the way", "names it on the way under headings of a leaflet"],
)
def test_what_a_long_page_is_about(text: str, expect: list[list[str]]) -> None:
    """A long page that begins with a drug is about it; one that names it once on the way is not."""
    assert told(page_of({"text": f"{text}\n\nSide effects\n\n- Nausea", "drugs": {"Insulin": "insulin"}})) == expect
