"""What is done to one shard, in whatever process or on whatever machine: functions of it and of a `Job`, and of nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..attempt import Failure, Result, attempt
from ..chain import Options, Pipeline
from ..document import Document
from ..engine.limits import LIMITS, Limits, worked_on
from ..export.files import name_of
from ..reading.sources import Raw, Reading
from ..record import to_bytes
from .folder import Folder
from .shards import Shard, read_shard
from .summary import Summary
from .sums import sealed

_PAGE = "<h1>Acne</h1><p>Isotroin 20 mg is taken once daily with food for severe acne, but not in pregnancy.</p><p>Share this"
DIED = "the worker process died on this document"


@dataclass(frozen=True, slots=True)
class Job:
    """What every shard of a batch has in common. salt: stands for all that decides the results; folder: where parts go."""

    options: Options
    reading: Reading = field(default_factory=Reading)
    sample: float | None = None
    limits: Limits = LIMITS
    folder: str = ""
    salt: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What became of a shard: the line of the manifest. The documents stand in a file, `size` bytes of it from `start` on."""

    key: str
    inputs: Sequence[Sequence[Any]]
    size: int
    summary: Summary
    failures: Sequence[Mapping[str, Any]]
    file: str = ""
    start: int = 0
    sum: str = ""  # of those bytes; unknown of results that an earlier version wrote

    def row(self) -> dict[str, Any]:
        """As it stands in the manifest."""
        head = {"key": self.key, "inputs": self.inputs, "bytes": self.size, "crc32": self.sum}
        return {**head, "failures": self.failures, "summary": self.summary.saved()}

    @classmethod
    def load(cls, row: Mapping[str, Any], file: str = "", start: int = 0) -> Part:
        """What `row` gave; `file` and `start` say where the documents are."""
        summary, place = Summary.load(row["summary"]), file or f"{row['key']}.jsonl"
        return cls(row["key"], row["inputs"], row["bytes"], summary, row["failures"], place, start, row.get("crc32", ""))


_pipeline: list[Pipeline] = []  # a process's own, or its parent's that it was forked with


def pipeline_for(options: Options) -> Pipeline:
    """The stages, built once a process."""
    if not _pipeline or _pipeline[0].options != options:
        _pipeline[:] = [Pipeline(options)]
    return _pipeline[0]


def forget_pipeline() -> None:
    """Build the stages anew at the next document: a file that the options name has changed."""
    _pipeline.clear()


def warm_up(options: Options) -> None:
    """Load all that the stages load when they first need it, so that forked workers share it."""
    pipeline_for(options).attempt(Raw(_PAGE, kind="html"))


def documents_of(job: Job, shard: Shard) -> Iterator[tuple[Raw, Document | Failure]]:
    """Every document of a shard, cleaned, in order."""
    return results_of(job, shard, lambda document: document)


def results_of(job: Job, shard: Shard, finish: Callable[[Document], Result]) -> Iterator[tuple[Raw, Result | Failure]]:
    """What `finish` makes of every document of a shard, in order; the limits hold for that too."""
    pipeline = pipeline_for(job.options)
    with worked_on():
        for raw in read_shard(shard, job.reading, job.sample):
            yield raw, attempt(raw, lambda raw: finish(pipeline(raw)), job.limits)


def clean_shard(job: Job, shard: Shard) -> Part:
    """Clean a shard into a part: documents first, then the entry that says that they are whole."""
    key, summary, failures = shard.key(job.salt), Summary(), []
    folder = Folder(job.folder)
    with folder.writing(f"{key}.jsonl") as file:
        for _, result in results_of(job, shard, _written):
            if isinstance(result, Failure):
                failures.append(result.row())
                continue
            document, name, line = result
            summary.add(document, name)
            file.write(line)
    summary.failures = len(failures)
    return save_part(folder, Part(key, shard.spans, file.size, summary, failures, f"{key}.jsonl", sum=file.sum))


def _written(document: Document) -> tuple[Document, str, bytes]:
    """The document with the name that a reader knows it by and its line of JSON."""
    record = document.record()
    return document, name_of(record), to_bytes(record)


def save_part(folder: Folder, part: Part) -> Part:
    """Write the entry of a part whose documents are written."""
    folder.write(f"{part.key}.json", sealed(part.row()))
    return part


def join_parts(job: Job, shard: Shard, pieces: Sequence[Part | Failure]) -> Part:
    """The part of a shard that had to be done in pieces, because documents in it killed their workers."""
    key, summary, failures = shard.key(job.salt), Summary(), list[Mapping[str, Any]]()
    folder = Folder(job.folder)
    with folder.writing(f"{key}.jsonl") as file:
        for piece in pieces:
            if isinstance(piece, Failure):
                failures.append(piece.row())
                continue
            folder.copy(piece.file, piece.start, piece.size, file)
            summary.merge(piece.summary)
            failures.extend(piece.failures)
    summary.failures = len(failures)
    part = save_part(folder, Part(key, shard.spans, file.size, summary, failures, f"{key}.jsonl", sum=file.sum))
    for piece in pieces:
        if isinstance(piece, Part) and piece.key != key:
            folder.remove(f"{piece.key}.json")
            folder.remove(f"{piece.key}.jsonl")
    return part


def name_the_dead(job: Job, shard: Shard) -> Failure:
    """The failure of the one document of a shard that killed its worker. It is read, not cleaned, to be named."""
    advice = "it may need more memory"
    for raw in read_shard(shard, job.reading, job.sample):
        return Failure.of(raw, DIED, advice)
    return Failure(DIED, advice, shard.spans[0].shown or shard.spans[0].path)


def part_lines(folder: Folder, part: Part) -> Iterator[bytes]:
    """The documents of a part, a line each, read one at a time."""
    with folder.open(part.file) as file:
        file.seek(part.start)
        left = part.size
        while left > 0:
            line = file.readline()
            left -= len(line)
            yield line


def rewrite_part(job: Job, part: Part, records: Iterable[Mapping[str, Any]], source: Folder | None = None) -> Part:
    """Write a part anew with other records (as many, in the same order), as a pass over finished parts does."""
    folder = source or Folder(job.folder)
    name = f"{part.key}.jsonl"
    with folder.writing(name) as file:
        for record in records:
            file.write(to_bytes(record))
    return save_part(folder, Part(part.key, part.inputs, file.size, part.summary, part.failures, name, sum=file.sum))


def part_records(folder: Folder, part: Part) -> Iterator[dict[str, Any]]:
    """The documents of a part as records."""
    return map(json.loads, part_lines(folder, part))
