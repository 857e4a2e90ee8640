"""Conditions that a word tells which the table does not hold: "Dravet syndrome", "peanut allergies", "hypertensive patients"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from ..rules.load import load_toml
from ..words import places_in
from .condition_table import adjective_table, rules
from .context import Context, Found


def by_head(context: Context, found: Sequence[Found]) -> list[Found]:
    """Those beside the ones that were found, by the word at which such a name ends or which it is."""
    out, places = list[Found](), places_in(context.page.places, _heads())
    for find_more in (_eponyms, _named, _adjectives) if places else ():
        taken = {i for f in (*found, *out) for i in range(f.first, f.last)}
        out += find_more(context, [i for i in places if i not in taken], taken)
    return out


def is_other(words: Sequence[str], first: int, last: int) -> bool:
    """A verb ("cut the dose"), a germ ("strains of TB", "resistant strain") or the tumour necrosis factor."""
    word, after = words[last - 1], words[last] if last < len(words) else ""
    if last - first == 1 and word in rules("also_verbs") and after in rules("objects"):
        return True
    if word in rules("also_germs"):
        return after == "of" or (first > 0 and words[first - 1] == "resistant")
    return "factor" in words[last : last + 2] and "necrosis" in words[first : last + 1]


def _eponyms(context: Context, places: Sequence[int], taken: set[int]) -> Iterator[Found]:
    """A capitalised name before a head: "Dravet syndrome"."""
    page, heads, stops = context.page, rules("eponym_heads"), rules("not_eponyms")
    for i in places:
        if page.words[i] not in heads or not i or is_other(page.words, i, i + 1):
            continue
        first = i - 3 if i > 3 and _is_bracket(page.words, i) else i
        while first and first - 1 not in taken and (_is_name(context, first - 1) or _joins(context, first - 1)):
            first -= 1
        while first < i and (page.words[first] in stops or not page.words[first].isalpha()):
            first += 1
        whole = first < i - 3 or not _is_bracket(page.words, i)  # what stands in brackets alone is explained before them
        if first < i and whole and context.holds_its_drugs(first, i + 1):
            yield Found("CONDITION", first, i + 1, None, page.text[page.starts[first] : page.ends[i]], "unlisted")


def _is_name(context: Context, i: int) -> bool:
    text = context.page.text
    start, end = context.page.starts[i], context.page.ends[i]
    return text[start].isupper() and end - start > 2 and context.page.words[i] not in rules("not_eponyms") and _touches(context, i)


def _joins(context: Context, i: int) -> bool:
    """Hyphens and particles, a few in a row, behind a name: "Charcot - Marie", "Peter van der"."""
    words = context.page.words
    first = next((k for k in range(i, max(-1, i - _MOST_JOINTS - 1), -1) if not (words[k] in _JOINTS or words[k] in rules("particles"))), i)
    return first < i and _is_name(context, first)


_JOINTS, _MOST_JOINTS = frozenset({"-", "–", "'s", "'"}), 4


def _is_bracket(words: list[str], i: int) -> bool:
    """A short form before the head, as in "von Hippel–Lindau (VHL) disease"."""
    return words[i - 1] == ")" and words[i - 3] == "("


def _touches(context: Context, i: int) -> bool:
    """Nothing but a space between the token and the next."""
    gap = context.page.text[context.page.ends[i] : context.page.starts[i + 1]]
    return gap in ("", " ")


def _named(context: Context, places: Sequence[int], taken: set[int]) -> Iterator[Found]:
    """Any name before a head that asks for one: "peanut allergies", "vitamin B12 deficiency"."""
    words, heads, described = context.page.words, rules("named_heads"), rules("adjective_heads")
    for i in places:
        word = words[i]
        if i == context.page.sentence(i)[0]:
            continue
        if word in described and (first := _adjective_before(words, i)) not in (i, *taken):
            yield Found("CONDITION", first, i + 1, None, " ".join(words[first : i + 1]).replace(" - ", "-"), "composed")
        if word in heads:
            first = i - 1
            while first and (words[first - 1] == "vitamin" or (words[first].endswith("ase") and _is_substance(words[first - 1]))):
                first -= 1
            if words[first][0].isalpha() and len(words[first]) > 1 and words[first] not in _not_named() and first not in taken:
                yield Found("CONDITION", first, i + 1, None, " ".join(words[first : i + 1]), "composed")


def _adjective_before(words: list[str], i: int) -> int:
    """Where "dermatological condition" or "acid-related conditions" begins; `i` itself if no such adjective is there."""
    if words[i - 1].endswith(tuple(load_toml("conditions.toml")["adjective_endings"])):
        return i - 1
    related = i > 2 and words[i - 2 : i] == ["-", "related"] and words[i - 3].isalpha() and words[i - 3] not in rules("not_related")
    return i - 3 if related else i


def _is_substance(word: str) -> bool:
    """Part of an enzyme's name by its ending: "phenylalanine hydroxylase", "phosphate dehydrogenase"."""
    return word.endswith(("ine", "ate", "ase", "yl", "ose", "ide", "oid", "one"))


def _adjectives(context: Context, places: Sequence[int], taken: set[int]) -> Iterator[Found]:
    """The adjective of a condition, standing alone: "hypertensive patients"."""
    table, words = adjective_table(), context.page.words
    for i in places:
        if words[i] in table and context.free(i, i + 1):
            name, mesh = table[words[i]]
            first = i - 1 if i and i - 1 not in taken and words[i - 1] in ("severely", "morbidly") else i
            yield Found("CONDITION", first, _complement(context, i + 1), None, name, "disease", {"mesh": mesh} if mesh else {})


def _complement(context: Context, i: int) -> int:
    """Where "allergic to peanuts" ends: behind the one word after "to"."""
    words = context.page.words
    told = words[i - 1] == "allergic" and words[i : i + 1] == ["to"] and i + 1 < len(words) and words[i + 1].isalpha()
    return i + 2 if told and words[i + 1] not in _not_named() and context.free(i, i + 2) else i


@cache
def _heads() -> frozenset[str]:
    """Words at which the finders beside the table look closer."""
    return rules("eponym_heads") | rules("named_heads") | rules("adjective_heads") | frozenset(adjective_table())


@cache
def _not_named() -> frozenset[str]:
    return rules("not_eponyms") | rules("weak_modifiers") | rules("not_named")
