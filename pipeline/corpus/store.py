"""Rows of numbers on disk: written one after another, read back by number, in little memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CHUNK = 2**20  # numbers read at once


class Rows:
    """Arrays of one type and any length in a file; eight bytes a row stay in memory."""

    def __init__(self, path: Path, kind: Any) -> None:
        self._kind = np.dtype(kind)
        self._file = path.open("w+b")
        self._ends = array("q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def append(self, row: NDArray[Any]) -> None:
        """Write a row behind the others; none is written after one was read."""
        self._file.write(np.ascontiguousarray(row, self._kind).tobytes())
        self._ends.append(self._ends[-1] + len(row))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def __getitem__(self, i: int) -> NDArray[Any]:
        start, end = self._ends[i], self._ends[i + 1]
        self._file.seek(start * self._kind.itemsize)
        return np.frombuffer(self._file.read((end - start) * self._kind.itemsize), self._kind)

    def column(self, i: int, width: int) -> NDArray[Any]:
        """The i-th number of every row, where all rows have `width` of them."""
        return np.concatenate([np.zeros(0, self._kind), *self._columns(i, width)])

    def _columns(self, i: int, width: int) -> Iterator[NDArray[Any]]:
        self._file.seek(0)
        size = _CHUNK // width * width * self._kind.itemsize
        while data := self._file.read(size):
            yield np.array(np.frombuffer(data, self._kind).reshape(-1, width)[:, i])
