"""Where inputs come from. All become `Raw`, one at a time, whatever holds them.

Files are recognised by their first bytes, not by their names, and unpacked on the way (gz, bz2, xz, zst): pages, MHTML,
JSON lines and arrays, CSV and TSV, Parquet, WARC and WET, zip and tar of any of these. Nothing is read before it
is asked for, so that a part of a file can be read (or counted) at little cost and in little memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from .fields import parse_field
from .files import File, exists, is_folder, look
from .raw import MAX_BYTES, Item, Raw, Reading
from .records import items, read_file, read_records
from .walk import find_files, missing

__all__ = [
    "MAX_BYTES", "File", "Item", "Raw", "Reading", "count_inputs", "exists", "find_files", "is_folder", "items", "look", "missing",
    "parse_field",
    "read_file", "read_inputs", "read_records",
]  # fmt: skip


def read_inputs(inputs: Iterable[str | Path], reading: Reading | None = None) -> Iterator[Raw]:
    """Every document of the inputs (see `find_files`), in their order."""
    how = reading or Reading()
    for file in find_files(inputs, how):
        yield from read_records(file, how)


def count_inputs(inputs: Iterable[str | Path], reading: Reading | None = None) -> int:
    """How many documents `read_inputs` will give; nothing is read in that needs not be."""
    how = reading or Reading()
    return sum(sum(1 for _ in items(file, how)) for file in find_files(inputs, how))
