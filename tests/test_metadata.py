"""What a page says of itself: title, author, dates, language.

A row of `cases/dates.jsonl` gives `text` and the `date` found in it (null where there is none).
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.document import Metadata
from pipeline.reading import read
from pipeline.reading.dates import find_date
from pipeline.reading.language import detect_language
from pipeline.reading.metadata import best_title, same_title, strip_site

from .conftest import load_cases


def metadata(head: str, body: str = "<p>Take one.") -> Metadata:
    """Metadata of a page with this head."""
    return read(f"<html><head>{head}</head><body>{body}</body></html>").metadata


def json_ld(value: Any) -> str:
    """A script element with JSON-LD."""
    return f'<script type="application/ld+json">{value if isinstance(value, str) else json.dumps(value)}</script>'


@pytest.mark.parametrize("case", load_cases("dates.jsonl"), ids=lambda c: c["label"])
def test_dates(case: dict[str, Any]) -> None:
    """A date is found as ISO 8601, or none."""
    assert find_date(case["text"]) == case["date"]


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_any_day(day: date) -> None:
    """Every day of two centuries is read back, from numbers and from words."""
    for text in (day.isoformat(), f"{day:%d.%m.%Y}", f"{day:%B} {day.day}, {day.year}", f"on {day.day} {day:%b} {day.year}"):
        assert find_date(text) == day.isoformat()


def test_open_graph() -> None:
    """OpenGraph and article tags fill all fields."""
    found = metadata(
        '<meta property="og:site_name" content="Example Health"><meta property="og:description" content="On  doses.">'
        '<meta property="og:url" content="https://example.org/dose"><meta property="og:image" content="a.png">'
        '<meta property="article:author" content="By Ann Example"><meta property="article:published_time" content="2021-03-03T10:00:00Z">'
        '<meta property="article:modified_time" content="4 May 2021"><meta name="keywords" content="acne, , isotretinoin">'
    )
    assert found == Metadata(
        "Ann Example", "2021-03-03T10:00:00Z", "2021-05-04", "Example Health", "On doses.", "https://example.org/dose", "a.png",
        ("acne", "isotretinoin"),
    )  # fmt: skip


def test_head() -> None:
    """Plain meta tags and links serve where there is no OpenGraph; a relation of several words is understood."""
    found = metadata(
        '<meta name="Author" content="Ann Example"><meta name="description" content="On doses."><meta name="DC.date" content="3.4.2021">'
        '<link rel="shortlink canonical" href="https://example.org/c">'
    )
    assert (found.author, found.description, found.published, found.canonical_url) == (
        "Ann Example",
        "On doses.",
        "2021-04-03",
        "https://example.org/c",
    )


@pytest.mark.parametrize(
    "value",
    [
        {"@type": "Article", "author": {"name": "Ann"}, "datePublished": "2021-03-03"},
        [{"@type": "BreadcrumbList"}, {"@type": ["BlogPosting"], "author": [{"name": "Ann"}], "datePublished": "2021-03-03"}],
        {"@graph": [{"@type": "WebPage"}, {"@type": "NewsArticle", "author": "Ann", "datePublished": "2021-03-03T00:00"}]},
        {"@type": "WebPage", "mainEntity": {"@type": "MedicalWebPage"}, "author": {"name": "Ann"}, "datePublished": "March 3, 2021"},
    ],
    ids=["object", "list", "graph", "main entity"],
)
def test_json_ld(value: Any) -> None:
    """JSON-LD gives author and date, as an object, a list or a graph; the most article-like one speaks."""
    found = metadata(json_ld(value))
    if isinstance(value, dict) and "mainEntity" in value:
        assert found.author is None  # what the page's frame says of its author is not said of the article
    else:
        assert (found.author, (found.published or "")[:10]) == ("Ann", "2021-03-03")


@pytest.mark.parametrize(
    "broken",
    [
        "{",
        "",
        "null",
        "3",
        '{"@type": 3, "author": 4}',
        '{"@type": "Article", "author": {"name": [["x"]]}}',
        "[" * 5000,
        '{"@graph": {"@graph": []}}',
    ],
)
def test_broken_json_ld(broken: str) -> None:
    """Broken or odd JSON-LD is passed over, and what follows it still counts."""
    assert metadata(json_ld(broken)).author is None
    assert (
        metadata(json_ld(broken) + json_ld({"@type": "Article", "datePublished": "2021-03-03"})).published is not None
        or '"Article"' in broken
    )


def test_many_authors() -> None:
    """Several authors are named one after the other, and an address is no name."""
    assert metadata(json_ld({"@type": "Article", "author": [{"name": "Ann"}, {"name": "Bob"}]})).author == "Ann, Bob"
    assert metadata('<meta property="article:author" content="https://example.org/ann">').author is None


def test_bylines_of_the_body() -> None:
    """<time> and rel=author serve where the head is silent."""
    found = metadata("", '<p>By <a rel="author" href=x>Ann Example</a>, <time datetime="2021-03-03">last week</time></p><p>Take one.')
    assert (found.author, found.published) == ("Ann Example", "2021-03-03")


def test_absent_is_none() -> None:
    """A page that says nothing of itself has no metadata, and an unreadable date stands as written."""
    assert metadata("") == Metadata()
    assert metadata('<meta name="date" content="last spring">').published == "last spring"


def test_months_and_signs() -> None:
    """A journal's month is a month; a sign that was escaped twice is itself; a link to more posts is no author."""
    assert metadata('<meta name="citation_publication_date" content="2008 Oct">').published == "2008-10"
    assert metadata('<meta name="description" content="Salt &amp;#x26; water">').description == "Salt & water"
    assert metadata("", '<a rel="author" href=/a>All posts →</a><p>Take one.').author is None


@pytest.mark.parametrize(
    ("title", "site", "wanted"),
    [
        ("Dose of X | Example Health", "Example Health", "Dose of X"),
        ("Example Health - Dose of X", "Example Health", "Dose of X"),
        ("Dose of X - uses » EXAMPLE HEALTH", "Example Health", "Dose of X - uses"),
        ("Co-amoxiclav: dose – Example", "Example", "Co-amoxiclav: dose"),
        ("Dose | Health", "Another Site", "Dose | Health"),
        ("Seven ways to sleep | Giordano's Pharmacy", "Giordanos", "Seven ways to sleep"),
        ("Seven ways to sleep - Rx", "Rx Online", "Seven ways to sleep - Rx"),
        ("Isotretinoin: Uses, Dosage & Side Effects - Drugs", None, "Isotretinoin: Uses, Dosage & Side Effects"),
        ("Dose of X | Example Health", None, "Dose of X | Example Health"),
        ("Dose 10-20 mg", "20 mg", "Dose 10-20 mg"),
        ("Example", "Example", "Example"),
        ("", "Example", ""),
    ],
)
def test_site_names(title: str, site: str | None, wanted: str) -> None:
    """The site's name goes from a title's end or start; without one, only a part that is clearly the smaller."""
    assert strip_site(title, site) == wanted


@pytest.mark.parametrize(
    "card", ['<span class="author vcard"><a class=url href=/a>Ann Example</a></span>', '<a class="url fn n" href=/a>Ann Example</a>']
)
def test_author_card(card: str) -> None:
    """The author's hCard, as WordPress writes it, gives the author; those of comments do not."""
    comment = '<div class="comment-author vcard"><b class=fn>Joe Reader</b> says:</div>'
    assert read(f"<p>One tablet a day.</p>{comment}<footer>Posted by {card}</footer>").metadata.author == "Ann Example"


@pytest.mark.parametrize(
    ("heading", "candidates", "site", "wanted"),
    [
        ("Dose of X", ["Dose of X | Example Health"], None, "Dose of X"),
        (None, [None, "Dose of X | Example Health"], "Example Health", "Dose of X"),
        ("Example Health", ["Dose of X in adults | Example Health"], "Example Health", "Dose of X in adults"),
        ("Welcome!", ["Dose of X in adults"], None, "Dose of X in adults"),
        ("Dose of X", [], None, "Dose of X"),
        (None, [], None, None),
    ],
)
def test_best_title(heading: str | None, candidates: list[str | None], site: str | None, wanted: str | None) -> None:
    """The main heading is the title when the head agrees; a site's name in a heading is not."""
    assert best_title(heading, candidates, site) == wanted


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Isotretinoin 20 mg: Transforming Acne", "ISOTRETINOIN 20 MG – Transforming acne!"),
        ("Isotretinoin 20 mg: uses, doses, war…", "Isotretinoin 20 mg: Uses, Doses, Warnings and More"),
        ("Isotretinoin 20 mg: uses, doses ...", "Isotretinoin 20 mg: Uses, Doses, Warnings and More"),
        ("How to take isotretinoin safely", "How to take isotretinoin safely | Example Health"),
        ("Example Health: how to take isotretinoin safely", "How to take isotretinoin safely"),
        ("What’s new in acne", "What's new in acne?"),
        ("Isotretinoin and how it can clear severe acne", "Isotretinoin and how it can clear the severe acne"),
        ("Isotretinoin: ten questions and answers, 2021", "Isotretinoin: Ten Questions And Answers"),
    ],
)
def test_same_title(one: str, other: str) -> None:
    """Copies of a title are told by their words, in either order of the two."""
    assert same_title(one, other)
    assert same_title(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Side effects", "Side effects of isotretinoin in adults"),
        ("Isotretinoin dosage for adults", "Isotretinoin dosage for children"),
        ("What is isotretinoin?", "What is tretinoin?"),
        ("Uses…", "Uses of isotretinoin"),
        ("Isotretinoin 20 mg: uses and side effects", "Isotretinoin 40 mg: uses and side effects"),
        ("Isotretinoin", "Isotretinoin works by shrinking the glands that make the skin's oil."),
        ("", ""),
        ("?!", "?!"),
    ],
)
def test_other_titles(one: str, other: str) -> None:
    """Headings and sentences that only share words with the title are no copies of it."""
    assert not same_title(one, other)
    assert not same_title(other, one)


LANGUAGES = {
    "en": "Take the tablet with a glass of water and do not lie down for an hour after that.",
    "es": "Tome el comprimido con un vaso de agua y no se acueste durante la hora que sigue a la toma.",
    "fr": "Prenez le comprimé avec un verre d'eau et ne vous couchez pas dans l'heure qui suit la prise.",
    "de": "Nehmen Sie die Tablette mit einem Glas Wasser ein und legen Sie sich danach eine Stunde lang nicht hin.",
    "pt": "Tome o comprimido com um copo de água e não se deite durante uma hora depois da toma do medicamento.",
    "it": "Prenda la compressa con un bicchiere d'acqua e non si sdrai per un'ora dopo che l'ha presa con il cibo.",
    "pl": "Należy przyjmować tabletkę z wodą i nie kłaść się przez godzinę po przyjęciu leku, jak i w czasie posiłku.",
    "nl": "Neem de tablet in met een glas water en ga daarna niet liggen; het is niet voor kinderen van deze leeftijd.",
    "ru": "Принимать таблетку, запивая водой, и не ложиться в течение часа после приёма, как это указано в инструкции.",
    "hi": "गोली को पानी के साथ लें और इसके बाद एक घंटे तक न लेटें, यह दवा बच्चों के लिए नहीं है।",
    "ar": "تناول القرص مع كوب من الماء ولا تستلق لمدة ساعة بعد ذلك، هذا الدواء لا يعطى إلى الأطفال في هذه السن.",
    "zh": "用一杯水送服药片，服药后一小时内不要躺下。这种药不适用于儿童，也不能与酒同服。"
    "在使用前请咨询医生或药师，了解您的情况是否可以使用此药。",
}


@pytest.mark.parametrize("code", LANGUAGES)
def test_language(code: str) -> None:
    """The language of an article is told by its function words."""
    assert detect_language([LANGUAGES[code]]) == code


def test_language_of_menus_is_not_asked() -> None:
    """Short blocks are no evidence, and too few words tell nothing."""
    assert detect_language(["Home of the brave", "About us and you"]) is None
    assert detect_language(["Isotretinoin " * 20]) is None
    assert detect_language([]) is None


@pytest.mark.parametrize(
    ("declared", "text", "wanted"),
    [("pt_br", "pt", "pt-BR"), ("en-US", "es", "es"), ("", "de", "de"), ("fr", "fr", "fr"), ("x", "en", "en"), ("en-Latn-GB", "en", "en")],
)
def test_declared_language(declared: str, text: str, wanted: str) -> None:
    """What the page declares is believed where its words do not speak against it."""
    assert read(f'<html lang="{declared}"><p>{LANGUAGES[text]}</p></html>').language == wanted


@pytest.mark.parametrize(
    ("head", "body", "declared"),
    [
        ("<meta name=generator content='Discourse 3.3'>", "<p>a", ("by:discourse",)),
        ("<meta name=generator content='\u00a0'>", "<p>a", ()),
        ("", "<p itemscope itemtype='https://schema.org/QAPage http://x.example/'>a", ("item:qapage", "item:")),
        ("<meta property=og:type content=article>", "<p itemtype>a", ("og:article",)),
    ],
)
def test_declared(head: str, body: str, declared: tuple[str, ...]) -> None:
    """A page says what it is by types and by the program that made it, however odd they are written."""
    assert read(f"<html><head>{head}</head><body>{body}</body></html>").declared == declared
