"""An input as it came, how inputs are read, and what to say of those that cannot be."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ...errors import ReadError

MAX_BYTES = 20_000_000  # of one document; the largest of 15,000 saved pages had 6 MB


@dataclass(frozen=True, slots=True)
class Raw:
    """An input as it came: bytes (or text that never was bytes), and what is known of it.

    kind: "html" or "text" where the input says so. charset: what the server or the archive declared.
    title, published: columns beside the text, for pages that do not tell themselves.
    problem: why it could not be had, in which case `data` is empty.
    """

    data: bytes | str
    path: str | None = None
    record: int | None = None
    id: str | None = None
    url: str | None = None
    kind: str | None = None
    problem: ReadError | None = None
    charset: str | None = None
    title: str | None = None
    published: str | None = None


class Item(NamedTuple):
    """A document that is there but not read yet: passing over it costs little.

    `load` must be called before the next item is taken. `at`: how far into the file, in bytes as they lie on the disk.
    """

    load: Callable[[], Raw]
    at: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """How inputs are read.

    fields: (role, column) of tables and JSON lines, where they are not to be guessed; roles: text, html, id, url, title, published.
    include, exclude: patterns of file names in folders and archives. max_bytes: of one document.
    outside: the folder of results, which is not entered, and the files and folders of results in it, which are not read (see `place_of`).
    """

    fields: tuple[tuple[str, str], ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    max_bytes: int = MAX_BYTES
    outside: tuple[str, ...] = ()


def failed(path: str, problem: str, advice: str, record: int | None = None) -> Raw:
    """An input that could not be had."""
    return Raw(b"", path=path, record=record, problem=ReadError(problem, advice))


def file_problem(path: object, error: OSError) -> ReadError:
    """What is wrong with a path, and what to try."""
    if isinstance(error, FileNotFoundError):
        return ReadError(f"{path}: no such file", "check the name")
    if isinstance(error, IsADirectoryError):
        return ReadError(f"{path}: is a folder", f"use: pharmaclean batch {path} -o outputs")
    if isinstance(error, PermissionError):
        return ReadError(f"{path}: may not be read", "check its permissions")
    if error.errno == errno.EIO:
        return ReadError(f"{path}: the disk gave an error", "copy the file from where it came")
    return ReadError(f"{path}: {error.strerror or error}", "check the file")


def too_large(place: str, limit: int) -> ReadError:
    """A document above the limit."""
    return ReadError(f"{place}: larger than {limit:,} bytes", "raise --max-bytes if this is a page")
