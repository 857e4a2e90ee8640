"""A limit of time for one document."""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import IO

_PATIENCE, _GRACE = 5, 10  # a worker that does not listen is ended after so many times the limit and so many seconds more


class OutOfTimeError(BaseException):
    """Not an Exception, so that no library takes it for one of its own."""


_armed: list[float] = []  # when the end of this process was last put off
_nowhere: list[IO[str]] = []  # open once this process may be ended


def allow_ending() -> None:
    """From now on this process may be ended when a document does not listen: it is a worker, whose shard is done again."""
    if not _nowhere:
        _nowhere.append(open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115


@contextmanager
def worked_on() -> Iterator[None]:
    """Around the documents of a shard: between shards nothing is timed."""
    try:
        yield
    finally:
        _armed[:] = []
        if _nowhere:
            faulthandler.cancel_dump_traceback_later()


def _arm(seconds: float) -> None:
    """Set the time at which this process ends. Setting it makes a thread, so it is set anew only when a tenth of the limit has passed."""
    now = time.monotonic()
    if not _armed or now - _armed[0] > seconds / 10:
        _armed[:] = [now]
        faulthandler.dump_traceback_later((_PATIENCE + 0.1) * seconds + _GRACE, exit=True, file=_nowhere[0])


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises OutOfTimeError after so many seconds (0: never), where there are timers and this is the main thread.

    The seconds are the processor's, so that a busy machine fails no document. What does not listen, because it hangs in compiled code
    or there are no timers (Windows, Dask), ends a worker process after several times
    the limit on the wall.
    """
    if _nowhere and seconds:
        _arm(seconds)
    timer = bool(seconds) and hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    try:
        if timer:
            before = signal.signal(signal.SIGPROF, _ring)
            signal.setitimer(signal.ITIMER_PROF, seconds)
        yield
    finally:
        if timer:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise OutOfTimeError
