"""Output that appears whole or not at all; what a writer is; file names for documents."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any

from ..errors import ConfigError
from ..writing import beside, file_for

Record = dict[str, Any]

_NAME_BYTES = 120  # of a document's file; file systems stop at 255
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{name}{i}" for name in ("com", "lpt") for i in range(1, 10))})  # Windows opens these


class Writer:
    """A format: made with the path to write to. `add` takes a record whole or raises and leaves it out."""

    def add(self, record: Record) -> None:
        """Write one record. Raises RecordError, or what Python raises, for one that is not as the schema says."""
        raise NotImplementedError

    def finish(self) -> None:
        """Write what is left, and the end; only when all went well."""

    def close(self) -> None:
        """Let go of the files, whatever happened."""


@contextmanager
def whole(out: Path, *, folder: bool) -> Iterator[Path]:
    """Where to write in the meantime; renamed to `out` at the end, removed if something goes wrong.

    A file that stands there is replaced; a folder must be empty, so that old files are not taken for new ones.
    Raises ConfigError when that is not so or `out` cannot be written.
    """
    out = out.absolute()
    if folder and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"{out} is there and not an empty folder", "choose another with -o, or remove it first")
    if not folder and out.is_dir():
        raise ConfigError(f"{out} is a folder, and this format is one file", f"name the file: -o {out / 'NAME'}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with _new_folder(out) if folder else file_for(out) as part:
            yield part
    except OSError as error:
        raise ConfigError(f"{out}: cannot be written ({error.strerror or error})", "check the disk, or choose another place") from error


@contextmanager
def _new_folder(out: Path) -> Iterator[Path]:
    part = beside(out)
    try:
        part.mkdir()
        yield part
        if out.exists():
            out.rmdir()
        part.replace(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)


class FileNames:
    """File names for documents, safe on every system; one that is taken, in whatever case, gets a number.

    >>> names = FileNames()
    >>> [names.of({"id": name, "source": {"sha256": "-", "path": None}}) for name in ("a/b", "A/b", "con")]
    ['a_b', 'A_b~2', '_con']
    """

    def __init__(self) -> None:
        self._taken = Counter[str]()

    def of(self, record: Record) -> str:
        """The next document's name, without suffix."""
        safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in name_of(record)).strip(".")
        safe = safe.encode("utf-8", "replace")[:_NAME_BYTES].decode("utf-8", "ignore") or "document"
        if safe.split(".")[0].lower() in _DEVICES:
            safe = f"_{safe}"
        self._taken[safe.lower()] += 1
        count = self._taken[safe.lower()]
        return f"{safe}~{count}" if count > 1 else safe


def name_of(record: Record) -> str:
    """What a reader knows a document by: the id it was given, else its file's name, else the id made of its bytes."""
    source = record["source"]
    given = record["id"] != source["sha256"][:16]
    if given or source["record"] is not None or not source["path"] or source["path"] == "-":
        return str(record["id"])
    return PurePath(source["path"]).stem
