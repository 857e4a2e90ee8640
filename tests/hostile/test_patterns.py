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


def test_the_counter_knows_methods_and_ends() -> None:
    """A full match must reach the end, a match begins at the start alone, and an end may stop what nothing else does."""
    assert worst(r"\s*,?\s*", 0, "fullmatch")[0] > _LINEAR > worst(r"\s*,?\s*", 0, "match")[0]
    assert worst(r"\s+$", 0, "search")[0] > _LINEAR > worst(r"\s+$", 0, "match")[0]
    assert worst(r"[(][^()]*[)]?\s*$", 0, "search")[0] > _LINEAR


def test_all_patterns_are_seen(found: list[tuple[str, int, str, str]]) -> None:
    """Those of the rule files too, which are compiled on first use."""
    places = [place for _, _, place, _ in found]
    assert len(found) > 800
    assert places.count("boilerplate/prefilter.py") > 500
    assert {"reading/decode.py", "stages/find_sections.py", "entities/quantities.py", "lexicon/matcher.py"} <= set(places)


def test_no_pattern_is_slow(found: list[tuple[str, int, str, str]]) -> None:
    """Each pattern's steps grow with the length of what it is shown, and no faster."""
    slow = [(place, pattern, worst(pattern, flags, method)) for pattern, flags, place, method in found]
    assert [entry for entry in slow if entry[2][0] > _LINEAR] == []
