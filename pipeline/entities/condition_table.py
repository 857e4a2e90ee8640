"""The tables of conditions: their names in English and in other languages, and the words that compose names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from .. import lexicon
from ..rules.load import load_toml
from .phrases import Phrases
from .quantities import plurals

# the part that a word of `condition_words.tsv` plays, as a letter of the expression in `conditions.py`
_KINDS = {"modifier": "m", "severity": "s", "anatomy": "a", "head": "h", "quality": "q"}
_DOUBLE = {frozenset("am"): "x", frozenset("hq"): "b"}


@dataclass(frozen=True, slots=True)
class Condition:
    """A row of the table as one of its surfaces; an acronym counts only as written."""

    name: str
    kind: str
    mesh: str
    needs: bool
    acronym: str | None = None


@cache
def adjective_table() -> dict[str, tuple[str, str]]:
    """Adjectives with the name and the MeSH id of their condition."""
    table = load_toml("conditions.toml")["adjectives"]
    rows = {name: english().exact(name) for name in table.values()}
    return {word: (row[0].name, row[0].mesh) if (row := rows[name]) else (name, "") for word, name in table.items()}


@cache
def rules(name: str) -> frozenset[str]:
    """A list of `conditions.toml` as a set."""
    return frozenset(load_toml("conditions.toml")[name])


@cache
def health_words() -> frozenset[str]:
    """Words that tell that health is spoken of, of `context_words.tsv`; a pain is spoken of everywhere."""
    return frozenset(word for word, kind, _ in _rows("context_words.tsv") if kind in {"health", "treatment"}) - rules("everyday")


@cache
def suffixes() -> tuple[tuple[str, ...], frozenset[str]]:
    """Endings that tell a condition, and words with them that are none."""
    return tuple(load_toml("conditions.toml")["suffixes"]), rules("not_suffixed")


def _is_acronym(surface: str) -> bool:
    """ADHD, PsA, mCRPC: a word with two capitals and more."""
    return " " not in surface and sum(map(str.isupper, surface)) >= 2


def _rows(name: str) -> Iterator[list[str]]:
    lines = (files(lexicon) / name).read_text(encoding="utf-8").split("\n")
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    next(rows)  # the header
    return rows


@cache
def english() -> Phrases[tuple[Condition, ...]]:
    """The names of `conditions.tsv`; those that look alike share an entry."""
    surfaces: dict[str, list[Condition]] = {}
    for name, synonyms, kind, mesh, context, _ in _rows("conditions.tsv"):
        for surface in (name, *filter(None, synonyms.split(";"))):
            acronym = surface if _is_acronym(surface) and len(surface) < 8 else None
            row = Condition(name, kind, mesh, context == "needs", acronym)
            for form in _forms(surface):
                surfaces.setdefault(form.lower(), []).append(row)
    for word in (*rules("alone"), *rules("alone_needs")):
        for form in _forms(word):
            surfaces.setdefault(form, [Condition(word, "symptom", "", word in rules("alone_needs"))])
    for word, name in load_toml("conditions.toml")["felt"].items():
        for row in surfaces.get(name, [])[:1]:
            surfaces.setdefault(word, [replace(row, needs=True)])
    for name in rules("bare_eponyms"):
        for row in surfaces.get(f"{name.lower()} disease", [])[:1]:
            surfaces.setdefault(name.lower(), []).append(replace(row, acronym=name))
    pairs = {s for s in surfaces if " and " in s and all(part in surfaces for part in s.split(" and "))}  # two mentions, not one
    return Phrases((surface, tuple(rows)) for surface, rows in surfaces.items() if surface not in pairs)


def _forms(surface: str) -> set[str]:
    """Singular and plural; "sis" becomes "ses".

    >>> sorted(_forms("metastasis")), sorted(_forms("skin rash"))
    (['metastases', 'metastasis'], ['skin rash', 'skin rashes'])
    """
    return {surface, surface[:-2] + "es"} if surface.endswith("sis") else set(plurals(surface)) if surface[-1].isalpha() else {surface}


@cache
def parts() -> Phrases[str]:
    """The words of `condition_words.tsv`, each with its letter."""
    kinds: dict[str, set[str]] = {}
    for word, kind in _rows("condition_words.tsv"):
        for form in plurals(word) if kind == "anatomy" else (word,):
            kinds.setdefault(form, set()).add(_KINDS[kind])
    for word in load_toml("conditions.toml")["more_modifiers"]:
        kinds.setdefault(word, set()).add("m")
    return Phrases((word, _DOUBLE.get(frozenset(k), next(iter(sorted(k))))) for word, k in kinds.items())


@cache
def languages() -> frozenset[str]:
    """Languages with names of their own."""
    return frozenset(row[0] for row in _rows("conditions_world.tsv"))


@cache
def foreign(language: str) -> Phrases[tuple[Condition, ...]]:
    """The names of `conditions_world.tsv` in one language."""
    known = {row[0]: row for row in _rows("conditions.tsv")}
    surfaces: dict[str, tuple[Condition, ...]] = {}
    for code, name, words, context in _rows("conditions_world.tsv"):
        _, _, kind, mesh, *_ = known.get(name, ("", "", "", ""))
        for surface in words.split(";") if code == language else ():
            acronym = surface if surface.isupper() and " " not in surface else None
            surfaces[surface.lower()] = (Condition(name, kind, mesh, context == "needs", acronym),)
    return Phrases(surfaces.items())
