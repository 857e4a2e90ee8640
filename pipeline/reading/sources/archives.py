"""Zip and tar: each member as the file that it is. Members are read one at a time, and bombs are not."""

from __future__ import annotations

import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any

from .raw import Item, Raw, Reading, failed, too_large
from .recognise import Opened, bare_name, recognised, unpacked
from .walk import wanted

_RATIO = 200  # an archive that unpacks to more times its size is a bomb: markup packs to a tenth, seldom to a fiftieth
_ALWAYS = 2**30  # bytes that any archive may unpack to
Read = Callable[[Opened, str, Reading], Iterator[Item]]


def zip_members(source: Opened, path: str, reading: Reading, read: Read) -> Iterator[Item]:
    """Items of the members of a zip, in their order."""
    if source.packed:
        yield Item(partial(failed, path, f"{path}: a zip inside of compression", "unpack it first"))
        return
    try:
        archive = zipfile.ZipFile(source.stream)
    except zipfile.BadZipFile as error:
        yield Item(partial(failed, path, f"{path}: not a whole zip archive ({error})", "make it anew"))
        return
    with archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if any(info.filename == "[Content_Types].xml" for info in infos):
            yield Item(partial(failed, path, f"{path}: an Office file, not a page", "save it as HTML or text"))
            return
        budget = _Budget(sum(info.compress_size for info in infos))
        for info in infos:
            if wanted(info.filename, reading) and stat.S_ISLNK(info.external_attr >> 16):
                yield _link(f"{path}/{info.filename}")
            elif wanted(info.filename, reading):
                yield from _member(lambda info=info: archive.open(info), info.filename, path, reading, read, budget)  # type: ignore[misc]


def tar_members(source: Opened, path: str, reading: Reading, read: Read) -> Iterator[Item]:
    """Items of the members of a tar, in their order."""
    number = -1
    budget = _Budget(None if not source.packed else 0, source.at)
    try:
        with tarfile.open(fileobj=source.stream, mode="r|") as archive:
            for info in archive:
                number += 1
                archive.members = []  # type: ignore[attr-defined]  # else the list grows with the archive
                if (info.islnk() or info.issym()) and wanted(info.name, reading):
                    yield _link(f"{path}/{info.name}")
                elif info.isfile() and wanted(info.name, reading):
                    yield from _member(lambda info=info: archive.extractfile(info), info.name, path, reading, read, budget)  # type: ignore[misc]
    except (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError) as error:
        yield Item(
            partial(failed, path, f"{path}, after member {number + 1}: {error}", "the archive is damaged; what follows was not read")
        )


def _link(place: str) -> Item:
    """A link is a document elsewhere, and an archive may say that this is anywhere."""
    return Item(partial(failed, place, f"{place}: a link, which is not followed in an archive", "unpack it first"))


class _Budget:
    """How much an archive may still unpack to."""

    def __init__(self, packed: int | None, at: Callable[[], int] | None = None) -> None:
        self.packed, self.at, self.spent = packed, at, 0

    def spend(self, size: int) -> bool:
        """False when it is used up."""
        self.spent += size
        packed = self.at() if self.at else self.packed
        return self.packed is None or self.spent <= max(_ALWAYS, _RATIO * (packed or 0))


def _member(unfold: Callable[[], Any], name: str, path: str, reading: Reading, read: Read, budget: _Budget) -> Iterator[Item]:
    """Items of one member, whatever it is; archives within archives are left to their owner."""
    place = f"{path}/{name}"
    try:
        with ExitStack() as stack:
            stream, packed = unpacked(io.BufferedReader(stack.enter_context(unfold())), stack)
            stream, kind = recognised(stream, bare_name(name))
            if kind in {"zip", "tar", "parquet"}:
                yield Item(partial(failed, place, f"{place}: {kind} within an archive", "unpack the outer archive first"))
            elif kind == "page":
                yield Item(partial(_page, stream, place, reading.max_bytes, budget))
            else:
                yield from read(Opened(stream, kind, packed, int), place, reading)
    except (OSError, EOFError, RuntimeError, NotImplementedError, ValueError, zipfile.BadZipFile, zlib.error, lzma.LZMAError) as error:
        yield Item(partial(failed, place, f"{place}: cannot be unpacked ({error})", "is the archive whole, and without a password?"))


def _page(stream: io.BufferedReader, place: str, limit: int, budget: _Budget) -> Raw:
    try:
        data = stream.read(limit + 1)
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError) as error:
        return failed(place, f"{place}: cannot be unpacked ({error})", "is the archive whole, and without a password?")
    if not budget.spend(len(data)):
        return failed(place, f"{place}: the archive unpacks to more than {_RATIO} times its size", "unpack it yourself if you trust it")
    return Raw(b"", place, problem=too_large(place, limit)) if len(data) > limit else Raw(data, place)
