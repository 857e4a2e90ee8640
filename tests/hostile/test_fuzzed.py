"""Inputs bred from good ones by damage: the promise holds, or a clear refusal says why; benchmarks/fuzz.py does the same for longer."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import ConfigError
from pipeline.lexicon.importers import read_source
from pipeline.lexicon.importers.source import Files

from .targets import SOURCE_FILES, TARGETS, seeds


@st.composite
def damaged(draw: st.DrawFn, target: str) -> bytes:
    """A seed with pieces of it replaced, doubled or dropped."""
    data = bytearray(draw(st.sampled_from(list(seeds(target)))))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        data[start:end] = draw(
            st.sampled_from([b"", b"\r", b"\x00", b'"', b"\xff\xfe", b"\t\t\t", bytes(data[start:end]) * 3]) | st.binary(max_size=20)
        )
    return bytes(data)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example])
@given(damaged("importers"))
def test_damaged_tables(data: bytes) -> None:
    """Each importer takes its files or says in a ConfigError what is wrong."""
    TARGETS["importers"](data)


@pytest.mark.parametrize("name", SOURCE_FILES)
def test_hostile_files(name: str) -> None:
    """Files that lie about their length, bombs, members with names that lead elsewhere: records or problems, none too large."""
    TARGETS["sources"](SOURCE_FILES[name])


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example])
@given(damaged("sources") | st.binary(max_size=200))
def test_damaged_files(data: bytes) -> None:
    """Each damaged file of pages gives records or problems."""
    TARGETS["sources"](data)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example])
@given(damaged("stages"))
def test_damaged_pages(data: bytes) -> None:
    """Each damaged page gives a record that holds together, or a clear failure."""
    TARGETS["stages"](data)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example])
@given(damaged("reading") | st.binary(max_size=300))
def test_damaged_pages_are_read(data: bytes) -> None:
    """Each damaged page gives blocks in order, or a ReadError with advice."""
    TARGETS["reading"](data)


def test_a_carriage_return_inside_a_cell(tmp_path: Path) -> None:
    """It stands for a space: the row is whole."""
    path = tmp_path / "names.csv"
    path.write_bytes(b"name,composition\nZylo\rtram,isotretinoin\n")
    assert [(entry.surface, entry.ingredients) for entry in read_source(Files("table", path))] == [("Zylo tram", ("isotretinoin",))]


def test_a_quote_that_is_never_closed(tmp_path: Path) -> None:
    """A cell without end is refused with its line, and advice."""
    path = tmp_path / "names.csv"
    path.write_text('name,composition\n"Zylotram,isotretinoin\n' + "Noveltab,novelamine\n" * 10_000, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"names\.csv, line \d+: is no table .*look for a quote without its pair"):
        list(read_source(Files("table", path)))
