"""The lexicon's tables as rows: tab-separated text that a pharmacist can read and edit.

`ingredients.tsv` says which ingredients there are, `names.tsv` what else they are called,
`brands.tsv` what they are sold as, `context_words.tsv` which words around a name make it a
medicine or not, `stems.tsv` which endings of names stand for a class, `salt_words.txt` which
words after an ingredient only name its salt. The first line is the header; lines that start
with `#` are comments.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from operator import itemgetter
from typing import NamedTuple

#: What a name can be, strongest first: a word that is a generic name and somewhere a brand is taken as the generic name.
KINDS = ("generic", "usan", "ban", "synonym", "salt", "abbreviation", "brand", "class")
ID_COLUMNS = ("rxcui", "unii", "drugbank", "cas", "mesh", "atc")
INGREDIENT_COLUMNS = ("name", "class", *ID_COLUMNS, "sources")
NAME_COLUMNS = ("surface", "kind", "target", "countries", "context", "sources")
WORD_COLUMNS = ("word", "kind", "value")
STEM_COLUMNS = ("stem", "class", "position", "minimum")


class Ingredient(NamedTuple):
    """An active ingredient under its international name; `ids` holds only what is known."""

    name: str
    drug_class: str
    ids: Mapping[str, str]
    sources: str


class Name(NamedTuple):
    """What something is called: `surface` as printed, `targets` the ingredients (for a class: the class word).

    countries: ISO codes, empty where the name is used widely; needs: an everyday word or a name that
    people and places have too, so that it counts only in the right surroundings.
    """

    surface: str
    kind: str
    targets: tuple[str, ...]
    countries: tuple[str, ...] = ()
    needs: bool = False
    sources: str = ""

    @property
    def canonical(self) -> str:
        """The ingredients as one string: "amoxicillin + clavulanic acid"."""
        return " + ".join(self.targets)


class Word(NamedTuple):
    """A word of the surroundings; `value` depends on the kind, mostly empty."""

    word: str
    kind: str
    value: str


class Stem(NamedTuple):
    """An ending that names a class: "-gliptin", for words of `minimum` letters and more."""

    stem: str
    drug_class: str
    minimum: int


class TableError(ValueError):
    """A table that cannot be used: which file, which line, what to do about it."""


def rows(lines: Iterable[str], where: str, columns: Collection[str], required: Collection[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(line number, cells in the order of `columns`) of a table; columns that the table leaves out are empty cells."""
    pick: Callable[[list[str]], tuple[str, ...]] | None = None
    width = 0
    for number, line in enumerate(lines, 1):
        if not line or line[0] == "#" or line.isspace():
            continue
        cells = line.rstrip("\r\n").split("\t")
        if pick is None:
            pick, width = itemgetter(*_order(cells, where, number, columns, required)), len(cells)
            continue
        if len(cells) > width:
            raise TableError(f"{where}, line {number}: {len(cells)} cells under {width} columns; remove the tabs that are too many")
        cells += [""] * (width + 1 - len(cells))
        yield number, pick(cells)
    if pick is None:
        raise TableError(f"{where}: the table is empty; its first line names the columns: {', '.join(columns)}")


def header(lines: Iterable[str]) -> list[str]:
    """The column names of a table, to tell what kind of table it is."""
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    return [cell.strip() for cell in first.rstrip("\r\n").split("\t")]


def read_ingredients(lines: Iterable[str], where: str) -> Iterator[Ingredient]:
    """Rows of `ingredients.tsv`."""
    for number, (name, drug_class, *ids, sources) in rows(lines, where, INGREDIENT_COLUMNS, ("name",)):
        if not name or " + " in name:
            raise TableError(f"{where}, line {number}: {name!r} is not one ingredient; give each ingredient a line of its own")
        yield Ingredient(name, drug_class, {key: value for key, value in zip(ID_COLUMNS, ids, strict=True) if value}, sources)


def read_names(lines: Iterable[str], where: str, ingredients: Collection[str]) -> Iterator[Name]:
    """Rows of `names.tsv`, or of `brands.tsv`, which has no column `kind`."""
    targets = dict[str, tuple[str, ...]]()
    countries = dict[str, tuple[str, ...]]({"": ()})
    for number, (surface, kind, target, where_sold, context, sources) in rows(lines, where, NAME_COLUMNS, ("surface", "target")):
        known = targets.get(target) if kind != "class" else (target,)
        if known is None:
            known = targets[target] = _targets(target, ingredients, f"{where}, line {number}")
        if where_sold not in countries:
            countries[where_sold] = tuple(where_sold.split(";"))
        if (kind and kind not in KINDS) or context not in {"", "needs"} or not surface.strip():
            raise TableError(_what_is_wrong(surface, kind, context, f"{where}, line {number}"))
        yield Name(surface, kind or "brand", known, countries[where_sold], context == "needs", sources)


def read_words(lines: Iterable[str], where: str, kinds: Collection[str]) -> Iterator[Word]:
    """Rows of `context_words.tsv`."""
    for number, (word, kind, value) in rows(lines, where, WORD_COLUMNS, ("word", "kind")):
        if kind not in kinds:
            raise TableError(f"{where}, line {number}: unknown kind {kind!r}; known: {', '.join(sorted(kinds))}")
        yield Word(word, kind, value)


def read_stems(lines: Iterable[str], where: str) -> Iterator[Stem]:
    """Rows of `stems.tsv`; only endings are known as positions."""
    for number, (stem, drug_class, position, minimum) in rows(lines, where, STEM_COLUMNS, STEM_COLUMNS):
        if position != "suffix" or not minimum.isdecimal():
            raise TableError(f"{where}, line {number}: position is `suffix` and minimum a number of letters, not {position!r}, {minimum!r}")
        yield Stem(stem, drug_class, int(minimum))


def read_lines(lines: Iterable[str]) -> Iterator[str]:
    """The words of a list with one word a line."""
    return (line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _order(cells: list[str], where: str, number: int, columns: Collection[str], required: Collection[str]) -> list[int]:
    """Where each of `columns` stands in the table; one past the end for those that it leaves out."""
    found = [cell.strip() for cell in cells]
    if unknown := [cell for cell in found if cell not in columns]:
        raise TableError(f"{where}, line {number}: unknown column {unknown[0]!r}; the columns are {', '.join(columns)}, separated by tabs")
    if missing := [column for column in required if column not in found]:
        raise TableError(f"{where}, line {number}: column {missing[0]!r} is missing; the first line names the columns, separated by tabs")
    return [found.index(column) if column in found else len(found) for column in columns]


def _targets(target: str, ingredients: Collection[str], where: str) -> tuple[str, ...]:
    names = tuple(target.split(" + "))
    for name in names:
        if name not in ingredients:
            close = get_close_matches(name, ingredients, n=1)
            hint = f"did you mean {close[0]!r}? Otherwise add" if close else "Add"
            raise TableError(f"{where}: unknown ingredient {name!r}; {hint} it to the table of ingredients")
    return names


def _what_is_wrong(surface: str, kind: str, context: str, where: str) -> str:
    if not surface.strip():
        return f"{where}: the surface is empty; write the name as it is printed"
    if kind and kind not in KINDS:
        return f"{where}: unknown kind {kind!r} of {surface!r}; known: {', '.join(KINDS)}"
    return f"{where}: context of {surface!r} is empty or `needs`, not {context!r}"
