"""Whatever stands in a page: a record that keeps its promises, or a failure that says what to try."""

from __future__ import annotations

import faulthandler
import sys
import unicodedata
from collections.abc import Iterator

import pytest

from pipeline.chain import Pipeline
from pipeline.document import Document
from pipeline.reading import Raw
from pipeline.record import to_line

from .invariants import check_result
from .pages import PAGES

_HANG = 120  # seconds after which the test run is ended with the place where it stands


@pytest.fixture(autouse=True)
def no_hang() -> Iterator[None]:
    """A page that is never done ends the run, rather than holding it up."""
    faulthandler.dump_traceback_later(_HANG, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page(name: str, pipeline: Pipeline) -> None:
    """Each page gives a record that holds together, or a clear failure."""
    check_result(pipeline.attempt(Raw(PAGES[name](1))))


@pytest.mark.parametrize("name", ["tags-unclosed-tags", "text-nul", "small-broken-utf8", "signs-0", "bitten-1"])
def test_the_same_bytes_again(name: str, pipeline: Pipeline) -> None:
    """Damage does not make results depend on chance."""
    first, second = (pipeline.attempt(Raw(PAGES[name](1))) for _ in range(2))
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert to_line(first.record()) == to_line(second.record())


def test_most_pages_give_a_record(pipeline: Pipeline) -> None:
    """Refusing everything would be safe as well: a dose that stands in the damage is found."""
    for name in ("tags-unclosed-tags", "html-spaces", "small-utf-16", "small-broken-utf8", "nested-div", "attributes", "xml-entities"):
        document = pipeline.attempt(Raw(PAGES[name](1)))
        assert isinstance(document, Document), name
        assert "STRENGTH" in {entity.label for entity in document.entities}, name


@pytest.mark.parametrize(
    "text",
    [
        f"Dravet {'- ' * 3000}syndrome",
        f"Dravet{'-' * 3000}syndrome",
        f"Ann {'von ' * 3000}disease",
        f"{'film-coated ' * 3000}tablets",
        f"{'soft gel ' * 3000}capsules",
        f'<script type="application/ld+json">{{"@type":"Article","author":{"[" * 800}"x"{"]" * 800}}}</script><p>Take one tablet daily.',
    ],
    ids=["hyphens apart", "hyphens", "particles", "coats of a form", "gels of a form", "lists of authors in lists"],
)
def test_long_runs(text: str, pipeline: Pipeline) -> None:
    """Whatever joins names or nests, a thousand times over, is read without going deeper for each."""
    for page in (text, f"Take 20 mg of isotretinoin for {text}", f"<h1>Dose</h1><p>Take 20 mg of isotretinoin for {text}"):
        result = pipeline.attempt(Raw(page.encode()))
        check_result(result)
        assert isinstance(result, Document)


AMONG_SIGNS = """Isotroin~ 20~mg, vitamin ~ b ~12~ or ~ b1~ ~pan ~d clears ~acne~s, once~daily for ~ 4~–~6 months ~.

~Side~ effects~

It may~ cause dry ~lips~, ~ rash ~ but not ~ fever~. ~Do not~ use ~in ~ pregnancy. 0.~5 ~µg/~kg ~

~

By ~ J~. Smith~ on 3~ May~ 2021"""


def kind_of(sign: str) -> tuple[object, ...]:
    """What Unicode's tables, and Python's, tell of a character beside its name."""
    plain, form = unicodedata.normalize("NFKD", sign), unicodedata.decomposition(sign)
    sizes = len(sign.lower()), len(sign.upper()), len(sign.casefold()), min(4, len(plain))
    tests = sign.isalpha(), sign.isdecimal(), sign.isdigit(), sign.isnumeric(), sign.isspace(), all(map(unicodedata.combining, plain))
    tables = (
        unicodedata.category(sign),
        unicodedata.bidirectional(sign),
        unicodedata.east_asian_width(sign),
        unicodedata.combining(sign) > 0,
    )
    return (*sizes, *tests, *tables, form.split(" ")[0] if form.startswith("<") else bool(form))


def test_a_sign_of_every_kind(pipeline: Pipeline) -> None:
    """Before, in and behind the words of an article, no kind of character is too much for any stage."""
    signs = {kind_of(sign): sign for sign in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(sign) != "Cn"}
    for sign in signs.values():
        text = AMONG_SIGNS.replace("~", sign)
        page = f"<title>{sign} Acne {sign}</title><h1>Acne{sign}</h1><p>{text}".replace("\n\n", "<p>")
        for raw in (Raw(text), Raw(page)):
            check_result(pipeline.attempt(raw))
