"""Duplicates among records: found, then kept, marked, or moved to a place of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from ..batch.forms import ASIDE, UNMARKED
from ..errors import ConfigError
from ..record import to_line
from ..writing import in_place_of
from .duplicates import Duplicate, DuplicateIndex, Found
from .fingerprint import fingerprint

MODES = ("keep", "mark", "drop")
KINDS = ("exact", "near", "spun")
_SHOWN = 20  # clusters that are told one by one, and members of each


@dataclass(slots=True)
class Dedup:
    """What was found among documents. largest: clusters as rows, of the leader's id, size, kinds, ids of the first copies."""

    documents: int = 0
    duplicates: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    clusters: int = 0
    largest: list[dict[str, Any]] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        """As it stands in summary.json."""
        head = {"documents": self.documents, "duplicates": self.duplicates, **self.kinds}
        return {**head, "clusters": self.clusters, "largest": self.largest}

    @classmethod
    def load(cls, row: Mapping[str, Any]) -> Dedup:
        """What `row` gave.

        >>> Dedup.load(Dedup(9, 3, {"exact": 1, "near": 0, "spun": 2}, 2).row()).words()
        '3 of 9 documents copy another (exact 1, spun 2), in 2 clusters'
        """
        return cls(row["documents"], row["duplicates"], {kind: row[kind] for kind in KINDS}, row["clusters"], row["largest"])

    def words(self) -> str:
        """In a line.

        >>> Dedup(9, 3, {"exact": 1, "near": 0, "spun": 2}, 2).words()
        '3 of 9 documents copy another (exact 1, spun 2), in 2 clusters'
        """
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in self.kinds.items() if count)
        head = f"{self.duplicates:,} of {self.documents:,} documents copy another"
        return f"{head} ({kinds}), in {self.clusters:,} cluster{'s' if self.clusters > 1 else ''}" if kinds else head


def mark_of(duplicate: Duplicate, id_of: Callable[[int], str]) -> dict[str, Any]:
    """A copy's `duplicate` in its record. A cluster is called after its leader."""
    of = id_of(duplicate.of)
    return {"of": of, "cluster": of, "similarity": duplicate.similarity, "kind": duplicate.kind}


def summed(found: Found, id_of: Callable[[int], str]) -> Dedup:
    """What was found, as counts, with the largest clusters by name."""
    clusters = found.clusters()
    largest = [
        {"of": id_of(of), "size": len(copies) + 1, "kinds": _counted(copies), "members": [id_of(c.document) for c in copies[:_SHOWN]]}
        for of, copies in list(clusters.items())[:_SHOWN]
    ]
    return Dedup(found.documents, len(found.duplicates), _counted(found.duplicates), len(clusters), largest)


def _counted(duplicates: Sequence[Duplicate]) -> dict[str, int]:
    kinds = [duplicate.kind for duplicate in duplicates]
    return {kind: kinds.count(kind) for kind in KINDS}


def mark_duplicates(path: Path, mode: str = "mark", progress: Callable[[], None] = lambda: None) -> Dedup:
    """Find the copies in a `documents.jsonl`, in passes over the file. `mark` fills in `duplicate`, `drop` also moves the copies to
    `duplicates.jsonl` beside it, `keep` changes nothing.

    A copy is a later document; the first of a cluster keeps `duplicate: null`. Files appear whole or not at all.
    Raises ConfigError for a file that holds no records.
    """
    if mode not in MODES:
        raise ConfigError(f"unknown mode {mode!r}", f"modes are: {', '.join(MODES)}")
    with closing(DuplicateIndex()) as index:
        with path.open("rb") as file:
            for number, line in enumerate(_lines(file), 1):
                record = _record(path, number, line)
                index.add(fingerprint(record), record["id"])
                progress()
        found = index.find()
        if mode != "keep":
            marks = {duplicate.document: mark_of(duplicate, index.id) for duplicate in found.duplicates}
            _rewrite(path, marks)
        dedup = summed(found, index.id)
    if mode == "drop" and found.duplicates:
        split_marked(path)
    return dedup


def _lines(file: BinaryIO) -> Iterator[bytes]:
    return (line for line in file if line.strip())


def _record(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads(line)
        record["text"], record["blocks"], record["entities"], record["id"]
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"{path}, line {number}: no record of pharmaclean", "give the documents.jsonl of a batch") from error
    return record


def _rewrite(path: Path, marks: dict[int, dict[str, Any]]) -> None:
    """The file again, with these marks and no others; a line that has none already stays as it is, byte for byte."""
    with in_place_of(path) as part, path.open("rb") as file, part.open("wb") as out:
        for number, line in enumerate(_lines(file)):
            mark = marks.get(number)
            plain = mark is None and UNMARKED in line
            out.write(line if plain else to_line({**json.loads(line), "duplicate": mark}).encode("utf-8"))


def split_marked(path: Path) -> None:
    """Move the marked records of a file to `duplicates.jsonl` beside it."""
    with (
        in_place_of(path) as kept,
        in_place_of(path.with_name(ASIDE)) as dropped,  # which takes its place first
        path.open("rb") as file,
        kept.open("wb") as good,
        dropped.open("wb") as copies,
    ):
        for line in _lines(file):
            (good if UNMARKED in line else copies).write(line)
