"""Flags and figures: what an analyst is told, and what is left in peace.

A row of `cases/assess.jsonl` gives a `text` of one block a line, the `drugs` known in it, and the `flags` expected
as [kind, text of the span]. Signs of manufactured pages carry their own examples in `rules/manufactured.toml`.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from pipeline.chain import Pipeline
from pipeline.document import Block, Document, Entity, Flag
from pipeline.reading.plain import read_plain
from pipeline.rules.load import load_toml
from pipeline.stages.assess import assess
from pipeline.stages.repair_text import repair_text
from pipeline.stages.strip_boilerplate import strip_boilerplate

from .conftest import SAMPLES, load_cases

RULES: list[dict[str, Any]] = load_toml("manufactured.toml")["flag"]
ENOUGH = (
    "\n\nIt is taken by mouth with food, and the course goes on for some months, with blood tests at the start and then every four weeks."
)


def page(text: str, drugs: list[str] | None = None) -> Document:
    """A plain text with its blocks and drugs."""
    document = repair_text(Document.from_text(text, read_plain(text)))
    spans = [match.span() for drug in drugs or [] for match in re.finditer(re.escape(drug), document.text)]
    return document.annotated([Entity("", "DRUG", start, end) for start, end in spans])


def flags(document: Document) -> list[list[str]]:
    """Kind and text of each flag."""
    return [[f.kind, document.text[f.start : f.end] if f.start is not None else ""] for f in assess(document).flags]


@pytest.mark.parametrize("case", load_cases("assess.jsonl"), ids=lambda c: c["label"])
def test_cases(case: dict[str, Any]) -> None:
    """A text gets the flags that the case expects, at their places, and no others."""
    assert flags(page(case["text"] + ENOUGH, case.get("drugs"))) == case["flags"]


@pytest.mark.parametrize(("kind", "text"), [(rule["kind"], text) for rule in RULES for text in rule["flags"]])
def test_examples_that_a_rule_flags(kind: str, text: str) -> None:
    """Each example that a rule gives of itself is flagged by it, alone and in a page."""
    for document in (Document.from_text(text, (Block(0, len(text), "paragraph"),)), page(text + ENOUGH)):
        assert kind in [flag.kind for flag in assess(document).flags]


@pytest.mark.parametrize(("kind", "text"), [(rule["kind"], text) for rule in RULES for text in rule["ignores"]])
def test_examples_that_a_rule_ignores(kind: str, text: str) -> None:
    """Each near miss that a rule gives is left in peace."""
    assert kind not in [flag.kind for flag in assess(page(text + ENOUGH)).flags]


def test_every_pattern_is_shown() -> None:
    """Rules have a kind of their own, patterns that are not empty, and examples of both sorts."""
    kinds = [rule["kind"] for rule in RULES]
    assert len(kinds) == len(set(kinds))
    for rule in RULES:
        assert rule["flags"]
        assert rule["ignores"]
        assert not any(re.search(pattern, "") for pattern in rule["patterns"])


def test_nothing_is_cut() -> None:
    """Flags stand beside the text; the text, its blocks and its record stay as they were."""
    document = page("Buy Accutane online without a prescription." + ENOUGH)
    after = assess(document)
    assert after.flags
    assert (after.text, after.blocks, after.log) == (document.text, document.blocks, document.log)


def test_earlier_flags_stay() -> None:
    """What other stages flagged comes first."""
    flag = Flag("odd", 0, 2)
    document = Document(source="It is.", text="It is.", blocks=(Block(0, 6, "paragraph"),), flags=(flag,))
    assert assess(document).flags[0] == flag


@pytest.mark.parametrize(("words", "score"), [(0, 1.0), (5, 0.8), (24, 0.04), (25, None)])
def test_low_content(words: int, score: float | None) -> None:
    """Less than 25 words beside title and headings are hardly an article; the fewer, the higher the score."""
    body = " ".join(["word"] * words)
    blocks = [Block(0, 5, "heading", 2)] + ([Block(7, 7 + len(body), "paragraph")] if words else [])
    found = assess(Document.from_text("Title\n\n" + body, blocks)).flags
    assert [flag.score for flag in found if flag.kind == "low-content"] == ([] if score is None else [score])


def test_figures() -> None:
    """Kept, removed and replaced characters add up to the source; words, sentences and blocks are counted."""
    text = "Take 20\u00a0mg daily. Not more.\n\nAsk.\n\n0 comment"
    document = strip_boilerplate(repair_text(Document.from_text(text, read_plain(text))))
    quality = assess(document).quality
    assert quality["source_chars"] == len(text) == quality["kept_chars"] + quality["removed_chars"] + quality["replaced_chars"]
    assert (quality["removed_chars"], quality["replaced_chars"]) == (len("\n\n0 comment"), 1)
    assert quality["kept_share"] == round(quality["kept_chars"] / len(text), 4)
    assert (quality["words"], quality["sentences"], quality["blocks"]) == (7, 3, 2)


def test_figures_of_nothing() -> None:
    """An empty document has figures too."""
    quality = assess(Document.from_text("")).quality
    assert (quality["source_chars"], quality["kept_share"], quality["words"]) == (0, 0.0, 0)


def test_samples(pipeline: Pipeline) -> None:
    """The injected phrase of the guest post is flagged and kept, the page without an article is told as such."""
    post = pipeline(SAMPLES / "01-guest-post.txt")
    assert ["keyword-injection", "Pimple Removal Cream"] in [[f.kind, post.text[f.start : f.end]] for f in post.flags]
    assert "low-content" in [flag.kind for flag in pipeline(SAMPLES / "07-almost-empty.html").flags]
    assert "low-content" not in [flag.kind for flag in pipeline(SAMPLES / "04-news.html").flags]
