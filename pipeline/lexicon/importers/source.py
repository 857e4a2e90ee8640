"""What importers read from and what they yield: a publisher's files in, entries out.

A publisher's files stand in a folder, in a zip archive as it was downloaded, or one by one. They
are read line by line, so that a file of many gigabytes needs no more room than a small one.
"""

from __future__ import annotations

import csv
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, NamedTuple, cast

from ...errors import ConfigError

_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, gzip.BadGzipFile)
_RATIO, _ALWAYS = 200, 20_000_000  # what unpacks to more times its size is a bomb: tables pack to a tenth; so many bytes may be in any
_LONGEST = 2**20  # bytes of a line
_AGAIN = "download it again, or give the publisher's file as it comes"

#: A column that only one publisher has -> the source to give instead.
_TELLING = {
    "applno": "drugsatfda", "proprietaryname": "ndc", "trade_name": "orangebook", "drugbank id": "drugbank",
    "atc_code": "atc", "active_ingredient_code": "dpd",
}  # fmt: skip


class Entry(NamedTuple):
    """One row of a publisher's file.

    kind: `brand` (a product name and its ingredients as written), `synonym` (another generic name of
    them) or `ingredient` (the name of one, with its `ids` and what else it is called in `also`).
    exact: the name of the very substance, not of a salt or a mixture, so that its ids may be lent.
    left_out: why the row is of no use; such a row is only counted.
    """

    surface: str
    ingredients: tuple[str, ...] = ()
    kind: str = "brand"
    countries: tuple[str, ...] = ()
    ids: Mapping[str, str] = {}
    also: tuple[str, ...] = ()
    drug_class: str = ""
    exact: bool = True
    left_out: str = ""
    line: int = 0
    file: str = ""


@dataclass(frozen=True)
class Part:
    """One file, in a folder or in an archive."""

    path: Path
    inside: str = ""

    @property
    def name(self) -> str:
        """The file's own name."""
        return PurePosixPath(self.inside).name if self.inside else self.path.name

    def __str__(self) -> str:
        return f"{self.path}/{self.inside}" if self.inside else str(self.path)

    @property
    def date(self) -> str:
        """When the file was last changed, as the folder or the archive says."""
        if not self.inside:
            return datetime.fromtimestamp(self.path.stat().st_mtime, tz=timezone.utc).date().isoformat()
        with zipfile.ZipFile(self.path) as archive:
            return "{:04}-{:02}-{:02}".format(*archive.getinfo(self.inside).date_time)

    def open(self) -> IO[bytes]:
        """The bytes, unpacked."""
        if self.inside:
            return zipfile.ZipFile(self.path).open(self.inside)
        return cast("IO[bytes]", gzip.open(self.path)) if self.path.suffix == ".gz" else self.path.open("rb")

    def chunks(self) -> Iterator[bytes]:
        """The bytes piece by piece; says so when an archive is damaged."""
        try:
            with self.open() as stream:
                size, most = 0, max(_ALWAYS, _RATIO * self.path.stat().st_size)
                while chunk := stream.read(1 << 18):
                    if (size := size + len(chunk)) > most:
                        raise ConfigError(f"{self}: unpacks to more than {_RATIO} times its size", "unpack it yourself if you trust it")
                    yield chunk
        except _DAMAGE as error:
            raise ConfigError(f"{self}: the archive is damaged or cut off ({error})", _AGAIN) from error
        except RuntimeError as error:  # a password, a way to pack that Python does not know
            raise ConfigError(f"{self}: cannot be unpacked ({error})", "unpack it yourself, or save it without a password") from error
        except OSError as error:
            raise ConfigError(f"{self}: cannot be read ({error.strerror or error})", "check the path") from error

    def lines(self) -> Iterator[str]:
        """The lines as text: UTF-8 or, line by line where that fails, Windows-1252."""
        rest, first = b"", True
        for chunk in self.chunks():
            if first:
                self._refuse_binary(chunk)
                chunk, first = chunk.removeprefix(b"\xef\xbb\xbf"), False  # noqa: PLW2901 - the same without its mark
            *whole, rest = (rest + chunk).split(b"\n")
            if len(rest) > _LONGEST:
                raise ConfigError(f"{self}: a line of more than {_LONGEST:,} bytes", "give the publisher's text file")
            for line in whole:
                yield _text(line + b"\n")
        if rest:
            yield _text(rest)

    def digest(self) -> str:
        """The sha256 of the file's bytes."""
        found = sha256()
        for chunk in self.chunks():
            found.update(chunk)
        return found.hexdigest()

    def _refuse_binary(self, start: bytes) -> None:
        if start[:2] in {b"PK", b"\xff\xfe", b"\xfe\xff"} or b"\0" in start[:1000]:
            what = "a zip archive or workbook" if start[:2] == b"PK" else "UTF-16" if start[:2] in {b"\xff\xfe", b"\xfe\xff"} else "binary"
            raise ConfigError(
                f"{self}, line 1: expected text, found {what}", "give the publisher's text file, or save the table as UTF-8 text"
            )


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


@dataclass
class Files:
    """What stands under the path that was given for a source; `used` are the files that were read."""

    source: str
    path: Path
    options: Mapping[str, str] = field(default_factory=dict)
    used: list[Part] = field(default_factory=list)
    short: list[Entry] = field(default_factory=list)

    def one(self, *patterns: str) -> Part:
        """The file that was given, or the only one of that name in the folder or archive."""
        if self._is_single:
            return self._use(Part(self.path))
        found = self._found(patterns)
        if len(found) > 1:
            raise ConfigError(f"{self.path}: several files fit {self.source}: {', '.join(map(str, found[:4]))}", "give one of them")
        return self._use(found[0])

    def named(self, *patterns: str, required: bool = True) -> list[Part]:
        """Files of these names at any depth, without regard to case; beside the file that was given, if it was one."""
        return [self._use(part) for part in self._found(patterns, required=required)]

    def _found(self, patterns: Sequence[str], *, required: bool = True) -> list[Part]:
        found = [part for part in self._parts() if any(fnmatch(part.name.lower(), pattern) for pattern in patterns)]
        if not found and required:
            where = self.path.parent if self._is_single else self.path
            raise ConfigError(f"{where}: expected {' or '.join(patterns)} for the source {self.source}, found no such file", _AGAIN)
        return found

    def rows(
        self, part: Part, columns: Sequence[str], delimiter: str, aliases: Mapping[str, str] | None = None
    ) -> Iterator[tuple[int, dict[str, str]]]:
        """(line, cells by column) of a table with a header in one of its first lines; quotes count where a sign parts the cells."""
        names = {name.lower(): name for name in columns} | {old.lower(): name for old, name in (aliases or {}).items()}
        reader = _Reader(part, delimiter)
        places: dict[str, int] = {}
        seen: list[str] = []
        for number, cells in reader:
            if not places:
                known = {names[name]: i for i, cell in enumerate(cells) if (name := " ".join(cell.split()).lower()) in names}
                seen = seen or [cell.strip() for cell in cells]
                if len(known) == len(columns):
                    places = known
                elif number > 3:
                    break
                continue
            if row := self.whole(part, number, cells, max(places.values()) + 1, reader):
                yield number, {name: row[place].strip() for name, place in places.items()}
        if not places:
            raise self._no_header(part, columns, seen)
        if reader.number == 1:
            raise ConfigError(f"{part}, line 1: expected rows below the header, found the end of the file", _AGAIN)

    def whole(self, part: Part, number: int, cells: list[str], width: int, reader: _Reader) -> list[str] | None:
        """The cells if none is missing; a file that ends in a broken row is cut off, another broken row is left out."""
        if len(cells) >= width:
            return cells
        if reader.at_end():
            raise ConfigError(
                f"{part}, line {number}: expected {width} cells, found {len(cells)} at the end of the file: it is cut off", _AGAIN
            )
        self.short.append(Entry(" ".join(cells)[:40], left_out="row is cut short", line=number, file=part.name))
        if len(self.short) > 20 and len(self.short) > number // 20:
            raise ConfigError(f"{part}, line {number}: expected {width} cells, found {len(cells)}, and so in many rows", _AGAIN)
        return None

    def cells(self, part: Part, delimiter: str) -> _Reader:
        """(line, cells) of a table without a header."""
        reader = _Reader(part, delimiter)
        if reader.at_end():
            raise ConfigError(f"{part}, line 1: expected rows, found an empty file", _AGAIN)
        return reader

    def _no_header(self, part: Part, columns: Sequence[str], seen: list[str]) -> ConfigError:
        found = ", ".join(seen[:8])[:120] or "nothing"
        other = next((_TELLING[cell.lower()] for cell in seen if cell.lower() in _TELLING), self.source)
        advice = f"it looks like {other}: try --from {other}:{self.path}" if other != self.source else _AGAIN
        return ConfigError(f"{part}, line 1: expected the columns {', '.join(columns)}, found {found}", advice)

    @property
    def _is_single(self) -> bool:
        ending = self.path.suffix.lower()
        return self.path.is_file() and (ending == ".xlsx" or (ending != ".zip" and not zipfile.is_zipfile(self.path)))

    def _use(self, part: Part) -> Part:
        if part not in self.used:
            self.used.append(part)
        return part

    def _parts(self) -> list[Part]:
        if not self.path.exists():
            raise ConfigError(f"{self.path}: no such file or folder", "give the folder, archive or file as SOURCE:PATH")
        if self.path.is_file() and zipfile.is_zipfile(self.path) and not self._is_single:
            with zipfile.ZipFile(self.path) as archive:
                return [Part(self.path, name) for name in sorted(archive.namelist()) if not name.endswith("/")]
        if self.path.is_file() and self.path.suffix.lower() == ".zip":
            raise ConfigError(f"{self.path}: expected a zip archive; it is damaged or cut off", _AGAIN)
        folder = self.path.parent.glob("*") if self.path.is_file() else self.path.rglob("*")
        return [Part(path) for path in sorted(folder) if path.is_file()]


class _Reader:
    """(line, cells) of a table, empty lines left out; knows whether the last row has been read."""

    def __init__(self, part: Part, delimiter: str) -> None:
        self._lines = _Ahead(part.lines())
        self._part, self._delimiter = part, delimiter
        self.number = 0

    def at_end(self) -> bool:
        return self._lines.done

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        if self._delimiter in ",;":
            yield from self._quoted()
            return
        for line in self._lines:
            self.number += 1
            if bare := line.rstrip("\r\n"):
                yield self.number, bare.split(self._delimiter)

    def _quoted(self) -> Iterator[tuple[int, list[str]]]:
        lines = (line.rstrip("\r\n").replace("\r", " ") + "\n" for line in self._lines)  # a carriage return inside a line ends no row
        reader = csv.reader(lines, delimiter=self._delimiter)
        try:
            for cells in reader:
                self.number = reader.line_num
                if cells:
                    yield self.number, cells
        except csv.Error as error:  # a cell of more than 128 kB: a quote that is never closed
            raise ConfigError(
                f"{self._part}, line {reader.line_num}: is no table ({error})", "look for a quote without its pair"
            ) from error


class _Ahead:
    """Lines, one read ahead: `done` once the last one has been given."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._next = next(lines, None)

    @property
    def done(self) -> bool:
        return self._next is None

    def __iter__(self) -> Iterator[str]:
        while (line := self._next) is not None:
            self._next = next(self._lines, None)
            yield line
