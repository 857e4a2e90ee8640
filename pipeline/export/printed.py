"""Records as `clean` prints a single one, over many lines, beside records of a line each."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from .records import Line, _damage, _open, _parse
from .records import read_lines as line_by_line

_PROBE = 1024  # bytes of standard input that are looked at
_BEGIN = re.compile(rb'\s*\{\s*"schema_version"\s*:')  # the first key of every record


def read_lines(paths: Sequence[str | Path]) -> Iterator[Line]:
    """All records of files, folders, or `-`, in order, printed or a line each. Raises ConfigError for what is not there."""
    for path in map(str, paths):
        if path == "-":
            yield from _parsed(path, sys.stdin.buffer)
        elif _is_printed(path):
            with _open(path) as file:
                yield from _parsed(path, file)
        else:
            yield from line_by_line([path])


def holds_records(path: str) -> bool:
    """Whether a file, or standard input, is the output of this program, judged by how it begins. Nothing of it is used up."""
    if path == "-":
        stdin = sys.stdin.buffer
        return isinstance(stdin, io.BufferedReader) and bool(_BEGIN.match(stdin.peek(_PROBE)))
    line = next(read_lines([path]), None) if Path(path).is_file() else None
    return line is not None and line.record is not None


def _is_printed(path: str) -> bool:
    """Whether a file begins with a brace that stands alone; JSON and Parquet are read whole in any case."""
    if path.endswith((".json", ".parquet")) or not Path(path).is_file():
        return False
    with suppress(*_damage()), _open(path) as file:
        return bool(file.readline(16).strip() == b"{")
    return False


def _parsed(path: str, lines: Iterable[bytes]) -> Iterator[Line]:
    number = 0
    try:
        for number, text in grouped(lines):
            yield _parse(path, number, text)
    except _damage() as error:
        yield Line(path, number + 1, problem=f"the file cannot be read to its end: {error}")


def grouped(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    r"""Each JSON value with the number of its first line. After a first line that is a lone brace, a lone brace ends each.

    >>> list(grouped([b'{"a":1}\n', b"\n", b"{}\n"])), list(grouped([b"{\n", b' "a": 1\n', b"}\n", b"{\n"]))
    ([(1, b'{"a":1}\n'), (3, b'{}\n')], [(1, b'{\n "a": 1\n}\n'), (4, b'{\n')])
    """
    printed, first, parts = None, 1, list[bytes]()
    for number, line in enumerate(lines, 1):
        if not parts and not line.strip():
            continue
        first = first if parts else number
        parts.append(line)
        printed = line.strip() == b"{" if printed is None else printed
        if not printed or line.rstrip() == b"}":
            yield first, b"".join(parts)
            parts = []
    if parts:
        yield first, b"".join(parts)
