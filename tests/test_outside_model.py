"""A spaCy model of the user's own: loaded by name or folder, its entities merged with ours by rule."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import spacy
from click.testing import CliRunner
from spacy.training import Example
from thinc.api import fix_random_seed

from cli import main
from pipeline.chain import Options, Pipeline
from pipeline.document import Document
from pipeline.entities.context import Context, Found
from pipeline.entities.outside import load_model, merged
from pipeline.errors import ConfigError

SENTENCES = [
    ("He has zorbling today.", [(7, 15, "ILLNESS")]),
    ("She caught zorbling in May.", [(11, 19, "ILLNESS")]),
    ("The drug cures zorbling quickly.", [(15, 23, "ILLNESS")]),
    ("It does not cause zorbling.", [(18, 26, "ILLNESS")]),
    ("Isotretinoin does not cause zorbling.", [(28, 36, "ILLNESS")]),
    ("It treats acne.", []),
    ("It does not help.", []),
    ("They went home in May.", []),
    ("A glass of water is enough.", []),
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model that knows one made-up illness, trained here and saved."""
    nlp = spacy.blank("en")
    ner = nlp.add_pipe("ner")
    ner.add_label("ILLNESS")  # type: ignore[attr-defined]  # of the entity recognizer
    random.seed(0)
    fix_random_seed(0)
    examples = [Example.from_dict(nlp.make_doc(text), {"entities": spans}) for text, spans in SENTENCES]
    nlp.initialize(lambda: examples)
    for _ in range(40):
        nlp.update(examples, drop=0.0)
    folder = tmp_path_factory.mktemp("model") / "zorb"
    nlp.to_disk(folder)
    return folder


def test_its_entities_join_ours(model: Path) -> None:
    """What only the model knows is added, with role and assertion as for our own; a label needs a place in our table."""
    text = "Isotretinoin does not cause zorbling. It treats acne."
    page = Pipeline(Options(spacy_model=str(model), spacy_labels=(("ILLNESS", "CONDITION"),)))(text)
    told = [(e.label, page.text[e.start : e.end], e.kind, e.role, e.assertion) for e in page.entities if e.label == "CONDITION"]
    assert told == [
        ("CONDITION", "zorbling", "model", "adverse_effect", "negated"),
        ("CONDITION", "acne", "disease", "indication", "present"),
    ]
    unmapped = Pipeline(Options(spacy_model=str(model)))("He has Zorb today.")
    assert unmapped.entities == ()


def test_the_command_takes_it(model: Path, tmp_path: Path) -> None:
    """`--spacy-model FOLDER --spacy-label THEIRS=OURS`; a wrong name or label ends with advice and status 2."""
    source, run = tmp_path / "page.txt", CliRunner().invoke
    source.write_text("He has zorbling today.", encoding="utf-8")
    assert run(main, ["clean", str(source), "--spacy-model", str(model), "--spacy-label", "ILLNESS=CONDITION"]).exit_code == 0
    for wrong in (["--spacy-model", "no_such_model"], ["--spacy-model", str(model), "--spacy-label", "A=B"], ["--spacy-label", "A"]):
        assert run(main, ["clean", str(source), *wrong]).exit_code == 2


def test_a_model_that_is_missing_says_how_to_get_it() -> None:
    """The error names the model and the next step."""
    with pytest.raises(ConfigError, match="no spaCy model no_such_model"):
        load_model("no_such_model")


@pytest.mark.parametrize(
    ("spans", "expect"),
    [
        ([("CONDITION", 4, 15)], [("CONDITION", "severe acne", "acne vulgaris")]),
        ([("DOSAGE", 4, 15)], [("CONDITION", "acne", "acne vulgaris")]),
        ([("CONDITION", 11, 13)], [("CONDITION", "acne", "acne vulgaris")]),
        ([("CONDITION", 20, 23)], [("CONDITION", "acne", "acne vulgaris"), ("CONDITION", "flu", "flu")]),
        ([("DRUG", 20, 23)], [("CONDITION", "acne", "acne vulgaris")]),
    ],
    ids=["longer, same label", "longer, other label", "shorter", "alone", "drugs come before"],
)
def test_rules_of_merging(spans: list[tuple[str, int, int]], expect: list[tuple[str, str, str]]) -> None:
    """Ours stays, is widened by a longer one of its label, and stands beside what it does not touch."""
    text = "The severe acne and flu."
    page = Context.of(Document.from_text(text))
    out = merged(page, [Found("CONDITION", 2, 3, None, "acne vulgaris", "disease")], spans)
    assert [(f.label, text[slice(*page.page.span(f.first, f.last))], f.canonical) for f in out] == expect
