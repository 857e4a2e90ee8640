"""What people see of a batch: a bar on a terminal, plain lines elsewhere, JSON lines for machines; and the end of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

import click

from ..report.terminal import one_line, safe, summarize
from .run import Progress
from .summary import Summary

_WIDTH = 24  # of the bar
_EVERY = {"bar": 0.2, "plain": 30.0, "json": 10.0}  # seconds between two signs of life


@dataclass
class Display:
    """Tells of the progress of a batch, not too often. kind: bar, plain, json or none."""

    kind: str
    stream: IO[str]
    clock: Callable[[], float] = time.monotonic
    progress: Progress = field(default_factory=Progress)

    def __post_init__(self) -> None:
        self.started = self.begun = self.told = self.clock()
        self.base: float | None = None  # share that an earlier run had done
        self.copies = ""  # what a pass for duplicates found, in words
        self.shown = False

    def __call__(self, progress: Progress) -> None:
        """Note how far it is, and tell it if it is time."""
        self.progress = progress
        now = self.clock()
        if self.base is None or (progress.reused and progress.done == progress.reused):
            self.base, self.begun = progress.share or 0.0, now if progress.done == progress.reused else self.begun
        if self.kind != "none" and now - self.told >= _EVERY[self.kind]:
            self.told = now
            self.show()

    @property
    def seconds(self) -> float:
        """Time since the command began."""
        return self.clock() - self.started

    @property
    def _working(self) -> float:
        """Seconds since loading was over."""
        return max(1e-6, self.clock() - self.begun)

    @property
    def rate(self) -> float:
        """Documents a second of this run."""
        progress = self.progress
        return (progress.done - progress.reused) / self._working

    @property
    def left(self) -> float | None:
        """Seconds that the rest takes at the pace so far."""
        share, base = self.progress.share, self.base or 0.0
        return None if share is None or share <= base else self._working * (1 - share) / (share - base)

    def note(self, text: str, *, last: bool = False) -> None:
        """Tell how far a pass before the cleaning is, if it is time, or if it is at its end."""
        now = self.clock()
        if self.kind == "none" or not (last or now - self.told >= _EVERY[self.kind]):
            return
        self.told = now
        if self.kind == "json":
            self.event("note", text=text)
            return
        line = one_line(text)
        click.echo(f"\r\x1b[K{line}" if self.kind == "bar" else line, file=self.stream, nl=last or self.kind != "bar")
        self.shown = self.kind == "bar" and not last

    def show(self) -> None:
        """One sign of life."""
        if self.kind == "bar":
            click.echo(f"\r\x1b[K{self._bar()}", file=self.stream, nl=False)
            self.shown = True
        elif self.kind == "plain":
            click.echo(", ".join(self._words()), file=self.stream)
        elif self.kind == "json":
            self.event("progress")

    def _bar(self) -> str:
        share = self.progress.share
        filled = round(_WIDTH * (share or 0))
        bar = click.style("━" * filled, fg="green") + click.style("─" * (_WIDTH - filled), dim=True)
        words = self._words()
        failed = [click.style(words.pop(), fg="red")] if self.progress.failures else []
        return f"cleaning {bar} " + "  ".join(words + failed)

    def _words(self) -> list[str]:
        progress = self.progress
        words = [f"{progress.documents:,} cleaned", f"{self.rate:.0f}/s" if self.rate >= 10 else f"{self.rate:.1f}/s"]
        if progress.share is not None:
            words.insert(0, f"{progress.share:4.0%}")
        if self.left is not None:
            words.append(f"{duration(self.left)} left")
        if progress.failures:
            words.append(f"{progress.failures:,} failed")
        return words

    def event(self, name: str, **more: object) -> None:
        """A line of JSON."""
        progress = self.progress
        row = {
            "event": name, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "documents": progress.documents,
            "failures": progress.failures, "reused": progress.reused, "share": None if progress.share is None else round(progress.share, 4),
            "rate": round(self.rate, 2), "seconds_left": None if self.left is None else round(self.left), **more,
        }  # fmt: skip
        click.echo(json.dumps(row), file=self.stream)

    def clear(self) -> None:
        """Take the bar away, so that other lines can be written."""
        if self.shown:
            click.echo("\r\x1b[K", file=self.stream, nl=False)
            self.shown = False


@contextmanager
def watching(kind: str, stream: IO[str]) -> Iterator[Display]:
    """A display that leaves the line clean, however the batch ends."""
    display = Display(kind, stream)
    try:
        yield display
    finally:
        display.clear()


def closing(summary: Summary, display: Display, out: str) -> Iterator[str]:
    """The end of a batch: did it work, what is in there, what should worry me, what now."""
    progress = display.progress
    yield from summarize(summary, out)
    if display.copies:
        yield f"  copies   {display.copies}"
    fresh = progress.done - progress.reused
    if not fresh and summary.documents + summary.failures:
        yield "  time     nothing was left to do: these are the results of the run before"
    elif fresh:
        again = f"; {progress.reused:,} taken from an earlier run" if progress.reused else ""
        yield f"  time     {duration(display.seconds)}, {display.rate:.1f} documents a second{again}"
    if progress.passed:
        shown = ", ".join(f"{count:,} {safe(suffix)}" for suffix, count in progress.passed.most_common(6))
        yield f"  passed   {progress.passed.total():,} files that are no pages: {shown}"
    if summary.failures:
        yield "  next     mend them or raise a limit, then: the same command with --retry-failed"


def interrupted(display: Display, out: str) -> str:
    """What an interrupted batch says."""
    progress = display.progress
    return f"interrupted: {progress.done:,} documents are done and safe in {out}; to go on, run the same command again"


def duration(seconds: float) -> str:
    """A time as people say it.

    >>> duration(7.4), duration(100), duration(8000)
    ('7 s', '1 min 40 s', '2 h 13 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 5 else f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole < 600 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
