"""Shared by the tests: a steady hypothesis profile, paths, cases as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from pipeline.chain import Pipeline

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
CASES = Path(__file__).parent / "cases"
#: Of pages that are put together at random.
PIECES = [
    "<p>", "<li>", "<td>", "<h2>", "<br>", "Isotroin 20mg", " for acne. ", "Share this",
    "\u00a0", "Itâ€™s ", "½ ", "\n\n", "* ", "\u00ad", "𝛼",
]  # fmt: skip

settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile("steady")


def load_cases(name: str) -> list[dict[str, Any]]:
    """Rows of tests/cases/NAME, one JSON object a line."""
    return [json.loads(line) for line in (CASES / name).read_text(encoding="utf-8").split("\n") if line.strip()]


@pytest.fixture
def samples() -> list[Path]:
    """The files of samples/, in name order."""
    return sorted(path for path in SAMPLES.iterdir() if path.is_file())


@pytest.fixture(scope="session")
def pipeline() -> Pipeline:
    """All stages, loaded once: that takes a second."""
    return Pipeline()
