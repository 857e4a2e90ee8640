"""Lines that a site repeats: which are learned, which are removed, and what must survive."""

from __future__ import annotations

import json
import random
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

import cli
from pipeline.corpus.lines import SitePage, site_page
from pipeline.corpus.sample import SiteSample
from pipeline.corpus.site_templates import Template, Templates, learn, threshold
from pipeline.corpus.template_file import page_of, read_templates, templates_of, with_templates, write_templates
from pipeline.document import Document
from pipeline.errors import ConfigError
from pipeline.reading import Raw, read
from pipeline.record import schema, source_of
from pipeline.stages.repair_text import repair_text
from pipeline.stages.strip_boilerplate import strip_boilerplate

from .conftest import load_cases

CASES = load_cases("site_templates.jsonl")


def site_pages(lines: dict[str, Any], count: int) -> list[SitePage]:
    """Pages of one site: `lines` gives marked lines, `{n}` in them is the number of the page."""
    pages = []
    for n in range(count):
        rows = [line.replace("{n}", word(n)) for line in lines["page"] if n % int(lines.get("every", {}).get(line[1:], 1)) == 0]
        pages.append(SitePage.unpacked("a.org", "\n".join(rows)))
    return pages


def word(n: int) -> str:
    """A word of its own for each page."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(n)) + "ol"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["label"])
def test_which_lines_are_the_sites(case: dict[str, Any]) -> None:
    """Of the lines of a site, those and only those that the case expects become templates."""
    rows = learn("a.org", site_pages(case, case.get("pages", 6)))
    assert sorted({row.text for row in rows}) == sorted(case["templates"])


@pytest.mark.parametrize(("pages", "least"), [(4, 3), (9, 3), (100, 10), (400, 20)])
def test_threshold(pages: int, least: int) -> None:
    """How often a line must stand grows with the site."""
    assert threshold(pages) == least


ARTICLES = {
    "calmoxil": "Calmoxil is taken once a day in the evening, because it makes people sleepy, and the dose is raised slowly.",
    "ferrodan": "Ferrodan brings iron into the blood of people who have lost much of it, and turns the stool black for a while.",
    "lumetra": "Lumetra drops lower the pressure in the eye; they sting a little, and the sting goes away within a minute.",
    "ostevan": "Ostevan is swallowed in the morning with a full glass of water, half an hour before anything else is eaten.",
    "pulmira": "Pulmira is breathed in twice a day, and the mouth is rinsed after it so that no fungus grows on the tongue.",
}


def dump(name: str, text: str) -> str:
    """A plain-text dump of a page: the site's own lines around an article."""
    rows = ["Green Leaf Town Gazette", "We are glad that you are with us on this sunny page of ours today", name.title(), text]
    rows += ["Side effects", f"{name.title()} rarely causes a rash or a headache, and both go away when it is stopped."]
    rows += ["Our printers work by daylight and by candle light for all of you", "Gazette house, top floor, ring twice"]
    return "\n\n".join(rows)


@pytest.fixture
def raws() -> list[Raw]:
    """Five pages of one site as plain text."""
    return [Raw(dump(name, text), url=f"https://gazette.example/{name}", kind="text") for name, text in ARTICLES.items()]


def learned(raws: list[Raw]) -> Templates:
    """What the pages teach."""
    with closing(SiteSample()) as sample:
        for raw in raws:
            sample.add(page_of(raw))
        return templates_of(sample)


def cleaned(raw: Raw, templates: Templates) -> Document:
    """A page through the editing stages."""
    return with_templates(strip_boilerplate, templates)(repair_text(read(raw)))


def test_plain_text_dumps(raws: list[Raw]) -> None:
    """From a dump without markup the site's lines go; the article, its headings and its drug stay."""
    templates = learned(raws)
    for raw, (name, text) in zip(raws, ARTICLES.items(), strict=True):
        document = cleaned(raw, templates)
        assert "candle light" in read(raw).source
        assert "candle light" not in document.text
        assert "sunny page" not in document.text
        assert all(line in document.text for line in (name.title(), text, "Side effects", "rarely causes a rash"))


def test_removals_are_on_record(raws: list[Raw]) -> None:
    """Each removal names the reason and on how many pages the line stands, and the page can be rebuilt."""
    document = cleaned(raws[0], learned(raws))
    changes = [c for c in document.log if c.reason == "site-template"]
    assert {c.rule for c in changes} == {"on-5-of-5-pages"}
    assert document.undone() == document.source == source_of(document.record())


def test_a_page_of_another_site_is_left_alone(raws: list[Raw]) -> None:
    """Templates bind their own site only."""
    stranger = replace(raws[0], url="https://other.example/a")
    assert cleaned(stranger, learned(raws)).text == cleaned(stranger, Templates()).text


def test_order_and_shards_do_not_matter(tmp_path: Path, raws: list[Raw]) -> None:
    """The same pages give the same templates in any order, in one sample or in several that are merged."""
    pages = [page_of(raw) for raw in raws]
    pages += [SitePage("gazette.example", (*page.lines, f"more {i}"), (*page.kept, True)) for i in range(40) for page in pages]
    wanted = None
    for seed in range(3):
        random.Random(seed).shuffle(pages)
        for shards in (1, 3):
            paths = [tmp_path / f"{seed}-{shards}-{i}.db" for i in range(shards)]
            for i, path in enumerate(paths):
                with closing(SiteSample(path, pages=30)) as sample:
                    for page in pages[i::shards]:
                        sample.add(page)
            with closing(SiteSample(pages=30)) as whole:
                for path in paths:
                    whole.merge(path)
                held = [page.lines for page in whole.pages("gazette.example")]
            assert len(held) == 30
            wanted = wanted or held
            assert held == wanted


def test_copies_of_one_article_are_no_template() -> None:
    """A page that is met under four addresses is one page: its sentences are not the site's."""
    text = "-Menu\n+The river is wide and slow, so that it is best crossed late in the evening, after supper.\n+More of it {}."
    assert learn("a.org", [SitePage.unpacked("a.org", text.format("a" * n)) for n in range(1, 9)]) == []


def test_the_pages_own_title_stays() -> None:
    """A line that other pages link to is still the title of its own page."""
    page = repair_text(read(Raw("<h1>Calmoxil</h1><p>" + ARTICLES["calmoxil"], kind="html")))
    single = strip_boilerplate(page)
    row = Template("gazette.example", 5, 3, "Calmoxil")
    assert single.blocks[0].kind == "title"
    assert Templates([row]).remove(page, single, "gazette.example").text == single.text


def test_a_heading_stays_with_what_it_heads() -> None:
    """A heading that the site repeats goes only where what follows it goes too."""
    html = "<h1>Calmoxil</h1><p>{0}</p><h2>Good to know</h2><p>{0}</p><h2>Good to know</h2>".format(
        "A tablet is taken in the evening. " * 4
    )
    page = read(Raw(html, kind="html"))
    clean = Templates([Template("", 5, 5, "Good to know")]).remove(page, page, "")
    assert clean.text.count("Good to know") == 1


def test_neighbours_decide() -> None:
    """A row with neighbours removes the line only between them."""
    page = Document.from_text(
        "Uses\n\nDoses\n\nCosts\n\nDoses\n\nTwo a day.", read(Raw("Uses\n\nDoses\n\nCosts\n\nDoses\n\nTwo a day.")).blocks
    )
    clean = Templates([Template("", 5, 5, "Doses", "uses", "costs")]).remove(page, page, "")
    assert clean.text == "Uses\n\nCosts\n\nDoses\n\nTwo a day."


def test_the_table_can_be_read_and_edited(tmp_path: Path, raws: list[Raw]) -> None:
    """What is written is read again; a row that is deleted no longer removes its line, a row that is added does."""
    path = tmp_path / "templates.tsv"
    write_templates(path, learned(raws))
    assert read_templates(path).rows == learned(raws).rows
    kept = [line for line in path.read_text(encoding="utf-8").split("\n") if "candle light" not in line]
    path.write_text("\n".join([*kept, "gazette.example\t1\t1\tPulmira"]), encoding="utf-8")
    text = cleaned(raws[4], read_templates(path)).text
    assert "candle light" in text
    assert "sunny page" not in text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("site\ttext\n", "is no table of templates"),
        ("site\tpages\tcount\ttext\tafter\tbefore\na.org\tmany\t3\tHome\n", "line 2: pages and count must be numbers"),
        ("site\tpages\tcount\ttext\tafter\tbefore\na.org\t5\t3\t \t\t\n", "line 2: not a row of 6 cells with a text"),
        ("site\tpages\tcount\ttext\tafter\tbefore\na.org\t5\t3\tHome\t\t\tmore\n", "line 2: not a row of 6 cells"),
    ],
)
def test_a_bad_table_is_named(tmp_path: Path, content: str, message: str) -> None:
    """A table that cannot be used says which line, and why."""
    (tmp_path / "t.tsv").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_templates(tmp_path / "t.tsv")


def test_missing_table(tmp_path: Path) -> None:
    """A table that is not there is told with what to do."""
    with pytest.raises(ConfigError, match="templates learn"):
        read_templates(tmp_path / "none.tsv")


def test_marks_of_a_page(raws: list[Raw]) -> None:
    """A page for learning holds every line of the page, marked kept or cut as single-page cleaning left it."""
    before = repair_text(read(raws[0]))
    page = site_page(before, strip_boilerplate(before), "a.org")
    assert page.lines == tuple(before.block_text(block) for block in before.blocks)
    assert SitePage.unpacked("a.org", page.packed()) == page
    assert page.kept[page.lines.index(ARTICLES["calmoxil"])]


@pytest.fixture
def crawl(tmp_path: Path, raws: list[Raw]) -> Path:
    """The pages as a file of lines."""
    rows = [{"id": str(i), "url": raw.url, "text": raw.data} for i, raw in enumerate(raws)]
    path = tmp_path / "crawl.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def run(*arguments: str | Path) -> Any:
    """A command's result."""
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments])


def test_learn_show_apply(crawl: Path) -> None:
    """`learn` writes a table, `show` tells what is in it, `apply` cleans with it."""
    table = crawl.with_name("t.tsv")
    learn = run("templates", "learn", crawl, "-o", table)
    assert (learn.exit_code, "from 5 pages" in learn.stderr) == (0, True)
    show = run("templates", "show", table, "--site", "gazette.example")
    assert "    5  Our printers work by daylight and by candle light for all of you" in show.stdout
    apply = run("templates", "apply", crawl, "--templates", table, "--skip", "extract_entities")
    records = [json.loads(line) for line in apply.stdout.splitlines()]
    assert [record["id"] for record in records] == ["0", "1", "2", "3", "4"]
    for record in records:
        jsonschema.validate(record, schema())
    assert all("candle light" in "".join(r["text"] for r in record["removed"] if r["reason"] == "site-template") for record in records)


def test_folder_and_key(tmp_path: Path, raws: list[Raw]) -> None:
    """Files without an address belong together by their folder, or by the key that is given."""
    pages = tmp_path / "pages"
    pages.mkdir()
    for i, raw in enumerate(raws):
        (pages / f"{i}.txt").write_text(str(raw.data), encoding="utf-8")
    run("templates", "learn", pages, "-o", tmp_path / "a.tsv", "-q")
    run("templates", "learn", pages, "-o", tmp_path / "b.tsv", "-q", "--site", "gazette.example")
    assert {row.site for row in read_templates(tmp_path / "a.tsv").rows} == {f"{pages.as_posix()}/"}
    assert {row.site for row in read_templates(tmp_path / "b.tsv").rows} == {"gazette.example"}


def test_what_cannot_be_read_is_told(tmp_path: Path, raws: list[Raw]) -> None:
    """A bad page is named, the others are learned from, and the exit status says so."""
    (tmp_path / "0.txt").write_text("", encoding="utf-8")
    for i, raw in enumerate(raws, 1):
        (tmp_path / f"{i}.txt").write_text(str(raw.data), encoding="utf-8")
    result = run("templates", "learn", tmp_path, "-o", tmp_path / "t.tsv")
    assert (result.exit_code, "the input is empty" in result.stderr, "from 5 pages" in result.stderr) == (1, True, True)


def test_no_such_site(crawl: Path) -> None:
    """`show` of a site that the table does not know says so."""
    run("templates", "learn", crawl, "-o", crawl.with_name("t.tsv"), "-q")
    result = run("templates", "show", crawl.with_name("t.tsv"), "--site", "other.example")
    assert (result.exit_code, "no line of other.example" in result.stderr) == (2, True)
