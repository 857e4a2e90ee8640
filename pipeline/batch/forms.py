"""Finished documents of a batch in another form than lines of JSON: packed, as a file each, or as one Parquet file.

A form is given the parts in their order, then closed. Files of one document each stand in `documents/`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ..errors import ConfigError
from ..export.files import FileNames, Record
from ..reading.sources.recognise import zstd_module
from ..record import to_json
from .folder import Folder
from .work import Part, part_records

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


class Form(Protocol):
    """Where the records of a batch go; `close` ends the file, or what there is of it after an error."""

    def write_all(self, folder: Folder, part: Part) -> None:
        """Write the documents of a part, which stands in that folder."""

    def close(self) -> None:
        """End what was begun."""


class FileEach:
    """One file a document, named after its id or its file; a name that is taken gets a number."""

    def __init__(self, folder: Folder, suffix: str, rendered: Callable[[Record], str]) -> None:
        self._folder, self._suffix, self._rendered, self._names = folder, suffix, rendered, FileNames()
        folder.make()

    def write_all(self, folder: Folder, part: Part) -> None:
        """A file for each document."""
        for record in part_records(folder, part):
            self._folder.write(f"{self._names.of(record)}{self._suffix}", (self._rendered(record) + "\n").encode("utf-8"))

    def close(self) -> None:
        """Each file is whole already."""


class Zst:
    """Lines of JSON, packed: about an eighth of their size."""

    def __init__(self, folder: Folder, name: str) -> None:
        self._open = ExitStack()
        self._file = self._open.enter_context(zstd_module().ZstdFile(self._open.enter_context(folder.writing(name)), "w"))

    def write_all(self, folder: Folder, part: Part) -> None:
        """The lines as they are."""
        folder.copy(part.file, part.start, part.size, self._file)

    def close(self) -> None:
        """Write the end, and give the file its name."""
        self._open.close()


class OneParquet:
    """All documents in one file; its name is given at the end."""

    def __init__(self, folder: Folder, name: str) -> None:
        from ..export.nested import NestedParquet

        self._file: NestedParquet = NestedParquet(Path(folder.path(name)))

    def write_all(self, folder: Folder, part: Part) -> None:
        """A row for each document."""
        for record in part_records(folder, part):
            self._file.add(record)

    def close(self) -> None:
        """Write what waits, and the end of the file."""
        self._file.finish()
        self._file.close()


def check_form(form: str, out: Folder) -> None:
    """Raises ConfigError where the form cannot be had: told before the work begins, not after it."""
    if form == "parquet":
        if out.remote:
            raise ConfigError(f"{out}: a Parquet file is written to a folder of this machine", "use --format parts, then export")
        from ..export.arrow import load

        load()


def make_form(form: str, out: Folder) -> Form | None:
    """The form of this name in a batch's folder; None for lines of JSON, which are copied as they are."""
    if form == "jsonl.zst":
        return Zst(out, f"{FILES[form]}.new")
    if form == "parquet":
        return OneParquet(out, f"{FILES[form]}.new")
    if form == "json":
        return FileEach(out / "documents", ".json", lambda record: to_json(record, indent=2))
    if form in {"text", "markdown"}:
        from ..export.pages import MarkdownPages, TextPages

        pages = TextPages if form == "text" else MarkdownPages
        return FileEach(out / "documents", pages.suffix, pages.rendered)
    return None
