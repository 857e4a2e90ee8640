"""The manifest of a finished batch: a line with its configuration, one for each shard in the order of the documents, and a last one.

Lines name the files of results that they tell of, with their sizes and sums: those of shards their own, as `documents/page.json`, the last
one the rest; it also says that the manifest is whole. A manifest that was damaged is read as far as it makes sense, and what comes
behind is taken as not there, so that it is made again. Every line is sealed with a sum of its own (`sums.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from .folder import Folder
from .forms import ASIDE, FILES, FOLDERS
from .sums import unsealed
from .work import Part

MANIFEST, FAILURES, SUMMARY = "manifest.jsonl", "failures.jsonl", "summary.json"
#: Files of results that may stand in the folder itself.
SINGLE = (*filter(None, dict.fromkeys(FILES.values())), ASIDE, FAILURES, SUMMARY)
DAMAGE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)  # what lines raise that are not as they were written


class Entry(NamedTuple):
    """A line of a shard. at: where it begins in the manifest; apart: whether documents of it were set aside."""

    at: int
    part: Part
    apart: bool


class Fault(NamedTuple):
    """A file of results, by its name in the folder, and what is wrong with it."""

    name: str
    problem: str


@dataclass(frozen=True)
class Manifest:
    """A manifest in a folder, whether it is there or not."""

    folder: Folder
    name: str = MANIFEST

    def configuration(self) -> dict[str, Any] | None:
        """What the results were made with."""
        try:
            with self.folder.open(self.name) as file:
                found = unsealed(file.readline())["configuration"]
        except (OSError, *DAMAGE):
            return None
        return found if isinstance(found, dict) and isinstance(found.get("inputs"), list) else None

    def entries(self) -> Iterator[Entry]:
        """The shards, in the order of the documents."""
        start = 0
        for at, row in self._rows():
            if "key" in row:
                try:
                    part = _part(row, start)
                    start += part.size
                except DAMAGE:
                    return
                yield Entry(at, part, "aside" in row)

    def entry(self, at: int, start: int) -> Part:
        """The shard whose line begins there, and whose documents begin at `start`."""
        with self.folder.open(self.name) as file:
            file.seek(at)
            return _part(unsealed(file.readline()), start)

    def files(self) -> Iterator[tuple[str, int]]:
        """The files of results with their sizes."""
        for _, row in self._rows():
            yield from _files(row)

    def faults(self) -> Iterator[Fault]:
        """What is not as it was written, the manifest last. Behind a URL, where reading all would mean fetching all, sizes have to do."""
        sizes, whole = self.folder.sizes(), False
        for name in FOLDERS:
            sizes |= {f"{name}/{inner}": size for inner, size in (self.folder / name).sizes().items()}
        for _, row in self._rows():
            whole = "key" not in row and bool(_files(row))
            sums = _sums(row)
            for name, size in _files(row):
                if (found := sizes.get(name)) != size:
                    yield Fault(name, "is gone" if found is None else f"has {found:,} bytes, and {size:,} were written")
                elif name in sums and not self.folder.remote and self.folder.sum(name) != sums[name]:
                    yield Fault(name, "is damaged: it is as long as it was written, and other bytes")
        if not whole or self.configuration() is None:
            yield Fault(self.name, "is damaged or cut off")

    def is_true(self) -> bool:
        """Is it whole, and are all files there as it says?"""
        return next(self.faults(), None) is None

    def has_sums(self) -> bool:
        """Does it tell the sums of files, as those of earlier versions did not?"""
        return any(_sums(row) for _, row in self._rows())

    def _rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The lines behind the first, and where they begin."""
        try:
            file = self.folder.open(self.name)
        except OSError:
            return
        with file:
            at = len(file.readline())
            for line in iter(file.readline, b""):
                try:
                    row = unsealed(line)
                except DAMAGE:
                    return
                if not isinstance(row, dict) or not line.endswith(b"\n"):
                    return
                yield at, row
                at += len(line)


def _part(row: Mapping[str, Any], start: int) -> Part:
    """A shard's documents stand in a file of their own (in the format `parts`), or from `start` on in that of all."""
    own = [name for name, _ in _files(row) if name.endswith(".jsonl")]
    return Part.load(row, own[0], 0) if own else Part.load(row, FILES["jsonl"], start)


def _files(row: Mapping[str, Any]) -> list[tuple[str, int]]:
    told = row.get("files")
    return [(name, size) for name, size in told.items() if is_result(name)] if isinstance(told, dict) else []


def _sums(row: Mapping[str, Any]) -> Mapping[str, Any]:
    told = row.get("sums")
    return told if isinstance(told, dict) else {}


def is_result(name: str) -> bool:
    """May a batch have written a file of this name? What a manifest says that came from elsewhere is not taken on trust.

    >>> is_result("documents/a.json"), is_result("summary.json"), is_result("documents/../../a.json"), is_result("notes.txt")
    (True, True, False, False)
    """
    folder, _, inner = name.rpartition("/")
    return name in SINGLE if not folder else folder in FOLDERS and inner not in {"", ".", ".."} and "\\" not in inner
