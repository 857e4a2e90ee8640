"""No regular expression lets a page hold up a batch: steps of matching are counted, so that no clock is needed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .backtracking import degree, worst

_LINEAR = 1.5  # of the degrees measured in short texts those of linear patterns lie around 1, of quadratic ones around 2
#: Files with patterns that are quadratic in a run of spaces, of stops or of digits, which they are shown only short, collapsed or once:
#: pages and titles of nothing but such runs stand in pages.py, and benchmarks/hostile.py shows that their time grows with their length.
_QUADRATIC = {
    "boilerplate/bylines.py", "boilerplate/dumps.py", "boilerplate/prefilter.py", "entities/patterns.py", "flags/coherence.py",
    "flags/substitution.py", "lexicon/context.py", "lexicon/generic_text.py", "reading/html.py", "reading/plain.py", "reading/walk.py",
    "stages/assess.py", "stages/repair_text.py",
    "lexicon/importers/resolve.py", "lexicon/importers/surfaces.py",  # cells of a table that the user chose
}  # fmt: skip
_WORST = 2.8  # even these


@pytest.fixture(scope="module")
def found() -> list[tuple[str, int, str, str]]:
    """(pattern, flags, file, method) of every regular expression of the package and its rule files."""
    program = Path(__file__).with_name("patterns.py")
    done = subprocess.run([sys.executable, str(program)], capture_output=True, check=True)
    return [(pattern, flags, place, method) for pattern, flags, place, method in json.loads(done.stdout)]


@pytest.fixture(autouse=True)
def deep() -> Iterator[None]:
    """The counter calls itself for every step."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.parametrize(
    ("pattern", "piece", "least", "most"),
    [
        ("ab*c", "ab", 0.9, 1.2),
        ("[ab]{2,400}c", "a", 0.9, 1.3),
        (r"\s+$", " ", 1.7, 2.2),
        ("x*y*z", "x", 1.7, 2.2),
        ("(a+)+$", "a", 9, float("inf")),
    ],
)
def test_the_counter(pattern: str, piece: str, least: float, most: float) -> None:
    """It tells linear, quadratic and exponential patterns apart."""
    assert least <= degree(pattern, 0, "", piece) <= most


def test_all_patterns_are_seen(found: list[tuple[str, int, str, str]]) -> None:
    """Those of the rule files too, which are compiled on first use."""
    places = [place for _, _, place, _ in found]
    assert len(found) > 800
    assert places.count("boilerplate/prefilter.py") > 500
    assert {"reading/decode.py", "stages/find_sections.py", "entities/quantities.py", "lexicon/matcher.py"} <= set(places)


def test_no_pattern_is_slow(found: list[tuple[str, int, str, str]]) -> None:
    """Each pattern's steps grow with the length of what it is shown; some grow with the square, where that is short. None explodes."""
    slow = set()
    for pattern, flags, place, method in found:
        power, lead, piece = worst(pattern, flags, method)
        assert power < _WORST, (place, pattern, lead, piece)
        if power > _LINEAR:
            slow.add(place)
            assert place in _QUADRATIC, (place, pattern, lead, piece)
    assert slow == _QUADRATIC, "mended: take it out of the list"
