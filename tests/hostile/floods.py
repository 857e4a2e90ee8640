"""Inputs that are far too large, for the tests and for benchmarks/floods.py; what becomes of a batch that meets one."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
MB = 1_000_000
SENTENCE = "Isotroin 20mg Capsule is used for severe acne. Take one capsule twice daily for 16 weeks. It may cause dry lips"


class Outcome(NamedTuple):
    """What a batch took (processor seconds; peak megabytes of one process), which files it cleaned, why others failed."""

    seconds: float
    megabytes: float
    cleaned: list[str]
    failures: list[str]


def paragraphs(path: Path, size: int) -> None:
    """A page of so many bytes, no two of its lines the same."""
    with path.open("w", encoding="utf-8") as file:
        file.write("<!doctype html><article>")
        file.writelines(f"<p>{SENTENCE} {number}." for number in range(size // len(SENTENCE)))


def lines(path: Path, size: int) -> None:
    """Records, one of them a line of so many bytes: a hole in the file, so that the disk holds little."""
    with path.open("wb") as file:
        file.write(b'{"id": "before", "text": "Take 20 mg daily."}\n{"id": "flood", "text": "')
        file.seek(size, os.SEEK_CUR)
        file.write(b'"}\n{"id": "after", "text": "Take 20 mg daily."}\n')


def zeros(path: Path, size: int) -> None:
    """A page of so many bytes in a thousandth of them."""
    with gzip.open(path, "wb") as file:
        file.write(b"<p>Take 20 mg daily.")
        for _ in range(size // MB):
            file.write(b"0" * MB)


def zipped(path: Path, size: int) -> None:
    """Ten pages, each of a tenth of so many bytes, in a thousandth of them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(10):
            with archive.open(f"{number}.html", "w") as file:
                file.write(b"<p>Take 20 mg daily.")
                for _ in range(size // 10 // MB):
                    file.write(b"0" * MB)


def liar(path: Path, size: int) -> None:
    """A WARC record that says it is so long, and is not."""
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Take 20 mg daily."
    head = f"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http; msgtype=response\r\nContent-Length: {size}\r\n\r\n"
    path.write_bytes(head.encode() + page + b"\r\n\r\n" + head.replace(str(size), str(len(page))).encode() + page + b"\r\n\r\n")


def written(*parts: str) -> Callable[[Path, int], None]:
    """A file of a beginning, a piece as often as asked for, an end."""
    first, piece, last = parts

    def write(path: Path, times: int) -> None:
        with path.open("w", encoding="utf-8") as file:  # in pieces: what this process holds would count as the batch's
            file.write(first)
            for _ in range(times // 1000):
                file.write(piece * 1000)
            file.write(last)

    return write


#: name -> (file name, how large, what writes it)
FLOODS: dict[str, tuple[str, int, Callable[[Path, int], None]]] = {
    "a page of 50 MB": ("flood.html", 50 * MB, paragraphs),
    "one line of 100 MB": ("flood.txt", 100 * MB // len(SENTENCE + ". "), written("", SENTENCE + ". ", "")),
    "one line of 100 MB, no word known": ("flood.txt", 20 * MB, written("", "lorem", "")),
    "a million nested tags": ("flood.html", 1_000_000, written("<!doctype html><body>", "<div>", "<p>Take 20 mg daily.")),
    "a million unclosed tags of all kinds": ("flood.html", 125_000, written("<body>", "<div><p><b><i><table><tr><td><ul>", "20 mg daily.")),
    "10 million attributes": ("flood.html", 10_000_000, written("<!doctype html><p ", 'a="1" ', ">Take 20 mg daily.</p>")),
    "JSON lines, one of 1 GB": ("flood.jsonl", 1000 * MB, lines),
    "a gzip bomb of 1 GB": ("flood.html.gz", 1000 * MB, zeros),
    "a zip bomb of 1 GB": ("flood.zip", 1000 * MB, zipped),
    "a WARC record that says 1 GB": ("flood.warc", 1000 * MB, liar),
}


def batch_with(name: str, options: Sequence[str] = (), scale: float = 1.0) -> Outcome:
    """A batch of a flood and of a small page beside it."""
    file, size, write = FLOODS[name]
    with tempfile.TemporaryDirectory() as made:
        folder, out = Path(made) / "pages", Path(made) / "out"
        folder.mkdir()
        write(folder / file, int(size * scale))
        (folder / "small.html").write_text(f"<p>{SENTENCE}.", encoding="utf-8")
        command = [sys.executable, str(ROOT / "cli.py"), "batch", str(folder), "-o", str(out), "--workers", "1", "-q", *options]
        process = subprocess.Popen(command)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode in (0, 1), process.returncode
        rows = [[json.loads(line) for line in (out / f"{kind}.jsonl").read_bytes().splitlines()] for kind in ("documents", "failures")]
        cleaned = [Path(row["source"]["path"]).name for row in rows[0]]
        failures = [row["error"].replace(f"{folder}/", "") for row in rows[1]]
    return Outcome(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, cleaned, failures)
