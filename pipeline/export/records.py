"""Records back from the files that a batch wrote: JSONL, JSON, Parquet, or the folder that holds them.

Read one at a time, so that memory does not grow with the file. A line that is no record comes as a
problem with its place, and the rest goes on.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import re
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ..bounded import lines_up_to, pieces
from ..errors import ConfigError, ReadError
from ..reading.sources.recognise import zstd_module
from ..record import SCHEMA_VERSION, schema, to_json
from .files import Record
from .printed import LONGEST, grouped

_OPENERS: Sequence[tuple[bytes, Callable[..., Any]]] = (
    (b"\x1f\x8b", gzip.open), (b"BZh", bz2.open), (b"\xfd7zXZ\x00", lzma.open),
    (b"\x28\xb5\x2f\xfd", lambda path, mode: zstd_module().open(path, mode)),
)  # fmt: skip
_PROBE = 1024  # bytes of standard input that are looked at
_BEGIN = re.compile(rb'\s*\{\s*"schema_version"\s*:')  # the first key of every record
_ESCAPED_HALF = re.compile(rb"\\u[dD][89a-fA-F]")  # half a character can only come as an escape
_PATTERNS = ("documents*.jsonl*", "documents*.parquet", "documents/*.json", "documents/*.jsonl")  # what a batch leaves in its folder


@dataclass(frozen=True, slots=True)
class Line:
    """A record and its place; or, with `record` None, what is wrong there. `number` counts from 1; 0 is the file as a whole."""

    path: str
    number: int
    record: Record | None = None
    problem: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.number}: {self.problem}" if self.number else f"{self.path}: {self.problem}"


def read_lines(paths: Sequence[str | Path]) -> Iterator[Line]:
    """All records of files, folders, or `-` for standard input, in order. Raises ConfigError for what is not there."""
    for path in paths:
        for file in _files(str(path)):
            yield from _read(file)


def in_folder(folder: Path) -> list[Path]:
    """The files of records in the folder of a batch. Raises ConfigError where there are several kinds, of which one must be old."""
    found = [sorted(path for path in folder.glob(pattern) if path.suffix != ".tmp" and path.is_file()) for pattern in _PATTERNS]
    kinds = [files for files in found if files]
    if len(kinds) > 1:
        names = " and ".join(str(files[0].relative_to(folder)) for files in kinds)
        raise ConfigError(f"{folder} holds {names}: results of two batches", "name the file you mean, or remove the others")
    return kinds[0] if kinds else []


def holds_records(path: str) -> bool:
    """Whether a file, or `-` for standard input, is the output of this program, judged by how it begins. Nothing of it is used up."""
    if path == "-":
        stdin = sys.stdin.buffer
        return isinstance(stdin, io.BufferedReader) and bool(_BEGIN.match(stdin.peek(_PROBE)))
    line = next(_read(path), None) if Path(path).is_file() else None
    return line is not None and line.record is not None


def _files(path: str) -> list[str]:
    if path == "-":
        return [path]
    if path and Path(path).is_dir():
        if not (found := in_folder(Path(path))):
            advice = f"if it holds pages, clean them first: pharmaclean batch {path} -o outputs"
            raise ConfigError(f"{path}: no documents.jsonl, documents.parquet or documents/ in it", advice)
        return [str(file) for file in found]
    if not path or not Path(path).exists():
        raise ConfigError(f"{path or repr(path)}: no such file or folder", "check the name, or use - for standard input")
    return [path]


def _read(path: str) -> Iterator[Line]:
    if path.endswith(".parquet"):
        yield from _from_parquet(path)
    elif path.endswith(".json"):
        yield _whole(path)
    else:
        number = 0
        try:
            with _open(path) as file:
                for number, raw in grouped(lines_up_to(LONGEST, file)):
                    yield _parse(path, number, raw)
        except _damage() as error:
            yield Line(path, number + 1, problem=f"the file cannot be read to its end: {error}")


def _whole(path: str) -> Line:
    """The one record of a file, which may be printed over many lines."""
    try:
        return _parse(path, 1, b"".join(pieces(Path(path), LONGEST)))
    except ConfigError as error:
        return Line(path, 0, problem=error.problem.removeprefix(f"{path}: "))


def _open(path: str) -> Any:
    """The file's bytes, unpacked if they are packed; told by the first bytes, not by the name."""
    if path == "-":
        return nullcontext(sys.stdin.buffer)
    if not Path(path).is_file():  # a pipe can be read only once
        return Path(path).open("rb")
    with Path(path).open("rb") as file:
        head = file.read(6)
    opener: Callable[..., IO[bytes]] = next((opener for magic, opener in _OPENERS if head.startswith(magic)), open)
    return opener(path, "rb")


def _damage() -> tuple[type[Exception], ...]:
    """What the packers raise when a file is cut short or damaged, and `grouped` at what never ends."""
    return (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error, zstd_module().ZstdError)


def _from_parquet(path: str) -> Iterator[Line]:
    from .nested import read_nested

    number = 0
    try:
        for number, record in enumerate(read_nested(Path(path)), 1):
            yield _checked(path, number, record)
    except ReadError as error:
        yield Line(path, number + 1, problem=str(error))


def _parse(path: str, number: int, raw: bytes) -> Line:
    try:
        value = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"), parse_constant=_no_number)
        if _ESCAPED_HALF.search(raw):
            value = json.loads(to_json(value))  # no format can hold half a character
    except UnicodeDecodeError as error:
        return Line(path, number, problem=f"not UTF-8 at byte {error.start + 1} of the line")
    except json.JSONDecodeError as error:
        return Line(path, number, problem=f"not JSON: {error.msg} at column {error.colno}")
    except (ValueError, RecursionError) as error:
        return Line(path, number, problem=f"not JSON: {error}")
    return _checked(path, number, value)


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _checked(path: str, number: int, value: Any) -> Line:
    """Only the outermost level is looked at here; `pharmaclean validate` looks at all."""
    if not isinstance(value, dict):
        return Line(path, number, problem=f"a record is an object, this is {type(value).__name__}")
    if missing := [key for key in schema()["required"] if key not in value]:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        return Line(path, number, problem=f"no record of pharmaclean: {', '.join(missing[:3])}{more} missing")
    if value["schema_version"] != SCHEMA_VERSION:
        return Line(path, number, problem=f"record of version {value['schema_version']!r}, this program reads {SCHEMA_VERSION}")
    return Line(path, number, value)
