"""Conditions: names of the table, names composed of its words, names that the page abbreviates.

"Acne vulgaris" stands in the table; "liver damage", "swelling of the face" and "severe, nodular, or
recalcitrant acne vulgaris" are composed: each token becomes one letter for its part in such a name,
and one expression over the letters says which rows of parts make a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from ..rules.load import load_toml
from ..words import is_figure, places_in
from .condition_table import Condition, adjective_table, english, foreign, languages, parts, rules, suffixes
from .context import Context, Found

# m modifier, s severity, a place, x place or modifier, h head, q quality, b head or quality,
# C a name of the table, A one that begins with a place (ovarian cancer); c comma, o or, & and, i of/in/to, t the/your,
# f function
# No repeat is endless: of a page that says "severe" a hundred thousand times each would be tried with all that follow.
_PLACES = r"[ax]{1,9}(?:(?:c[ax]{1,9}){0,9}(?:c?[o&]|/)t?[ax]{1,9})?"
_find_names = re.compile(
    rf"""
    (?: (?=[sxco&]{{0,9}}m) [smx]{{1,9}} (?:c[smx]{{1,9}}){{0,9}} c? [o&] s{{0,9}} )?   # severe, nodular, or (recalcitrant …)
    (?P<modifiers> [mx]{{0,9}} )
    (?:
        [hbCA]{{1,9}} i t? {_PLACES} f? (?![hbCA])          # swelling of the face and tongue, loss of renal function
      | (?:[ax]{{1,9}}c){{0,9}} [ax]{{1,9}} (?: c?[o&] | / | &/o ) [mx]{{0,9}} A C{{0,9}}   # breast and ovarian cancer
      | {_PLACES} (?: [hb]{{1,9}} | [CA] C{{0,9}} )           # liver damage, kidney/liver impairment
      | [mx]{{0,9}} [CA]{{1,9}} -r h{{1,9}}                     # insulin resistance-related disorders
      | [ax]{{0,9}} [CA]{{1,9}} [hb]{{0,9}}                     # a name of the table, brain tumour, acne scars
      | (?P<loose> (?<=[mx]) [hb]{{1,9}} )                  # viral infection
      | q{{1,9}} {_PLACES}                                  # dry skin, swollen hands and feet
    )
    """,
    re.VERBOSE,
).finditer

_find_core = re.compile("[hbCAq]").finditer

_GLUE = {
    ",": "c",
    "or": "o",
    "and": "&",
    "/": "/",
    "of": "i",
    "in": "i",
    "to": "i",
    "the": "t",
    "your": "t",
    "-": "-",
    "related": "r",
    "associated": "r",
    "function": "f",
}


def find_conditions(context: Context) -> list[Found]:
    """CONDITION in reading order."""
    known = _known(context)
    letters, telling = _letters(context, known)
    out = list[Found]()
    for match in (m for span in telling for cell in _cells(context, *span) for m in _find_names(letters, *cell)):
        first, last = match.span()
        if context.holds_its_drugs(first, last) and (found := _found(context, known, letters, match)):
            out.append(found)
    heads = places_in(context.page.places, _heads())
    for find_more in (_eponyms, _named, _adjectives) if heads else ():
        taken = {i for f in out for i in range(f.first, f.last)}
        out += find_more(context, [i for i in heads if i not in taken], taken)
    out = [f for f in out if not _in_organisation(context, f)]
    out.sort(key=lambda f: f.first)
    return _with_abbreviations(context, out)


def _cells(context: Context, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The tokens between, cut where a tab parts the cells of a table."""
    page = context.page
    if "\t" in page.text[page.starts[begin] : page.ends[end - 1]]:
        for i in range(begin + 1, end):
            if "\t" in page.text[page.ends[i - 1] : page.starts[i]]:
                yield begin, i
                begin = i
    yield begin, end


def _in_organisation(context: Context, f: Found) -> bool:
    """Part of a capitalised name such as "American Society of Hypertension", "Epilepsy Center"."""
    page, names = context.page, rules("organisations")
    if not page.text[page.starts[f.first]].isupper():
        return False
    begin, end = page.sentence(f.first)
    if f.last < end and page.words[f.last] in names and page.text[page.starts[f.last]].isupper():
        return f.first > begin or page.words[f.last] != "study"
    if (
        f.last + 1 < end
        and page.words[f.last + 1] in names - {"study", "group"}
        and all(page.text[page.starts[i]].isupper() for i in (f.last, f.last + 1))
    ):
        return True  # Cancer Drugs Fund
    before = range(max(begin, f.first - 6), f.first - 1)
    return any(page.words[i] in names and page.words[i + 1] in ("of", "for", "on") and page.text[page.starts[i]].isupper() for i in before)


def _known(context: Context) -> dict[int, tuple[int, Condition]]:
    """Names of the table by their first token, and words that their ending tells."""
    page, out = context.page, dict[int, tuple[int, Condition]]()
    if "–" in page.places:
        words = ["-" if word == "–" else word for word in page.words]
        page = replace(page, words=words, places={**page.places, "-": places_in(page.places, {"-", "–"})})
    words, hits = page.words, english().find_on(page)
    if context.language in languages():
        own = foreign(context.language).find_on(page)
        taken = {i for first, last, _ in own for i in range(first, last)}
        hits = own + [
            hit for hit in hits if taken.isdisjoint(range(hit[0], hit[1])) and words[hit[0]] not in _false_friends(context.language)
        ]
    for first, last, conditions in hits:
        text = page.text[page.starts[first] : page.ends[last - 1]].replace("’", "'")
        fit = next((c for c in conditions if c.acronym is None or text in (c.acronym, c.acronym + "s")), None)
        if (
            fit
            and not _is_other(words, first, last)
            and not ("\n" in text and page.sentence(first)[1] < last)
            and not (text in rules("units") and _behind_number(words, first))
        ):
            out[first] = (last, fit)
    covered = {i for first, (last, _) in out.items() for i in range(first, last)}
    endings, not_these = suffixes()
    telling = {w for w in page.places if len(w) > 6 and w.endswith(endings) and w not in not_these}
    for i in (i for i in places_in(page.places, telling) if i not in covered and not _is_other(words, i, i + 1)):
        out[i] = (i + 1, Condition(words[i], "unlisted", "", needs=False))
    return out


def _is_other(words: Sequence[str], first: int, last: int) -> bool:
    """A verb ("cut the dose"), a germ ("strains of TB", "resistant strain") or the tumour necrosis factor."""
    word, after = words[last - 1], words[last] if last < len(words) else ""
    if last - first == 1 and word in rules("also_verbs") and after in rules("objects"):
        return True
    if word in rules("also_germs"):
        return after == "of" or (first > 0 and words[first - 1] == "resistant")
    return "factor" in words[last : last + 2] and "necrosis" in words[first : last + 1]


def _behind_number(words: Sequence[str], first: int) -> bool:
    return first > 0 and is_figure(words[first - 1])


def _letters(context: Context, known: dict[int, tuple[int, Condition]]) -> tuple[str, list[tuple[int, int]]]:
    """A letter for each token, and the sentences that hold a name, a head or a quality: no other holds a condition."""
    words, degrees = context.page.words, rules("only_degrees")
    letters = ["."] * len(words)
    for first, last, letter in parts().find_on(context.page):
        if not _is_other(words, first, last):
            letters[first:last] = ("s" if words[first] in degrees else letter) * (last - first)
    for first, (last, _) in known.items():
        letters[first:last] = ("A" if letters[first] in "ax" and last > first + 1 else "C") + "C" * (last - first - 1)
    telling = list(dict.fromkeys(context.page.sentence(m.start()) for m in _find_core("".join(letters))))
    for begin, end in telling:
        letters[begin:end] = [
            _GLUE.get(word, ".") if letter == "." else letter for word, letter in zip(words[begin:end], letters[begin:end], strict=True)
        ]
    return "".join(letters), telling


def _found(context: Context, known: dict[int, tuple[int, Condition]], letters: str, match: re.Match[str]) -> Found | None:
    words = context.page.words
    first, last = match.span()
    if first == last:
        return None
    if match["loose"] and _is_weak(words, match):
        return None
    if words[last - 1] in rules("void_heads") and (letters[last - 1] in "hb" or (last - 1 in known and last - first > 1)):
        return None
    if words[first : first + 2] == ["red", "blood"] or (letters[last - 1] in "ax" and words[last - 1] in rules("adjectives_of_places")):
        return None
    names = [known[i][1] for i in range(first, last) if i in known]
    if "induced" in words[first : last - 1] and not context.free(first, last):  # the drug that does it is no part of the name
        first += words[first : last - 1].index("induced") + 1
    value = _modifiers(words, first, max(first, match.end("modifiers")))
    own = names[-1] if names and not re.search("[aqhb&o/]", letters[match.end("modifiers") : last]) else None
    if own:
        ids = {"mesh": own.mesh} if own.mesh else {}
        return Found("CONDITION", first, last, value, own.name, own.kind, ids, own.needs and len(names) == 1)
    page = context.page
    name = " ".join(page.text[page.starts[first] : page.ends[last - 1]].lower().split())
    return Found("CONDITION", first, last, value, name, "composed")


def _modifiers(words: list[str], first: int, last: int) -> dict[str, Any] | None:
    """The adjectives of a name: severe, nodular and recalcitrant of "severe, nodular, or recalcitrant acne"."""
    named = ["".join(f" {w}" for w in words[a:b]).strip().replace(" - ", "-") for a, b, _ in parts().find(words, first, last)]
    return {"modifiers": named} if named else None


def _is_weak(words: list[str], match: re.Match[str]) -> bool:
    """The modifiers say nothing of medicine: "major problems", "acute reaction"."""
    modifiers = words[match.start("modifiers") : match.end("modifiers")]
    return all(m in rules("weak_modifiers") or m == "-" for m in modifiers)


def _eponyms(context: Context, places: Sequence[int], taken: set[int]) -> Iterator[Found]:
    """A capitalised name before a head: "Dravet syndrome"."""
    page, heads, stops = context.page, rules("eponym_heads"), rules("not_eponyms")
    for i in places:
        if page.words[i] not in heads or not i or _is_other(page.words, i, i + 1):
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
    words = context.page.words
    return (
        (words[i] in ("-", "–", "'s", "'") or words[i] in rules("particles"))
        and i > 0
        and (_is_name(context, i - 1) or _joins(context, i - 1))
    )


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


_ACRONYM = re.compile(r"[A-Z][A-Za-z0-9-]*[A-Z0-9]s?")


def _with_abbreviations(context: Context, found: list[Found]) -> list[Found]:
    """Add what the page abbreviates: "inflammatory bowel disease (IBD)", and each IBD from there on."""
    page, out = context.page, list(found)
    taken = {i for f in found for i in range(f.first, f.last)}
    short: dict[str, Found] = {}
    for f in found:
        span = _in_brackets(context, f.last)
        if span and f.last + 1 not in taken:
            text = page.text[page.starts[span[0]] : page.ends[span[1] - 1]]
            if _ACRONYM.fullmatch(text) and _is_short_for(text, page.words, f):
                short.setdefault(text, f)
    if not short:
        return out
    for text, f in short.items():
        for here in re.finditer(rf"(?<![\w-]){re.escape(text)}(?!\w)", page.text):
            first, last = page.token_at(here.start()), page.token_at(here.end() - 1) + 1
            if (
                first >= f.last
                and page.starts[first] == here.start()
                and taken.isdisjoint(range(first, last))
                and context.free(first, last)
            ):
                taken.update(range(first, last))
                out.append(Found("CONDITION", first, last, None, f.canonical, f.kind, f.ids))
    return sorted(out, key=lambda f: f.first)


def _is_short_for(short: str, words: list[str], f: Found) -> bool:
    """Whether it abbreviates the name, or the name with words before it: "heparin-induced thrombocytopenia (HIT)"."""
    if _abbreviates(short, words[f.first : f.last]):
        return True
    letters = [c.lower() for c in short.rstrip("s") if c.isalpha()]
    initials = [w[0] for w in words[max(0, f.first - 6) : f.last] if w[0].isalpha()]
    return len(letters) > 2 and initials[-len(letters) :] == letters


def _in_brackets(context: Context, i: int) -> tuple[int, int] | None:
    words = context.page.words
    if i + 2 >= len(words) or words[i] != "(":
        return None
    end = next((j for j in range(i + 1, min(i + 7, len(words))) if words[j] in (")", ";", ",")), None)
    return (i + 1, end) if end and end > i + 1 else None


def _abbreviates(short: str, words: list[str]) -> bool:
    """The first letters agree and the rest come in order: IBD, COPD, PWS.

    >>> _abbreviates("IBD", ["inflammatory", "bowel", "disease"]), _abbreviates("FDA", ["acne"])
    (True, False)
    """
    letters = [c.lower() for c in short.rstrip("s") if c.isalpha()]
    initials = [w[0] for w in words]
    if len(letters) > 1 and all(letters.count(c) <= initials.count(c) for c in letters):
        return True
    name = iter("".join(words))
    return bool(letters) and letters[0] in initials and all(c in name for c in letters)


@cache
def _heads() -> frozenset[str]:
    """Words at which the finders beside the table look closer."""
    return rules("eponym_heads") | rules("named_heads") | rules("adjective_heads") | frozenset(adjective_table())


@cache
def _not_named() -> frozenset[str]:
    return rules("not_eponyms") | rules("weak_modifiers") | rules("not_named")


@cache
def _false_friends(language: str) -> frozenset[str]:
    """English names that are other words in this language."""
    return frozenset(load_toml("conditions.toml")["false_friends"].get(language, ()))
