"""A file as its documents, whatever it is."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice

from ...errors import ConfigError, ReadError, words_of_error
from .archives import tar_members, zip_members
from .files import BUFFER, File, is_url
from .lines import json_lines, json_values
from .mhtml import mhtml_page
from .raw import Item, Raw, Reading, failed, file_problem, too_large
from .recognise import Opened, opened, recognised, unpacked
from .tables import csv_rows, parquet_rows
from .warc import warc_records

_LARGEST = 2**30  # bytes of standard input that are held in memory, for what cannot be read in one go


def items(file: File, reading: Reading) -> Iterator[Item]:
    """The documents of a file, not read yet; one that cannot be had comes with its problem."""
    shown = file.shown or file.path
    number = 0
    try:
        with _standard_input() if file.path == "-" else opened(file.path) as source:
            for item in _items(source, shown, reading):
                number += 1
                yield item
    except ConfigError:
        raise
    except Exception as error:  # noqa: BLE001  # decompressors and parsers of damaged files raise what they like
        yield Item(partial(_broken, shown, number, error))


def _items(source: Opened, path: str, reading: Reading) -> Iterator[Item]:
    if source.kind == "zip":
        return zip_members(source, path, reading, _items)
    if source.kind == "tar":
        return tar_members(source, path, reading, _items)
    if source.kind == "page":
        return iter([Item(partial(_page, source, path, reading.max_bytes))])
    if source.kind == "mhtml":
        return iter([Item(partial(mhtml_page, source, path, reading))])
    readers = {"jsonl": json_lines, "json": json_values, "csv": csv_rows, "parquet": parquet_rows, "warc": warc_records}
    return readers[source.kind](source, path, reading)


def _page(source: Opened, path: str, limit: int) -> Raw:
    data = source.stream.read(limit + 1)
    return Raw(b"", path, problem=too_large(path, limit)) if len(data) > limit else Raw(data, path)


@contextmanager
def _standard_input() -> Iterator[Opened]:
    with ExitStack() as stack:
        stream, packed = unpacked(sys.stdin.buffer, stack)
        stream, kind = recognised(stream, "-")
        if kind in {"zip", "parquet"}:  # they are read from their end
            data = b"".join(islice(iter(partial(stream.read, BUFFER), b""), _LARGEST // BUFFER + 1))
            if len(data) > _LARGEST:
                raise ReadError(f"{kind} of more than {_LARGEST:,} bytes on standard input", "give the file by its name")
            stream = io.BufferedReader(io.BytesIO(data))  # type: ignore[arg-type,unused-ignore]
        yield Opened(stream, kind, packed, int)


def _broken(path: str, number: int, error: Exception) -> Raw:
    """What is wrong with a file, found after so many documents of it."""
    if isinstance(error, ReadError):
        return failed(path, f"{path}: {error.problem}", error.advice)
    if isinstance(error, OSError) and error.errno is not None:
        return Raw(b"", path=path, problem=file_problem(path, error))
    if "too much memory for decoding" in str(error):  # zstd's own words
        return failed(path, f"{path}: packed with a larger window than is read", "unpack it first: zstd -d --long=31")
    after = f" after {number} documents" if number else ""
    return failed(path, f"{path}: damaged or cut off{after} ({words_of_error(error)})", "fetch it again", number + 1 if number else None)


def read_records(file: File, reading: Reading, first: int = 0, count: int | None = None) -> Iterator[Raw]:
    """The documents of a file from the `first` on, all or `count` of them."""
    for number, item in enumerate(islice(items(file, reading), first, None if count is None else first + count), first):
        try:
            yield item.load()
        except Exception as error:  # noqa: BLE001  # likewise: a member that cannot be unpacked to its end
            yield _broken(file.shown or file.path, number, error)


def read_file(path: object) -> Raw:
    """A file as one page, if it is one or holds one; a file of many gives a problem that says so."""
    file, found = File(str(path)), list[Raw]()
    for raw in read_records(file, Reading(), 0, 2):
        found.append(raw)
    if len(found) == 1:
        return replace(found[0], path=str(path)) if not is_url(str(path)) else found[0]
    what = "several documents" if found else "no document"
    return failed(str(path), f"{path}: holds {what}", f"use: pharmaclean batch {path} -o outputs")
