"""Batches in bad company: killed, out of room, beside one another, with names that lead elsewhere. What is finished is kept."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import cli
from pipeline.batch import Selection, run_batch
from pipeline.batch.work import DIED
from pipeline.chain import Options
from pipeline.commands.results import EXPORTS
from pipeline.errors import ConfigError
from pipeline.reading.sources import Reading, find_files

from .killing import ROOT, content, crawl, rounds, start
from .pages import PAGES

QUICK = Options(skip=("extract_entities", "relate_entities"))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds processes in /proc")
def test_kill_rounds() -> None:
    """Parents and workers killed at random moments: every input stands once, in the bytes of an undisturbed batch."""
    assert any(sum(rounds(2, 150, seed).values()) for seed in range(7, 12))  # on a busy machine a batch may end before its moment


@contextmanager
def small_disk(folder: Path) -> Iterator[Callable[[str], None]]:
    """A disk of 400 kB; what is yielded mounts it anew with other options."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("a small disk can be mounted by root on Linux only")
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"no small disk: {made.stderr.decode().strip()}")
    try:

        def remount(options: str) -> None:
            subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)

        yield remount
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(tmp_path: Path) -> None:
    """A full disk ends a batch with a line that says so; with more room the same command gives all, in the same bytes."""
    path = crawl(tmp_path, 200)
    with small_disk(tmp_path / "disk") as remount:
        out = tmp_path / "disk" / "out"
        with pytest.raises(ConfigError, match=r"out: cannot be written \(No space left on device\); what is finished is kept: make room"):
            run_batch([path], out, QUICK, workers=2)
        assert not (out / "documents.jsonl").exists()
        remount("size=50m")
        run_batch([path], out, QUICK, workers=2)
        run_batch([path], tmp_path / "calm", QUICK, workers=2)
        assert content(out) == content(tmp_path / "calm")


def test_exports_to_a_full_disk(tmp_path: Path) -> None:
    """An export for which there is no room ends with a line that says so, whatever its format, and leaves nothing behind."""
    run_batch([crawl(tmp_path, 5)], tmp_path / "out", QUICK, workers=1)
    with small_disk(tmp_path / "disk") as remount:
        remount("size=8k")
        (tmp_path / "disk" / "full").write_bytes(b"0" * 8192)
        for form in EXPORTS:
            result = CliRunner().invoke(cli.main, ["export", str(tmp_path / "out"), "--to", form, "-o", str(tmp_path / "disk" / "new")])
            assert isinstance(result.exception, SystemExit), form
            assert (result.exit_code, "cannot be written" in result.stderr, len(result.stderr.splitlines())) == (2, True, 1), form
            assert [path.name for path in (tmp_path / "disk").iterdir()] == ["full"], form
        del result
        gc.collect()  # the errors hold files that are gone, without which the disk cannot go


def no_more_writing(parts: Path) -> None:
    """The folder of parts may not be written any more, not even by root: another file has its name."""
    parts.rename(parts.with_name("aside"))
    parts.touch()


def writing_again(parts: Path) -> None:
    """It is there again."""
    parts.unlink()
    parts.with_name("aside").rename(parts)


@pytest.mark.parametrize(
    ("spoil", "mend"),
    [
        pytest.param(
            lambda parts: parts.chmod(0o555), lambda parts: parts.chmod(0o755), id="read-only",
            marks=pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"),
        ),
        pytest.param(no_more_writing, writing_again, id="gone"),
    ],
)  # fmt: skip
def test_a_folder_that_fails_midway(spoil: Callable[[Path], Any], mend: Callable[[Path], Any], tmp_path: Path) -> None:
    """A folder that can no longer be written ends the batch with a line that says so; mended, it goes on."""
    path, out, spoilt = crawl(tmp_path, 300), tmp_path / "out", list[int]()

    def spoiling(progress: Any) -> None:
        if progress.documents and not spoilt:
            spoilt.append(progress.documents)
            spoil(out / ".parts")

    with pytest.raises(ConfigError, match="out: cannot be written"):
        run_batch([path], out, QUICK, workers=1, progress=spoiling)
    mend(out / ".parts")
    told = list[int]()
    run_batch([path], out, QUICK, workers=1, progress=lambda p: told.append(p.reused))
    assert max(told) > 0
    run_batch([path], tmp_path / "calm", QUICK, workers=1)
    assert content(out) == content(tmp_path / "calm")


def test_two_batches_into_one_folder(tmp_path: Path) -> None:
    """The same batch started twice at once: one may give up, and leave a file by another name; the results are whole."""
    path, out = crawl(tmp_path, 200), tmp_path / "out"
    both = [start(path, out), start(path, out)]
    assert 1 in [process.wait(timeout=120) for process in both]  # done; the broken lines are failures
    run_batch([path], tmp_path / "calm", QUICK, workers=2)
    calm = content(tmp_path / "calm")
    assert {name: data for name, data in content(out).items() if name in calm} == calm


@pytest.mark.parametrize("year", [1971, 2099])
def test_a_clock_that_jumps(year: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that seem to be of another century are parts all the same; and a changed page is seen, though the clock was set back."""
    pages, out = tmp_path / "pages", tmp_path / "out"
    pages.mkdir()
    for number in range(100):
        (pages / f"{number:03}.txt").write_text(f"Isotroin 20mg is for severe acne. Page {number}.", encoding="utf-8")
    there = datetime(year, 1, 1, tzinfo=timezone.utc).timestamp()

    def stop(progress: Any) -> None:
        if progress.documents > 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch([pages], out, QUICK, workers=0, progress=stop, selection=Selection(size=10))
    for path in out.rglob("*"):
        os.utime(path, (there, there))
    monkeypatch.setattr(time, "time", lambda: there)
    reused = list[int]()
    run_batch([pages], out, QUICK, workers=0, progress=lambda p: reused.append(p.reused), selection=Selection(size=10))
    assert max(reused) > 40
    changed = pages / "007.txt"
    changed.write_bytes(changed.read_bytes().replace(b"20mg", b"10mg"))  # as long as before
    os.utime(changed, (there, there))
    run_batch([pages], out, QUICK, workers=0, selection=Selection(size=10))
    run_batch([pages], tmp_path / "calm", QUICK, workers=0, selection=Selection(size=10))
    assert content(out) == content(tmp_path / "calm")
    assert b"10mg" in (out / "documents.jsonl").read_bytes()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not tell or do not bound the address space")
def test_pages_in_little_memory(tmp_path: Path) -> None:
    """Wherever memory runs out, also in compiled code that ends its process, each page is cleaned or stands in failures with the reason."""
    pages, out = tmp_path / "pages", tmp_path / "out"
    pages.mkdir()
    for name, make in PAGES.items():
        (pages / f"{name}.html").write_bytes(make(4))
    (pages / "large.html").write_bytes(b"<p>Take one tablet daily." * 300_000)
    command = [sys.executable, str(ROOT / "cli.py"), "batch", str(pages), "-o", str(out), "--workers", "2", "-q", "--max-memory", "3"]
    assert subprocess.run(command, check=False).returncode == 1  # a program of its own: this one has memory to spare
    errors = {Path(row["path"]).stem: row["error"] for row in map(json.loads, (out / "failures.jsonl").read_bytes().splitlines())}
    documents = len((out / "documents.jsonl").read_bytes().splitlines())
    assert documents + len(errors) == len(PAGES) + 1
    assert documents > 150
    assert "took more than 3 MB of memory" in errors.values()
    assert errors["large"] in ("took more than 3 MB of memory", DIED)
    assert [error for error in errors.values() if "internal error" in error] == []


NAMES = [
    "../../up",
    "/etc/passwd",
    "..\\..\\up",
    "C:\\up",
    "a\x00b",
    "a\nb",
    'a"b<c>',
    "\u202elmth.exe",
    "con",
    "nul.",
    ".",
    "..",
    "",
    " ",
    "-rf",
    "~",
    "é" * 300,
    "\ud800",
]


@pytest.mark.parametrize("form", ["json", "text"])
def test_ids_that_lead_elsewhere(form: str, tmp_path: Path) -> None:
    """Whatever an id is, its file stands in the folder of documents, one each."""
    path, out = tmp_path / "crawl.jsonl", tmp_path / "deep" / "er" / "out"
    path.write_text("".join(json.dumps({"id": name, "text": f"Take {i} mg."}) + "\n" for i, name in enumerate(NAMES)), encoding="utf-8")
    before = {entry for entry in tmp_path.rglob("*") if out not in entry.parents}
    run_batch([path], out, QUICK, workers=1, form=form)
    made = [entry for entry in tmp_path.rglob("*") if entry not in before and entry.is_file()]
    pages = [entry for entry in made if entry.parent == out / "documents"]
    assert len(pages) == len(NAMES)
    assert {entry.parent for entry in made} == {out, out / "documents"}
    assert not any(set(entry.name) & set('/\\\n\0"<>:\u202e') for entry in pages)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs the files of POSIX")
def test_a_folder_of_odd_files(tmp_path: Path) -> None:
    """Links in a circle, pipes and names of any signs neither hang nor stop a batch."""
    pages = tmp_path / "pages"
    pages.mkdir()
    for name in ("a\nb.html", "q\"uo'te.html", "\u202egpj.html", "-o.html", "$(touch owned).html", "*.html", " .html"):
        (pages / name).write_text("<p>Take 20 mg of isotretinoin.</p>", encoding="utf-8")
    (pages / "loop").symlink_to(pages)
    (pages / "self.html").symlink_to("self.html")
    (pages / "gone.html").symlink_to("nowhere")
    os.mkfifo(pages / "pipe.html")
    for one, other in (("one", "two"), ("two", "one")):
        (pages / one).mkdir()
        for number in range(4):  # each leads to the other: 4 to the 40th paths before the system gives up
            (pages / one / f"link{number}").symlink_to(pages / other)
    summary = run_batch([pages], tmp_path / "out", QUICK, workers=2)
    assert summary.documents == 7
    assert not (tmp_path / "owned").exists()
    assert "internal error" not in (tmp_path / "out" / "failures.jsonl").read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs the files of POSIX")
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("pages/**/*.html", ["a.html", "far/c.html", "sub/b.html"]), ("pages/**", ["a.html", "far/c.html", "sub/b.html"]),
        ("pages/**/", ["a.html", "far/c.html", "sub/b.html"]), ("pages/*", ["a.html", "far/c.html", "sub/b.html"]),
        ("**/s*/**/*.html", ["sub/b.html"]), ("pa*/**/s*", ["sub/b.html"]), ("**/pipe.html", []), ("**/.hidden/*", [".hidden/d.html"]),
    ],
)  # fmt: skip
def test_a_pattern_over_odd_files(pattern: str, expected: list[str], tmp_path: Path) -> None:
    """A pattern does not run in circles along links, passes over pipes, and gives what lies in a folder that it finds once."""
    pages = tmp_path / "pages"
    for name in ("a.html", "sub/b.html", ".hidden/d.html", "../elsewhere/c.html"):
        (pages / name).parent.mkdir(parents=True, exist_ok=True)
        (pages / name).write_text("<p>Take 20 mg of isotretinoin.</p>", encoding="utf-8")
    (pages / "far").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(pages / "pipe.html")
    for one, other in (("one", "two"), ("two", "one")):
        (pages / one).mkdir()
        for number in range(4):
            (pages / one / f"link{number}").symlink_to(pages / other)
    found = [os.path.relpath(file.path, pages) for file in find_files([f"{tmp_path}/{pattern}"], Reading())]
    assert found == expected


def test_a_pattern_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """** is also understood at the beginning."""
    (tmp_path / "sub").mkdir()
    for name in ("a.html", "sub/b.html"):
        (tmp_path / name).write_text("<p>Take 20 mg of isotretinoin.</p>", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for pattern in ("**", "**/*.html", "./**"):
        assert [os.path.normpath(file.path) for file in find_files([pattern], Reading())] == ["a.html", "sub/b.html"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read anything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    """It stands in failures, with its reason; the others are cleaned."""
    for name in ("a.html", "b.html"):
        (tmp_path / name).write_text("<p>Take 20 mg of isotretinoin.</p>", encoding="utf-8")
    (tmp_path / "a.html").chmod(0)
    summary = run_batch([tmp_path / "a.html", tmp_path / "b.html"], tmp_path / "out", QUICK, workers=1)
    assert (summary.documents, summary.failures) == (1, 1)
    assert "may not be read" in (tmp_path / "out" / "failures.jsonl").read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs the files of POSIX")
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), lambda path: path.symlink_to(path.name)])
@pytest.mark.parametrize("name", ["documents.jsonl", "failures.jsonl", "manifest.jsonl", "summary.json"])
def test_odd_files_among_results(name: str, make: Callable[[Path], None], tmp_path: Path) -> None:
    """Where a pipe, a device or a link to itself stands in place of a result, the batch is done again, and its files are files."""
    (tmp_path / "page.txt").write_text("Take 20 mg daily.", encoding="utf-8")
    expected = run_batch([tmp_path / "page.txt"], tmp_path / "out", QUICK, workers=1)
    (tmp_path / "out" / name).unlink()
    make(tmp_path / "out" / name)
    assert run_batch([tmp_path / "page.txt"], tmp_path / "out", QUICK, workers=1).row() == expected.row()
    assert (tmp_path / "out" / name).is_file()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read anything")
def test_a_folder_that_may_not_be_read(tmp_path: Path) -> None:
    """A folder that may not be read is one failure, and what is beside it is cleaned."""
    pages = tmp_path / "pages"
    (pages / "closed").mkdir(parents=True)
    (pages / "open.txt").write_text("Take 20 mg daily.", encoding="utf-8")
    (pages / "closed").chmod(0)
    summary = run_batch([pages], tmp_path / "out", QUICK, workers=1)
    (pages / "closed").chmod(0o700)
    assert (summary.documents, summary.failures) == (1, 1)


@pytest.mark.parametrize("inner", ["closed", "closed/closed"])
def test_a_folder_whose_listing_is_refused(inner: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same where the system refuses to list it, at any depth; what is found is read in order."""
    (tmp_path / inner).mkdir(parents=True)
    (tmp_path / "open.txt").write_text("Take 20 mg daily.", encoding="utf-8")
    listing = os.scandir

    def scandir(folder: str) -> Any:
        if folder.endswith(inner):
            raise PermissionError(13, "Permission denied", folder)
        return listing(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    assert [file.path for file in find_files([tmp_path], Reading())] == [str(tmp_path / inner), str(tmp_path / "open.txt")]


def test_errors_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """An error that names a file, or a member of an archive, prints none of its control characters."""
    name = tmp_path / "a\x1b]0;owned\x07.csv"
    name.write_text("x\n", encoding="utf-8")
    build = ["lexicon", "build", "--from", f"table:{name}", "-o", str(tmp_path / "x.tsv")]
    for arguments in (build, ["clean", f"{name}.gone"], ["validate", str(name)], ["report", f"{name}.gone"]):
        result = CliRunner().invoke(cli.main, arguments)
        assert result.exit_code != 0
        assert "\x1b" not in result.stdout + result.stderr, arguments
        assert "\x07" not in result.stdout + result.stderr, arguments
