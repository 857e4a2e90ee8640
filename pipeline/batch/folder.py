"""A folder of results, here or behind a URL: files appear in it whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from ..errors import ConfigError
from ..reading.sources.files import filesystem, is_url
from ..writing import in_place_of, is_device
from .sums import Summed, sum_of

_CHUNK = 2**22  # bytes copied at once


class Folder:
    """Names in it are relative, with / between their parts. Can be sent to other processes."""

    def __init__(self, place: str) -> None:
        self.place = place.rstrip("/") if is_url(place) else place
        self.remote = is_url(place)

    def __str__(self) -> str:
        return self.place

    def __truediv__(self, name: str) -> Folder:
        return Folder(self.path(name))

    def path(self, name: str) -> str:
        """Where a file of this name is."""
        return f"{self.place}/{name}" if self.remote else str(Path(self.place) / name)

    def make(self) -> None:
        """Make it if it is not there. Raises ConfigError when it cannot be made or written."""
        try:
            if self.remote:
                system, inner = filesystem(self.place)
                system.makedirs(inner, exist_ok=True)
                return
            Path(self.place).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"{self}: cannot be made a folder ({error.strerror or error})", "choose another with -o") from error
        if not os.access(self.place, os.W_OK):
            raise ConfigError(f"{self}: may not be written", "choose another folder with -o")

    @contextmanager
    def writing(self, name: str) -> Iterator[Summed]:
        """A file that takes its name when it is whole; until then its name is its writer's own, for two may write the same."""
        if self.remote:
            system, inner = filesystem(self.path(f"{name}.{secrets.token_hex(4)}.tmp"))
            with system.open(inner, "wb") as file:
                yield Summed(file)
            system.mv(inner, filesystem(self.path(name))[1])
            return
        with in_place_of(Path(self.path(name))) as part, part.open("wb") as file:
            yield Summed(file)

    def write(self, name: str, data: bytes) -> None:
        """A whole file."""
        with self.writing(name) as file:
            file.write(data)

    def open(self, name: str) -> BinaryIO:
        """A file for reading. Raises FileNotFoundError, also where a pipe or a device stands, which might never end."""
        if self.remote:
            system, inner = filesystem(self.path(name))
            return cast("BinaryIO", system.open(inner, "rb"))
        path = Path(self.path(name))
        if is_device(path):
            raise FileNotFoundError(errno.ENOENT, "no file", str(path))
        return path.open("rb")

    def read(self, name: str) -> bytes | None:
        """All of a file, None if it is not there."""
        try:
            with self.open(name) as file:
                return file.read()
        except FileNotFoundError:
            return None

    def size(self, name: str) -> int:
        """Bytes of a file, -1 if it is not there."""
        try:
            if self.remote:
                system, inner = filesystem(self.path(name))
                return int(system.size(inner))
            return Path(self.path(name)).stat().st_size
        except OSError:
            return -1

    def sum(self, name: str, start: int = 0, length: int | None = None) -> str:
        """The sum of a file or of a stretch of it, "" if it cannot be read."""
        total, left = sum_of(b""), length
        try:
            with self.open(name) as file:
                file.seek(start)
                while left != 0 and (data := file.read(_CHUNK if left is None else min(left, _CHUNK))):
                    total = sum_of(data, total)
                    left = None if left is None else left - len(data)
        except OSError:
            return ""
        return total

    def sizes(self) -> dict[str, int]:
        """The files in it with their sizes; none if it is not there."""
        try:
            if self.remote:
                system, inner = filesystem(self.place)
                system.invalidate_cache()
                found = system.ls(inner, detail=True)
                return {str(info["name"]).rsplit("/", 1)[-1]: int(info["size"] or 0) for info in found if info["type"] == "file"}
            with os.scandir(self.place) as entries:
                return {entry.name: entry.stat().st_size for entry in entries if entry.is_file()}
        except OSError:
            return {}

    def remove(self, name: str) -> None:
        """Take away a file, if it is there."""
        with suppress(FileNotFoundError):
            if self.remote:
                system, inner = filesystem(self.path(name))
                system.rm_file(inner)
            else:
                Path(self.path(name)).unlink()

    def move(self, name: str, to: str) -> None:
        """Give a file another name, in place of what had it."""
        if self.remote:
            system, inner = filesystem(self.path(name))
            self.remove(to)
            system.mv(inner, filesystem(self.path(to))[1])
        else:
            os.replace(self.path(name), self.path(to))  # noqa: PTH105

    def remove_empty(self) -> None:
        """Take away the folder if nothing is in it; behind a URL there are no empty folders, or they do not matter."""
        if not self.remote:
            with suppress(OSError):
                Path(self.place).rmdir()

    def remove_all(self) -> None:
        """Take away the folder with all that is in it, if it is there."""
        if self.remote:
            system, inner = filesystem(self.place)
            with suppress(FileNotFoundError):
                system.rm(inner, recursive=True)
        else:
            shutil.rmtree(self.place, ignore_errors=True)

    def copy(self, name: str, start: int, length: int, into: Any) -> None:
        """Bytes of a file into another that is open. Raises OSError when they are not all there."""
        with self.open(name) as file:
            file.seek(start)
            while length:
                data = file.read(min(length, _CHUNK))
                if not data:
                    raise OSError(f"{self.path(name)} is shorter than the manifest says")
                into.write(data)
                length -= len(data)
