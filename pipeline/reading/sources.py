"""Where inputs come from: strings, bytes, files, folders, standard input, JSONL. All become `Raw`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ReadError

#: Files of a folder that are taken for pages; others are passed over, and said so.
PAGE_SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".txt", ".text", ".md", ".markdown", ""})
LINE_SUFFIXES = frozenset({".jsonl", ".ndjson"})
_TEXT_KEYS, _HTML_KEYS = ("text", "content"), ("html", "body", "raw_html")


@dataclass(frozen=True, slots=True)
class Raw:
    """An input as it came: bytes (or text that never was bytes), and what is known of it.

    problem: why it could not be had, in which case `data` is empty.
    """

    data: bytes | str
    path: str | None = None
    record: int | None = None
    id: str | None = None
    url: str | None = None
    kind: str | None = None  # "html" or "text" where the input says so
    problem: ReadError | None = None


def read_inputs(inputs: Sequence[str | Path]) -> Iterator[Raw]:
    """Every record of files, folders (recursively, in name order), JSONL files and `-`, in the order given."""
    for item in inputs:
        if str(item) == "-":
            yield Raw(sys.stdin.buffer.read(), path="-")
        elif Path(item).suffix.lower() in LINE_SUFFIXES and not Path(item).is_dir():
            yield from read_lines(Path(item))
        elif Path(item).is_dir():
            for path in folder_files(Path(item)):
                yield from read_lines(path) if path.suffix.lower() in LINE_SUFFIXES else [read_file(path)]
        else:
            yield read_file(Path(item))


def folder_files(folder: Path) -> list[Path]:
    """The pages in a folder, sorted by path; hidden files and files of other kinds are left out."""
    wanted = PAGE_SUFFIXES | LINE_SUFFIXES
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in wanted and not any(part.startswith(".") for part in path.relative_to(folder).parts) and path.is_file()
    )


def read_file(path: Path) -> Raw:
    """A file as one input; one that cannot be read carries its problem."""
    try:
        return Raw(path.read_bytes(), path=str(path))
    except OSError as error:
        return Raw(b"", path=str(path), problem=file_problem(path, error))


def file_problem(path: Path, error: OSError) -> ReadError:
    """What is wrong with a path, and what to try."""
    if isinstance(error, FileNotFoundError):
        return ReadError(f"{path}: no such file", "check the name")
    if isinstance(error, IsADirectoryError):
        return ReadError(f"{path}: is a folder", f"use: pharmaclean batch {path} -o outputs")
    if isinstance(error, PermissionError):
        return ReadError(f"{path}: may not be read", "check its permissions")
    return ReadError(f"{path}: {error.strerror or error}", "check the file")


def read_lines(path: Path) -> Iterator[Raw]:
    """The records of a JSONL file, one a line; a bad line carries its problem and the rest goes on."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield parse_line(line, path, number)
    except OSError as error:
        yield Raw(b"", path=str(path), problem=file_problem(path, error))


def parse_line(line: bytes, path: Path, number: int) -> Raw:
    """One line of JSONL: an object with `text` or `html`, and perhaps `id` and `url`."""
    place = f"{path}, line {number}"
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _bad(path, number, f"{place}: not valid JSON ({error})", "each line must be one JSON object")
    if not isinstance(value, dict):
        return _bad(path, number, f"{place}: not a JSON object", 'each line must look like {"id": "…", "text": "…"}')
    for keys, kind in ((_HTML_KEYS, "html"), (_TEXT_KEYS, "text")):
        for key in keys:
            if isinstance(value.get(key), str):
                return Raw(value[key], str(path), number, _string(value, "id"), _string(value, "url"), None if key == "body" else kind)
    names = ", ".join(list(value)[:8]) or "none"
    raw = _bad(path, number, f"{place}: neither text nor html in it (fields: {names})", "name the page's field text or html")
    return Raw(b"", raw.path, number, _string(value, "id"), _string(value, "url"), problem=raw.problem)


def _bad(path: Path, number: int, problem: str, advice: str) -> Raw:
    return Raw(b"", path=str(path), record=number, problem=ReadError(problem, advice))


def _string(value: Mapping[str, Any], key: str) -> str | None:
    found = value.get(key)
    return None if found is None else str(found)


def count_inputs(inputs: Iterable[str | Path]) -> int:
    """How many records `read_inputs` will give."""
    total = 0
    for item in inputs:
        path = Path(item)
        if str(item) == "-":
            total += 1
            continue
        for file in folder_files(path) if path.is_dir() else [path]:
            total += _count_lines(file) if file.suffix.lower() in LINE_SUFFIXES else 1
    return total


def _count_lines(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(1 for line in file if line.strip())
    except OSError:
        return 1
