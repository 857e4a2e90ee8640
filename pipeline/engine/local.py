"""Shards over processes of this machine.

Each worker is a `ProcessPoolExecutor` of one process, with one shard in work and one waiting. When the process dies
(killed, out of memory, crashed in compiled code), it is certain which shard it was on; that executor is made anew, and the
others do not notice.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for
from typing import TYPE_CHECKING, Any

from . import Function, Halve, Pieces
from .limits import allow_ending
from .pieces import Task, Tasks

if TYPE_CHECKING:
    from ..batch.shards import Shard

_AHEAD = 2  # shards a worker has: one in work, one waiting, so that it never waits itself
_TICK = 0.5  # seconds


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class InProcess:
    """Shards in this very process: for debuggers and profilers. Nothing protects it from a document that kills."""

    def run(self, function: Function, shards: Iterable[Shard], _halve: Halve) -> Iterator[tuple[Shard, Pieces] | None]:
        """See `Engine`."""
        for shard in shards:
            yield shard, [(shard, function(shard))]

    def close(self) -> None:
        """Nothing to stop."""


class LocalEngine:
    """Shards over `workers` processes.

    setup: called before any process is made, and in each; what it loads is shared by processes that are forked, and
    loaded by each where there is no fork (start_method "spawn": Windows, macOS).
    """

    def __init__(self, workers: int, setup: Callable[[], Any], start_method: str | None = None) -> None:
        self.setup, self.start_method = setup, start_method
        self.lanes = [_Lane(self) for _ in range(max(1, workers))]
        self._ready = False

    def run(self, function: Function, shards: Iterable[Shard], halve: Halve) -> Iterator[tuple[Shard, Pieces] | None]:
        """See `Engine`."""
        tasks = Tasks(shards, halve)
        while True:
            self._fill(tasks, function)
            futures = [lane.tasks[0][0] for lane in self.lanes if lane.tasks]
            if not futures:
                return
            if not wait(futures, timeout=_TICK, return_when=FIRST_COMPLETED).done:
                yield None
            for lane in self.lanes:
                while lane.tasks and lane.tasks[0][0].done():
                    if whole := self._take(lane, tasks):
                        yield whole

    def _fill(self, tasks: Tasks, function: Function) -> None:
        """One shard for each worker, then a second for each."""
        for ahead in range(1, _AHEAD + 1):
            for lane in self.lanes:
                if len(lane.tasks) < ahead and (task := tasks.next()):
                    if not self._ready:
                        self._prepare()
                    lane.submit(function, task)

    def _take(self, lane: _Lane, tasks: Tasks) -> tuple[Shard, Pieces] | None:
        future, task = lane.tasks.popleft()
        try:
            return tasks.succeeded(task, future.result())
        except BrokenProcessPool:
            for _, waiting in lane.tasks:
                tasks.again(waiting)
            lane.restart()
            return tasks.died(task)

    def _prepare(self) -> None:
        if self.start_method is None and get_context().get_start_method() == "fork":
            self.setup()
            gc.freeze()  # what is loaded stays shared: the collector would touch, and thereby copy, every page of it
        self._ready = True

    def close(self) -> None:
        """Stop all work at once."""
        for lane in self.lanes:
            lane.stop()
        if self._ready:
            gc.unfreeze()


class _Lane:
    """One worker process and the shards it has."""

    def __init__(self, engine: LocalEngine) -> None:
        self.engine = engine
        self.tasks: deque[tuple[Future[Any], Task]] = deque()
        self.pool: ProcessPoolExecutor | None = None

    def submit(self, function: Function, task: Task) -> None:
        """Give the worker a shard; a worker that has just died says so when the result is asked for."""
        if self.pool is None:
            context = get_context(self.engine.start_method)
            self.pool = ProcessPoolExecutor(1, context, _start_worker, (self.engine.setup,))
        try:
            future = self.pool.submit(function, task.shard)
        except BrokenProcessPool as error:
            future = Future()
            future.set_exception(error)
        self.tasks.append((future, task))

    def restart(self) -> None:
        """A new process in place of the dead one."""
        self.tasks.clear()
        if self.pool:
            self.pool.shutdown(wait=True, cancel_futures=True)
        self.pool = None

    def stop(self) -> None:
        """End the process, in the middle of its work if need be: what it leaves is no part yet."""
        if self.pool:
            processes = list((getattr(self.pool, "_processes", None) or {}).values())
            for process in processes if self.tasks else []:
                with suppress(OSError, AttributeError):
                    process.terminate()
            self.pool.shutdown(wait=True, cancel_futures=True)
        self.tasks.clear()
        self.pool = None


def _start_worker(setup: Callable[[], Any]) -> None:
    """An interrupt is the parent's affair; and a worker ends with its parent, also when that is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    allow_ending()
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    with suppress(Exception):  # it is raised again, and told, by the first shard
        setup()


def _end_with(sentinel: Any) -> None:
    wait_for([sentinel])
    os._exit(1)
