"""Flags of manufactured text that need more than a phrase, and the quality figures of corpus builders.

A row of `cases/flags.jsonl` gives the blocks of a page as [kind, text], its language, its drugs as [surface, kind, canonical], and the
flags expected as [kind, text of the span, or of its first and last words].
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.batch import Summary
from pipeline.chain import Options, Pipeline
from pipeline.document import Block, Document, Entity, Flag
from pipeline.flags.coherence import find_incoherence
from pipeline.flags.denial import is_denied
from pipeline.flags.quality import BOUNDS, quality_figures
from pipeline.flags.substitution import find_substitutions
from pipeline.rules.load import load_toml
from pipeline.stages.assess import assess

from .conftest import load_cases

SUBSTITUTION = load_toml("substitution.toml")


def page(blocks: list[list[str]], language: str = "en", drugs: list[list[str]] | None = None) -> Document:
    """A document of these blocks, with every mention of the drugs marked."""
    text, made = "", []
    for kind, part in blocks:
        made.append(Block(len(text), len(text) + len(part), kind))
        text += part + "\n\n"
    text = text[:-2]
    found = [
        Entity("", "DRUG", i, i + len(surface), canonical, kind)
        for surface, kind, canonical in drugs or []
        for i in range(len(text))
        if text.startswith(surface, i)
    ]
    return replace(Document.from_text(text, made), language=language).annotated(found)


@pytest.mark.parametrize("case", load_cases("flags.jsonl"), ids=lambda case: case["label"])
def test_cases(case: dict[str, Any]) -> None:
    """A page gets the flags that the case expects, at their places, and no others."""
    document = page(case["blocks"], case.get("language", "en"), case.get("drugs"))
    found = [(flag.kind, document.text[flag.start : flag.end]) for flag in find_incoherence(document)]
    assert [kind for kind, _ in found] == [kind for kind, _ in case["flags"]]
    for (_, span), (_, wanted) in zip(found, case["flags"], strict=True):
        start, _, end = wanted.partition(" … ")
        assert span.startswith(start)
        assert span.endswith(end or start)


@pytest.fixture(scope="module")
def chain() -> Pipeline:
    """The stages up to the drugs."""
    return Pipeline(Options(skip=("extract_entities", "relate_entities", "assess")))


@pytest.mark.parametrize("text", SUBSTITUTION["examples"])
def test_brand_substitution(chain: Pipeline, text: str) -> None:
    """A brand where the substance is named is flagged, on the brand, with the generic in the note."""
    document = chain(text)
    flags = list(find_substitutions(document))
    assert len(flags) == 1
    assert document.text[flags[0].start : flags[0].end] in text
    assert str(next(e.canonical for e in document.entities if e.start == flags[0].start)) in flags[0].note


@pytest.mark.parametrize("text", SUBSTITUTION["not_examples"])
def test_brands_in_their_place(chain: Pipeline, text: str) -> None:
    """A brand that is spoken of as a brand is left in peace."""
    assert list(find_substitutions(chain(text))) == []


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("It is 100% safe for all.", False),
        ("No drug can be called 100% safe for all.", True),
        ("It isn't 100% safe for all.", True),
        ("There is no doubt. It is 100% safe for all.", False),
        ("That it is 100% safe for all is not true.", True),
    ],
)
def test_denials(text: str, denied: bool) -> None:
    """A claim is denied by its own sentence, not by the one before."""
    start = text.index("100%")
    assert is_denied(Document.from_text(text), Flag("unlicensed-claim", start, start + 9)) is denied
    assert not is_denied(Document.from_text(text), Flag("llm-residue", start, start + 9))


SENTENCE = "The tablet is taken with water in the morning and the dose is raised by a doctor who looks at the blood."


def test_figures_of_an_article() -> None:
    """An ordinary text is within the bounds of all papers."""
    other = "Most people feel better after some weeks, and few of them have to stop because of what it does to the skin."
    third = "It was found long ago by chemists that had been looking for something else, and it is cheap to make now."
    figures = quality_figures(page([["title", "On tablets"], ["paragraph", SENTENCE], ["paragraph", other], ["paragraph", third]]))
    assert figures["fails"] == []
    assert figures["gopher_words"] == len(f"On tablets {SENTENCE} {other} {third}".split())
    assert figures["c4_sentences"] == 3
    assert figures["c4_punctuated_lines"] == 0.75
    assert set(figures) == {*BOUNDS, "fails"}


@pytest.mark.parametrize(
    ("blocks", "fails"),
    [
        ([["paragraph", "Short."]], {"gopher_words", "gopher_stop_words", "c4_sentences", "fineweb_short_lines"}),
        ([["paragraph", SENTENCE]] * 4, {"gopher_duplicate_lines", "gopher_duplicate_line_chars", "gopher_duplicate_10gram_chars"}),
        ([["list_item", SENTENCE]] * 4, {"gopher_bullet_lines"}),
        ([["paragraph", "buy it now " * 40]], {"gopher_top_3gram_chars", "fineweb_punctuated_lines", "gopher_stop_words"}),
        ([["paragraph", f"The {i} and the …"] for i in range(30)], {"gopher_ellipsis_lines", "gopher_symbols_per_word"}),
        ([["paragraph", f"{i} {i + 1} {i + 2} the of"] for i in range(30)], {"gopher_alphabetic_words", "gopher_mean_word_length"}),
    ],
    ids=["short", "repeated", "bullets", "phrase", "ellipses", "numbers"],
)
def test_what_fails(blocks: list[list[str]], fails: set[str]) -> None:
    """Each defect shows in the figures that were made for it."""
    assert fails <= set(quality_figures(page(blocks))["fails"])


def test_figures_that_a_language_lacks() -> None:
    """Gopher's words are English; a language without a list of words has no share of them."""
    assert quality_figures(page([["paragraph", "La tableta se toma con agua."]], "es"))["gopher_stop_words"] is None
    assert quality_figures(page([["paragraph", "La tableta se toma con agua."]], "es"))["justext_stop_words"] > 0.3
    assert quality_figures(page([["paragraph", "錠剤は水で飲みます。"]], "ja"))["justext_stop_words"] is None


def test_repeated_ngrams() -> None:
    """A phrase of five words that comes three times counts twice, with its spaces."""
    text = "one two three four five x one two three four five y one two three four five"
    figures = quality_figures(page([["paragraph", text]]))
    assert figures["gopher_duplicate_5gram_chars"] == round(2 * len("one two three four five") / len(text), 4)
    assert figures["gopher_top_2gram_chars"] == round(3 * len("three four") / len(text), 4)


@given(st.lists(st.sampled_from(["a", "b", "of", "#"]), min_size=1, max_size=60))
def test_shares_are_shares(words: list[str]) -> None:
    """Whatever the text, every share lies between 0 and 1; where there are no words, there is no share of them."""
    figures = quality_figures(page([["paragraph", " ".join(words)]]))
    shares = [v for k, v in figures.items() if k.endswith(("chars", "lines", "words")) and k not in {"gopher_words", "gopher_stop_words"}]
    assert all(share is None or 0 <= share <= 1 for share in shares)


def test_flags_reach_the_record(chain: Pipeline) -> None:
    """The stage `assess` puts these flags and figures into the record."""
    whole = Pipeline(Options(skip=("extract_entities", "relate_entities")))
    record = whole(f"Isotroin 20mg Capsule, often marketed under various brand names like Accutane, is a medicine. {SENTENCE}").record()
    assert [flag["kind"] for flag in record["flags"]] == ["brand-substitution"]
    assert record["quality"]["gopher_words"] == record["quality"]["words"]
    assert "fails" in record["quality"]


def test_figures_of_a_batch() -> None:
    """A batch has the means of the figures and counts what fails; a figure that some documents lack is the mean of the others."""
    summary, parts = Summary(), [Summary(), Summary()]
    texts = [("en", "The tablet is taken with water."), ("es", "La tableta se toma con agua."), ("en", "Of the two, one will do.")]
    for i, (language, text) in enumerate(texts):
        document = assess(page([["paragraph", text]], language))
        summary.add(document, str(i))
        parts[i % 2].add(document, str(i))
    row = summary.row()
    assert row["quality"]["gopher_words"] == 6
    assert row["quality"]["gopher_stop_words"] == 2
    assert row["fails"] == {"c4_sentences": 3, "gopher_words": 3, "fineweb_short_lines": 2, "gopher_mean_word_length": 1}
    parts[0].merge(Summary.load(parts[1].saved()))
    assert parts[0].row()["quality"] == row["quality"]
