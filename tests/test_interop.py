"""Documents for other tools: spaCy's Doc and DocBin, CoNLL columns, brat stand-off."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import spacy
from click.testing import CliRunner
from spacy.tokens import DocBin

from cli import main
from pipeline.chain import Options, Pipeline
from pipeline.document import Document, Entity
from pipeline.interop import to_brat, to_conll, to_docbin, to_spacy
from pipeline.interop.flat import longest

TEXT = "Isotroin 20mg: take 1 tablet daily. It does not cause asthma."


@pytest.fixture(scope="module")
def page() -> Document:
    """A document with entities, relations and a denied condition."""
    return Pipeline(Options(skip=("assess",)))(TEXT)


def test_doc_holds_all_entities_and_the_longest_as_ents(page: Document) -> None:
    """`spans` has every entity, `ents` those that do not overlap."""
    doc = to_spacy(page)
    assert doc.text == page.text
    assert [(s.label_, s.text) for s in doc.spans["entities"]] == [
        ("DRUG", "Isotroin"), ("STRENGTH", "20mg"), ("DOSAGE", "1 tablet"), ("FORM", "tablet"), ("FREQUENCY", "daily"),
        ("CONDITION", "asthma"),
    ]  # fmt: skip
    assert [s.label_ for s in doc.ents] == ["DRUG", "STRENGTH", "DOSAGE", "FREQUENCY", "CONDITION"]
    assert [len(list(doc.sents)), doc.ents[0].kb_id_] == [2, "isotretinoin"]


def test_doc_of_another_tokenizer_has_them_too(page: Document) -> None:
    """Where a pipeline's tokens are coarser, entities are widened to whole tokens and none is lost."""
    doc = page.to_spacy(spacy.blank("en"))
    assert [s.id_ for s in doc.spans["entities"]] == [e.id for e in page.entities]


def test_docbin_comes_back_whole(page: Document) -> None:
    """Entities, spans, sentences, and the record's entities and relations survive the file."""
    (doc,) = DocBin().from_bytes(to_docbin([page])).get_docs(spacy.blank("en").vocab)
    record = page.record()
    assert [s.text for s in doc.ents] == [s.text for s in to_spacy(page).ents]
    told = json.loads(json.dumps(doc.user_data["pharmaclean"]))  # lists come back as tuples
    assert told == {"id": page.id, "entities": record["entities"], "relations": record["relations"]}


def test_conll_has_every_token_once(page: Document) -> None:
    """The columns tile the text; a tag begins with B and goes on with I; a blank line parts sentences."""
    rows = [line.split("\t") for line in to_conll(page).split("\n") if "\t" in line]
    assert all(page.text[int(start) : int(end)] == token for token, start, end, _ in rows)
    assert "".join(token for token, *_ in rows) == "".join(page.text.split())
    assert [(token, tag) for token, _, _, tag in rows if tag != "O"][:5] == [
        ("Isotroin", "B-DRUG"), ("20", "B-STRENGTH"), ("mg", "I-STRENGTH"), ("1", "B-DOSAGE"), ("tablet", "I-DOSAGE"),
    ]  # fmt: skip
    assert to_conll(page).count("\n\n") == 2


def test_brat_lines_are_sound(page: Document) -> None:
    """T lines slice the text, R and A lines name T lines."""
    lines = to_brat(page).splitlines()
    entities = {line.split("\t")[0]: line.split("\t")[1:] for line in lines if line.startswith("T")}
    for place, surface in entities.values():
        _, start, end = place.split()
        assert page.text[int(start) : int(end)] == surface
    relations = [line.split("\t")[1].split() for line in lines if line.startswith("R")]
    assert relations
    assert all({head.split(":")[1], tail.split(":")[1]} <= set(entities) for _, head, tail in relations)
    assert any(line.startswith("A") and line.split()[1] == "Assertion" and line.endswith("negated") for line in lines)


def test_brat_parts_an_entity_at_a_line_break() -> None:
    """A stretch never holds a line break; the text of a T line is one line."""
    page = Document.from_text("liver\ndamage").annotated([Entity("", "CONDITION", 0, 12)])
    assert to_brat(page) == "T1\tCONDITION 0 5;6 12\tliver damage\n"


def test_longest_keeps_no_overlap() -> None:
    """Of crossing spans the longest stays, and what it leaves room for."""
    assert longest([(0, 4), (3, 8), (8, 9), (5, 9)], lambda s: s) == [(3, 8), (8, 9)]


def test_formats_of_the_command(tmp_path: Path) -> None:
    """`clean --format` writes all three; a DocBin needs a file, stand-off a single document."""
    source, run = tmp_path / "page.txt", CliRunner().invoke
    source.write_text(TEXT, encoding="utf-8")
    assert "B-DRUG" in run(main, ["clean", str(source), "--format", "conll"]).stdout
    assert run(main, ["clean", str(source), "--format", "brat"]).stdout.startswith("T1\tDRUG 0 8\tIsotroin\n")
    assert run(main, ["clean", str(source), "--format", "spacy", "-o", str(tmp_path / "x.spacy")]).exit_code == 0
    assert len(DocBin().from_disk(tmp_path / "x.spacy")) == 1
    assert run(main, ["clean", str(source), "--format", "spacy"]).exit_code == 2
    assert run(main, ["clean", str(source), str(source), "--format", "brat"]).exit_code == 2
