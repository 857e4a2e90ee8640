"""Repairs of characters, and that no repair harms a quantity.

A row of `cases/repair_text.jsonl` gives a line as `before` and `after`, the `rules` of the changes in their order,
and the `kind` of block where it is no paragraph. Rows whose `after` is their `before` look broken and must stay.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.chain import Options, Pipeline
from pipeline.document import Block, Document
from pipeline.reading import Raw, read
from pipeline.reading.plain import read_plain
from pipeline.stages.repair_text import repair_text
from pipeline.stages.strip_boilerplate import strip_boilerplate

from .conftest import load_cases

CASES = load_cases("repair_text.jsonl")


def line(text: str, kind: str = "paragraph") -> Document:
    """A document of one block."""
    return Document.from_text(text, (Block(0, len(text), kind),))


def replayed(document: Document) -> str:
    """The text, made anew from the source and the recorded changes alone."""
    text = document.source
    for change in reversed(document.changes()):
        assert text[change.start : change.end] == change.before
        text = text[: change.start] + change.after + text[change.end :]
    return text


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["label"])
def test_cases(case: dict[str, Any]) -> None:
    """A line is mended as the case says, by its rules; replaying the record gives the same, undoing it the source."""
    mended = repair_text(line(case["before"], case.get("kind", "paragraph")))
    assert mended.text == case["after"]
    assert [change.rule for change in mended.changes()] == case["rules"]
    assert replayed(mended) == mended.text
    assert mended.undone() == case["before"]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["label"])
def test_mending_twice_is_mending_once(case: dict[str, Any]) -> None:
    """What was mended is left alone the next time (one layer of entities aside, which a page may mean)."""
    if "layer" not in case["label"]:
        mended = repair_text(line(case["before"], case.get("kind", "paragraph")))
        assert repair_text(line(mended.text, case.get("kind", "paragraph"))).text == mended.text


@pytest.mark.parametrize("case", [c for c in CASES if c["label"].startswith("mojibake")], ids=lambda c: c["label"])
def test_cases_as_titles(case: dict[str, Any]) -> None:
    """A title is mended the same way."""
    assert repair_text(Document(source="x", text="x", title=case["before"])).title == case["after"]


@given(st.text(alphabet="ab 1½µ\u00ad\u200b\u00a0\u0301Â&;lt\u0000\u2028\r\n\t–", max_size=60))
def test_any_text(text: str) -> None:
    """Any text is mended on record: replayed it gives the result, undone the source, and blocks stand a blank line apart."""
    mended = repair_text(Document.from_text(text, read_plain(text)))
    assert replayed(mended) == mended.text
    assert mended.undone() == text
    if mended.blocks:
        assert mended.text == "\n\n".join(mended.block_text(block) for block in mended.blocks)


def test_changes_are_small() -> None:
    """A repair changes its own place only: the rest of a long line stays mapped to its source."""
    text = "Isotretinoin is taken with food. " * 30 + "Itâ€™s 20 Âµg."
    mended = repair_text(line(text))
    assert sum(c.end - c.start for c in mended.changes()) < 20
    assert mended.text.endswith("It’s 20 µg.")


@pytest.mark.parametrize("times", [3, 300, 3000])
def test_changes_are_small_in_long_lines(times: int) -> None:
    """However long a line and however many words of it are damaged, each damaged word is a change of its own."""
    mended = repair_text(line("Itâ€™s cafÃ© time now. " * times + "end"))
    assert mended.text == "It’s café time now. " * times + "end"
    assert len(mended.changes()) == 2 * times
    assert max(change.end - change.start for change in mended.changes()) <= 6


def test_gaps() -> None:
    """Whatever stands between blocks becomes one blank line; nothing stands before the first or after the last."""
    text = "\n\n a \r\n\r\n\r\n b\u2028c \n"
    assert repair_text(Document.from_text(text, read_plain(text))).text == "a\n\nb\n\nc"


# --- the quantity guard ---------------------------------------------------------------------------

SPACE = st.sampled_from(["", " ", "\u00a0", "\u2009", "\u202f", "  "])
SIGN = st.sampled_from(["", "", "−", "-", "+", "±", "≥", "≤", "<", ">", "~", "≈", "≥ "])
NUMBER = st.sampled_from(["20", "0.5", ".5", "1,000", "1.000,5", "2½", "½", "¼", "1⁄2", "1/2", "10³", "10⁹", "3 × 10⁶", "½–1", "100²"])
UNIT = st.sampled_from(
    ["mg", "µg", "μg", "mcg", "g", "mL", "IU", "%", "‰", "mg/kg", "mg/m²", "µg/h", "mmol/L", "°C", "kg/m²", "mg·kg⁻¹", "yrs", "tablet"]
)
RANGE = st.sampled_from(["–", "-", " to ", "—", "/", " × ", "…"])


@st.composite
def doses(draw: st.DrawFn) -> str:
    """A quantity as pages write it: sign, number, perhaps a range, a space of some kind, a unit."""
    text = draw(SIGN) + draw(NUMBER)
    if draw(st.booleans()):
        text += draw(RANGE) + draw(NUMBER)
    return text + draw(SPACE) + draw(UNIT)


def plain(text: str) -> str:
    """As a reader sees it: every run of spaces is one."""
    return re.sub(r"\s+", " ", text)


@given(doses(), st.sampled_from(["à", "É", "für", "Âge", "«", "São", "“", "Принимать", "®", "café"]))
def test_guard_of_repair(dose: str, word: str) -> None:
    """No sign, number, unit or fraction changes in repair, whatever word with an accent stands beside it."""
    text = f"{word} {dose}, {dose} {word}"
    assert repair_text(line(text)).text == plain(unicodedata.normalize("NFC", text))


@given(doses())
def test_guard_of_damage(dose: str) -> None:
    """A dose that was damaged by a wrong charset comes back as it was, or stays as it came; it never turns into another one."""
    try:
        damaged = f"dose {dose} daily".encode().decode("cp1252")
    except UnicodeDecodeError:
        return
    assert repair_text(line(damaged)).text in (plain(f"dose {dose} daily"), plain(damaged))


FRAMES = (
    "Adults start with {} of isotretinoin and go on for four months, as long as the blood tests stay normal.",
    "In the second trial {} was given to patients who had not answered to an earlier course of the drug.",
    "The label of Isotroin names {} as the amount that should not be passed without the advice of a specialist.",
)


@settings(max_examples=60)
@given(st.lists(doses(), min_size=3, max_size=3), st.booleans())
def test_guard_of_the_editing_chain(amounts: list[str], html: bool) -> None:
    """Through all editing stages a kept sentence keeps its amounts, in plain text and in HTML."""
    sentences = [frame.format(amount) for frame, amount in zip(FRAMES, amounts, strict=True)]
    page = "".join(f"<p>{s.replace('<', '&lt;')}</p>" for s in sentences) if html else "\n\n".join(sentences)
    cleaned = strip_boilerplate(repair_text(read(Raw(page, kind="html" if html else "text"))))
    assert cleaned.text == "\n\n".join(plain(s) for s in sentences)
    assert cleaned.undone() == cleaned.source


QUANTITY = re.compile(r"[-−+±≥≤<>~≈½¼⁄⁻¹²³⁶⁹\d.,/%‰µμ°·×–—]+")
ANNOTATED = Pipeline(Options(skip=("extract_entities", "relate_entities")))


@settings(max_examples=60)
@given(st.lists(doses(), min_size=3, max_size=3))
def test_guard_of_the_normalized_text(amounts: list[str]) -> None:
    """Where brands become generic names, the amounts beside them stay, glued ones too."""
    text = "\n\n".join(frame.format(amount) for frame, amount in zip(FRAMES, amounts, strict=True))
    document = ANNOTATED(
        Raw(text + f"\n\nPatients took Isotroin{amounts[0]} first. Later they took Accutane {amounts[1]} instead.", kind="text")
    )
    assert document.normalized_text is not None
    assert "Accutane" not in document.normalized_text
    assert QUANTITY.findall(document.normalized_text) == QUANTITY.findall(document.text)
