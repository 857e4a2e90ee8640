"""A folder of CSV files, one a table: UTF-8, commas, header, LF, quotes where needed.

A text cell that begins with = + - @ (also in full width), a tab or a carriage return gets an apostrophe in front: a
spreadsheet would take it for a formula, and the pages come from strangers.
"""

from __future__ import annotations

import csv
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from .files import Record, Writer
from .tables import TABLES, flatten

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # OWASP, "CSV Injection"; the wide ones count in some locales


class CsvTables(Writer):
    """Writer of the flat tables as CSV into a folder that is there."""

    def __init__(self, folder: Path) -> None:
        self._files, self._count = ExitStack(), 0
        self._writers = {}
        for name, columns in TABLES.items():
            file = self._files.enter_context((folder / f"{name}.csv").open("w", encoding="utf-8", newline=""))
            self._writers[name] = csv.writer(file, lineterminator="\n")
            self._writers[name].writerow(column for column, _ in columns)

    def add(self, record: Record) -> None:
        """Write the rows of a record."""
        rows = flatten(record, self._count + 1)
        self._count += 1
        for name, writer in self._writers.items():
            writer.writerows([defused(cell) for cell in row] for row in rows[name])

    def close(self) -> None:
        """Close the files."""
        self._files.close()


def defused(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula.

    >>> defused("=1+1"), defused("20 mg"), defused(-1)
    ("'=1+1", '20 mg', -1)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
