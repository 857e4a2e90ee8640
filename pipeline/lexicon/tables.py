"""The lexicon's tables as rows: tab-separated text that a pharmacist can read and edit.

`ingredients.tsv` says which ingredients there are, `names.tsv` what else they are called,
`brands.tsv` what they are sold as, `context_words.tsv` which words around a name make it a
medicine or not, `stems.tsv` which endings of names stand for a class, `salt_words.txt` which
words after an ingredient only name its salt. The first line is the header; lines that start
with `#` are comments.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from operator import itemgetter
from typing import NamedTuple

from ..errors import ConfigError

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
    def trust(self) -> float:
        """How sure the table is: 1 where a publisher vouches, less where only this project does; classes are words, not facts."""
        sources = self.sources.split(";")
        if "own" not in sources or self.kind == "class":
            return 1.0
        return 0.95 if "checked" in sources else 0.8

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


class TableError(ConfigError):
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


class Columns:
    """A table by columns, all as long as the table: reading so takes a tenth of the time of reading row by row."""

    def __init__(self, text: str, where: str, columns: Sequence[str], required: Collection[str]) -> None:
        self._text, self._where, self._wanted, self._required = text, where, columns, required
        self.cells = self._plain() or self._mixed()

    def __getitem__(self, column: str) -> list[str]:
        return self.cells[self._wanted.index(column)]

    def place(self, row: int) -> str:
        """Where a row stands, for a message."""
        number = next(number for i, (number, _) in enumerate(self._rows()) if i == row)
        return f"{self._where}, line {number}"

    def check(self, column: str, is_right: Callable[[str], object], message: Callable[[int], str]) -> None:
        """TableError for the first row whose cell is not right; each cell that repeats is looked at once."""
        wrong = {cell for cell in set(self[column]) if not is_right(cell)}
        if wrong:
            row = next(i for i, cell in enumerate(self[column]) if cell in wrong)
            raise TableError(f"{self.place(row)}: {message(row)}")

    def _rows(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        return rows(self._text.split("\n"), self._where, self._wanted, self._required)

    def _plain(self) -> list[list[str]] | None:
        """Comments, one header and full lines only, as this project writes its tables."""
        head, body = _parted(self._text)
        if not head or "\r" in self._text or "\n\n" in body or "\n#" in body or body.startswith("#"):
            return None
        cells = head.split("\t")
        order = _order(cells, self._where, max(1, self._text.count("\n", 0, len(self._text) - len(body))), self._wanted, self._required)
        flat = body.removesuffix("\n").replace("\n", "\t\n\t").split("\t") if body else []
        width = len(cells) + 1
        ends = flat[width - 1 :: width]
        if flat and (len(flat) % width != width - 1 or ends.count("\n") != len(ends) or flat.count("\n") != len(ends)):
            return None
        found = [flat[i::width] for i in range(len(cells))]
        return [found[i] if i < len(cells) else [""] * len(found[0]) for i in order]

    def _mixed(self) -> list[list[str]]:
        found = [cells for _, cells in self._rows()]
        return [list(column) for column in zip(*found, strict=True)] or [[] for _ in self._wanted]


def read_ingredients(text: str, where: str) -> Columns:
    """`ingredients.tsv`."""
    table = Columns(text, where, INGREDIENT_COLUMNS, ("name",))
    names = table["name"]
    message = "is not one ingredient; give each ingredient a line of its own"
    table.check("name", lambda name: name and " + " not in name, lambda row: f"{names[row]!r} {message}")
    return table


def ingredient(cells: Sequence[str]) -> Ingredient:
    """A row of `ingredients.tsv`."""
    name, drug_class, *ids, sources = cells
    return Ingredient(name, drug_class, {key: value for key, value in zip(ID_COLUMNS, ids, strict=True) if value}, sources)


def read_names(text: str, where: str, ingredients: Collection[str]) -> Columns:
    """`names.tsv`, or `brands.tsv`, which has no column `kind`; every target is known."""
    table = Columns(text, where, NAME_COLUMNS, ("surface", "target"))
    surfaces, kinds, targets = table["surface"], table["kind"], table["target"]
    table.check("surface", str.strip, lambda _: "the surface is empty; write the name as it is printed")
    listed = ", ".join(KINDS)
    table.check("kind", {"", *KINDS}.__contains__, lambda row: f"unknown kind {kinds[row]!r} of {surfaces[row]!r}; known: {listed}")
    table.check(
        "context",
        {"", "needs"}.__contains__,
        lambda row: f"context of {surfaces[row]!r} is empty or `needs`, not {table['context'][row]!r}",
    )
    table.check("target", bool, lambda row: f"the target of {surfaces[row]!r} is empty; write what it stands for")
    meant = {target for target, kind in zip(targets, kinds, strict=True) if kind != "class"}
    for target in meant.difference(ingredients):
        if unknown := next((part for part in target.split(" + ") if part not in ingredients), None):
            row = next(i for i, cell in enumerate(targets) if cell == target and kinds[i] != "class")
            raise TableError(f"{table.place(row)}: {_unknown(unknown, ingredients)}")
    return table


def name(cells: Sequence[str]) -> Name:
    """A row of `names.tsv` or `brands.tsv`."""
    surface, kind, target, countries, context, sources = cells
    targets = (target,) if kind == "class" else tuple(target.split(" + "))
    return Name(surface, kind or "brand", targets, tuple(countries.split(";")) if countries else (), context == "needs", sources)


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
    if twice := [cell for cell in found if found.count(cell) > 1]:
        raise TableError(f"{where}, line {number}: column {twice[0]!r} stands there twice; remove one")
    if missing := [column for column in required if column not in found]:
        raise TableError(f"{where}, line {number}: column {missing[0]!r} is missing; the first line names the columns, separated by tabs")
    return [found.index(column) if column in found else len(found) for column in columns]


def _parted(text: str) -> tuple[str, str]:
    """The header and what follows it; empty lines and comments above are left out.

    >>> _parted("# a table\\n\\nname\\nx\\ny\\n")
    ('name', 'x\\ny\\n')
    """
    start = 0
    while start < len(text) and text[start] in "#\r\n":
        end = text.find("\n", start)
        start = end + 1 if end >= 0 else len(text)
    end = text.find("\n", start)
    return (text[start:end], text[end + 1 :]) if end >= 0 else (text[start:], "")


def _unknown(name: str, ingredients: Collection[str]) -> str:
    close = get_close_matches(name, ingredients, n=1)
    hint = f"did you mean {close[0]!r}? Otherwise add" if close else "Add"
    return f"unknown ingredient {name!r}; {hint} it to the table of ingredients"
