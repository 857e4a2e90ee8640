"""Limits of time and of memory for one document."""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from types import FrameType
from typing import IO, NamedTuple

_PATIENCE, _GRACE = 5, 10  # a worker that does not listen is ended after so many times the limit and so many seconds more
_AGAIN = 0.05  # seconds to the next ring, at least
_MEMORY = Path("/proc/self/statm")  # Linux: its first figure is this process's pages of address space
_LARGE = 200  # rows and columns of a matrix; OpenBLAS multiplies small ones without memory of its own


class Limits(NamedTuple):
    """What a document may take; 0 for no limit.

    seconds: of processor time; the slowest of 15,000 saved pages took 2. megabytes: beyond what the process has already; a page takes 50
    for each of its own, one line of nothing but drugs and doses 200.
    """

    seconds: float = 60.0
    megabytes: float = 2000.0


LIMITS = Limits()


class OutOfTimeError(BaseException):
    """Not an Exception, so that no library takes it for one of its own."""


_ending: list[Callable[[float], None]] = []  # once this process may be ended: ends it after so many seconds, or 0 for never
_armed: list[float] = []  # when the end of this process was last put off


def allow_ending() -> None:
    """From now on this process may be ended when a document does not listen: it is a worker, whose shard is done again."""
    if not hasattr(signal, "setitimer"):  # Windows
        _ending[:] = [_by_thread]
        return
    if _is_main():
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _ending[:] = [_by_timer]


def _by_timer(seconds: float) -> None:
    """The signal that this timer sends ends the process, whatever it is at."""
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _by_thread(seconds: float) -> None:
    """The same where there are no timers; a process that was forked from one that had set it would wait for its thread for ever."""
    if seconds:
        faulthandler.dump_traceback_later(seconds, exit=True, file=_nowhere())
    else:
        faulthandler.cancel_dump_traceback_later()


@cache
def _nowhere() -> IO[str]:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123


@contextmanager
def worked_on() -> Iterator[None]:
    """Around the documents of a shard: between shards nothing is timed."""
    try:
        yield
    finally:
        _armed[:] = []
        for end_after in _ending:
            end_after(0)


def _arm(end_after: Callable[[float], None], seconds: float) -> None:
    """Set the time at which this process ends. It may take a thread, so it is set anew only when a tenth of the limit has passed."""
    now = time.monotonic()
    if not _armed or now - _armed[0] > seconds / 10:
        _armed[:] = [now]
        end_after((_PATIENCE + 0.1) * seconds + _GRACE)


def _is_main() -> bool:
    return threading.current_thread() is threading.main_thread()


@contextmanager
def limited(limits: Limits) -> Iterator[None]:
    """Raises OutOfTimeError or MemoryError beyond the limits, where this is the main thread, and there are timers and /proc.

    The seconds are the processor's, so that a busy machine fails no document. What does not listen, because it hangs in compiled code
    or there are no timers (Windows, Dask), ends a worker process after several times the limit on the wall. So does memory that compiled
    code asks for and cannot do without.
    """
    alone = _is_main()  # the limit of memory is the whole process's
    with _measured(limits.megabytes if alone else 0) as lift, _timed(limits.seconds, alone):
        try:
            yield
        finally:  # before all else: a process without a byte to spare may turn in circles where Python leaves a `finally` of its library
            lift()


@contextmanager
def _measured(megabytes: float) -> Iterator[Callable[[], None]]:
    """A process may have so much address space more than it has, if the system tells how much that is.

    Gives what lifts the limit; it is lifted at the end in any case, when no bell can ring any more.
    """
    pages = 0
    if megabytes:
        _settle()
        with suppress(OSError, ValueError):
            pages = int(_MEMORY.read_bytes().split()[0])
    if not pages:
        yield lambda: None
        return
    import resource

    least = int(pages * resource.getpagesize() + megabytes * 1_000_000)
    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    least = min([least, *(bound for bound in (before, hard) if bound != resource.RLIM_INFINITY)])
    lift = partial(resource.setrlimit, resource.RLIMIT_AS, (before, hard))
    resource.setrlimit(resource.RLIMIT_AS, (least, hard))
    try:
        yield lift
    finally:
        lift()


@cache
def _settle() -> None:
    """BLAS takes memory for its first large product, and ends a process that may not have it: here, before a limit stands."""
    import numpy as np

    side = np.ones((_LARGE, _LARGE), dtype=np.float32)
    side @ side


@contextmanager
def _timed(seconds: float, alone: bool) -> Iterator[None]:
    for end_after in _ending if seconds else ():
        _arm(end_after, seconds)
    timer = bool(seconds) and hasattr(signal, "setitimer") and alone
    try:
        if timer:
            before = signal.signal(signal.SIGPROF, _ring)
            signal.setitimer(signal.ITIMER_PROF, seconds, max(seconds / 10, _AGAIN))
        yield
    finally:
        if timer:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)


def _ring(_signal: int, frame: FrameType | None) -> None:
    """Not while something is being taken down: what is raised there is lost, so the bell rings again a little later."""
    collecting = [getattr(callback, "__code__", None) for callback in gc.callbacks]
    while frame is not None:
        if frame.f_code.co_name == "__del__" or frame.f_code in collecting or frame.f_code.co_filename.endswith("weakref.py"):
            return
        frame = frame.f_back
    raise OutOfTimeError
