"""Doses, schedules, conditions and populations: found where they stand, with the value that the page gives.

Each row of `cases/extract_entities.jsonl` tells one story: `text`, its `language`, the `drugs` that are known
already, and in `expect` every other entity as [label, surface, value or role and assertion].
What we cannot do yet stands in `extract_entities.known_failures.jsonl`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.document import Block, Document, Entity
from pipeline.entities.tokens import read_page
from pipeline.interop.spacy_doc import blank
from pipeline.reading.plain import read_plain
from pipeline.stages.extract_entities import extract_entities
from pipeline.stages.find_sections import find_sections

from .conftest import load_cases


def page_of(case: dict[str, Any]) -> Document:
    """The case's text with its blocks, sections and drugs, as the stages before leave it."""
    text = case["text"]
    drugs = [
        Entity("", "DRUG", at, at + len(surface), canonical=name)
        for surface, name in case.get("drugs", {}).items()
        for at in range(len(text))
        if text.startswith(surface, at)
    ]
    page = replace(Document.from_text(text, read_plain(text)), language=case.get("language"))
    return find_sections(page).annotated(drugs)


def told(page: Document) -> list[list[Any]]:
    """Entities as a case writes them."""
    out = list[list[Any]]()
    for e in page.entities:
        surface = page.text[e.start : e.end]
        if e.label == "CONDITION":
            out.append([e.label, surface, e.role, e.assertion])
        elif e.label not in ("DRUG", "DRUG_CLASS"):
            out.append([e.label, surface, e.value or e.canonical])
    return out


def name_of(case: dict[str, Any]) -> str:
    """The case's label as the test's name."""
    return str(case["label"])


@pytest.mark.parametrize("case", load_cases("extract_entities.jsonl"), ids=name_of)
def test_case(case: dict[str, Any]) -> None:
    """The entities of the text are those that the case expects, and no others."""
    assert told(extract_entities(page_of(case))) == case["expect"]


@pytest.mark.parametrize("case", load_cases("extract_entities.known_failures.jsonl"), ids=name_of)
@pytest.mark.xfail(strict=True)
def test_known_failure(case: dict[str, Any]) -> None:
    """What we cannot do yet; a case that passes moves to the other file."""
    assert told(extract_entities(page_of(case))) == case["expect"]


@pytest.mark.parametrize("case", load_cases("extract_entities.jsonl"), ids=name_of)
def test_nothing_but_entities_changes(case: dict[str, Any]) -> None:
    """The stage adds entities and leaves text, blocks and drugs as they are."""
    before = page_of(case)
    after = extract_entities(before)
    assert (after.text, after.blocks) == (before.text, before.blocks)
    drugs = [(e.start, e.end) for e in after.entities if e.label == "DRUG"]
    assert drugs == [(e.start, e.end) for e in before.entities]
    assert [e.id for e in after.entities] == [f"e{i}" for i in range(1, len(after.entities) + 1)]


def test_cue_is_the_span_of_the_deciding_word() -> None:
    """The assertion's cue points at the word that says so."""
    page = extract_entities(Document.from_text("Stop if you get a rash; fever is unlikely."))
    cues = {page.text[e.start : e.end]: page.text[slice(*e.cue)] for e in page.entities if e.cue}
    assert cues == {"rash": "if", "fever": "is unlikely"}


def test_adjectives_leave_the_condition_what_it_is() -> None:
    """A coordinated, qualified mention stands for the condition of the table, with its MeSH id."""
    page = extract_entities(Document.from_text("indicated for severe, nodular, or recalcitrant acne vulgaris"))
    told = [(e.canonical, e.ids, e.value) for e in page.entities]
    assert told == [("acne vulgaris", {"mesh": "D000152"}, {"modifiers": ["severe", "nodular", "recalcitrant"]})]


@given(text=st.text(alphabet=st.sampled_from("aBİé 1½.,'’s-\n\u00a0µ/%"), max_size=60))
def test_pages_and_spacy_have_the_same_tokens(text: str) -> None:
    """The tokenizer that spaCy gets cuts a text where the stages do."""
    page = read_page(Document.from_text(text))
    tokens = [(t.idx, t.idx + len(t)) for t in blank().make_doc(text) if not t.is_space]
    assert list(zip(page.starts, page.ends, strict=True)) == tokens


def test_table_columns_tell_what_their_cells_are() -> None:
    """A cell below "Duration" is a duration, a condition below "Side effect" an effect."""
    table = ["Dose\tDuration\tSide effect", "20 mg\t5–7 days\tgout"]
    starts = [0, len(table[0]) + 1]
    blocks = [Block(at, at + len(row), "table_row") for at, row in zip(starts, table, strict=True)]
    page = extract_entities(Document.from_text("\n".join(table), blocks))
    told = [(e.label, page.text[e.start : e.end], e.role) for e in page.entities]
    assert told == [("STRENGTH", "20 mg", None), ("DURATION", "5–7 days", None), ("CONDITION", "gout", "adverse_effect")]


def test_a_break_that_only_wraps_a_block_parts_no_name() -> None:
    """Within a block a name goes on over a line break behind an unfinished line, and not behind a short item."""
    text = "Side effects include damage of the\nliver and:\nrash\nfever"
    page = extract_entities(Document.from_text(text, [Block(0, len(text), "paragraph")]))
    assert [page.text[e.start : e.end] for e in page.entities] == ["damage of the\nliver", "rash", "fever"]


def test_other_languages_name_rows_of_the_english_table() -> None:
    """Every name in another language stands for a row of `conditions.tsv`, and no surface stands for two."""
    lexicon = Path(__file__).parents[1] / "pipeline" / "lexicon"
    rows = [
        line.split("\t") for line in (lexicon / "conditions_world.tsv").read_text(encoding="utf-8").split("\n") if line[:1] not in ("", "#")
    ]
    english = {line.split("\t")[0] for line in (lexicon / "conditions.tsv").read_text(encoding="utf-8").split("\n")}
    assert [name for _, name, _, _ in rows[1:] if name not in english] == []
    surfaces = [(language, surface.lower()) for language, _, words, _ in rows[1:] for surface in words.split(";")]
    assert len(surfaces) == len(set(surfaces))
    assert rows[1:] == sorted(rows[1:], key=lambda r: (r[0], r[1].lower(), r[3]))


NUMBERS = st.one_of(
    st.integers(1, 5000).map(lambda n: (str(n), n)),
    st.integers(1000, 500000).map(lambda n: (f"{n:,}", n)),
    st.integers(1, 9999).filter(lambda n: n % 10).map(lambda n: (f"{n / 100:g}" if n % 100 else f"{n}", n / 100 if n % 100 else n)),
)
UNITS = st.sampled_from([("mg", "mg"), ("mcg", "ug"), ("µg", "ug"), ("micrograms", "ug"), ("IU", "[iU]"), ("mEq", "meq"), ("MG", "mg")])
GAPS = st.sampled_from(["", " ", "-", "\u00a0"])


@given(number=NUMBERS, unit=UNITS, gap=GAPS, lead=st.sampled_from(["Take ", "", "Isotroin ", "a dose of ", "("]))
@settings(max_examples=200, deadline=None)
def test_value_is_the_number_written(number: tuple[str, float], unit: tuple[str, str], gap: str, lead: str) -> None:
    """The value of a dose is the number on the page, its span is the dose, however it is spaced."""
    written = f"{number[0]}{gap}{unit[0]}"
    page = extract_entities(Document.from_text(f"{lead}{written} daily."))
    (dose,) = [e for e in page.entities if e.label == "STRENGTH"]
    assert page.text[dose.start : dose.end] == written
    assert dose.value == {"value": number[1], "unit": unit[1]}


@given(low=NUMBERS, high=NUMBERS, unit=UNITS, sign=st.sampled_from(["-", "–", " - ", " to ", "—"]))
@settings(max_examples=150, deadline=None)
def test_range_keeps_both_numbers(low: tuple[str, float], high: tuple[str, float], unit: tuple[str, str], sign: str) -> None:
    """A range has the two numbers of the page as low and high."""
    written = f"{low[0]}{sign}{high[0]} {unit[0]}"
    page = extract_entities(Document.from_text(f"Take {written} twice daily."))
    (dose,) = [e for e in page.entities if e.label == "STRENGTH"]
    assert page.text[dose.start : dose.end] == written
    assert dose.value == {"low": low[1], "high": high[1], "unit": unit[1]}


@given(text=st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read(text: str) -> None:
    """No text makes the stage fail, and every span lies within it."""
    page = extract_entities(Document.from_text(text))
    assert all(0 <= e.start < e.end <= len(text) for e in page.entities)


def test_same_text_same_entities() -> None:
    """The stage gives the same result each time, whatever it read before."""
    case = load_cases("extract_entities.jsonl")[0]
    first = extract_entities(page_of(case))
    extract_entities(Document.from_text("Another page with 5 mg tablets for gout."))
    assert extract_entities(page_of(case)).entities == first.entities
