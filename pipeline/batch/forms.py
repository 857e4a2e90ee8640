"""Finished documents of a batch in their form: as lines of JSON, packed or not, as a file each, as one Parquet file, as parts.

A form is given the parts in their order, then closed. Files of one document each stand in `documents/`. Copies may be set aside, in
`duplicates.jsonl` or, as a file each, in `duplicates/`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

from ..errors import ConfigError
from ..export.files import FileNames, Record
from ..reading.sources.recognise import zstd_module
from ..record import to_json
from .folder import Folder
from .sums import sum_of
from .work import Part, part_lines, part_records

if TYPE_CHECKING:
    from ..export.nested import NestedParquet

#: Forms by the word on the command line, to the file that holds all documents, or "" for a folder of files.
FILES = {
    "jsonl": "documents.jsonl",
    "jsonl.zst": "documents.jsonl.zst",
    "parquet": "documents.parquet",
    "json": "",
    "text": "",
    "markdown": "",
    "parts": "",
}


FOLDERS = ("documents", "duplicates")
ASIDE = "duplicates.jsonl"
UNMARKED = b'"duplicate":null,'  # in the line of a record that is no copy, and as no text of it, whose quotes are escaped


class Form(Protocol):
    """Where the records of a batch go; `close` ends the file, or what there is of it after an error."""

    @property
    def sums(self) -> dict[str, str]:
        """Of the files that hold the documents of many parts, when they are closed."""

    def write_all(self, folder: Folder, part: Part) -> dict[str, Any]:
        """Write the documents of a part, which stands in that folder. Gives what the manifest must tell of it besides what the part says:
        `files` with their sizes and `sums`, or the `bytes` that are left of it, with their sum, when others were set `aside`.
        """

    def close(self) -> None:
        """End what was begun."""


class Lines:
    """Lines of JSON as they are."""

    def __init__(self, folder: Folder, *, aside: bool) -> None:
        self._open = ExitStack()
        self._file = self._open.enter_context(folder.writing(FILES["jsonl"]))
        self._copies = self._open.enter_context(folder.writing(ASIDE)) if aside else None

    @property
    def sums(self) -> dict[str, str]:
        """Of all documents, and of the copies."""
        return {FILES["jsonl"]: self._file.sum, **({ASIDE: self._copies.sum} if self._copies else {})}

    def write_all(self, folder: Folder, part: Part) -> dict[str, Any]:
        """All of the part, or all but the copies."""
        if self._copies is None:
            folder.copy(part.file, part.start, part.size, self._file)
            return {}
        kept, total = 0, sum_of(b"")
        for line in part_lines(folder, part):
            if UNMARKED in line:
                kept, total = kept + self._file.write(line), sum_of(line, total)
            else:
                self._copies.write(line)
        return {"bytes": kept, "crc32": total, "aside": part.size - kept} if kept < part.size else {}

    def close(self) -> None:
        """Give the files their names."""
        self._open.close()


class FileEach:
    """One file a document, named after its id or its file; a name that is taken gets a number."""

    def __init__(self, folder: Folder, suffix: str, rendered: Callable[[Record], str], *, aside: bool) -> None:
        self._folder, self._suffix, self._rendered, self._names, self._aside = folder, suffix, rendered, FileNames(), aside
        self.sums = dict[str, str]()
        for name in FOLDERS[: 1 + aside]:
            (folder / name).make()

    def write_all(self, folder: Folder, part: Part) -> dict[str, Any]:
        """A file for each document."""
        files, sums = {}, {}
        for record in part_records(folder, part):
            place = FOLDERS[1] if self._aside and record["duplicate"] else FOLDERS[0]
            name, data = f"{place}/{self._names.of(record)}{self._suffix}", (self._rendered(record) + "\n").encode("utf-8")
            self._folder.write(name, data)
            files[name], sums[name] = len(data), sum_of(data)
        return {"files": files, "sums": sums}

    def close(self) -> None:
        """Each file is whole already."""


class Numbered:
    """Parts that stay files of their own: they are moved at the end, not written again."""

    def __init__(self) -> None:
        self._numbers = count()
        self.sums = dict[str, str]()

    def write_all(self, _: Folder, part: Part) -> dict[str, Any]:
        """Only the name that it will have."""
        name = numbered(next(self._numbers))
        return {"files": {name: part.size}, "sums": {name: part.sum} if part.sum else {}}

    def close(self) -> None:
        """Nothing was begun."""


def numbered(number: int) -> str:
    """The name of a part among the results."""
    return f"{FOLDERS[0]}/{number:06}.jsonl"


class Zst:
    """Lines of JSON, packed: about an eighth of their size."""

    def __init__(self, folder: Folder, name: str) -> None:
        self._open, self._name = ExitStack(), name
        self._packed = self._open.enter_context(folder.writing(name))
        self._file = self._open.enter_context(zstd_module().ZstdFile(self._packed, "w"))

    @property
    def sums(self) -> dict[str, str]:
        """Of the packed file."""
        return {self._name: self._packed.sum}

    def write_all(self, folder: Folder, part: Part) -> dict[str, Any]:
        """The lines as they are."""
        folder.copy(part.file, part.start, part.size, self._file)
        return {}

    def close(self) -> None:
        """Write the end, and give the file its name."""
        self._open.close()


class OneParquet:
    """All documents in one file."""

    def __init__(self, folder: Folder, name: str) -> None:
        from ..export.nested import NestedParquet

        self._open, self._name = ExitStack(), name
        self._written = self._open.enter_context(folder.writing(name))
        self._file: NestedParquet = NestedParquet(self._written)

    @property
    def sums(self) -> dict[str, str]:
        """Of the file."""
        return {self._name: self._written.sum}

    def write_all(self, folder: Folder, part: Part) -> dict[str, Any]:
        """A row for each document."""
        for record in part_records(folder, part):
            self._file.add(record)
        return {}

    def close(self) -> None:
        """Write what waits, and the end of the file."""
        with self._open:
            self._file.finish()
            self._file.close()


def check_form(form: str, out: Folder) -> None:
    """Raises ConfigError where the form cannot be had: told before the work begins, not after it."""
    if form == "parquet":
        if out.remote:
            raise ConfigError(f"{out}: a Parquet file is written to a folder of this machine", "use --format parts, then export")
        from ..export.arrow import load

        load()


def make_form(form: str, out: Folder, *, aside: bool = False) -> Form:
    """The form of this name, written into a folder. aside: records that are marked as copies have a place of their own."""
    if form == "jsonl":
        return Lines(out, aside=aside)
    if form == "jsonl.zst":
        return Zst(out, FILES[form])
    if form == "parquet":
        return OneParquet(out, FILES[form])
    if form == "parts":
        return Numbered()
    if form == "json":
        return FileEach(out, ".json", lambda record: to_json(record, indent=2), aside=aside)
    from ..export.pages import MarkdownPages, TextPages

    pages = TextPages if form == "text" else MarkdownPages
    return FileEach(out, pages.suffix, pages.rendered, aside=False)
