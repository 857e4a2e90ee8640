"""CSV, TSV and Parquet: a row a document, columns given or guessed."""

from __future__ import annotations

import codecs
import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from .fields import columns, to_raw
from .raw import Item, Raw, Reading, failed
from .recognise import PROBE, Opened
from .strict_csv import Broken, StrictRows

_DELIMITERS = ",;\t|"
_ROWS = 64  # of Parquet, decoded at once


def csv_rows(source: Opened, path: str, reading: Reading) -> Iterator[Item]:
    """The rows below the head line, numbered from 1."""
    head = source.stream.peek(PROBE)[:PROBE]
    text = io.TextIOWrapper(source.stream, encoding=_charset(head), errors="replace", newline="")
    others = csv.field_size_limit(min(reading.max_bytes, sys.maxsize))  # one for the whole process
    rows = iter(StrictRows(text, _delimiter(head.split(b"\n", 1)[0].decode("latin-1")), reading.max_bytes))
    try:
        first = next(rows, [])
        names = [] if isinstance(first, Broken) else first
        for number, row in enumerate(rows if names else [first], 1):
            if isinstance(row, Broken):
                yield Item(partial(_broken_row, row, path, number), source.at())
            elif row:
                named = dict(zip(names, row))  # noqa: B905  # rows may be shorter or longer
                yield Item(partial(to_raw, named, path, number, reading, "row"), source.at())
    finally:
        csv.field_size_limit(others)
        text.detach()


def _broken_row(row: Broken, path: str, number: int) -> Raw:
    advice = "mend its quotes" if row.goes_on else "mend its quotes; the rows after it were not read"
    return failed(path, f"{path}, row {number}: not valid CSV ({row.problem})", advice, number)


def _charset(head: bytes) -> str:
    """UTF-8 if it decodes, else what old Excel writes; wide charsets have become UTF-8 before."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "windows-1252"
    return "utf-8-sig"


def _delimiter(line: str) -> str:
    """What parts the head line.

    >>> _delimiter("id;text;url"), _delimiter("text")
    (';', ',')
    """
    counts = Counter(c for c in line if c in _DELIMITERS)
    return max(_DELIMITERS, key=lambda c: counts[c])


def parquet_rows(source: Opened, path: str, reading: Reading) -> Iterator[Item]:
    """The rows, numbered from 1; a group of rows is decoded when the first of it is asked for, and only the columns that matter."""
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        advice = "pip install 'pharmaclean[parquet]', and give the same command with --retry-failed"
        yield Item(partial(failed, path, f"{path}: Parquet needs pyarrow", advice))
        return
    if source.packed:
        yield Item(partial(failed, path, f"{path}: Parquet inside of compression", "unpack it first"))
        return
    try:
        file = ParquetFile(source.stream)
        names = list(dict.fromkeys(columns(file.schema_arrow.names, reading.fields).values()))
        number = 0
        for index in range(file.num_row_groups):
            group = _Group(file, index, [name for name in names if name in file.schema_arrow.names])
            for place in range(file.metadata.row_group(index).num_rows):
                number += 1
                yield Item(partial(_row, group, place, path, number, reading, file.schema_arrow.names))
    except (ArrowException, OSError) as error:
        yield Item(partial(failed, path, f"{path}: not a whole Parquet file ({error})", "make it anew"))


def _row(group: _Group, place: int, path: str, number: int, reading: Reading, names: list[str]) -> Raw:
    row = group.row(place)
    return to_raw(row or dict.fromkeys(names), path, number, reading, "row")


class _Group:
    """The rows of one group, in order, a few decoded at a time."""

    def __init__(self, file: Any, index: int, names: list[str]) -> None:
        self.file, self.index, self.names = file, index, names
        self.batches: Iterator[Any] | None = None
        self.rows: list[dict[str, Any]] = []
        self.start = self.end = 0

    def row(self, place: int) -> dict[str, Any]:
        """A row by its place in the group; places must not fall."""
        if self.batches is None:
            self.batches = self.file.iter_batches(_ROWS, row_groups=[self.index], columns=self.names)
        while place >= self.end:
            batch = next(self.batches)
            self.start, self.end = self.end, self.end + batch.num_rows
            self.rows = batch.to_pylist() if place < self.end else []
        return self.rows[place - self.start]
