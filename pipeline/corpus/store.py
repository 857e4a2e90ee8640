"""Rows of numbers on disk: written one after another, read back by number, in little memory."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Rows:
    """Arrays of one type and any length in a file; eight bytes a row stay in memory."""

    def __init__(self, path: Path, kind: Any) -> None:
        self._path, self._kind = path, np.dtype(kind)
        self._file = path.open("wb")
        self._ends = array("q", [0])
        self._map: NDArray[Any] | None = None

    def __len__(self) -> int:
        return len(self._ends) - 1

    def append(self, row: NDArray[Any]) -> None:
        """Write a row behind the others."""
        self._file.write(np.ascontiguousarray(row, self._kind).tobytes())
        self._ends.append(self._ends[-1] + len(row))

    def finish(self) -> None:
        """No more rows will be written; from now on they can be read."""
        self._file.close()
        self._map = np.memmap(self._path, self._kind, "r") if self._ends[-1] else np.zeros(0, self._kind)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        self._map = None

    def __getitem__(self, i: int) -> NDArray[Any]:
        assert self._map is not None, "finish() comes before reading"  # noqa: S101
        return self._map[self._ends[i] : self._ends[i + 1]]

    def column(self, i: int, width: int) -> NDArray[Any]:
        """The i-th number of every row, where all rows have `width` of them."""
        assert self._map is not None, "finish() comes before reading"  # noqa: S101
        return np.array(self._map.reshape(-1, width)[:, i])
