"""A batch from its inputs to its output folder, on whatever engine."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeAlias

from ..chain import Options
from ..engine import DIED, Engine, Pieces
from ..engine.limits import LIMITS, Limits
from ..engine.local import InProcess, LocalEngine, available_cores
from ..errors import ConfigError
from ..reading.sources import File, Reading, find_files
from ..reading.sources.files import is_url
from ..reading.sources.walk import is_outside
from .folder import Folder
from .forms import check_form
from .given import kept
from .shards import Selection, Shard, plan
from .store import Known, Store, configuration_of, differences, lost, refuse, salt_of
from .summary import Summary
from .work import Job, Part, clean_shard, join_parts, name_the_dead, warm_up

Resume: TypeAlias = Literal["auto", "resume", "fresh"]
_LOOK = 1.0  # seconds spent on adding up the inputs' sizes before the work begins


@dataclass(slots=True)
class Progress:
    """How far a batch is. reused: documents and failures taken from an earlier run. total: bytes of the inputs, 0 when it is not known."""

    documents: int = 0
    failures: int = 0
    reused: int = 0
    bytes: int = 0
    total: int = 0
    limit: int = 0
    passed: Counter[str] = field(default_factory=Counter)

    @property
    def done(self) -> int:
        """Documents and failures."""
        return self.documents + self.failures

    @property
    def share(self) -> float | None:
        """From 0 to 1, None when it is not known."""
        told = [self.bytes / self.total] if self.total else []
        told += [self.done / self.limit] if self.limit else []
        return min(1.0, max(told)) if told else None


@dataclass
class Run:
    """A batch that is under way, as hooks see it: its shards, its parts, and the engine to send functions to.

    A hook may set `aside`, so that records that are marked as copies get a place of their own, and put into `more` what summary.json
    shall tell besides counts.
    """

    store: Store
    engine: Engine
    job: Job
    inputs: Sequence[str | Path | File]
    selection: Selection
    progress: Progress = field(default_factory=Progress)
    known: dict[str, Known] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    aside: bool = False
    more: dict[str, Any] = field(default_factory=dict)

    def shards(self) -> Iterator[Shard]:
        """The shards, in order, planned anew."""
        return plan(self.inputs, self.job.reading, self.selection)

    def map(self, function: Callable[[Job, Shard], Any]) -> Iterator[Any]:
        """`function(job, shard)` of every shard, in order, worked on by all workers: a pass over all documents.

        Of a shard with documents that kill their worker come several results, and none for those documents.
        """
        waiting, ready = deque[Shard](), dict[Shard, Pieces]()

        def noted() -> Iterator[Shard]:
            for shard in self.shards():
                waiting.append(shard)
                yield shard

        for done in self.engine.run(partial(function, self.job), noted(), self._halve):
            if done is not None:
                ready[done[0]] = done[1]
            while waiting and waiting[0] in ready:
                shard = waiting.popleft()
                yield from (result for _, result in (ready[shard] if shard in waiting else ready.pop(shard)) if result is not DIED)

    def parts(self) -> Iterator[tuple[Folder, Part]]:
        """The finished parts in the order of the documents, each with the folder that `part_lines` reads it from."""
        for key in dict.fromkeys(self.order):
            yield self.store.load(key, self.known[key])

    def rewritten(self, part: Part) -> None:
        """Note that `rewrite_part` wrote a part anew."""
        self.known[part.key] = Known(-1, 0, part.summary.documents, len(part.failures))

    def clean(self, progress: Callable[[Progress], None]) -> None:
        """The pass that makes the parts."""
        for done in self.engine.run(partial(clean_shard, self.job), self._todo(), self._halve):
            if done is not None:
                shard, pieces = done
                part = self._part(shard, pieces)
                self.known[part.key] = Known(-1, 0, part.summary.documents, len(part.failures))
                self._count(shard, part.summary.documents, len(part.failures))
            progress(self.progress)

    def _todo(self) -> Iterator[Shard]:
        """The shards that are not finished; all are noted in order."""
        begun = set[str]()
        for shard in plan(self.inputs, self.job.reading, self.selection, self.progress.passed):
            key = shard.key(self.job.salt)
            self.order.append(key)
            if key in begun:
                continue
            if (found := self.known.get(key)) is not None:
                self._count(shard, found.documents, found.failures)
                self.progress.reused += found.documents + found.failures
                continue
            begun.add(key)
            yield shard

    def _count(self, shard: Shard, documents: int, failures: int) -> None:
        self.progress.documents += documents
        self.progress.failures += failures
        self.progress.bytes += shard.bytes

    def _part(self, shard: Shard, pieces: Pieces) -> Part:
        if len(pieces) == 1 and isinstance(pieces[0][1], Part):
            return pieces[0][1]
        return join_parts(self.job, shard, [name_the_dead(self.job, piece) if found is DIED else found for piece, found in pieces])

    def _halve(self, shard: Shard) -> tuple[Shard, ...]:
        return shard.halves(self.job.reading)


def run_batch(
    inputs: Sequence[str | Path],
    out: str | Path,
    options: Options,
    *,
    workers: int | None = None,
    form: str = "jsonl",
    progress: Callable[[Progress], None] = lambda _: None,
    reading: Reading | None = None,
    selection: Selection | None = None,
    limits: Limits = LIMITS,
    resume: Resume = "auto",
    retry_failed: bool = False,
    engine: Engine | Literal["local", "dask"] = "local",
    scheduler: str | None = None,
    before: Callable[[Run], Options] | None = None,
    after: Callable[[Run], None] | None = None,
    passes: Mapping[str, str] | None = None,
) -> Summary:
    """Clean all inputs into `out`: documents.jsonl (or what `form` names), failures.jsonl, summary.json, manifest.jsonl.

    workers: processes; all cores unless told, 0 for none (see `InProcess`). limits: time and memory a document.
    resume: "auto" goes on with a batch that broke off here and takes what is still true from one that was finished;
    "resume" refuses anything else; "fresh" starts over. retry_failed: shards with failures are done again.
    engine, scheduler: "dask" sends the shards to the cluster at this address, or to one made here; or an engine of your own.
    before, after: see the package; passes: what they are, so that a batch with other ones is not taken for this one. Untold, `after` is
    called each time, also when nothing else is to be done.
    Raises ConfigError when `out` cannot be written or holds another batch.
    """
    store = Store(Folder(str(out)))
    check_form(form, store.out)
    how = without_results(inputs, reading or Reading(), store, form)
    store.out.make()
    chosen = selection or Selection()
    told = [str(item) for item in inputs]
    configuration = {**configuration_of(options, how, chosen, form, told), "passes": dict(passes or {})}
    with ExitStack() as opened:
        given = opened.enter_context(kept(inputs, store.out))
        _check(store, configuration, resume, retry_failed=retry_failed)
        job = Job(options, how, chosen.sample, limits, store.parts.place, salt_of(configuration))
        machine = _machine(engine, scheduler, available_cores() if workers is None else workers, options)
        opened.callback(machine.close)
        run = Run(store, machine, job, given, chosen)
        if before is not None:
            changed = before(run)
            run.job = replace(job, options=changed, salt=salt_of(configuration_of(changed, how, chosen, form, told)))
        if (after is None or passes) and not retry_failed and resume != "fresh" and _is_done(run, configuration):
            return _as_it_was(run, progress)
        if next(run.shards(), None) is None and store.holds_work():  # no pages: an input is wrong, and nothing is replaced by nothing
            return Summary()
        run.known = {} if resume == "fresh" else _known(store, retry_failed=retry_failed)
        run.progress.total, run.progress.limit = _size(run), chosen.limit or 0
        with _told_of_disk(store.out):
            store.begin(configuration)
            run.clean(progress)
            if after is not None:
                after(run)
            return store.assemble(configuration, run.order, run.known, form, aside=run.aside, more=run.more)


def without_results(inputs: Sequence[str | Path], reading: Reading, store: Store, form: str) -> Reading:
    """The reading that takes no results of this batch for pages, where a folder or a pattern holds both.

    Raises ConfigError for an input that is nothing else: it would be swallowed.
    """
    how = replace(reading, outside=store.places(form))
    for item in map(str, inputs):
        if is_outside(item, how):
            raise ConfigError(f"{item}: is where the results go, which would be read as pages", "choose another folder with -o")
    return how


@contextmanager
def _told_of_disk(out: Folder) -> Iterator[None]:
    """A full disk, or a folder that may no longer be written, is no fault of the program: say what to do."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        advice = "what is finished is kept: make room, or mend the folder, and give the same command again"
        raise ConfigError(f"{out}: cannot be written ({error.strerror or error})", advice) from error


def _machine(engine: Engine | str, scheduler: str | None, workers: int, options: Options) -> Engine:
    if not isinstance(engine, str):
        return engine
    if engine == "dask":
        from ..engine.dask import DaskEngine

        return DaskEngine(scheduler, max(1, workers))
    return LocalEngine(workers, partial(warm_up, options)) if workers else InProcess()


def _check(store: Store, configuration: dict[str, Any], resume: Resume, *, retry_failed: bool) -> None:
    """Raises ConfigError for another batch that would be lost, or that was to be gone on with."""
    if resume == "fresh":
        store.start_over()
        return
    broken, done = store.unfinished(), store.finished()
    if broken is not None and differences(broken, configuration):
        raise refuse(store.out, broken, configuration, done=False)
    if broken is None and resume == "resume" and done is not None and differences(done, configuration):
        raise refuse(store.out, done, configuration, done=True)
    if broken is None and done is not None and (count := store.count()) and (words := lost(done, count, configuration)):
        advice = "give what is missing too, choose another folder with -o, or replace them with --fresh"
        raise ConfigError(f"{store.out}: holds finished results that would be lost: {', '.join(words[:4])}", advice)
    if broken is None and done is None and (resume == "resume" or retry_failed):
        raise ConfigError(f"{store.out}: no batch here to go on with", "leave --resume and --retry-failed out for the first run")


def _known(store: Store, *, retry_failed: bool) -> dict[str, Known]:
    """What is finished already."""
    return {key: found for key, found in store.known().items() if not (retry_failed and found.failures)}


def _is_done(run: Run, configuration: dict[str, Any]) -> bool:
    """Is the folder as this batch would leave it?"""
    store = run.store
    if store.unfinished() is not None or store.finished() != configuration:
        return False
    if [entry.part.key for entry in store.manifest.entries()] != [shard.key(run.job.salt) for shard in run.shards()]:
        return False
    return store.manifest.is_true()  # last, as it reads all results


def _as_it_was(run: Run, progress: Callable[[Progress], None]) -> Summary:
    summary = run.store.summary()
    run.progress = Progress(summary.documents, summary.failures, summary.documents + summary.failures, 1, 1)
    progress(run.progress)
    return summary


def _size(run: Run) -> int:
    """Bytes of all inputs, as far as the sample goes; 0 when adding up would take long."""
    total, end = 0, time.monotonic() + _LOOK
    if any(is_url(str(item)) for item in run.inputs if not isinstance(item, File)):
        return 0
    for file in find_files(run.inputs, run.job.reading):
        total += max(0, file.size)
        if time.monotonic() > end:
            return 0
    return round(total * (run.selection.sample or 1))
