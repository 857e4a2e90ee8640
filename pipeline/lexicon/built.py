"""A lexicon in one file: ingredients and names as tables, with a head that tells where they come from; gzipped or plain.

    # pharmaclean lexicon
    # made by: pharmaclean 0.1.0 over its own tables 1a2b3c4d5e6f
    # source: ndc | product.txt | 2025-06-01 | sha256 … | read 110000 | resolved 98000
    # table: ingredients
    name	class	rxcui	…
    # table: names
    surface	kind	target	…

Whoever lacks the program can still read and edit it; a table without such a head is read as it always was.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..bounded import read_whole
from ..errors import ConfigError
from ..writing import write_whole
from .tables import ID_COLUMNS, INGREDIENT_COLUMNS, NAME_COLUMNS, Ingredient, Name, TableError

if TYPE_CHECKING:
    from importlib.abc import Traversable

FIRST_LINE = "# pharmaclean lexicon"
_LARGEST = 100_000_000  # bytes, unpacked: three million names, which take 2 GB of memory
_tables = re.compile(r"^# table: \w+\n", re.MULTILINE).split
_head = re.compile(r"^# (source|made by): (.*)$", re.MULTILINE).findall


def read_text(file: Traversable) -> str:
    """A table's text, unpacked where it is gzipped; TableError where that cannot be."""
    try:
        return read_whole(file, _LARGEST)
    except ConfigError as error:
        raise TableError(error.problem, error.advice) from error


def tables_of(path: Path) -> Iterator[tuple[str, str]]:
    """(where, text) of each table in a file: one, or those of a built lexicon, with empty lines for what stood above.

    >>> [len(text.split("surface")[0]) for _, text in _parted("own.tsv", "# table: ingredients\\nname\\n\\n# table: names\\nsurface\\n")][1]
    4
    """
    yield from _parted(str(path), read_text(path))


def _parted(where: str, text: str) -> Iterator[tuple[str, str]]:
    first, *others = _tables(text)
    above = first.count("\n")
    if not others:
        yield where, text
    for table in others:
        above += 1
        yield f"{where} ({'ingredients' if table.startswith('name') else 'names'})", "\n" * above + table
        above += table.count("\n")


def provenance(paths: Iterable[Path]) -> list[str]:
    """What the heads of the files say of their sources."""
    found = list[str]()
    for path in paths:
        head = read_text(path)[:20_000]
        told = [f"{key}: {value}" for key, value in _head(head)]
        found += [f"{path.name}: {line}" for line in told or ["a table without a head that names its sources"]]
    return found


def write(path: Path, head: Sequence[str], ingredients: Iterable[Ingredient], names: Iterable[Name]) -> None:
    """Write a lexicon, whole or not at all; the same rows give the same bytes."""
    lines = [FIRST_LINE, *(f"# {line}" for line in head)]
    lines += ["# table: ingredients", "\t".join(INGREDIENT_COLUMNS)]
    lines += ["\t".join(_ingredient_cells(row)) for row in sorted(ingredients, key=lambda row: row.name)]
    lines += ["# table: names", "\t".join(NAME_COLUMNS)]
    lines += ["\t".join(_name_cells(row)) for row in sorted(names, key=lambda row: (row.surface.casefold(), row.surface, row.targets))]
    data = ("\n".join(lines) + "\n").encode()
    write_whole(path, gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def _ingredient_cells(row: Ingredient) -> list[str]:
    return [row.name, row.drug_class, *(row.ids.get(column, "") for column in ID_COLUMNS), row.sources]


def _name_cells(row: Name) -> list[str]:
    return [row.surface, row.kind, row.canonical, ";".join(row.countries), "needs" if row.needs else "", row.sources]
