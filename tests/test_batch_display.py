"""What people see of a batch: how far it is, how fast, how long still, and what it says at the end."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

import pytest

from pipeline.batch import Progress, Summary
from pipeline.batch.display import Display, closing, interrupted, watching


@dataclass
class Clock:
    """A clock that goes when told."""

    now: float = 100.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def shown(kind: str, steps: list[tuple[float, Progress]]) -> tuple[Display, str]:
    """A display after some steps, and what it wrote."""
    clock, stream = Clock(), io.StringIO()
    display = Display(kind, stream, clock)
    for seconds, progress in steps:
        clock.now = 100.0 + seconds
        display(progress)
    return display, stream.getvalue()


def test_plain_lines_come_seldom() -> None:
    """Without a terminal a line comes every half minute, with share, rate, time left and failures."""
    steps = [(float(second), Progress(second * 10, second // 20, 0, second, 200)) for second in range(100)]
    _, text = shown("plain", steps)
    lines = text.splitlines()
    assert len(lines) == 3
    assert lines[1] == " 30%, 600 cleaned, 10/s, 2 min 20 s left, 3 failed"


def test_the_bar() -> None:
    """On a terminal one line is drawn again and again; it is as full as the work is done."""
    _, text = shown("bar", [(0.0, Progress(total=100)), (50.0, Progress(5000, 2, 0, 50, 100))])
    plain = re.sub(r"\x1b\[[0-9;]*[mK]", "", text)
    assert plain.split("\r")[-1] == f"cleaning {'━' * 12}{'─' * 12}  50%  5,000 cleaned  100/s  50 s left  2 failed"
    assert "\n" not in text


def test_what_was_done_before_does_not_count_as_speed() -> None:
    """Documents taken from an earlier run make the bar begin further on, and leave rate and time left as they are."""
    for failed in (0, 7):
        steps = [(1.0, Progress(5000, failed, 5000 + failed, 50, 100)), (11.0, Progress(5100, failed, 5000 + failed, 51, 100))]
        display, _ = shown("none", steps)
        assert display.rate == pytest.approx(10)
        assert display.left == pytest.approx(490)


def test_no_size_is_known() -> None:
    """Where the size of the inputs is not known, no share and no time is made up."""
    _, text = shown("plain", [(0.0, Progress()), (40.0, Progress(80))])
    assert text == "80 cleaned, 2.0/s\n"


def test_json_lines() -> None:
    """Each line is an object that a machine can read."""
    _, text = shown("json", [(0.0, Progress(total=100)), (20.0, Progress(40, 2, 0, 50, 100))])
    (row,) = map(json.loads, text.splitlines())
    assert {key: value for key, value in row.items() if key != "time"} == {
        "event": "progress", "documents": 40, "failures": 2, "reused": 0, "share": 0.5, "rate": 2.1, "seconds_left": 20,
    }  # fmt: skip


def test_the_line_is_left_clean() -> None:
    """However a batch ends, the bar is taken away before other words come."""
    stream = io.StringIO()
    with suppress(KeyboardInterrupt), watching("bar", stream) as display:
        display.show()
        raise KeyboardInterrupt
    assert re.fullmatch(r"\rcleaning [^\r]+\r", stream.getvalue())  # what clears a line is written to terminals only


def test_the_end() -> None:
    """The end tells what failed, what was passed over, how long it took and what to do next."""
    passed = Counter({".jpg": 1200, ".x\x1b[31m": 1})
    display, _ = shown("none", [(0.0, Progress()), (10.0, Progress(90, 10, 0, 1, 1, passed=passed))])
    text = "\n".join(closing(Summary(90, 10, 100, 50), display, "out"))
    assert "90 of 100 documents cleaned" in text
    assert "time     10 s, 10.0 documents a second" in text
    assert "passed   1,201 files that are no pages: 1,200 .jpg, 1 .x\ufffd[31m" in text
    assert "--retry-failed" in text
    assert "100 documents are done and safe in out" in interrupted(display, "out")
