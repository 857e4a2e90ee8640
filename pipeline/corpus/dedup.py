"""Duplicates in a file of records: found, then kept, marked or dropped, in two passes over the file."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from ..errors import ConfigError
from ..record import to_line
from .duplicates import Duplicate, DuplicateIndex, Found
from .fingerprint import fingerprint

MODES = ("keep", "mark", "drop")
_UNMARKED = b'"duplicate":null,'
_SHOWN = 20  # clusters that are told one by one


@dataclass(frozen=True, slots=True)
class Cluster:
    """A document and its copies; kinds: how many of each kind; members: ids of the first copies."""

    of: str
    size: int
    kinds: dict[str, int]
    members: list[str]


@dataclass(slots=True)
class Dedup:
    """What became of a file."""

    documents: int = 0
    duplicates: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    clusters: int = 0
    largest: list[Cluster] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        """As it stands in summary.json."""
        largest = [{"of": c.of, "size": c.size, "kinds": c.kinds, "members": c.members} for c in self.largest]
        return {"documents": self.documents, "duplicates": self.duplicates, **self.kinds, "clusters": self.clusters, "largest": largest}


def mark_duplicates(path: Path, mode: str = "mark", progress: Callable[[], None] = lambda: None) -> Dedup:
    """Find the copies in a `documents.jsonl`. `mark` fills in `duplicate`, `drop` also moves the copies to
    `duplicates.jsonl` beside the file, `keep` changes nothing.

    A copy is a later document; the first of a cluster keeps `duplicate: null`. Files appear whole or not at all.
    Raises ConfigError for a file that holds no records.
    """
    if mode not in MODES:
        raise ConfigError(f"unknown mode {mode!r}", f"modes are: {', '.join(MODES)}")
    parts = [path.with_name(path.name + ".tmp"), path.with_name("duplicates.jsonl.tmp")]
    try:
        with closing(DuplicateIndex()) as index, path.open("rb") as file:
            places = array("q")
            for number, (place, line) in enumerate(_lines(file), 1):
                index.add(fingerprint(_record(path, number, line)))
                places.append(place)
                progress()
            found = index.find()
            lines = _Lines(path, file, places)
            summary = _summary(found, lines)
            if mode != "keep":
                _rewrite(file, found, lines, parts[0], parts[1] if mode == "drop" and found.duplicates else None)
        for part in parts:
            if part.exists():
                part.replace(part.with_suffix(""))
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
    return summary


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Where each line begins, and the line."""
    place = 0
    for line in file:
        if line.strip():
            yield place, line
        place += len(line)


def _record(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads(line)
        record["text"], record["blocks"], record["entities"], record["id"]
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"{path}, line {number}: no record of pharmaclean", "give the documents.jsonl of a batch") from error
    return record


class _Lines:
    """The lines of a file by number."""

    def __init__(self, path: Path, file: BinaryIO, places: array[int]) -> None:
        self._path, self._file, self._places = path, file, places

    def id(self, number: int) -> str:
        """The id of a record."""
        self._file.seek(self._places[number])
        return str(_record(self._path, number + 1, self._file.readline())["id"])


def _summary(found: Found, lines: _Lines) -> Dedup:
    clusters = found.clusters()
    largest = [
        Cluster(lines.id(of), len(copies) + 1, _counted(copies), [lines.id(copy.document) for copy in copies[:_SHOWN]])
        for of, copies in list(clusters.items())[:_SHOWN]
    ]
    return Dedup(found.documents, len(found.duplicates), _counted(found.duplicates), len(clusters), largest)


def _counted(duplicates: list[Duplicate]) -> dict[str, int]:
    kinds = [duplicate.kind for duplicate in duplicates]
    return {kind: kinds.count(kind) for kind in ("exact", "near", "spun")}


def _rewrite(file: BinaryIO, found: Found, lines: _Lines, kept: Path, dropped: Path | None) -> None:
    """The file again, with its copies marked; they go into `dropped`, where there is one."""
    marks = {duplicate.document: duplicate for duplicate in found.duplicates}
    ids = {of: lines.id(of) for of in {duplicate.of for duplicate in found.duplicates}}
    file.seek(0)
    with kept.open("wb") as good, dropped.open("wb") if dropped else nullcontext(good) as copies:
        for number, (_, line) in enumerate(_lines(file)):
            if mark := marks.get(number):
                of = ids[mark.of]
                copies.write(_marked(line, {"of": of, "cluster": of, "similarity": mark.similarity, "kind": mark.kind}))
            else:
                good.write(line if _UNMARKED in line else _marked(line, None))


def _marked(line: bytes, note: dict[str, Any] | None) -> bytes:
    return to_line({**json.loads(line), "duplicate": note}).encode("utf-8")
