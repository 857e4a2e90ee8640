"""Any table of names and compositions: CSV or TSV with a header, "Augmentin Tablet, Amoxycillin (500mg) + Clavulanic Acid (125mg)"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from ...errors import ConfigError
from .source import Entry, Files

CODE = "table"
#: Headings by which the columns are known, best first.
_NAMES = ("medicine name", "brand name", "brand", "product name", "trade name", "medicine", "drug name", "name")
_COMPOSITIONS = (
    "composition", "salt composition", "ingredients", "active ingredients", "active ingredient", "generic name", "salt",
    "short_composition1", "molecule", "substance", "inn",
)  # fmt: skip
#: Further columns of the same composition.
_MORE = re.compile(r"(.*?)(\d)").fullmatch
_parting = re.compile(r" \+ |\+(?=\s*[A-Z])|;|\|").split


def read(files: Files) -> Iterator[Entry]:
    """One product a row; the columns are those of the options `name` and `composition`, or guessed from the header."""
    part = files.one("*.csv", "*.tsv", "*.txt")
    first = next(part.lines(), "")
    delimiter = max("\t,;|", key=first.count)
    header = next(iter(files.cells(part, delimiter)), (1, []))[1]
    name = _column(files, header, "name", _NAMES, str(part))
    compositions = _all_of(_column(files, header, "composition", _COMPOSITIONS, str(part)), header)
    countries = tuple(filter(None, files.options.get("country", "").upper().split(",")))
    for line, row in files.rows(part, (name, *compositions), delimiter):
        written = [piece for column in compositions for piece in _parting(row[column])]
        ingredients = tuple(dict.fromkeys(" ".join(piece.split()) for piece in written if piece.strip()))
        yield Entry(row[name], ingredients, countries=countries, line=line, file=part.name)


def _column(files: Files, header: Sequence[str], role: str, known: Sequence[str], where: str) -> str:
    """The column of a role as the header writes it."""
    headings = {" ".join(cell.split()).lower(): " ".join(cell.split()) for cell in header}
    wanted: Any = files.options.get(role)
    for heading in [wanted.lower()] if wanted else known:
        if heading in headings:
            return headings[heading]
    expected = repr(wanted) if wanted else "one of " + ", ".join(known[:6])
    found = ", ".join(headings.values())[:120] or "nothing"
    raise ConfigError(f"{where}, line 1: expected a column for the {role} ({expected}), found {found}", f"name it with --{role}-column")


def _all_of(column: str, header: Sequence[str]) -> tuple[str, ...]:
    """The column, and those that go on counting: short_composition1, short_composition2."""
    counted = _MORE(column)
    return tuple(cell for cell in header if counted and (other := _MORE(cell)) and other[1] == counted[1]) or (column,)
