"""Many documents: workers, failures, progress, and the files of an output folder.

Output order and bytes do not depend on the number of workers. A worker that dies takes no batch
with it: its documents are tried again one by one, and the one that kills lands in failures.jsonl.
"""

from __future__ import annotations

import json
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from .chain import Failure, Options, Pipeline
from .errors import ConfigError
from .reading.sources import Raw, read_inputs
from .record import to_json, to_line

Outcome: TypeAlias = tuple[str | None, Mapping[str, Any]]  # (line of documents.jsonl or None, summary of it or row of failures.jsonl)

_CHUNK = 8  # documents that a worker takes at once
_AHEAD = 4  # chunks a worker has waiting, so that memory stays bounded
_NAME_BYTES = 120  # of a document's file; file systems stop at 255
_TOP = 20  # drugs, brands and rules named in the summary
_SHOWN = 20  # documents of a small batch, kept to be listed one by one


@dataclass(slots=True)
class Summary:
    """What is in an output folder: counts only, so that the same inputs give the same bytes."""

    documents: int = 0
    failures: int = 0
    source_chars: int = 0
    kept_chars: int = 0
    removed: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    drugs: Counter[str] = field(default_factory=Counter)
    brands: Counter[str] = field(default_factory=Counter)
    entities: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    pipeline: Mapping[str, Any] = field(default_factory=dict)
    first: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, facts: Mapping[str, Any]) -> None:
        """Count one document in."""
        self.documents += 1
        self.source_chars += facts["source_chars"]
        self.kept_chars += facts["kept_chars"]
        for name in ("removed", "rules", "drugs", "brands", "entities", "flags", "languages"):
            getattr(self, name).update(facts[name])
        self.pipeline = facts["pipeline"]
        if len(self.first) < _SHOWN:
            self.first.append(facts)

    def row(self) -> dict[str, Any]:
        """As it stands in summary.json."""
        share = round(self.kept_chars / self.source_chars, 4) if self.source_chars else 0.0
        counts = {name: _ranked(getattr(self, name)) for name in ("removed", "entities", "flags", "languages")}
        tops = {name: dict(list(_ranked(getattr(self, name)).items())[:_TOP]) for name in ("drugs", "brands", "rules")}
        head = {"documents": self.documents, "failures": self.failures, "source_chars": self.source_chars, "kept_share": share}
        return {**head, **counts, **tops, "pipeline": self.pipeline}


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def run_batch(
    inputs: Sequence[str | Path],
    out: Path,
    options: Options,
    *,
    workers: int | None = None,
    form: str = "jsonl",
    progress: Callable[[Summary], None] = lambda _: None,
) -> Summary:
    """Clean all inputs into `out`: documents.jsonl (or documents/ID.json), failures.jsonl, summary.json.

    Files are written under another name and renamed at the end, so that what stands there is whole.
    Raises ConfigError when `out` cannot be written.
    """
    _make_folder(out)
    summary = Summary()
    parts = {name: out / f"{name}.tmp" for name in ("documents.jsonl", "failures.jsonl", "summary.json")}
    writer = _JsonFiles(out / "documents") if form == "json" else None
    with (
        parts["documents.jsonl"].open("w", encoding="utf-8", newline="\n") as good,
        parts["failures.jsonl"].open("w", encoding="utf-8", newline="\n") as bad,
    ):
        for line, facts in outcomes(read_inputs(inputs), options, workers or available_cores()):
            if line is None:
                summary.failures += 1
                bad.write(to_line(facts))
            else:
                summary.add(facts)
                if writer:
                    writer.write(facts["name"], line)
                else:
                    good.write(line)
            progress(summary)
    parts["summary.json"].write_text(to_json(summary.row(), indent=2) + "\n", encoding="utf-8")
    if writer:
        parts.pop("documents.jsonl").unlink()
    for name, part in parts.items():
        part.replace(out / name)
    return summary


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{out}: cannot be made a folder ({error.strerror})", "choose another with -o") from error
    if not os.access(out, os.W_OK):
        raise ConfigError(f"{out}: may not be written", "choose another folder with -o")


class _JsonFiles:
    """One pretty JSON file a document, named after its id or its file; a name that is taken gets a number."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.taken = folder, Counter[str]()
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, line: str) -> None:
        safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in name).strip(".")
        safe = safe.encode("utf-8", "replace")[:_NAME_BYTES].decode("utf-8", "ignore") or "document"
        self.taken[safe.lower()] += 1
        count = self.taken[safe.lower()]
        path = self.folder / f"{safe}{f'~{count}' if count > 1 else ''}.json"
        path.write_text(to_json(json.loads(line), indent=2) + "\n", encoding="utf-8")


def outcomes(raws: Iterable[Raw], options: Options, workers: int) -> Iterator[Outcome]:
    """What became of each input, in their order."""
    first = list(islice(raws, _CHUNK + 1))
    if workers <= 1 or len(first) <= _CHUNK:
        pipeline = Pipeline(options)
        for raw in (*first, *raws):
            yield outcome(pipeline, raw)
        return
    yield from _pooled((raw for part in (first, raws) for raw in part), options, workers)


def outcome(pipeline: Pipeline, raw: Raw) -> Outcome:
    """One document's line and facts, or its row of failures.jsonl."""
    document = pipeline.attempt(raw)
    if isinstance(document, Failure):
        return None, document.row()
    return to_line(document.record()), {
        "name": _name(raw, document.id),
        "source_chars": len(document.source),
        "kept_chars": sum(end - start for start, end, _ in document.kept()),
        "removed": Counter(c.reason for c in document.log if c.reason),
        "rules": Counter(c.rule for c in document.log if c.reason),
        "drugs": Counter({d.name: 1 for d in document.drugs}),
        "brands": Counter({b: 1 for d in document.drugs for b in d.brands}),
        "entities": Counter(e.label for e in document.entities),
        "flags": Counter(f.kind for f in document.flags),
        "languages": Counter([document.language or "unknown"]),
        "pipeline": dict(document.pipeline),
    }


def _name(raw: Raw, identity: str) -> str:
    """What a reader knows a document by: its given id, else its file's name, else its computed id."""
    if raw.id or raw.record is not None or not raw.path or raw.path == "-":
        return identity
    return Path(raw.path).stem


_pipeline: Pipeline | None = None  # a worker's own, or the parent's that it was forked with


def _start_worker(options: Options) -> None:
    global _pipeline  # noqa: PLW0603
    if _pipeline is None or _pipeline.options != options:
        _pipeline = Pipeline(options)


def _work(raws: Sequence[Raw]) -> list[Outcome]:
    assert _pipeline is not None  # noqa: S101
    return [outcome(_pipeline, raw) for raw in raws]


def _pooled(raws: Iterator[Raw], options: Options, workers: int) -> Iterator[Outcome]:
    """Chunks over a pool of processes, results in order, a bounded number of chunks under way."""
    _start_worker(options)  # forked workers share the lexicon
    pool, waiting = _pool(options, workers), deque[tuple[list[Raw], Future[list[Outcome]]]]()
    try:
        while True:
            while len(waiting) < workers * _AHEAD and (chunk := list(islice(raws, _CHUNK))):
                waiting.append((chunk, _submit(pool, chunk)))
            if not waiting:
                return
            chunk, future = waiting.popleft()
            try:
                yield from future.result()
            except BrokenProcessPool:
                pool.shutdown(wait=False, cancel_futures=True)
                yield from _one_by_one(chunk, options)
                pool = _pool(options, workers)
                waiting = deque((rest, _submit(pool, rest)) for rest, _ in waiting)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _pool(options: Options, workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, initializer=_start_worker, initargs=(options,))


def _submit(pool: ProcessPoolExecutor, chunk: list[Raw]) -> Future[list[Outcome]]:
    """The chunk's results to come; a pool that broke meanwhile says so when they are asked for."""
    try:
        return pool.submit(_work, chunk)
    except BrokenProcessPool as error:
        future = Future[list[Outcome]]()
        future.set_exception(error)
        return future


def _one_by_one(chunk: Sequence[Raw], options: Options) -> Iterator[Outcome]:
    """The documents of a chunk whose worker died, one at a time, so that it is known on which one it dies."""
    pool = _pool(options, 1)
    try:
        for raw in chunk:
            try:
                yield from _submit(pool, [raw]).result()
            except BrokenProcessPool:
                pool.shutdown(wait=False)
                pool = _pool(options, 1)
                problem = "the worker process died on this document"
                yield None, Failure(problem, "it may need more memory", raw.path, raw.record, raw.id, raw.url).row()
    finally:
        pool.shutdown(wait=False)
