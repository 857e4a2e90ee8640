"""Files here and elsewhere: local paths by the standard library, URLs (s3://, gs://, hdfs:// …) by fsspec."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from ...errors import ConfigError

BUFFER = 256 * 1024  # bytes read at once


class File(NamedTuple):
    """A file that was found: where, its size in bytes, and a stamp that changes when its content does.

    size: -1 when it is not there. shown: the name that records carry, if not the path.
    """

    path: str
    size: int = -1
    stamp: str = ""
    shown: str | None = None


def is_url(path: str) -> bool:
    """True for what fsspec is asked for.

    >>> is_url("s3://bucket/pages"), is_url("pages/a.html"), is_url("C:/pages")
    (True, False, False)
    """
    return "://" in path


def filesystem(path: str) -> tuple[Any, str]:
    """The fsspec file system of a URL, and the path in it. Raises ConfigError when fsspec or its part for this protocol is missing."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise ConfigError(f"{path}: URLs need fsspec", "pip install 'pharmaclean[cluster]'") from error
    try:
        found: tuple[Any, str] = url_to_fs(path)
    except (ImportError, ValueError) as error:
        raise ConfigError(f"{path}: {error}", "install the fsspec package of this protocol, for instance s3fs or gcsfs") from error
    return found


def open_binary(path: str) -> BinaryIO:
    """A file for reading, here or elsewhere. Raises OSError."""
    if not is_url(path):
        return open(path, "rb", buffering=BUFFER)  # noqa: PTH123
    system, inner = filesystem(path)
    return cast("BinaryIO", system.open(inner, "rb", block_size=2**22))


def look(path: str, shown: str | None = None) -> File:
    """A file by its path; one that is not there has size -1."""
    try:
        if not is_url(path):
            found = os.stat(path)  # noqa: PTH116
            return File(path, found.st_size, f"{found.st_size}-{found.st_mtime_ns}", shown)
        system, inner = filesystem(path)
        return _remote(path, system.info(inner))
    except OSError:
        return File(path, shown=shown)


def is_folder(path: str) -> bool:
    """True for a folder, here or elsewhere."""
    if not is_url(path):
        return Path(path).is_dir()
    system, inner = filesystem(path)
    return bool(system.isdir(inner))


def exists(path: str) -> bool:
    """True for a file or folder that is there."""
    if not is_url(path):
        return Path(path).exists()
    system, inner = filesystem(path)
    return bool(system.exists(inner))


class Entry(NamedTuple):
    """One name in a folder. plain: neither a pipe nor a device, whose reading might never end."""

    name: str
    folder: bool
    file: File
    plain: bool = True


def entries(folder: str) -> list[Entry]:
    """What is in a folder, by name. Raises OSError."""
    if not is_url(folder):
        return sorted(_local_entries(folder), key=lambda entry: entry.name)
    system, inner = filesystem(folder)
    protocol = folder.split("://", 1)[0]
    found = []
    for info in system.ls(inner, detail=True):
        name = info["name"].rstrip("/").rsplit("/", 1)[-1]
        path = f"{folder.rstrip('/')}/{name}"
        if name and info["name"].rstrip("/") != inner.rstrip("/") and protocol:
            found.append(Entry(name, info["type"] == "directory", _remote(path, info)))
    return sorted(found, key=lambda entry: entry.name)


def _local_entries(folder: str) -> Iterator[Entry]:
    with os.scandir(folder) as found:
        for entry in found:
            try:
                stat = entry.stat()
                file = File(entry.path, stat.st_size, f"{stat.st_size}-{stat.st_mtime_ns}")
                yield Entry(entry.name, entry.is_dir(), file, entry.is_dir() or entry.is_file())
            except OSError:  # a link to nowhere
                yield Entry(entry.name, False, File(entry.path))


def _remote(path: str, info: dict[str, Any]) -> File:
    stamp = next((info[key] for key in ("ETag", "etag", "mtime", "LastModified", "last_modified", "modificationTime") if info.get(key)), "")
    return File(path, int(info.get("size") or 0), f"{info.get('size')}-{stamp}")


def buffered(stream: Any) -> io.BufferedReader:
    """Any stream of bytes as one that can be peeked into."""
    return stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream, BUFFER)
