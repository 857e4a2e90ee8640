"""Sums over what is written, so that damage which keeps a file's size is noticed: CRC-32, as `crc32` and `gzip -lv` print it.

It is there to find accidents (a bad disk, a power cut, a slip of an editor), not forgers, who could write new sums, too. One page of damage
in four thousand million has the right sum by chance; it is reckoned at 4 GB a second, four times what BLAKE2b does.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Mapping
from typing import Any, BinaryIO

from ..record import to_json

_SEAL = b',"seal":"'


def sum_of(data: bytes, before: str = "") -> str:
    """Eight hexadecimal digits; `before` is the sum of the bytes that come first.

    >>> sum_of(b"123456789"), sum_of(b"6789", sum_of(b"12345"))
    ('cbf43926', 'cbf43926')
    """
    return f"{zlib.crc32(data, int(before or '0', 16)):08x}"


class Summed(io.RawIOBase):
    """A file that is being written, with its size and its sum so far."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.size, self._crc = file, 0, 0

    @property
    def sum(self) -> str:
        """Of all that was written."""
        return f"{self._crc:08x}"

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any, /) -> int:
        """Write all of it."""
        self._file.write(data)
        self._crc = zlib.crc32(data, self._crc)
        size = memoryview(data).nbytes
        self.size += size
        return size


def sealed(row: Mapping[str, Any]) -> bytes:
    """A line of JSON that ends with the sum of what stands before it.

    >>> sealed({"key": 1})
    b'{"key":1,"seal":"a652de65"}\\n'
    """
    head = to_json(row).encode("utf-8")[:-1]
    return head + _SEAL + sum_of(head).encode() + b'"}\n'


def unsealed(line: bytes) -> Any:
    """What the line holds; one that an earlier version wrote has no seal. Raises ValueError for a line that is not as it was written."""
    head, seal, end = line.rpartition(_SEAL)
    if seal and end.rstrip() != sum_of(head).encode() + b'"}':
        raise ValueError("the line is not as it was written")
    row = json.loads(line)
    if isinstance(row, dict):
        row.pop("seal", None)
    return row
