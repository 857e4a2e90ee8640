"""What the lexicon knows of a name, in plain lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .lexicon import Candidate, Lexicon
from .matcher import key_of
from .tables import Name

_KINDS = {
    "generic": "generic name",
    "usan": "American generic name",
    "ban": "British generic name",
    "synonym": "another generic name",
    "salt": "salt or ester",
    "abbreviation": "abbreviation",
    "brand": "brand name",
    "class": "drug class",
    "misspelling": "misspelling",
    "foreign": "name in another language",
    "unlisted": "not listed; its ending names a class",
}
_SOURCES = {
    "fda": "Drugs@FDA", "rxnorm": "RxNorm", "drugbank": "DrugBank open vocabulary", "ema": "European Medicines Agency",
    "hc": "Health Canada", "dmd": "NHS dm+d", "bdpm": "Base de données publique des médicaments", "medlineplus": "MedlinePlus",
    "own": "this project",
}  # fmt: skip
_TRUST = {
    1.0: "",
    0.95: "this project's own knowledge, confirmed by a list that it does not name; confidence 0.95",
    0.8: "this project's own knowledge only, not confirmed; confidence 0.8",
}
_SUBSTANCE = {
    "mostly": "also made by the body: a drug unless the words beside it speak of levels, release or the like",
    "medicine": "a drug unless the words beside it speak of a material, a plant or a habit",
    "given": "a drug only with a dose or a form right after it",
    "listed": "a drug only with a dose or a form right after it, or in a row of drugs",
    "": "a drug only where it is given: dose, form, 'therapy', 'take', 'prescribed' … beside it",
}


def describe(lexicon: Lexicon, name: str) -> list[str]:
    """What is known of a name, one fact a line; suggestions where nothing is known.

    The first line is the name; lines about one meaning are indented under its ingredients.
    """
    candidates = lexicon.lookup(name)
    if not candidates:
        return [name, *_unknown(lexicon, name)]
    lines = [name]
    for targets, meanings in _by_targets(candidates).items():
        lines += [f"  {' + '.join(targets)}", *(f"    {line}" for line in _meaning(lexicon, meanings))]
    if len(_by_targets(candidates)) > 1:
        lines.append("  ambiguous: the country of the page decides, or the generic name where the page has it")
    return lines


def _by_targets(candidates: Sequence[Candidate]) -> dict[tuple[str, ...], list[Candidate]]:
    found = dict[tuple[str, ...], list[Candidate]]()
    for candidate in candidates:
        found.setdefault(candidate.name.targets, []).append(candidate)
    return found


def _meaning(lexicon: Lexicon, candidates: Sequence[Candidate]) -> Iterator[str]:
    for name, reason in candidates:
        where = f" in {', '.join(name.countries)}" if name.countries else ""
        yield f"{_KINDS[name.kind]} {name.surface!r}{where} ({reason})"
        if name.sources:
            vouchers = ", ".join(_SOURCES.get(source, source) for source in name.sources.split(";"))
            yield f"  according to {_TRUST[name.trust] or vouchers}"
        yield from _context_rule(lexicon, name)
    for target in candidates[0].name.targets:
        if ingredient := lexicon.ingredients.get(target):
            ids = "".join(f", {key} {value}" for key, value in ingredient.ids.items())
            yield f"{target}: {ingredient.drug_class or 'no class given'}{ids}"


def _context_rule(lexicon: Lexicon, name: Name) -> Iterator[str]:
    sort = lexicon.words.substances.get(key_of(name.surface))
    if sort is not None:
        yield f"  {_SUBSTANCE[sort]}"
    elif name.needs or len(key_of(name.surface)) <= 3:
        yield "  counts only beside a dose, a form or ®, or written as a name near another drug"
    if name.kind == "abbreviation":
        yield "  counts only in capitals"


def _unknown(lexicon: Lexicon, name: str) -> Iterator[str]:
    yield "  not in the lexicon"
    if close := lexicon.suggest(name):
        yield f"  did you mean {', '.join(close)}?"
    yield "  to add it, write a table with the columns surface, target, countries, context, sources and give it with --lexicon FILE"
