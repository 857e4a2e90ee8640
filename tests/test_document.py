"""The document model: every edit is on record, and the record leads back."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import Block, Document, Edit, Entity, Flag

TEXTS = st.text(alphabet="abc µ½\n", max_size=40)


@st.composite
def edit_lists(draw: st.DrawFn, length: int) -> list[Edit]:
    """Edits that do not overlap: removals, replacements and insertions anywhere in a text of `length`."""
    cuts = sorted(draw(st.lists(st.integers(0, length), max_size=8)))
    edits = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        after = draw(st.sampled_from(["", "", "x", "yz\n"]))
        reason = "share" if not after and start < end and draw(st.booleans()) else None
        edits.append(Edit(start, end, after, "rule", reason))
    return edits


def edited(data: st.DataObject, text: str) -> Document:
    """A document after up to four random stages."""
    document = Document.from_text(text)
    for number in range(data.draw(st.integers(0, 4))):
        document = document.edited(f"stage{number}", data.draw(edit_lists(len(document.text))))
    return document


@given(st.data(), TEXTS)
def test_undo(data: st.DataObject, text: str) -> None:
    """Edits undone give the source, whatever stages were stacked."""
    document = edited(data, text)
    assert document.source == text
    assert document.undone() == text


@given(st.data(), TEXTS)
def test_text_is_what_the_edits_make_of_it(data: st.DataObject, text: str) -> None:
    """One stage changes the text exactly as its edits say."""
    edits = data.draw(edit_lists(len(text)))
    wanted = text
    for edit in reversed(sorted(edits, key=lambda e: (e.start, e.end))):  # noqa: C413  # reverse=True would turn insertions at one place round
        wanted = wanted[: edit.start] + edit.replacement + wanted[edit.end :]
    assert Document.from_text(text).edited("stage", edits).text == wanted


@given(st.data(), TEXTS)
def test_untouched_characters_map_to_themselves(data: st.DataObject, text: str) -> None:
    """A character that no edit touched leads back to itself in the source."""
    document = edited(data, text)
    for start, end, source in document.kept():
        assert start < end
        assert document.text[start:end] == text[source : source + end - start]
        for i in range(start, end):
            assert document.source_span(i, i + 1) == (source + i - start, source + i - start + 1)


@given(st.data(), TEXTS)
def test_spans_stay_in_order(data: st.DataObject, text: str) -> None:
    """Later text comes from later source, and every span lies inside the source."""
    document = edited(data, text)
    spans = [document.source_span(i, i + 1) for i in range(len(document.text))]
    assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(spans))
    assert all(0 <= start <= end <= len(text) for start, end in spans)


@given(st.data(), TEXTS)
def test_tiles(data: st.DataObject, text: str) -> None:
    """Kept stretches and changes cover the source once, and the text likewise."""
    document = edited(data, text)
    tiles = [(s, s + b - a, a, b) for a, b, s in document.kept()]
    tiles += [(c.start, c.end, c.at, c.at + len(c.after)) for c in document.changes()]
    here = there = 0
    for start, end, at, to in sorted(tiles):
        assert (start, at) == (there, here)
        here, there = to, end
    assert (there, here) == (len(text), len(document.text))


@given(st.data(), TEXTS)
def test_changes_quote_truly(data: st.DataObject, text: str) -> None:
    """A change quotes the source before and the text after, and has a reason only where it left nothing."""
    document = edited(data, text)
    for change in document.changes():
        assert document.source[change.start : change.end] == change.before
        assert document.text[change.at : change.at + len(change.after)] == change.after
        assert change.reason is None or not change.after


@given(st.data(), TEXTS)
def test_blocks_stay_inside(data: st.DataObject, text: str) -> None:
    """Blocks move with the text, stay in order, and go when nothing of them is left."""
    cuts = sorted(set(data.draw(st.lists(st.integers(0, len(text)), max_size=6))))
    blocks = [Block(a, b, "paragraph") for a, b in pairwise(cuts)]
    document = Document.from_text(text, blocks)
    after = document.edited("stage", data.draw(edit_lists(len(text))))
    places = [(block.start, block.end) for block in after.blocks]
    assert all(0 <= start < end <= len(after.text) for start, end in places)
    assert places == sorted(places)


def test_a_block_keeps_its_words() -> None:
    """A block behind a removal still holds its own words."""
    document = Document.from_text("Menu\n\nTake one.", [Block(0, 4, "paragraph"), Block(6, 15, "paragraph")])
    after = document.edited("strip_boilerplate", [Edit(0, 6, "", "menu", "navigation")])
    assert [after.block_text(block) for block in after.blocks] == ["Take one."]


def test_a_removal_takes_earlier_repairs_in() -> None:
    """A removed stretch stands on record as the page had it, repairs inside of it undone."""
    document = Document.from_text("Take one. Sha\u00adre this").edited("repair_text", [Edit(13, 14, "", "soft-hyphen")])
    after = document.edited("strip_boilerplate", [Edit(9, 20, "", "share", "share")])
    (change,) = after.changes()
    assert (change.before, change.reason) == (" Sha\u00adre this", "share")
    assert after.undone() == document.source


def test_neighbouring_removals_stay_apart() -> None:
    """Two removals that touch keep a reason each."""
    document = Document.from_text("abcd").edited("one", [Edit(0, 2, "", "a", "share")])
    after = document.edited("two", [Edit(0, 2, "", "b", "legal")])
    assert [(c.before, c.reason, c.stage) for c in after.changes()] == [("ab", "share", "one"), ("cd", "legal", "two")]


def test_flags_move() -> None:
    """A flag follows its text, and one about the whole document stays."""
    document = Document(source="x abc", text="x abc", flags=(Flag("odd", 2, 5), Flag("whole")))
    after = document.edited("stage", [Edit(0, 2, "", "cut", "layout")])
    assert after.flags == (Flag("odd", 0, 3), Flag("whole"))


@pytest.mark.parametrize(
    ("edits", "complaint"),
    [
        ([Edit(0, 3, "", "a"), Edit(2, 4, "", "b")], "overlaps"),
        ([Edit(0, 99, "", "a")], "leaves the text"),
        ([Edit(-1, 1, "", "a")], "leaves the text"),
        ([Edit(0, 1, "", "a", "because")], "unknown reason"),
    ],
)
def test_wrong_edits_are_refused(edits: list[Edit], complaint: str) -> None:
    """Edits that overlap, leave the text or give a reason that is not on the list raise an error that says so."""
    with pytest.raises(ValueError, match=complaint):
        Document.from_text("abcd").edited("stage", edits)


def test_no_editing_after_annotating() -> None:
    """Once entities refer to the text it may not change."""
    document = Document.from_text("Isotroin").annotated([Entity("", "DRUG", 0, 8)])
    with pytest.raises(ValueError, match="before the text is annotated"):
        document.edited("stage", [Edit(0, 1, "", "cut")])


def test_entities_are_numbered_in_reading_order() -> None:
    """Entities of several stages stand in reading order, longest first, with ids e1, e2 and so on."""
    document = Document.from_text("Isotroin 20mg").annotated([Entity("", "STRENGTH", 9, 13)])
    document = document.annotated([Entity("", "DRUG", 0, 8)])
    assert [(e.id, e.label) for e in document.entities] == [("e1", "DRUG"), ("e2", "STRENGTH")]


def test_an_edit_that_changes_nothing_leaves_no_trace() -> None:
    """Replacing text by itself is no change."""
    assert Document.from_text("abc").edited("stage", [Edit(0, 1, "a", "same")]).changes() == ()
