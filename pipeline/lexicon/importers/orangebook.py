"""FDA Orange Book: `products.txt`, its cells parted by tildes."""

from __future__ import annotations

from collections.abc import Iterator

from .drugsatfda import ingredients_of
from .source import Entry, Files

CODE = "orangebook"
_COLUMNS = ("Ingredient", "Trade_Name")


def read(files: Files) -> Iterator[Entry]:
    """One product a row."""
    part = files.one("products.txt")
    for line, row in files.rows(part, _COLUMNS, "~"):
        yield Entry(row["Trade_Name"], ingredients_of(row["Ingredient"]), countries=("US",), line=line, file=part.name)
