"""Dosage forms and routes: "film-coated tablets", "Oral Suspension", "orally", "IV"."""

from __future__ import annotations

from functools import cache, partial

from ..rules.load import load_toml, word_set
from .context import Context, Found, medicine_words
from .phrases import Phrases
from .quantities import plurals

_SAYING_WORDS = 4  # of the longest saying that ends with a form
_KIND_WORDS, _MOST_KINDS = 6, 8  # of the longest kind; of those before one form


def find_forms(context: Context) -> list[Found]:
    """FORM in reading order, with the words before it that belong to it."""
    out = list[Found]()
    for first, last, (name, everyday) in _forms().find_on(context.page):
        if not context.free(first, last) or _is_saying(context, last):
            continue
        begin = _with_kind(context, first)
        if (not everyday and _is_about_medicine(context, first)) or _is_form_here(context, begin, last):
            if out and out[-1].first >= begin:  # "softgel" in "softgel capsule"
                out.pop()
            out.append(Found("FORM", begin, last, canonical=name))
    return out


def find_routes(context: Context) -> list[Found]:
    """ROUTE in reading order."""
    words, rules = context.page.words, load_toml("routes.toml")["near"]
    out = list[Found]()
    for first, last, (name, everyday) in _routes().find_on(context.page):
        if not context.free(first, last) or not context.dose_tokens.isdisjoint(range(first, last)):
            continue
        if (last < len(words) and words[last] in rules["not_before"]) or (first and words[first - 1] in rules["not_after"]):
            continue
        explained = bool(out) and words[first - 1] == "(" and out[-1].last == first - 1  # intravenously (IV)
        if not everyday or explained or _is_route_here(context, first, last):
            out.append(Found("ROUTE", first, last, canonical=name))
    return out


@cache
def route_words() -> frozenset[str]:
    """All words of which names of routes are made."""
    rows = load_toml("routes.toml")["route"]
    return frozenset(w for row in rows for name in (*row["words"], *row.get("everyday", ())) for w in name.split()) | {"."}


def _with_kind(context: Context, first: int) -> int:
    """Where the form begins when "film-coated" or "softgel" stand before it, a few of them at most."""
    for _ in range(_MOST_KINDS):
        kind = next((i for i in range(max(0, first - _KIND_WORDS), first) if _is_kind(context, i, first)), None)
        if kind is None:
            break
        first = kind
    return first


def _is_kind(context: Context, i: int, first: int) -> bool:
    """A kind of form stands from one token to the other, with or without a hyphen behind it."""
    words = context.page.words
    hit = _kinds().at(words, i, first)
    end = i + hit[0] if hit else 0
    return (end == first or (end == first - 1 and words[end] == "-")) and end > i and context.free(i, first)


def _is_saying(context: Context, last: int) -> bool:
    """A fall ("a drop in sales"), or a word of a saying: "the fly in the ointment"."""
    words, rules = context.page.words, load_toml("forms.toml")["sayings"]
    if words[last - 1] in ("drop", "drops") and words[last : last + 1] and words[last] in rules["after_drop"]:
        return True
    before = " ".join(words[max(0, last - _SAYING_WORDS) : last])
    return before.endswith(tuple(rules["phrases"]))


def _is_about_medicine(context: Context, token: int) -> bool:
    """Any form, where the page names a drug; where it names none, only beside a word of medicine: tablets are computers, too."""
    return bool(context.drugs) or context.speaks_of_medicine(token, medicine_words())


def _is_form_here(context: Context, first: int, last: int) -> bool:
    """An everyday word (gel, patch, solution) is a form beside a drug, a dose or a label."""
    words = context.page.words
    if context.beside(first, last, reach=2):
        return True
    if "form" in context.label_before(first) or {"formulation", "form"} & set(words[last : last + 2]):
        return True
    before = words[max(0, first - 2) : first]
    if before[-1:] in (["the"], ["this"], ["your"], ["a"]):
        before = before[:-1]
    return before[-1:] == ["an"] if words[first] == "injectable" else bool(before) and before[-1] in _giving()


def _is_route_here(context: Context, first: int, last: int) -> bool:
    """An everyday word (oral, nasal, IM) is a route beside a dose or a word of giving."""
    words, near = context.page.words, _near()
    if words[first].startswith("inject") and not context.taken.isdisjoint(range(*context.page.sentence(first))):
        return True
    around = set(words[max(0, first - 3) : first]) | set(words[last : last + 3])
    return bool(around & near) or context.beside(first, last, reach=2)


@cache
def _forms() -> Phrases[tuple[str, bool]]:
    rules = load_toml("forms.toml")
    rows = [
        (surface, (row["name"], bool(row.get("everyday"))))
        for row in rules["form"] if not row.get("only_counted")
        for word in row["words"]
        for surface in plurals(word)
    ]  # fmt: skip
    rows += [(surface, (name, False)) for name in rules["phrases"]["names"] for surface in plurals(name)]
    rows += [(surface, (kind, False)) for kind in rules["kinds"]["release"] for surface in (kind, kind.replace(" ", "-"))]
    return Phrases(rows)


@cache
def _kinds() -> Phrases[str]:
    rules = load_toml("forms.toml")["kinds"]
    return Phrases((surface, kind) for kind in (*rules["release"], *rules["other"]) for surface in (kind, kind.replace(" ", "-")))


@cache
def _routes() -> Phrases[tuple[str, bool]]:
    rows = load_toml("routes.toml")["route"]
    return Phrases((w, (r["name"], key == "everyday")) for r in rows for key in ("words", "everyday") for w in r.get(key, ()))


_giving = partial(word_set, "forms.toml", "giving", "words")
_near = partial(word_set, "routes.toml", "near", "words")
