"""pyarrow, where it is there; rows gathered into row groups, so that memory stays bounded."""

from __future__ import annotations

from importlib import import_module
from io import RawIOBase
from pathlib import Path
from typing import Any

from ..errors import ConfigError

_GROUP_BYTES = 16 << 20  # of a row group in memory: readers skip groups, so not all rows in one
_SMALL = 200  # batches of a record or so, which are put together early: each column of each costs some hundred bytes beside its values
_COMPRESSION = "zstd"


def load() -> Any:
    """The package pyarrow with its parquet module. Raises ConfigError where it is missing."""
    try:
        import_module("pyarrow.parquet")
    except ImportError as error:
        raise ConfigError("Parquet needs the package pyarrow", "pip install 'pharmaclean[parquet]'") from error
    return import_module("pyarrow")


class RowGroups:
    """A Parquet file of a fixed schema, written group by group."""

    def __init__(self, place: Path | RawIOBase, schema: Any) -> None:
        self._arrow, self._schema = load(), schema
        self._file = self._arrow.parquet.ParquetWriter(place, schema, compression=_COMPRESSION)
        self._waiting, self._small, self._bytes = list[Any](), list[Any](), 0

    def convert(self, rows: list[dict[str, Any]]) -> Any:
        """Rows as a batch of columns. Raises ValueError or TypeError (pyarrow's are such) where a value has another type."""
        return self._arrow.RecordBatch.from_pylist(rows, self._schema)

    def add(self, batch: Any) -> None:
        """Write a batch, with others."""
        if not batch.num_rows:
            return
        self._small.append(batch)
        self._bytes += batch.nbytes
        if len(self._small) >= _SMALL or self._bytes >= _GROUP_BYTES:
            self._join()
        if self._bytes >= _GROUP_BYTES:
            self._flush()

    def finish(self) -> None:
        """Write what waits."""
        self._join()
        self._flush()

    def close(self) -> None:
        """Write the end of the file."""
        self._file.close()

    def _join(self) -> None:
        """The small batches as one."""
        if self._small:
            self._waiting += self._arrow.Table.from_batches(self._small, self._schema).combine_chunks().to_batches()
        self._small = []

    def _flush(self) -> None:
        if self._waiting:
            table = self._arrow.Table.from_batches(self._waiting, self._schema)
            self._file.write_table(table, row_group_size=table.num_rows)
        self._waiting, self._bytes = [], 0
