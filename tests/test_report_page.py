"""The report of one document: whole in itself, safe, and true to the record."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cli import main
from pipeline.chain import Options, Pipeline
from pipeline.document import Block, Document, Edit, Entity
from pipeline.report.page import to_html

SAMPLES = sorted((Path(__file__).parents[1] / "samples").iterdir())


class Shown(HTMLParser):
    """What a reader sees of the article, without removed text; and the attributes that could load or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.gone, self.text, self.risky, self.open = False, 0, "", list[str](), 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where the article and removed text begin."""
        self.inside = self.inside or tag == "article"
        self.gone += tag in ("del", "summary")
        self.open += tag == "span"
        self.risky += [name for name, _ in attrs if name in ("src", "href", "action", "srcset", "style") or name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        """Note where they end."""
        self.inside = self.inside and tag != "article"
        self.gone -= tag in ("del", "summary")
        self.open -= tag == "span"

    def handle_data(self, data: str) -> None:
        """Collect what is shown."""
        if self.inside and not self.gone:
            self.text += data


def shown(html: str) -> Shown:
    """The report as read by a parser."""
    parser = Shown()
    parser.feed(html)
    return parser


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_text_stands_whole(path: Path) -> None:
    """The article of the report is the document's text, nothing lost and nothing doubled; nothing is loaded from elsewhere."""
    page = Pipeline(Options())(path)
    parser = shown(to_html(page))
    assert "".join(parser.text.split()) == "".join(page.text.split())
    assert (parser.risky, parser.open) == ([], 0)


def test_policy_fits_style_and_script() -> None:
    """The policy allows the page's own style and script by their digests and nothing else."""
    html = to_html(Document.from_text("Take 20 mg."))
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    assert policy[1].startswith("default-src 'none'; ")
    for tag in ("style", "script"):
        piece = re.search(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert piece
        digest = base64.b64encode(hashlib.sha256(piece[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]


@given(text=st.text(alphabet="<>&\"'/aé=$ \n{}", min_size=1, max_size=40), data=st.data())
def test_no_text_breaks_out(text: str, data: st.DataObject) -> None:
    """Whatever the page says, in text, title, entities or what was removed, it is shown and not obeyed."""
    cut = data.draw(st.integers(0, len(text) - 1))
    page = Document.from_text(text + "x").edited("strip_boilerplate", [Edit(0, cut, "", f"rule {text}", "share")])
    page = page.annotated([Entity("", "CONDITION", 0, len(page.text), canonical=text)])
    parser = shown(to_html(page))
    assert "".join(parser.text.split()) == "".join(page.text.split())
    assert parser.risky == []


def test_entities_that_nest_or_cross() -> None:
    """An entity inside another is a mark inside a mark; of two that cross the first is shown."""
    page = Document.from_text("one two three").annotated([Entity("", "DOSAGE", 0, 7), Entity("", "FORM", 4, 7), Entity("", "ROUTE", 4, 13)])
    html = to_html(page)
    assert [label for label in ("DOSAGE", "FORM", "ROUTE") if f'class="e {label} ' in html] == ["DOSAGE", "FORM"]
    assert shown(html).open == 0


def test_removed_text_tells_its_reason() -> None:
    """What was taken away is struck through, with reason and rule."""
    page = Document.from_text("Take one. Share this").edited("strip_boilerplate", [Edit(9, 20, "", "share-this", "share")])
    assert '<del title="share · share-this">Share this</del>' in to_html(page)


def test_command_writes_a_file(tmp_path: Path) -> None:
    """`report FILE -o OUT` writes it; `-o -` prints it; what cannot be read fails with status 1 or 2."""
    run, out = CliRunner().invoke, tmp_path / "r.html"
    assert run(main, ["report", str(SAMPLES[0]), "-o", str(out)]).exit_code == 0
    assert out.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert run(main, ["report", str(SAMPLES[0]), "-o", "-"]).stdout == out.read_text(encoding="utf-8")
    assert run(main, ["report", str(tmp_path / "none.html")]).exit_code in (1, 2)


def test_direction_controls_are_seen() -> None:
    """A control that turns the direction of text, or shows nothing, is shown by its number, in text, title and what was removed."""
    page = Document.from_text("Take \u202egnp.exe\x00 one. Share\u2066 this").edited(
        "strip_boilerplate", [Edit(18, 30, "", "r\u200f", "share")]
    )
    html = to_html(page)
    assert [name for name in ("U+202E", "U+0000", "U+2066", "U+200F") if f"‹{name}›" not in html] == []
    assert not {"\u202e", "\x00", "\u2066", "\u200f"} & set(html)


def test_a_page_of_very_many_marks() -> None:
    """Each block is given its own marks, and not sought through those of all others: 30,000 blocks are done like three."""
    text = "\n\n".join(f"acne {number:05}" for number in range(30_000))
    starts = range(0, len(text), 12)
    blocks = tuple(Block(start, start + 10, "paragraph") for start in starts)
    entities = tuple(Entity(f"e{start}", "CONDITION", start, start + 4) for start in starts)
    html = to_html(replace(Document.from_text(text), blocks=blocks, entities=entities))
    assert html.count('<span class="e CONDITION') == 30_000
    assert shown(html).text.startswith("acne 00000acne 00001")
