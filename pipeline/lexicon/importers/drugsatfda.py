"""Drugs@FDA: `Products.txt`, tab-separated with a header; the layout of before 2017 too."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .source import Entry, Files

CODE = "fda"
_COLUMNS = ("DrugName", "ActiveIngredient")
_BEFORE_2017 = {"activeingred": "ActiveIngredient"}


def read(files: Files) -> Iterator[Entry]:
    """One product a row, its ingredients parted by semicolons."""
    part = files.one("products.txt", "product.txt")
    for line, row in files.rows(part, _COLUMNS, "\t", _BEFORE_2017):
        yield Entry(row["DrugName"], ingredients_of(row["ActiveIngredient"]), countries=("US",), line=line, file=part.name)


def ingredients_of(cell: str) -> tuple[str, ...]:
    """The ingredients of a cell; brackets around several of them are taken off, with a name for them together.

    >>> ingredients_of("(SULFADIAZINE; SULFAMERAZINE); SULFAMETHAZINE"), ingredients_of("CEFADROXIL/CEFADROXIL HEMIHYDRATE")
    (('SULFADIAZINE', 'SULFAMERAZINE', 'SULFAMETHAZINE'), ('CEFADROXIL',))
    """
    several = re.sub(r"[^;()]*\(([^()]*;[^()]*)\)", r"\1", cell)
    parts = (re.sub(r"^([^/]+)/\1 .*", r"\1", part.strip()) for part in several.split(";"))
    return tuple(dict.fromkeys(part for part in parts if part))
