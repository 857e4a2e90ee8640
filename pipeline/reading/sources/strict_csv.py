"""The rows of CSV, read strictly: a quote that is never closed costs its own row, and not all that follow."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_LARGE = 4  # times the largest document: a row may be so long, for it may hold a page more than once


class Broken(NamedTuple):
    """What is wrong with a row, and whether reading went on behind it."""

    problem: str
    goes_on: bool


class StrictRows:
    """Rows as lists of cells, and what is wrong with a broken one.

    Reading goes on below the broken row's first line, at the next row that is as wide as the first: what lies between may be the rest
    of a text with line breaks, whose lines are no rows.

    >>> list(StrictRows(["id,text\\n", '1,"A\\n', "and B\\n", "2,C\\n"], ",", 99))
    [['id', 'text'], Broken(problem='unexpected end of data', goes_on=True), ['2', 'C']]
    """

    def __init__(self, lines: Iterable[str], delimiter: str, limit: int) -> None:
        self._lines, self._delimiter, self._most = iter(lines), delimiter, _LARGE * limit
        self._row, self._again = list[str](), deque[str]()  # lines of the row in work; lines to be read once more
        self._chars = self._new = self._twice = 0  # of the row in work; of the file so far; of what was read once more
        self._ended = False

    def __iter__(self) -> Iterator[list[str] | Broken]:
        width, lost, going = 0, False, True
        while going:
            going = False
            try:
                for row in self._rows():
                    self._row, self._chars = [], 0
                    width = width or len(row)
                    lost = lost and len(row) != width
                    if row and not lost:
                        yield row
            except csv.Error as error:
                if loose := self._stray_quote(width):
                    going, lost = True, False
                    yield loose
                else:
                    going, lost = self._back(), True
                    yield Broken(str(error), going)
                self._row, self._chars = [], 0

    def _rows(self) -> Iterator[list[str]]:
        return csv.reader(self._feed(), delimiter=self._delimiter, strict=True)

    def _feed(self) -> Iterator[str]:
        self._ended = False
        while line := self._next():
            self._row.append(line)
            self._chars += len(line)
            if self._chars > self._most:
                raise csv.Error(f"a row of more than {self._most:,} characters")
            yield line
        self._ended = True

    def _next(self) -> str:
        if self._again:
            return self._again.popleft()
        line = next(self._lines, "")
        self._new += len(line)
        return line

    def _stray_quote(self, width: int) -> list[str]:
        """The cells of a line with a quote before other letters, as in `1,"Isotroin" clears acne`, if it is a whole row by itself."""
        if len(self._row) != 1 or self._ended or not width:
            return []
        try:
            cells = next(csv.reader(self._row, delimiter=self._delimiter))
        except csv.Error:
            return []
        return cells if len(cells) == width else []

    def _back(self) -> bool:
        """Back to the second line of the row in work; False once twice as much was read as there is, since that might go on for ever."""
        lines = self._row[1:]
        self._twice += sum(map(len, lines))
        self._again.extendleft(reversed(lines))
        return self._twice <= self._new + self._most
