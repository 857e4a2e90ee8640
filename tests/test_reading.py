"""Bytes to document: charset, HTML or plain text, visible text and blocks.

A row of `cases/reading.jsonl` gives the input as `page` (a string), as `page` with the `charset` that it is
encoded in, or as `bytes` (each character one byte); and what is expected of `text`, `encoding`, `media_type`,
`blocks` as [kind, level], `hidden` of each block, or the words of the `error`.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import Document
from pipeline.errors import ReadError
from pipeline.reading import Raw, is_html, read
from pipeline.reading.decode import decode
from pipeline.reading.html import read_html
from pipeline.reading.plain import mark_spans, read_plain

from .conftest import load_cases

CASES = load_cases("reading.jsonl")


def input_of(case: dict[str, Any]) -> str | bytes:
    """The input that a case describes."""
    if "bytes" in case:
        return str(case["bytes"]).encode("latin-1")
    page = str(case["page"])
    return page.encode(case["charset"]) if "charset" in case else page


def told(document: Document, case: dict[str, Any]) -> dict[str, Any]:
    """Of the document, what the case speaks of."""
    found = {
        "text": document.source,
        "encoding": document.origin.encoding,
        "media_type": document.origin.media_type,
        "blocks": [[b.kind, b.level] for b in document.blocks],
        "hidden": [b.evidence.hidden for b in document.blocks],
    }
    return {key: value for key, value in found.items() if key in case}


@pytest.mark.parametrize("case", [c for c in CASES if "error" not in c], ids=lambda c: c["label"])
def test_cases(case: dict[str, Any]) -> None:
    """Text, charset, type and blocks are those that the case expects."""
    assert told(read(input_of(case)), case) == {
        key: case[key] for key in ("text", "encoding", "media_type", "blocks", "hidden") if key in case
    }


@pytest.mark.parametrize("case", [c for c in CASES if "error" in c], ids=lambda c: c["label"])
def test_what_is_no_text(case: dict[str, Any]) -> None:
    """What holds no text is refused with the reason and with advice."""
    with pytest.raises(ReadError, match=case["error"]) as caught:
        read(input_of(case))
    assert caught.value.advice


def test_thousands_of_attributes() -> None:
    """Of an element with more attributes than any page has, the first thousand count; its text and what follows stay as they are."""
    many = " ".join(f'data-{i}="{i}"' for i in range(3000))
    page = read(f'<!doctype html><p class="dose" {many} hidden>20 mg</p><p {many}>Take one <b title="a > b">daily</b>.</p>')
    assert page.text == "20 mg\n\nTake one daily."
    assert [(block.evidence.hints, block.evidence.hidden) for block in page.blocks] == [(("dose",), False), ((), False)]


def test_long_scripts_and_contents() -> None:
    """A script, and a `content` of thousands of words, are no tags of too many attributes: nothing of them is lost."""
    words = "word, " * 3000
    page = read(
        f'<!doctype html><meta name="description" content="{words}end"><script>for (i=0;i<n;i++) {{ {words} }}</script><p>20 mg</p>'
    )
    assert page.text == "20 mg"
    assert page.metadata.description == f"{words}end"


@given(st.text(max_size=200))
def test_utf8_is_read_as_it_is(text: str) -> None:
    """Any text in UTF-8 that is not empty or binary comes back from its bytes."""
    data = text.encode("utf-8", "surrogatepass")
    try:
        found, encoding = decode(data)
    except ReadError:
        return
    if encoding == "utf-8":
        assert found == data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    """Any bytes give a document or a ReadError, and the same one each time."""
    try:
        first = read(data)
    except ReadError:
        return
    assert first == read(data)


@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "<td>", "<tr>", "<table>", "</table>", "<li>", "<sup>", "</b>", "<b>", "<br>", "<", "20 mg ", "a"])
    )
)
def test_any_markup(pieces: list[str]) -> None:
    """Whatever the tags, blocks are filled, in order, apart by a blank line, and cover all words of the text."""
    page = read_html("<html>" + "".join(pieces))
    assert page.text == "\n\n".join(page.text[b.start : b.end] for b in page.blocks)
    assert all(page.text[b.start : b.end].strip() for b in page.blocks)


@given(st.text(alphabet="ab1.*-#•>|\t\n\r :", max_size=80))
def test_any_plain_text(text: str) -> None:
    """Blocks of plain text are in order, do not overlap, are trimmed, and nothing but space stands between them."""
    here = 0
    for block in read_plain(text):
        assert not text[here : block.start].strip()
        assert text[block.start : block.end] == text[block.start : block.end].strip() != ""
        here = block.end
    assert not text[here:].strip()


def test_deep_nesting() -> None:
    """A hundred thousand nested elements are read, without recursion and in good time."""
    start = time.perf_counter()
    assert read_html("<div>" * 100_000 + "deep" + "</div>" * 100_000 + "<p>after").text == "deep\n\nafter"
    assert read_html("<div>" * 100_000 + "deep").text == "deep"
    assert read_html("<b>" * 5_000 + "<p>deep").text == "deep"
    assert time.perf_counter() - start < 20  # a parser left to itself takes minutes


def test_evidence_of_blocks() -> None:
    """A block carries what the markup says of it: tag, path, tokens of class and id, links, its group."""
    page = read_html('<body><main class="Post Body"><p id=lead>See <a href=x>the leaflet</a></p><p>More.</p></main><nav><p>Home</p></nav>')
    lead, more, home = (block.evidence for block in page.blocks)
    assert (lead.tag, lead.path, lead.hints, lead.link_chars) == ("p", "html/body/main/p", ("lead", "post", "body"), 10)
    assert lead.group == more.group != home.group


def test_declared_article() -> None:
    """Blocks that schema.org's articleBody states are marked so."""
    body = "Isotretinoin is a retinoid for severe acne. " * 4
    page = read_html(
        f'<script type="application/ld+json">{{"articleBody": "{body}"}}</script><p>{body}</p><p>Related posts of our site.</p>'
    )
    assert [block.evidence.stated for block in page.blocks] == [True, False]


def test_marks_of_plain_text() -> None:
    """Bullets, # and paired ** are found as marks; a lone star, a footnote and a power are not."""
    assert list(mark_spans("* 20 mg", "list_item")) == [(0, 2, "list-mark")]
    assert list(mark_spans("## Dose", "heading")) == [(0, 3, "heading-mark")]
    assert [span for line in ("20 mg*", "2**3", "* p < 0.05", "a ** b") for span in mark_spans(line, "paragraph")] == []


def test_kinds_of_input(tmp_path: Path) -> None:
    """str, bytes, Path, BeautifulSoup, Tag and Raw give the same text."""
    page = "<html><body><h1>Dose</h1><p>Take 20 µg.</p></body></html>"
    (tmp_path / "page.txt").write_text(page, encoding="utf-8")
    soup = BeautifulSoup(page, "html.parser")
    tag = soup.body
    assert tag
    inputs: list[Any] = [page, page.encode(), tmp_path / "page.txt", soup, tag, Raw(page), Raw(page.encode("cp1252"))]
    assert {read(source).source for source in inputs} == {"Dose\n\nTake 20 µg."}
    assert all(read(source).origin.media_type == "text/html" for source in inputs)


def test_other_types_are_refused() -> None:
    """What is none of these raises a TypeError that names what is taken."""
    with pytest.raises(TypeError, match="cannot read a int; give str, bytes"):
        read(20)  # type: ignore[arg-type]


def test_the_input_says_what_it_is() -> None:
    """A record that names its field text or html is taken at its word."""
    assert read(Raw("<p>a</p><p>b</p>", kind="text")).source == "<p>a</p><p>b</p>"
    assert read(Raw("5 < 7", kind="html")).origin.media_type == "text/html"


def test_ids_and_origin(tmp_path: Path) -> None:
    """The id is the given one, else the start of the hash of the bytes; the origin tells path, size and hash."""
    path = tmp_path / "page.html"
    path.write_bytes(b"<p>Take 20 mg")
    document = read(path)
    assert (document.origin.path, document.origin.bytes) == (str(path), 13)
    assert document.id == document.origin.sha256[:16] == read(b"<p>Take 20 mg").id
    assert read(Raw("Take 20 mg", id="a/1", url="https://example.org", record=3)).id == "a/1"


@pytest.mark.parametrize(("name", "words"), [("none.html", "no such file"), (".", "is a folder")])
def test_paths_that_cannot_be_read(tmp_path: Path, name: str, words: str) -> None:
    """A missing file and a folder are told apart."""
    with pytest.raises(ReadError, match=words):
        read(tmp_path / name)


def test_a_long_text_about_markup_is_text() -> None:
    """Two tags named in a long text do not make it a page."""
    assert not is_html("The dose stands in the table. " * 100 + "It uses <b> and <i>.")


@pytest.mark.parametrize("tag", ["<p>", "<li>", "<table><tr><td>"])
def test_what_is_left_open_is_not_deep(tag: str) -> None:
    """A long page that leaves its paragraphs, items and cells open, as old pages do, keeps each of them apart."""
    first, each = tag.removesuffix("<tr><td>"), tag.removeprefix("<table>")
    assert len(read(first + f"{each}Take one tablet." * 12_000).blocks) == 12_000


def test_a_guessed_charset_is_no_news() -> None:
    """Where bytes fit no charset, nothing but our own words reaches the terminal."""
    program = "from pipeline.reading.decode import decode; decode(b'<p>' + bytes(range(128, 256)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_a_parser_without_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lexbor takes any markup; where it gives up, memory has ended, and that is what is told."""
    from selectolax import lexbor

    def give_up(_markup: str) -> None:
        raise lexbor.SelectolaxError("Can't parse HTML.")

    monkeypatch.setattr(lexbor, "LexborHTMLParser", give_up)
    with pytest.raises(MemoryError):
        read_html("<p>Take 20 mg daily.")


@pytest.mark.parametrize(
    "piece",
    [
        "<li>20 mg<dl><dt>a<dd>b</dl>",
        "<li>20 mg<dl><dt>a</dt><dd>b</dd></dl></li>",
        "<li>20 mg<ul><li>daily</ul>",
        "<dt>a<dd>b<ul><li>c</ul>",
        "<p>20 mg<select><option>a<option>b</select>",
        "<table><tr><td>20 mg<td>daily</table>",
    ],
)
def test_long_lists_are_not_deep(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long a list is, and however much is left open in it as usual, no tag of it is taken for one that is nested too deep."""
    page = f"<ul>{piece * 2400}</ul>"
    limited = read_html(page)
    monkeypatch.setattr("pipeline.reading.html._limit_depth", lambda markup: markup)
    assert limited == read_html(page)
