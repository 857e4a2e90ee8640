"""Work on one input, whose end is a result or a failure with its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from .engine.limits import Limits, OutOfTimeError, limited
from .errors import PharmacleanError, ReadError
from .reading.sources import Raw

Result = TypeVar("Result")
NO_LIMITS = Limits(0, 0)


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that gave no record, and why."""

    error: str
    advice: str = ""
    path: str | None = None
    record: int | None = None
    id: str | None = None
    url: str | None = None

    @classmethod
    def of(cls, raw: Raw, error: str, advice: str = "") -> Failure:
        """Of this input."""
        return cls(error, advice, raw.path, raw.record, raw.id, raw.url)

    def row(self) -> dict[str, Any]:
        """As it stands in failures.jsonl."""
        return {"id": self.id, "path": self.path, "record": self.record, "url": self.url, "error": self.error, "advice": self.advice}

    def __str__(self) -> str:
        return f"{self.error}; {self.advice}" if self.advice else self.error


def attempt(raw: Raw, work: Callable[[Raw], Result], limits: Limits = NO_LIMITS) -> Result | Failure:
    """What the work on this input gives, or what went wrong; also that it takes more time or memory than it may.

    Raises PharmacleanError for wrong options or tables, with which no input can be done.
    """
    try:
        with limited(limits):
            return work(raw)
    except ReadError as error:
        return Failure.of(raw, error.problem, error.advice)
    except PharmacleanError:
        raise
    except OutOfTimeError:
        return Failure.of(raw, f"took longer than {limits.seconds:g} seconds", "raise --timeout if it is a page")
    except MemoryError:  # told when the limit is lifted: before, there may not even be enough to say so
        return _too_much(raw, limits)
    except Exception as error:  # noqa: BLE001
        if limits.megabytes and isinstance(error, SystemError) and _LOST in str(error):
            return _too_much(raw, limits)
        problem = f"internal error: {type(error).__name__}: {error}"
        return Failure.of(raw, problem, "this is a fault of pharmaclean; please report it with the page")


_LOST = "without setting an exception"  # how Python tells of a MemoryError for which there was no memory either


def _too_much(raw: Raw, limits: Limits) -> Failure:
    if limits.megabytes:
        problem = f"took more than {limits.megabytes:g} MB of memory"
        return Failure.of(raw, problem, "raise --max-memory if it is a page and the machine has more")
    return Failure.of(raw, "needs more memory than there is", "give the process more, or split the page")
