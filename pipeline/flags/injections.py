"""Keywords and anchors put inside a sentence for search engines.

Three shapes, each odd by grammar rather than by its words: a title-cased product phrase before a
small noun ("The standard Skin Whitening Cream dosage of …"), a brand in small letters that the page
writes with a capital elsewhere, beside words of search boxes ("take azithral 500 price in india"),
and a line of small letters between two sentences ("… has started. antibiotics without prescription
Drink plenty …").
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from ..document import Block, Document, Entity, Flag
from ..rules.load import load_toml

KIND = "keyword-injection"

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_SMALL_WORD = re.compile(r"(?<=[^.!?:] )[^\W\d_A-ZÀ-Þ][^\W\d_]{3,}")
_TITLED = re.compile(r"(?<=[a-z] )[A-Z][a-z]+(?: (?:(?:of|for|in|and|to) )?[A-Z][a-z]+){1,4}(?= ([a-z]{3,}))")
_FRAGMENT = re.compile(r"(?<=[.!?] )([^\W\d_A-ZÀ-Þ][^.!?,;:()]{8,70}?)(?=\.?$| [A-ZÀ-Þ])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|ca|cf|al|no|fig|dr|mr|mrs|st|bzw|z\.b|u\.a|ex|env|aprox|sr|sra|inc|ltd|co|re)|\.[a-z]|\.\.)\.$",
    re.IGNORECASE,
)
_PAUSE = re.compile(r"[.,;:!?()]")
_GRAMMAR = frozenset({"of", "for", "in", "and", "to"})
_REACH, _WORD_CHARS = 5, 40  # words beside a brand that are looked at for words of search boxes, and their characters at most


@dataclass(frozen=True, slots=True)
class _SearchWords:
    words: frozenset[str]
    common: frozenset[str]
    products: frozenset[str]
    nouns: frozenset[str]
    grammar: frozenset[str]
    phrases: re.Pattern[str]

    def weight(self, word: str) -> float:
        """Half for a word that sentences use too."""
        return 0.5 if word in self.common else 1.0


@cache
def _search() -> _SearchWords:
    rows = load_toml("search_phrases.toml")
    words = {name: frozenset(rows[name].split()) for name in ("words", "common", "products", "nouns", "grammar")}
    phrases = "|".join([re.escape(phrase) for phrase in rows["phrases"]] + list(rows["patterns"]))
    return _SearchWords(
        words=words["words"] | words["common"],
        common=words["common"],
        products=words["products"],
        nouns=words["nouns"],
        grammar=words["grammar"],
        phrases=re.compile(rf"(?<!\w)(?:{phrases})(?!\w)"),
    )


def search_words() -> frozenset[str]:
    """Words of search boxes."""
    return _search().words - _search().common


def find_injections(document: Document) -> Iterator[Flag]:
    """Flags of kind `keyword-injection`, in reading order, not overlapping."""
    names = [e for e in document.entities if e.label == "DRUG"]
    if not names:
        return  # nobody injects keywords of medicines into other pages
    starts = [e.start for e in names]  # entities stand in reading order

    @cache
    def small() -> set[str]:
        return set(_SMALL_WORD.findall(document.text))

    @cache
    def has_capital(word: str) -> bool:
        return word.islower() and word.capitalize() in document.text

    for block in document.blocks:
        if block.kind not in ("paragraph", "list_item", "quote"):
            continue
        text = document.block_text(block)
        inside = names[bisect_left(starts, block.start) : bisect_left(starts, block.end)]
        found = [*_titled(text, small), *_small_brands(document, block, inside, has_capital), *_fragments(text), *_phrases(text)]
        yield from _flags(block, found)


def _flags(block: Block, found: Sequence[tuple[int, int, float, str]]) -> Iterator[Flag]:
    here = -1
    for start, end, score, note in sorted(found):
        if start >= here:
            yield Flag(KIND, block.start + start, block.start + end, score, note)
            here = end


def _titled(text: str, small: Callable[[], set[str]]) -> Iterator[tuple[int, int, float, str]]:
    """Capitals inside a sentence, of words that name products or that the page writes small, with a small noun behind."""
    for match in _TITLED.finditer(text):
        words = [word.lower() for word in match[0].split() if word not in _GRAMMAR]
        about = sum(word in _search().products for word in words)
        if not about or match[1] not in _search().nouns:
            continue
        known = about + sum(word in small() and word not in _search().products for word in words)
        if known >= len(words) - (len(words) > 2):
            yield match.start(), match.end(), 0.7, f"title case inside a sentence: {match[0]}"


def _small_brands(
    document: Document, block: Block, names: Sequence[Entity], has_capital: Callable[[str], bool]
) -> Iterator[tuple[int, int, float, str]]:
    """A brand in small letters, written with a capital elsewhere, with words of search boxes around it."""
    text = document.block_text(block)
    for name in names:
        if not has_capital(document.text[name.start : name.end].split("-")[0].split()[0]):
            continue
        found = _searched_around(text, name.start - block.start, name.end - block.start, least=2 if name.kind == "generic" else 1)
        if found:
            yield (*found, 0.8, f"search phrase inside a sentence: {text[slice(*found)]}")


def _searched_around(text: str, start: int, end: int, least: int) -> tuple[int, int] | None:
    """The stretch around a name, as far as words of search boxes reach; None where there are fewer than `least`.

    A word that sentences use too (before, tablets) counts half.
    """
    search, first, last, found = _search(), start, end, 0.0
    for word in list(_WORD.finditer(text, max(0, start - _REACH * _WORD_CHARS), start))[: -_REACH - 1 : -1]:
        if word[0] not in search.words or _PAUSE.search(text[word.end() : first]):
            break
        first, found = word.start(), found + search.weight(word[0])
    here = end
    for _, word in zip(range(_REACH), _WORD.finditer(text, end), strict=False):
        if _PAUSE.search(text[here : word.start()]) or word[0][0].isupper():
            break
        here = word.end()
        if word[0] in search.words:
            last, found = here, found + search.weight(word[0])
    return (first, last) if found >= least else None


def _fragments(text: str) -> Iterator[tuple[int, int, float, str]]:
    """Small letters between two sentences, with words of search boxes or of products in them."""
    for match in _FRAGMENT.finditer(text):
        words = [word.lower() for word in _WORD.findall(match[1])]
        known = sum(_search().weight(word) for word in words if word in _search().words or word in _search().products)
        grammatical = _search().grammar.intersection(words)
        before = text[max(0, match.start() - _WORD_CHARS) : match.start()].rstrip()
        if 2 <= len(words) <= 7 and known >= 1 and not grammatical and not _ABBREVIATION.search(before):
            yield match.start(1), match.end(1), 0.7, f"words between two sentences: {match[1]}"


def _phrases(text: str) -> Iterator[tuple[int, int, float, str]]:
    for match in _search().phrases.finditer(text):
        if match.start() and len(text) > 60:
            yield match.start(), match.end(), 0.6, f"search phrase inside a sentence: {match[0]}"
