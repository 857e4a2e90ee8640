"""What is fuzzed: functions that take any bytes and raise only when a promise is broken; seeds to begin with."""

from __future__ import annotations

import gzip
import io
import shutil
import tarfile
import tempfile
import zipfile
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
from pipeline.reading.sources import Reading, read_inputs

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
        assert error.advice  # noqa: PT017
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


def read_source_any(data: bytes) -> None:
    """Bytes as a file of any kind that holds pages, under a name that says which or none: records, each with its text or its problem."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("crawl.jsonl", "crawl"):
            path = Path(folder) / name
            path.write_bytes(data)
            for raw in read_inputs([path], Reading(max_bytes=1_000_000)):
                assert raw.path
                assert len(raw.data) <= 1_000_000
                assert raw.problem is None or (raw.problem.problem and raw.problem.advice)


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
                assert error.problem  # noqa: PT017
                continue
            assert all(surface.surface.strip() for surface in built.names)


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    "reading": read_any,
    "stages": clean_any,
    "sources": read_source_any,
    "importers": import_any,
}


_LINES = b'{"text": "Take 20 mg", "id": "a/1"}\n{"html": "<p>\\u00b5g", "url": null}\n\n[1]\n{"body": 1}\nnull\n'
_HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Take 20 mg"
_WARC = (
    b"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http; msgtype=response\r\n"
    b"WARC-Target-URI: https://example.org/\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n"
)


def _zip() -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("../../up.html", "/etc/root.html", "a\nb.txt", "\u202elmth.html"):
            archive.writestr(name, "<p>Take 20 mg")
    return memory.getvalue()


def _tar() -> bytes:
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w") as archive:
        for name, kind, link in (
            ("../up.html", tarfile.REGTYPE, ""),
            ("link.html", tarfile.SYMTYPE, "/etc/passwd"),
            ("pipe.html", tarfile.FIFOTYPE, ""),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname, member.size = kind, link, 4 if kind == tarfile.REGTYPE else 0
            archive.addfile(member, io.BytesIO(b"<p>a") if member.size else None)
    return memory.getvalue()


#: Files that hold pages, one of each kind, and what lies about its length.
SOURCE_FILES: Mapping[str, bytes] = {
    "lines": _LINES, "array": b'[{"text": "Take 20 mg"}, {"text": 5}]', "deep": b'{"text": ' + b"[" * 50_000,
    "number": b'{"text": 1' + b"0" * 10_000 + b"}",
    "csv": b'id,text\n1,"Take ""20"" mg"\n2\n', "tsv": b"id\ttext\n1\tTake 20 mg\n", "open-quote": b'id,text\n1,"' + b"a\n" * 20_000,
    "warc": _WARC % (len(_HTTP), _HTTP) * 2, "warc-too-long": _WARC % (10**12, _HTTP), "warc-too-short": _WARC % (5, _HTTP),
    "warc-negative": _WARC % (-1, _HTTP),
    "warc-chunks": _WARC % (99, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n\r\nFFFFFFFF\r\nzz"),
    "gzip": gzip.compress(_LINES), "gzip-cut": gzip.compress(_LINES)[:-9], "gzip-bomb": gzip.compress(b"0" * 20_000_000),
    "gzip-of-gzip": gzip.compress(gzip.compress(_LINES)),
    "zip": _zip(), "zip-cut": _zip()[:-20], "tar": _tar(), "parquet-not": b"PAR1" + b"\x00" * 40 + b"PAR1",
    "sqlite": b"SQLite format 3\x00",
    "mhtml": b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x\r\n'
    b"Content-Type: text/html; charset=rot13\r\n\r\n<p>Take 20 mg\r\n--x--\r\n",
    "one-line": b'{"text": "' + b"Take 20 mg " * 300_000 + b'"}\n{"text": "after"}\n',
}  # fmt: skip


@cache
def _files() -> tuple[tuple[str, str], ...]:
    found = ((path.parent.name, path.name) for path in sorted(_TABLES.rglob("*")) if path.is_file())
    return tuple((source, name) for source, name in found if source in SOURCES and source not in _WITHOUT_FILES)


def seeds(target: str) -> Iterator[bytes]:
    """Inputs of the kind that the target expects, from which others are bred."""
    if target == "importers":
        for number, (source, name) in enumerate(_files()):
            yield bytes([number]) + (_TABLES / source / name).read_bytes()
    elif target == "sources":
        yield from SOURCE_FILES.values()
    else:
        yield from (path.read_bytes() for path in sorted((_ROOT / "samples").iterdir()) if path.is_file())
        yield from (maker(1) for name, maker in PAGES.items() if name.startswith("small-"))
