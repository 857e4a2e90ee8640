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
from .condition_acronyms import with_abbreviations
from .condition_doubts import without_doubtful
from .condition_heads import by_head, is_other
from .condition_table import Condition, english, foreign, languages, parts, rules, suffixes
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
    out += by_head(context, out)
    out = without_doubtful(context, [f for f in out if not _in_organisation(context, f)])
    out.sort(key=lambda f: f.first)
    return with_abbreviations(context, out)


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
            and not is_other(words, first, last)
            and not ("\n" in text and page.sentence(first)[1] < last)
            and not (text in rules("units") and _behind_number(words, first))
        ):
            out[first] = (last, fit)
    covered = {i for first, (last, _) in out.items() for i in range(first, last)}
    endings, not_these = suffixes()
    telling = {w for w in page.places if len(w) > 6 and w.endswith(endings) and w not in not_these}
    for i in (i for i in places_in(page.places, telling) if i not in covered and not is_other(words, i, i + 1)):
        out[i] = (i + 1, Condition(words[i], "unlisted", "", needs=False))
    return out


def _behind_number(words: Sequence[str], first: int) -> bool:
    return first > 0 and is_figure(words[first - 1])


def _letters(context: Context, known: dict[int, tuple[int, Condition]]) -> tuple[str, list[tuple[int, int]]]:
    """A letter for each token, and the sentences that hold a name, a head or a quality: no other holds a condition."""
    words, degrees = context.page.words, rules("only_degrees")
    letters = ["."] * len(words)
    for first, last, letter in parts().find_on(context.page):
        if not is_other(words, first, last):
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


@cache
def _false_friends(language: str) -> frozenset[str]:
    """English names that are other words in this language."""
    return frozenset(load_toml("conditions.toml")["false_friends"].get(language, ()))
