"""The reports in a real browser: nothing runs that should not, tables filter and sort. Skipped where there is no Chromium."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.chain import Pipeline
from pipeline.document import Document
from pipeline.reading import Raw
from pipeline.record import to_line
from pipeline.report.batch import read, to_html
from pipeline.report.facts import Facts
from pipeline.report.page import to_html as page_to_html

from .chromium import Browser, find
from .conftest import SAMPLES
from .test_report_batch import FAILURES, poisoned

PROGRAM = find()
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no Chromium (or Chrome) is installed, or this is Windows")
WIDTHS = {"phone": 390, "tablet": 820, "desk": 1280}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all."""
    assert PROGRAM
    with Browser(PROGRAM, tmp_path_factory.mktemp("profile")) as made:
        yield made


@pytest.fixture(scope="module")
def documents(pipeline: Pipeline) -> list[Document]:
    """The samples, cleaned."""
    return [pipeline(page) for page in sorted(SAMPLES.iterdir())]


@pytest.fixture(scope="module")
def report(documents: list[Document], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the samples as a batch, with two failures."""
    folder = tmp_path_factory.mktemp("outputs")
    (folder / "documents.jsonl").write_text("".join(to_line(document.record()) for document in documents), encoding="utf-8")
    (folder / "failures.jsonl").write_text("".join(json.dumps(row) + "\n" for row in FAILURES), encoding="utf-8")
    (folder / "report.html").write_text(to_html(read(folder), "samples"), encoding="utf-8")
    return folder / "report.html"


def table(browser: Browser, name: str) -> list[list[str]]:
    """The rows that a table shows."""
    script = f"[...document.querySelectorAll('#{name} tbody tr')].map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    return [list(map(str, row)) for row in browser.run(script)]


def write(browser: Browser, name: str, text: str) -> None:
    """Text into the filter of a table, as if typed."""
    browser.run(f"document.querySelector('#{name} input').value = {json.dumps(text)}")
    browser.run(f"document.querySelector('#{name} input').dispatchEvent(new Event('input'))")


def click(browser: Browser, selector: str) -> None:
    """A click on the first element that fits."""
    browser.run(f"document.querySelector({json.dumps(selector)}).click()")


def quiet(browser: Browser, page: Path) -> None:
    """Nothing on the console, and nothing asked for but the page itself."""
    assert browser.told == []
    assert [address for address in browser.asked if address.split("#")[0] != page.resolve().as_uri()] == []


def test_it_opens_in_silence(browser: Browser, report: Path) -> None:
    """The page loads without a word on the console and asks for nothing; every table is drawn."""
    browser.open(report)
    assert browser.run("document.querySelectorAll('section.table').length") == 13
    assert {
        name: bool(table(browser, name))
        for name in ("sites", "removals", "rules", "drugs", "brands", "treats", "causes", "flags", "failures", "documents")
    } == dict.fromkeys(("sites", "removals", "rules", "drugs", "brands", "treats", "causes", "flags", "failures", "documents"), True)
    assert browser.run("document.querySelector('#clusters .none').textContent") == "none"
    quiet(browser, report)


def test_filtering(browser: Browser, report: Path) -> None:
    """Only rows with all the words stay, whatever their case; the count says so; an empty filter brings all back."""
    browser.open(report)
    write(browser, "treats", "ISOTRETINOIN vulgaris")
    assert [row[:2] for row in table(browser, "treats")] == [["isotretinoin", "acne vulgaris"]]
    assert browser.run("document.querySelector('#treats .count').textContent").startswith("1 of ")
    write(browser, "treats", "isotretinoin nothing-of-it")
    assert table(browser, "treats") == []
    write(browser, "treats", "")
    assert len(table(browser, "treats")) == 10
    quiet(browser, report)


def test_sorting(browser: Browser, report: Path) -> None:
    """A heading sorts its column, numbers from the top, words from the front; the second click turns it; a filter keeps it."""
    browser.open(report)
    click(browser, "#documents th:nth-child(5) button")
    counts = [int(row[4].replace(",", "")) for row in table(browser, "documents")]
    assert counts == sorted(counts, reverse=True)
    assert len(set(counts)) > 5
    click(browser, "#documents th:nth-child(5) button")
    assert [int(row[4].replace(",", "")) for row in table(browser, "documents")] == sorted(counts)
    assert browser.run("document.querySelector('#documents th:nth-child(5)').ariaSort") == "ascending"
    write(browser, "documents", "cleaned")
    left = [int(row[4].replace(",", "")) for row in table(browser, "documents")]
    assert left == sorted(left)
    click(browser, "#drugs th:nth-child(1) button")
    names = [row[0] for row in table(browser, "drugs")]
    assert names == sorted(names)
    quiet(browser, report)


def test_more_rows(browser: Browser, report: Path) -> None:
    """A long table shows ten rows and the rest on demand."""
    browser.open(report)
    assert len(table(browser, "rules")) == 10
    click(browser, "#rules .more")
    total = browser.run("tables.rules.rows.length")
    assert len(table(browser, "rules")) == total > 10
    assert browser.run("document.querySelector('#rules .more').hidden")


def test_a_document_opens(browser: Browser, report: Path, documents: list[Document]) -> None:
    """A click shows the document: its whole text, removals struck through with their reason, relations on hover; back leads back."""
    browser.open(report)
    browser.run("location.hash = '#d1'")
    browser.wait("document.querySelector('#view article') !== null")
    browser.run("window.copy = document.querySelector('#view article').cloneNode(true)")
    browser.run("window.copy.querySelectorAll('del, summary').forEach(e => e.remove())")
    shown = browser.run("window.copy.textContent")
    assert "".join(shown.split()) == "".join(documents[0].text.split())
    reasons = browser.run("[...document.querySelectorAll('#view del')].map(e => e.title.split(' · ')[0])")
    assert reasons == [change.reason for change in documents[0].changes() if change.reason and change.before.strip()]
    assert "line-through" in browser.run("getComputedStyle(document.querySelector('#view del')).textDecorationLine")
    browser.run("document.querySelector('#view .e.STRENGTH').focus()")
    assert browser.run("document.querySelector('#view .relations li').innerText").startswith("strength of")
    click(browser, "#view .show-removed")
    assert browser.run("getComputedStyle(document.querySelector('#view del')).display") == "none"
    assert browser.run("document.getElementById('overview').hidden")
    click(browser, ".back a")
    browser.wait("!document.getElementById('overview').hidden")
    assert browser.run("document.getElementById('view').childNodes.length") == 0
    quiet(browser, report)


def test_all_documents_open_by_address(browser: Browser, report: Path, documents: list[Document]) -> None:
    """Each document has an address of its own within the page."""
    for number in range(1, len(documents) + 1):
        browser.open(report, f"#d{number}")
        browser.wait("document.querySelector('#view h1') !== null")
        title = documents[number - 1].title or documents[number - 1].origin.path or ""
        assert browser.run("document.querySelector('#view h1').textContent") == " ".join(title.split())
        browser.run("location.hash = ''")
    quiet(browser, report)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("place", ["", "#d3"])
def test_no_sideways_scrolling(width: str, place: str, browser: Browser, report: Path) -> None:
    """On no width does the page itself scroll sideways."""
    browser.resize(WIDTHS[width], 800, phone=width == "phone")
    browser.open(report, place)
    browser.wait("document.querySelector('#view h1, #sites tbody') !== null")
    assert browser.run("document.documentElement.scrollWidth") <= WIDTHS[width]
    browser.resize(1280, 900)


def luminance(colour: str) -> float:
    """Relative luminance of `rgb(r, g, b)`, as WCAG 2.2 reckons it."""
    parts = [int(part) / 255 for part in colour.removeprefix("rgb(").rstrip(")").split(",")[:3]]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("place", ["", "#d1"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast(scheme: str, place: str, browser: Browser, report: Path) -> None:
    """In both schemes text stands out from its ground by 4.5 to 1 (WCAG AA), coloured entities, removed text and pills included."""
    browser.prefer(scheme)
    browser.open(report, place)
    browser.wait("document.querySelector('#view .e, #sites tbody') !== null")
    texts = "#view .e, del, .about, td, th, .quiet, .pill, .chip, .example span, a, .count, .more, .tile"
    script = f"""[...document.querySelectorAll('{texts}')].map(e => {{
      let ground = e; while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
      return [getComputedStyle(e).color, getComputedStyle(ground).backgroundColor]; }})"""
    pairs = {tuple(sorted(map(luminance, pair))) for pair in browser.run(script)}
    assert len(pairs) > 5
    assert min((high + 0.05) / (low + 0.05) for low, high in pairs) >= 4.5
    ground = luminance(browser.run("getComputedStyle(document.body).backgroundColor"))
    assert ground > 0.9 if scheme == "light" else ground < 0.1
    browser.prefer("light")


def test_print(browser: Browser, report: Path) -> None:
    """On paper the ground is white, whatever the reader prefers, and tools that paper cannot use are gone."""
    browser.open(report)
    browser.prefer("dark", media="print")
    assert luminance(browser.run("getComputedStyle(document.body).backgroundColor")) > 0.9
    assert browser.run("['nav', '.find', '.more'].map(s => getComputedStyle(document.querySelector(s)).display)") == ["none"] * 3
    browser.prefer("light")
    assert browser.pdf().startswith(b"%PDF")


#: What a page may try. Each would leave a mark in `window.pwned`, on the console, or in what is asked for.
ATTACKS = [
    "<script>window.pwned = 1</script>",
    "</script><script>window.pwned = 2</script>",
    "<img src=x onerror='window.pwned = 3'>",
    "\"><svg onload='window.pwned = 4'>",
    "' onmouseover='window.pwned = 5' x='",
    "<a href='javascript:window.pwned = 6'>click</a>",
    "<style>body { display: none } @import url(https://evil.example/x.css);</style>",
    "<iframe srcdoc='<script>parent.pwned = 7</script>'></iframe>",
    "<!--<script>",
    "</template></div></article><h1 id=sites>owned</h1>",
    "<link rel=stylesheet href=https://evil.example/x.css><meta http-equiv=refresh content='0;url=https://evil.example'>",
    "\u202egpj.exe\u2066",
    "{{constructor.constructor('window.pwned = 8')()}}",
    "<form action=https://evil.example><button autofocus onfocus='window.pwned = 9'>",
]


def poke(browser: Browser) -> None:
    """Point at, focus and click whatever there is that came of a page."""
    browser.run(
        "document.querySelectorAll('#view *, article *, td *').forEach(e => {"
        " e.dispatchEvent(new MouseEvent('mouseover', {bubbles: true})); e.dispatchEvent(new MouseEvent('mouseenter'));"
        " e.focus?.(); if (e.tagName !== 'A' && e.tagName !== 'INPUT') e.click?.(); })"
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_hostile_pages_run_nothing(attack: str, browser: Browser, pipeline: Pipeline, tmp_path: Path) -> None:
    """Text that attacks runs nothing and loads nothing: in the report of the batch, in a document, in the report of one page."""
    text = f"{attack}\n\nIsotroin 20mg {attack} for acne {attack}.\n\nShare this {attack}\n\n{attack}"
    document = pipeline(Raw(text, kind="text", id=attack, url=f"https://a.example/{attack}"))
    facts = Facts()
    facts.add(document.record())
    facts.add_failure({**FAILURES[0], "error": attack, "path": attack, "url": attack})
    for name, html in (("batch", to_html(facts, attack)), ("page", page_to_html(document))):
        page = tmp_path / f"{name}.html"
        page.write_text(html, encoding="utf-8")
        browser.open(page)
        assert name == "page" or browser.run("document.querySelectorAll('section.table').length") == 13
        if name == "batch":
            poke(browser)
            browser.run("location.hash = '#d1'")
            browser.wait("document.querySelector('#view article') !== null")
        poke(browser)
        article = browser.run("document.querySelector('article').textContent")
        assert "".join(attack.replace("\u202e", "‹U+202E›").replace("\u2066", "‹U+2066›").split()) in "".join(article.split())
        assert browser.run("window.pwned === undefined")
        assert browser.run("document.querySelectorAll('iframe, img, svg[onload], link, form, #view script, article script').length") == 0
        assert browser.run("getComputedStyle(document.body).display") != "none"
        quiet(browser, page)


def test_a_poisoned_record_runs_nothing(browser: Browser, documents: list[Document], tmp_path: Path) -> None:
    """So it is when names, rules, ids and notes of a record are hostile, which no page could bring about."""
    facts = Facts()
    for document in documents:
        facts.add(poisoned(document.record()))
    page = tmp_path / "r.html"
    page.write_text(to_html(facts, "x"), encoding="utf-8")
    browser.open(page)
    poke(browser)
    for number in range(1, len(documents) + 1):
        browser.run(f"location.hash = '#d{number}'")
        browser.wait("document.querySelector('#view h1') !== null")
        poke(browser)
    quiet(browser, page)


def test_the_policy_stands_behind(browser: Browser, report: Path) -> None:
    """Were some text not escaped, the policy would still stop it: a script, a handler and a picture put in by force do nothing."""
    browser.open(report)
    markup = "<img src='https://evil.example/x.png' onerror='window.pwned = 1'><b onclick='window.pwned = 2' id=b></b>"
    browser.run(f"document.body.insertAdjacentHTML('beforeend', `{markup}`)")
    browser.run("document.getElementById('b').click()")
    browser.run("(() => { const s = document.createElement('script'); s.textContent = 'window.pwned = 3'; document.body.append(s); })()")
    browser.wait("true")
    assert browser.run("window.pwned === undefined")
    assert len([line for line in browser.told if "Content Security Policy" in line]) >= 3


def test_ten_thousand_rows_stay_quick(browser: Browser, documents: list[Document], tmp_path: Path) -> None:
    """With 10,000 documents listed, a filter finds the one among them, and the page holds no more rows than it shows."""
    record: dict[str, Any] = documents[0].record()
    facts = Facts()
    for i in range(10_000):
        facts.rows.add(lambda i=i: [[f"Article {i}", i + 1], f"s{i % 50}.example", "cleaned", "en", i, 0.5, ["metformin"], [], f"p{i}"])  # type: ignore[misc]
    facts.add(record)
    page = tmp_path / "r.html"
    page.write_text(to_html(facts, "many"), encoding="utf-8")
    browser.open(page)
    write(browser, "documents", "9876")
    assert [row[0] for row in table(browser, "documents")] == ["Article 9876"]
    write(browser, "documents", "")
    assert browser.run("document.querySelectorAll('#documents tbody tr').length") == 10
    assert sys.getsizeof(page.read_bytes()) < 3_000_000
    quiet(browser, page)
