"""A folder of Parquet files, one a flat table."""

from __future__ import annotations

from pathlib import Path

from .arrow import RowGroups, load
from .files import Record, Writer
from .tables import TABLES, flatten


class FlatParquet(Writer):
    """Writer of the flat tables as Parquet into a folder that is there."""

    def __init__(self, folder: Path) -> None:
        arrow = load()
        types = {"text": arrow.string(), "integer": arrow.int64(), "real": arrow.float64()}
        self._count = 0
        self._files = {
            name: RowGroups(folder / f"{name}.parquet", arrow.schema([(column, types[kind]) for column, kind in columns]))
            for name, columns in TABLES.items()
        }

    def add(self, record: Record) -> None:
        """Write the rows of a record."""
        rows = flatten(record, self._count + 1)
        names = {name: [column for column, _ in columns] for name, columns in TABLES.items()}
        batches = {
            name: file.convert([dict(zip(names[name], row, strict=True)) for row in rows[name]]) for name, file in self._files.items()
        }
        self._count += 1
        for name, batch in batches.items():
            self._files[name].add(batch)

    def finish(self) -> None:
        """Write what waits."""
        for file in self._files.values():
            file.finish()

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
