"""Words for conditions that mean something else where they stand: AMD the firm, the Great Depression, people called Kotitis."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from ..lexicon.abbreviations import foreign_abbreviations
from ..rules.load import load_toml
from ..words import known_in
from .condition_table import health_words, rules
from .context import Context, Found
from .phrases import Phrases
from .tokens import Page

_SHORT_PAGE = 150  # tokens; so few do not tell what a page is about
_SPOKEN_OF = 2 / 1000  # of the tokens; most pages about other things have no word of health, most about health five times as many

_SENTENCE_ENDS = frozenset({".", "!", "?"})

_capitals = re.compile(r"(?<!\w)[A-Z]").findall
_words = re.compile(r"(?<!\w)[^\W\d_]").findall


def without_doubtful(context: Context, found: Sequence[Found]) -> list[Found]:
    """Those that are conditions where they stand."""
    page, people = context.page, _people(context, found)
    other = {i for first, last, _ in _other_things().find_on(page) for i in range(first, last)}
    foreign = _explained_otherwise(page, found)
    health = _speaks_of_health(context, found)
    return [
        f
        for f in found
        if not other.issuperset(range(f.first, f.last))
        and _written(page, f) not in foreign
        and not (page.words[f.first] in people and _is_capital(page, f.first))
        and (health or not _needs_health(page, f))
    ]


def _needs_health(page: Page, f: Found) -> bool:
    """An everyday word, letters that other things are called by too, or a word that only its ending makes a condition."""
    if f.last - f.first > 1:
        return False
    return f.kind == "unlisted" or page.words[f.first] in rules("everyday") or _written(page, f).rstrip("s") in rules("shared_acronyms")


def _speaks_of_health(context: Context, found: Sequence[Found]) -> bool:
    """Drugs, words of health and diseases that are nothing else stand on the page, and not just one on a long page."""
    page = context.page
    if len(page.words) < _SHORT_PAGE:
        return True
    told = sum(len(page.places[word]) for word in known_in(page.places, health_words()))
    told += len(context.drugs) + sum(f.kind == "disease" and not _needs_health(page, f) for f in found)
    return told >= _SPOKEN_OF * len(page.words)


def _explained_otherwise(page: Page, found: Sequence[Found]) -> set[str]:
    """Letters that the page explains as something else: "computer-aided design (CAD)"."""
    if "(" not in page.places:
        return set()
    letters = {text for f in found if (text := _written(page, f)) in rules("shared_acronyms")}
    return foreign_abbreviations(page.text, letters, [page.span(f.first, f.last) for f in found if _written(page, f) not in letters])


def _people(context: Context, found: Sequence[Found]) -> set[str]:
    """Words that people are called by here: behind "Dr", or with a capital beside another name."""
    page = context.page
    single = [f for f in found if f.last - f.first == 1 and _is_capital(page, f.first)]
    named = [f for f in single if f.kind == "unlisted" and _is_beside_name(page, f.first)]
    lines = {number for number in {page.line(f.first) for f in named} if _is_sentence(page, number)}
    people = [f for f in single if _is_titled(page, f.first)] + [f for f in named if page.line(f.first) in lines]
    return {page.words[f.first] for f in people}


def _is_titled(page: Page, i: int) -> bool:
    before = page.words[max(page.sentence(i)[0], i - 2) : i]
    return bool(before) and (before[0] if before[-1] == "." else before[-1]) in rules("person_titles")


def _is_beside_name(page: Page, i: int) -> bool:
    begin, end = page.sentence(i)
    return any(begin <= k < end and _is_capital(page, k) and page.words[k].isalpha() for k in (i - 1, i + 1))


def _is_sentence(page: Page, number: int) -> bool:
    """A line that ends as sentences do, or whose words mostly begin in lower case: no heading."""
    if number < 0:
        return False
    block = page.lines[number].block
    line = page.text[block.start : block.end].rstrip()
    return line[-1:] in _SENTENCE_ENDS or 2 * len(_capitals(line)) <= len(_words(line))


def _is_capital(page: Page, i: int) -> bool:
    return page.text[page.starts[i]].isupper()


def _written(page: Page, f: Found) -> str:
    return page.text[page.starts[f.first] : page.ends[f.last - 1]]


@cache
def _other_things() -> Phrases[None]:
    return Phrases((phrase, None) for phrase in load_toml("conditions.toml")["other_things"])
