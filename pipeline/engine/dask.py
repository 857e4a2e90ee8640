"""Shards over the workers of a Dask cluster, or of one made here for the occasion.

The workers share nothing but the scheduler: each loads the stages itself and reads and writes files (or URLs by fsspec) that all of
them can reach. A shard whose worker is lost is done again on another; one that loses several workers is halved like on one machine.
Which of a lost worker's shards it was on is not told, so a single document is only given up when it was the only one on the cluster.
"""

from __future__ import annotations

import logging
import threading
from asyncio import TimeoutError as WaitedInVain  # of its own before Python 3.11, like the next
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import TimeoutError as WaitedLongEnough
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..errors import ConfigError
from . import Function, Halve, Pieces
from .limits import allow_ending
from .pieces import Task, Tasks

if TYPE_CHECKING:
    from ..batch.shards import Shard

_AHEAD = 2  # shards a thread of the cluster has, one in work and one waiting
_TICK = 0.5  # seconds
_CONNECT = "30s"
_one_at_a_time = threading.Lock()


class DaskEngine:
    """Shards over a cluster. scheduler: its address (tcp://…) or its file; without one, `workers` processes on this machine."""

    def __init__(self, scheduler: str | None = None, workers: int = 1) -> None:
        try:
            import dask
            from distributed import Client, LocalCluster
        except ImportError as error:
            raise ConfigError("--engine dask needs Dask", "pip install 'pharmaclean[cluster]'") from error
        logging.getLogger("distributed").setLevel(logging.ERROR)  # lost workers are told in our own words, if they matter
        self.cluster: Any = None
        try:
            with dask.config.set({"distributed.comm.timeouts.connect": _CONNECT}):
                if scheduler is None:
                    self.cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=logging.ERROR)
                    self.client: Any = Client(self.cluster)
                elif scheduler.endswith(".json"):
                    self.client = Client(scheduler_file=scheduler)
                else:
                    self.client = Client(scheduler)
        except (OSError, ValueError) as error:
            raise ConfigError(f"no scheduler answers at {scheduler} ({error})", "start one with: dask scheduler") from error

    def run(self, function: Function, shards: Iterable[Shard], halve: Halve) -> Iterator[tuple[Shard, Pieces] | None]:
        """See `Engine`."""
        from distributed import wait

        tasks, running, suspects = Tasks(shards, halve), dict[Any, Task](), deque[Task]()
        while True:
            while len(running) < self._room() and (task := tasks.next()):
                if task.deaths:
                    suspects.append(task)
                else:
                    running[self._submit(function, task)] = task
            if not running:
                if not suspects:
                    return
                task = suspects.popleft()
                running[self._submit(function, task)] = task
            try:
                done = wait(list(running), timeout=_TICK, return_when="FIRST_COMPLETED").done
            except (TimeoutError, WaitedInVain, WaitedLongEnough):
                yield None
                continue
            for future in done:
                if whole := self._take(future, running.pop(future), tasks):
                    yield whole

    def _submit(self, function: Function, task: Task) -> Any:
        return self.client.submit(_guarded, function, task.shard, pure=False)

    def _room(self) -> int:
        """How many shards may be on their way: the cluster may grow and shrink meanwhile."""
        return max(1, _AHEAD * sum(int(threads) for threads in self.client.nthreads().values()))

    @staticmethod
    def _take(future: Any, task: Task, tasks: Tasks) -> tuple[Shard, Pieces] | None:
        from distributed import KilledWorker

        if future.status in {"cancelled", "lost"}:
            tasks.again(task)
            return None
        try:
            return tasks.succeeded(task, future.result())
        except KilledWorker:
            return tasks.died(task)
        finally:
            future.release()

    def close(self) -> None:
        """Stop all work at once."""
        for part in (self.client, self.cluster):
            if part is not None:
                with suppress(OSError, TimeoutError, WaitedInVain, RuntimeError):
                    part.close()


def _guarded(function: Function, shard: Shard) -> Any:
    """One shard at a time a process, whatever its threads; a document that does not listen ends the process."""
    with _one_at_a_time:
        allow_ending()
        return function(shard)
