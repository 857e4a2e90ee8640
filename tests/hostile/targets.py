"""What is fuzzed: functions that take any bytes and raise only when a promise is broken; seeds to begin with."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from pipeline.chain import Pipeline
from pipeline.errors import PharmacleanError, ReadError
from pipeline.lexicon.importers import SOURCES
from pipeline.lexicon.importers.build import build
from pipeline.lexicon.importers.source import Files
from pipeline.lexicon.lexicon import load_lexicon
from pipeline.reading import Raw, read
from pipeline.reading.sources import read_lines

from .invariants import check_result
from .pages import PAGES

_ROOT = Path(__file__).resolve().parents[2]
_TABLES = Path(__file__).resolve().parents[1] / "cases" / "importers"
_WITHOUT_FILES = ("ema",)  # a workbook, which is a zip archive: mutations of its bytes seldom get beyond the checksum


@cache
def pipeline() -> Pipeline:
    """All stages."""
    return Pipeline()


def read_any(data: bytes) -> None:
    """Bytes as a page give blocks in order that fill the text, or a ReadError with advice."""
    try:
        document = read(data)
    except ReadError as error:
        assert error.advice
        return
    here = 0
    for block in document.blocks:
        assert here <= block.start < block.end
        assert document.block_text(block).strip()
        here = block.end
    assert here <= len(document.source)


def clean_any(data: bytes) -> None:
    """Bytes as a page through all stages."""
    check_result(pipeline().attempt(Raw(data)))


def read_lines_any(data: bytes) -> None:
    """Bytes as a file of JSONL: every line that is not empty gives a record or its problem."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "crawl.jsonl"
        path.write_bytes(data)
        raws = list(read_lines(path))
    assert len(raws) == sum(bool(line.strip()) for line in data.split(b"\n"))
    for raw in raws:
        assert raw.problem is None or raw.problem.advice


def import_any(data: bytes) -> None:
    """Bytes as a file of a publisher: the first tells which, the rest stands in its place beside the publisher's other files."""
    files = _files()
    source, name = files[data[0] % len(files)] if data else files[0]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(_TABLES / source, folder, dirs_exist_ok=True)
        (Path(folder) / name).write_bytes(data[1:])
        for path in (Path(folder), Path(folder) / name):
            try:
                built = build([Files(source, path)], load_lexicon())
            except PharmacleanError as error:
                assert error.problem
                continue
            assert all(surface.surface.strip() for surface in built.names)


TARGETS: Mapping[str, Callable[[bytes], None]] = {"reading": read_any, "stages": clean_any, "lines": read_lines_any, "importers": import_any}


@cache
def _files() -> tuple[tuple[str, str], ...]:
    found = ((path.parent.name, path.name) for path in sorted(_TABLES.rglob("*")) if path.is_file())
    return tuple((source, name) for source, name in found if source in SOURCES and source not in _WITHOUT_FILES)


def seeds(target: str) -> Iterator[bytes]:
    """Inputs of the kind that the target expects, from which others are bred."""
    if target == "importers":
        for number, (source, name) in enumerate(_files()):
            yield bytes([number]) + (_TABLES / source / name).read_bytes()
    elif target == "lines":
        yield b'{"text": "Take 20 mg", "id": "a/1"}\n{"html": "<p>\\u00b5g", "url": null}\n\n[1]\n{"body": 1}\nnull\n'
    else:
        yield from (path.read_bytes() for path in sorted((_ROOT / "samples").iterdir()) if path.is_file())
        yield from (maker(1) for name, maker in PAGES.items() if name.startswith("small-"))
