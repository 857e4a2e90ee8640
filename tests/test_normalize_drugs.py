"""Drug names in hard surroundings.

The cases stand in `cases/normalize_drugs.jsonl`, one a line:
label, text; expect: [surface, canonical, kind] of each entity in reading order (null: any);
normalized: the text with generic names (false: not checked); country, usan: options; comment: why.
What we cannot do yet stands in `cases/normalize_drugs.known_failures.jsonl` and is watched.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.document import Block, Document, Origin
from pipeline.lexicon.lexicon import Lexicon, load_lexicon
from pipeline.stages.normalize_drugs import country_of, normalize_drugs

_CASES = Path(__file__).parent / "cases"


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (_CASES / name).read_text(encoding="utf-8").splitlines()]


def _label(row: dict[str, Any]) -> str:
    return str(row["label"])


@cache
def lexicon() -> Lexicon:
    """The shipped lexicon."""
    return load_lexicon()


def normalized(text: str, **options: Any) -> Document:
    """A text through the stage."""
    return normalize_drugs(Document.from_text(text), lexicon(), **options)


def check(row: dict[str, Any]) -> None:
    """The entities and the normalized text are as the case says."""
    document = normalized(row["text"], country=row.get("country"), usan=row.get("usan", False))
    found = [(document.text[e.start : e.end], e.canonical, e.kind) for e in document.entities]
    wanted = [
        tuple(w if w is not None else f for w, f in zip(want, got, strict=True)) for want, got in zip(row["expect"], found, strict=False)
    ]
    assert found == wanted + [tuple(want) for want in row["expect"][len(found) :]]
    if row["normalized"] is not False:
        assert document.normalized_text == row["normalized"]


@pytest.mark.parametrize("row", _rows("normalize_drugs.jsonl"), ids=_label)
def test_case(row: dict[str, Any]) -> None:
    """Each case gives the entities and the normalized text that it expects."""
    check(row)


@pytest.mark.parametrize("row", _rows("normalize_drugs.known_failures.jsonl"), ids=_label)
@pytest.mark.xfail(strict=True, raises=AssertionError)
def test_known_failure(row: dict[str, Any]) -> None:
    """What we cannot do yet still fails; once it works, the case moves to the other file."""
    check(row)


def test_drugs_are_counted_by_ingredient() -> None:
    """One drug per ingredient, most mentioned first, ties by first mention, with its surfaces and brands."""
    drugs = normalized("Dolo 650 tablets, Crocin, then ibuprofen. Combiflam and Crocin again.").drugs
    assert [(drug.name, drug.mentions) for drug in drugs] == [("paracetamol", 4), ("ibuprofen", 2)]
    assert drugs[0].surfaces == ("Dolo 650", "Crocin", "Combiflam")
    assert drugs[0].brands == ("Dolo 650", "Crocin", "Combiflam")
    assert drugs[1].brands == ("Combiflam",)


def test_ids_stand_at_single_ingredients() -> None:
    """An entity of one ingredient has its ids; one of a combination has none, its drugs have them."""
    document = normalized("isotretinoin and Augmentin")
    assert document.entities[0].ids["rxcui"] == "6064"
    assert document.entities[1].ids == {}
    assert all(drug.ids for drug in document.drugs)


def test_an_unlisted_name_has_a_class_and_is_no_drug_of_the_list() -> None:
    """A name with a known ending is reported with the class; no ingredient is made up for it."""
    document = normalized("patients on zoplurtinib")
    assert document.entities[0].value == {"class": "tyrosine kinase inhibitor"}
    assert document.drugs == ()


def test_a_brand_of_several_meanings_names_them_all(tmp_path: Path) -> None:
    """Without a country the meaning most widely known is taken, at half confidence, and the others are listed."""
    table = tmp_path / "own.tsv"
    table.write_text("surface\ttarget\tcountries\nZzyx\tramipril\tUS;GB\nZzyx\tparacetamol + codeine\tCA\n", encoding="utf-8")
    tables = load_lexicon((table,))
    plain = normalize_drugs(Document.from_text("Zzyx helps."), tables).entities[0]
    assert (plain.canonical, plain.ambiguous, plain.confidence) == ("ramipril", ("paracetamol + codeine",), 0.5)
    page = replace(Document.from_text("Zzyx helps."), origin=Origin(url="https://example.ca/zzyx"))
    canadian = normalize_drugs(page, tables).entities[0]
    assert (canadian.canonical, canadian.ambiguous) == ("paracetamol + codeine", ())
    told = normalize_drugs(Document.from_text("Zzyx holds paracetamol and codeine."), tables).entities[0]
    assert told.canonical == "paracetamol + codeine"


def test_an_ambiguous_brand_stays_in_the_normalized_text(tmp_path: Path) -> None:
    """A generic name that may be the wrong one is worse than the brand."""
    table = tmp_path / "own.tsv"
    table.write_text("surface\ttarget\tcountries\nZzyx\tramipril\tUS\nZzyx\tparacetamol\tCA\n", encoding="utf-8")
    assert normalize_drugs(Document.from_text("Zzyx helps."), load_lexicon((table,))).normalized_text == "Zzyx helps."


@pytest.mark.parametrize(
    ("url", "language", "country"),
    [
        ("https://www.apotheke.de/x", None, "DE"),
        ("https://www.nhs.uk", None, "GB"),
        ("https://example.com/in/page.uk", None, None),
        ("https://example.co/page", None, None),
        (None, "en-AU", "AU"),
        (None, "en", None),
    ],
)
def test_country(url: str | None, language: str | None, country: str | None) -> None:
    """The address tells the country, else the language's region; generic domains tell nothing."""
    page = replace(Document.from_text(""), origin=Origin(url=url), language=language)
    assert country_of(page) == country


def test_offsets_hold_with_accents_and_special_letters() -> None:
    """Letters that fold to more or fewer letters do not shift what follows."""
    text = "İstanbul, Weißdorn, CURACNÉ, naïve: Isotroin 20 mg, interferon β-1b"
    spans = [text[e.start : e.end] for e in normalized(text).entities]
    assert "Isotroin" in spans
    assert "CURACNÉ" in spans


def test_the_text_and_its_blocks_stay() -> None:
    """The stage annotates; it does not edit."""
    before = Document.from_text("Isotroin 20 mg", [Block(0, 14, "paragraph")])
    after = normalize_drugs(before, lexicon())
    assert (after.text, after.blocks, after.log) == (before.text, before.blocks, before.log)


_NAMES = (
    "Isotroin",
    "Augmentin 625 Duo",
    "Dolo 650",
    "acetaminophen",
    "5-FU",
    "Pan-D",
    "vitamin B12",
    "Tylenol PM",
    "HCTZ",
    "insulin",
    "İ",
    "ß",
    "Diane-35",
)
_PIECES = st.sampled_from(
    (
        *_NAMES,
        "20 mg",
        "½",
        "10³",
        "≥12",
        "3.5%",
        "2×5",
        " ",
        " ",
        "\n",
        "\n\n",
        ", ",
        ". ",
        "(",
        ")",
        "®",
        "-",
        "/",
        " a ",
        " or ",
        "'s",
        "sold as ",
    )
)


@given(st.lists(_PIECES | st.text(max_size=4), max_size=25).map("".join))
@settings(max_examples=300, deadline=None)
def test_spans_slice_and_numbers_stay(text: str) -> None:
    """Entities lie in the text in order without overlap, and the normalized text has every number of the text."""
    document = normalized(text)
    here = 0
    for entity in document.entities:
        assert here <= entity.start < entity.end <= len(text)
        here = entity.end
    assert _numbers(document.normalized_text or "") == _numbers(text)


def _numbers(text: str) -> list[str]:
    return re.findall(r"[\d½³≥%×]+(?:\.\d+)?", text)
