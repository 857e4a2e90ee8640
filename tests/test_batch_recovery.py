"""Batches that break off, are killed, hang or are asked for again: nothing is lost, nothing is doubled."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import cli
from pipeline.attempt import Failure, attempt
from pipeline.batch import Folder, Job, Run, Selection, Shard, documents_of, part_records, plan, rewrite_part, run_batch
from pipeline.batch.forms import FILES
from pipeline.batch.manifest import Manifest
from pipeline.batch.work import clean_shard
from pipeline.chain import Options
from pipeline.engine import DIED
from pipeline.engine.limits import Limits
from pipeline.engine.local import LocalEngine
from pipeline.errors import ConfigError
from pipeline.reading.sources import Raw, Reading
from pipeline.validate import Validator

from .hostile.killing import children

QUICK = Options(skip=("extract_entities", "relate_entities"))
SKIP = ("--skip", "extract_entities", "--skip", "relate_entities")
TEXT = "Isotroin 20mg is taken once daily with food for severe acne.\n\nDo not take it in pregnancy."
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parent), "PYTHONUTF8": "1"}
POSIX = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs signals of POSIX")


def lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def ids(out: Path) -> list[str]:
    """The ids of the documents in an output folder."""
    return [row["id"] for row in lines(out / "documents.jsonl")]


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def crawl(tmp_path: Path, total: int, words: int = 1) -> Path:
    """A JSONL file of documents d0, d1 …"""
    path = tmp_path / "crawl.jsonl"
    rows = (json.dumps({"id": f"d{i}", "text": f"{TEXT} Page {i}.\n\n" * words}) for i in range(total))
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


#: The program with Ctrl-C as a terminal gives it: what runs in the background of a shell is deaf to it, and so are its children.
LISTENING = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); import cli; cli.main(prog_name='pharmaclean')"


def start(*arguments: str) -> subprocess.Popen[str]:
    """The batch command as a process of its own, with a process group of its own."""
    command = [sys.executable, "-c", LISTENING, "batch", *arguments, *SKIP]
    return subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True, start_new_session=True)


def wait_for_parts(out: Path, count: int) -> None:
    """Wait until so many shards are finished."""
    end = time.monotonic() + 60
    while len(list((out / ".parts").glob("[0-9a-f]*.json"))) < count:
        assert time.monotonic() < end, "no parts came"
        time.sleep(0.02)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds processes in /proc")
def test_kill_the_parent(tmp_path: Path) -> None:
    """A batch whose parent is killed leaves no process behind; the same command goes on, and the bytes are those of an undisturbed run."""
    path = crawl(tmp_path, 600, words=8)
    out = tmp_path / "out"
    process = start(str(path), "-o", str(out), "--workers", "2", "-q")
    wait_for_parts(out, 6)
    workers = children(process.pid)
    process.kill()
    process.communicate()
    assert workers
    end = time.monotonic() + 10
    while any(Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" for pid in workers):
        assert time.monotonic() < end, "workers outlive their parent"
        time.sleep(0.05)
    assert not (out / "documents.jsonl").exists()
    done = start(str(path), "-o", str(out), "--workers", "1", "--log-format", "json")
    messages = done.communicate(timeout=120)[1]
    assert done.returncode == 0, messages
    assert json.loads(messages.splitlines()[-1])["reused"] >= 6 * 8
    run_batch([path], tmp_path / "calm", QUICK, workers=2)
    assert content(out) == content(tmp_path / "calm")
    assert ids(out) == [f"d{i}" for i in range(600)]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds processes in /proc")
def test_kill_workers(tmp_path: Path) -> None:
    """Workers that are killed from outside, several times, cost time and nothing else: no document is lost, doubled or called a failure."""
    path = crawl(tmp_path, 600, words=8)
    out = tmp_path / "out"
    process = start(str(path), "-o", str(out), "--workers", "2", "-q")
    for parts in (2, 6, 10):
        wait_for_parts(out, parts)
        for pid in children(process.pid)[:1]:
            os.kill(pid, signal.SIGKILL)
    messages = process.communicate(timeout=120)[1]
    assert process.returncode == 0, messages
    run_batch([path], tmp_path / "calm", QUICK, workers=2)
    assert content(out) == content(tmp_path / "calm")
    assert ids(out) == [f"d{i}" for i in range(600)]


@POSIX
@pytest.mark.parametrize("group", [True, False], ids=["terminal", "one process"])
def test_interrupt(tmp_path: Path, group: bool) -> None:
    """Ctrl-C ends with 130 and says in one line how to go on; the same command does."""
    path = crawl(tmp_path, 2400, words=8)  # more than can be done before the signal
    out = tmp_path / "out"
    process = start(str(path), "-o", str(out), "--workers", "2")
    wait_for_parts(out, 4)
    (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
    messages = process.communicate(timeout=20)[1]
    assert process.returncode == 130
    assert len(messages.splitlines()) == 1, messages
    assert "documents are done and safe in" in messages
    assert "to go on, run the same command again" in messages
    done = start(str(path), "-o", str(out), "--workers", "2")
    messages = done.communicate(timeout=120)[1]
    assert done.returncode == 0
    assert "taken from an earlier run" in messages
    assert ids(out) == [f"d{i}" for i in range(2400)]


DISTURBED = """
import faulthandler, os, signal, sys, time
from pathlib import Path
import pipeline.batch.work as work
import pipeline.stages.repair_text as module
from pipeline.batch import run_batch
from pipeline.chain import Options

mend, write = module.repair_text, work.to_bytes

def greedy(record):
    if "WORDY" in record["text"]:
        "".ljust(10**9)
    return write(record)

def disturbed(document):
    if "DEADLY" in document.text:
        os._exit(9)
    if "FAULTY" in document.text:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "SLOW" in document.text:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            pass
    if "HUNGRY" in document.text:
        document.text.ljust(10**9)
    if "DEAF" in document.text:
        while True:
            try:
                time.sleep(60)
            except BaseException:
                pass
    return mend(document)

module.repair_text, work.to_bytes = disturbed, greedy
if __name__ == "__main__":
    skip = ("extract_entities", "relate_entities")
    crawl, out, workers, timeout, grace, size = sys.argv[1:]
    import pipeline.engine.limits
    from pipeline.batch import Selection
    pipeline.engine.limits._GRACE = float(grace)
    limits = pipeline.engine.limits.Limits(float(timeout), 500)
    faulthandler.dump_traceback_later(150, exit=True)  # as test runners do; the workers are forked from this process
    run_batch([crawl], Path(out), Options(skip=skip), workers=int(workers), limits=limits, selection=Selection(size=int(size)))
"""


def disturbed(tmp_path: Path, total: int, bad: dict[int, str], *settings: str) -> list[str]:
    """A batch in which some documents are bad; the errors, when it is certain that they stand alone and in order."""
    rows = [json.dumps({"id": f"d{i}", "text": f"{TEXT} {bad.get(i, '')}", "url": f"u{i}"}) for i in range(total)]
    (tmp_path / "crawl.jsonl").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "script.py").write_text(DISTURBED, encoding="utf-8")
    arguments = [sys.executable, str(tmp_path / "script.py"), str(tmp_path / "crawl.jsonl"), str(tmp_path / "out"), *settings]
    subprocess.run(arguments, env=ENVIRONMENT, check=True, timeout=180)
    failures = lines(tmp_path / "out" / "failures.jsonl")
    assert [(row["id"], row["url"], row["record"]) for row in failures] == [(f"d{i}", f"u{i}", i + 1) for i in bad]
    assert ids(tmp_path / "out") == [f"d{i}" for i in range(total) if i not in bad]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"documents.jsonl", "failures.jsonl", "manifest.jsonl", "summary.json"}
    return [row["error"] for row in failures]


@POSIX
@pytest.mark.parametrize("workers", ["1", "3"])
def test_documents_that_disturb(tmp_path: Path, workers: str) -> None:
    """Documents that kill their worker, make it fault or take too long stand alone in failures.jsonl; the others are cleaned, in order."""
    died, slow = "the worker process died on this document", "took longer than 1 seconds"
    bad = {3: "DEADLY", 4: "FAULTY", 34: "SLOW", 35: "DEADLY"}
    assert disturbed(tmp_path, 60, bad, workers, "1", "10", "64") == [died, died, slow, died]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not tell or do not bound the address space")
@pytest.mark.parametrize("workers", ["0", "2"])
def test_documents_that_take_too_much_memory(tmp_path: Path, workers: str) -> None:
    """They stand in failures.jsonl with the reason, also if it is their record that takes it; the same process goes on."""
    assert disturbed(tmp_path, 9, {2: "HUNGRY", 7: "WORDY"}, workers, "30", "10", "64") == ["took more than 500 MB of memory"] * 2


@pytest.mark.parametrize(
    ("megabytes", "told"),
    [(500, "took more than 500 MB of memory"), (0, "internal error: SystemError: f returned NULL without setting an exception")],
)
def test_memory_that_runs_out_without_a_word(megabytes: float, told: str) -> None:
    """Where Python had no memory left for its MemoryError, a limit of memory is what it met; without a limit it is a fault."""

    def work(_: Raw) -> None:
        raise SystemError("f returned NULL without setting an exception")

    failure = attempt(Raw("page"), work, Limits(seconds=0, megabytes=megabytes))
    assert isinstance(failure, Failure)
    assert failure.error == told


@POSIX
def test_a_document_that_does_not_listen(tmp_path: Path) -> None:
    """A document that hangs and cannot be interrupted is ended with its worker, also where the caller has a watchdog of its own."""
    assert disturbed(tmp_path, 9, {4: "DEAF"}, "2", "0.3", "0", "3") == ["the worker process died on this document"]


def test_without_fork(tmp_path: Path) -> None:
    """Workers that are started afresh, as on Windows and macOS, give the same bytes."""
    path = crawl(tmp_path, 40)
    from functools import partial

    from pipeline.batch.work import warm_up

    engine = LocalEngine(2, partial(warm_up, QUICK), start_method="spawn")
    run_batch([path], tmp_path / "spawned", QUICK, engine=engine)
    run_batch([path], tmp_path / "here", QUICK, workers=0)
    assert content(tmp_path / "spawned") == content(tmp_path / "here")
    assert ids(tmp_path / "spawned") == [f"d{i}" for i in range(40)]


def test_another_configuration(tmp_path: Path) -> None:
    """A batch that broke off is not mixed with another: the difference is told, and --fresh starts over."""
    path, out = crawl(tmp_path, 30), tmp_path / "out"

    def stop(_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch([path], out, QUICK, progress=stop)
    with pytest.raises(ConfigError, match=r"country was None and is 'IN'; .*or start over with --fresh"):
        run_batch([path], out, replace(QUICK, country="IN"))
    with pytest.raises(ConfigError, match="inputs was"):
        run_batch([path, path], out, QUICK)
    for selection in (Selection(limit=5), Selection(sample=0.5), Selection(size=5), Selection(whole=True)):
        with pytest.raises(ConfigError, match=r"was (None|64|False) and is (5|0.5|True)"):
            run_batch([path], out, QUICK, selection=selection)
    assert run_batch([path], out, replace(QUICK, country="IN"), resume="fresh").documents == 30
    with pytest.raises(ConfigError, match="was finished here: country was 'IN' and is None"):
        run_batch([path], out, QUICK, resume="resume")
    assert run_batch([path], out, QUICK).documents == 30  # a finished one is replaced: nothing is lost by it
    assert lines(out / "manifest.jsonl")[0]["configuration"]["country"] is None


def test_finished_results_of_other_inputs(tmp_path: Path) -> None:
    """Finished results that another batch would leave out are replaced with --fresh only; one that holds them and more extends them."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        crawl(tmp_path / name, 10)
    a, b, out = tmp_path / "a", tmp_path / "b", tmp_path / "out"
    run_batch([a], out, QUICK, workers=0)
    before = content(out)
    for inputs, selection in (([b], Selection()), ([a], Selection(limit=5)), ([a], Selection(sample=0.5)), ([a / "none"], Selection())):
        with pytest.raises(ConfigError, match=r"out: holds finished results that would be lost: (input|all but).*; give .* --fresh"):
            run_batch(inputs, out, QUICK, workers=0, selection=selection)
        assert content(out) == before
    assert run_batch([b, f"{a}/"], out, QUICK, workers=0, selection=Selection(limit=50)).documents == 20
    assert run_batch([b], out, QUICK, workers=0, resume="fresh").documents == 10


def test_a_changed_table_is_another_configuration(tmp_path: Path) -> None:
    """The content of a table of names counts, not only its path."""
    table = tmp_path / "names.tsv"
    head = "surface\ttarget\tkind\n"
    table.write_text(head + "Zzyzxin\tisotretinoin\tbrand\n", encoding="utf-8")
    path, out = crawl(tmp_path, 3), tmp_path / "out"
    options = replace(QUICK, lexicon=(table,))
    run_batch([path], out, options)
    table.write_text(head + "Zzyzxan\tisotretinoin\tbrand\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="lexicon was"):
        run_batch([path], out, options, resume="resume")


def test_nothing_to_go_on_with(tmp_path: Path) -> None:
    """--resume and --retry-failed want a batch that is there."""
    path = crawl(tmp_path, 3)
    for told in ({"resume": "resume"}, {"retry_failed": True}):
        with pytest.raises(ConfigError, match="no batch here to go on with"):
            run_batch([path], tmp_path / "out", QUICK, **told)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Notes how many documents each shard that is worked on has."""
    seen = list[int]()

    def noting(job: Job, shard: Shard) -> Any:
        seen.append(shard.documents)
        return clean_shard(job, shard)

    monkeypatch.setattr("pipeline.batch.run.clean_shard", noting)
    return seen


def test_only_what_is_new(tmp_path: Path, counted: list[int]) -> None:
    """A finished batch asked for again does nothing; files that are new or changed are cleaned, and the rest is taken as it is."""
    folder, out = tmp_path / "pages", tmp_path / "out"
    folder.mkdir()
    for i in range(40):
        (folder / f"{i:03}.txt").write_text(f"{TEXT} Page {i}.", encoding="utf-8")
    run_batch([folder], out, QUICK, workers=0)
    before = content(out)
    assert sum(counted) == 40
    counted.clear()
    run_batch([folder], out, QUICK, workers=0)
    assert (counted, content(out)) == ([], before)
    (folder / "900.txt").write_text(f"{TEXT} New.", encoding="utf-8")
    (folder / "000.txt").write_text(f"{TEXT} Changed, and longer.", encoding="utf-8")
    run_batch([folder], out, QUICK, workers=0)
    assert sum(counted) == 8 + 9
    run_batch([folder], tmp_path / "anew", QUICK, workers=0)
    assert content(out) == content(tmp_path / "anew")


def finished(tmp_path: Path, form: str) -> tuple[Path, Path, dict[str, bytes], list[str]]:
    """The input of a finished batch, its results with their bytes, and files of every kind among them."""
    path, out = crawl(tmp_path, 20), tmp_path / "out"
    path.write_text(path.read_text(encoding="utf-8") + "{broken\n", encoding="utf-8")
    run_batch([path], out, QUICK, workers=0, form=form)
    before = content(out)
    return path, out, before, [*list(before)[:3], "failures.jsonl", "manifest.jsonl", "summary.json"]


@pytest.mark.parametrize("form", FILES)
def test_results_that_were_tampered_with(tmp_path: Path, form: str) -> None:
    """Results that were shortened or taken away are made again, whichever file it is."""
    path, out, before, names = finished(tmp_path, form)
    for name in names:
        for left in (None, 0, len(before[name]) // 2, len(before[name]) - 1):
            (out / name).unlink()
            if left is not None:
                (out / name).write_bytes(before[name][:left])
            run_batch([path], out, QUICK, workers=0, form=form)
            assert content(out) == before, (name, left)


def flip(path: Path, at: int) -> None:
    """Another byte in a file, which stays as long as it was."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("form", FILES)
def test_damage_that_keeps_the_size(tmp_path: Path, form: str) -> None:
    """A changed byte anywhere in the results is noticed, and made again by the same batch."""
    path, out, before, names = finished(tmp_path, form)
    for name in names:
        for share in (0.0, 0.3, 0.6, 0.99):
            flip(out / name, int(len(before[name]) * share))
            assert [fault.name for fault in Manifest(Folder(str(out))).faults()] == [name]
            run_batch([path], out, QUICK, workers=0, form=form)
            assert content(out) == before, (name, share)


@pytest.mark.parametrize("form", ["jsonl", "parts"])
def test_damage_among_what_is_taken_over(tmp_path: Path, counted: list[int], form: str) -> None:
    """Where more inputs extend a finished batch, a damaged stretch of its results is done again, and no other."""
    path, other, out = crawl(tmp_path, 40), tmp_path / "other.jsonl", tmp_path / "out"
    other.write_text(json.dumps({"id": "x", "text": TEXT}), encoding="utf-8")
    run_batch([path], out, QUICK, workers=0, form=form, selection=Selection(size=8))
    damaged = out / "documents.jsonl" if form == "jsonl" else out / "documents" / "000002.jsonl"
    flip(damaged, damaged.stat().st_size // 2)
    counted.clear()
    run_batch([path, other], out, QUICK, workers=0, form=form, selection=Selection(size=8))
    assert counted == [8, 1]
    run_batch([path, other], tmp_path / "calm", QUICK, workers=0, form=form, selection=Selection(size=8))
    assert content(out) == content(tmp_path / "calm")


def test_copies_set_aside_are_summed(tmp_path: Path) -> None:
    """Results from which copies were set aside are sound; damage to those copies is seen."""
    path, out = crawl(tmp_path, 20), tmp_path / "out"
    command(str(path), str(path), "-o", str(out), "-q", "--dedup", "drop")
    before = content(out)
    assert before["duplicates.jsonl"]
    assert list(Validator().run([out])) == []
    flip(out / "duplicates.jsonl", 30)
    assert [str(line).split("; ")[0] for line in Validator().run([out]) if not line.number] == [
        f"{out / 'duplicates.jsonl'}: is damaged: it is as long as it was written, and other bytes"
    ]
    command(str(path), str(path), "-o", str(out), "-q", "--dedup", "drop")
    assert content(out) == before


def without_sums(out: Path) -> None:
    """Make a folder as an earlier version left it."""
    rows = lines(out / "manifest.jsonl")
    for row in rows:
        for key in ("seal", "crc32", "sums"):
            row.pop(key, None)
    (out / "manifest.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_a_folder_of_an_earlier_version(tmp_path: Path, counted: list[int]) -> None:
    """Results without sums are taken as they are; `validate` says what cannot be seen there."""
    path, other, out = crawl(tmp_path, 20), tmp_path / "other.jsonl", tmp_path / "out"
    other.write_text(json.dumps({"id": "x", "text": TEXT}), encoding="utf-8")
    run_batch([path], out, QUICK, workers=0)
    without_sums(out)
    result = CliRunner().invoke(cli.main, ["validate", str(out)])
    told = f"{out}: an earlier version wrote no sums: damage that keeps a file's size does not show\n20 records, 0 faults\n"
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", told)
    counted.clear()
    run_batch([path], out, QUICK, workers=0)
    assert counted == []
    run_batch([path, other], out, QUICK, workers=0)
    assert counted == [4 + 1]
    assert CliRunner().invoke(cli.main, ["validate", str(out)]).stderr == "21 records, 0 faults\n"


@pytest.mark.parametrize("name", ["documents.jsonl", "summary.json", "manifest.jsonl"])
def test_validate_names_what_is_gone(name: str, tmp_path: Path) -> None:
    """A file that was taken away or cut off is named; where there is no manifest, nothing is known of the others."""
    out = tmp_path / "out"
    run_batch([crawl(tmp_path, 20)], out, QUICK, workers=0)
    (out / name).unlink()
    result = CliRunner().invoke(cli.main, ["validate", str(out)])
    gone = f"{out / name}: is gone; the same batch command again makes it anew\n"
    assert (result.exit_code, result.stdout) == ((0, "") if name == "manifest.jsonl" else (1, gone))


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]\n", b"7\n", b'{"configuration": 7}\n', b"\xff\n", b"[" * 100_000 + b"\n", b'{"key": "x"}\n', b'{"files": [7]}\n'],
    ids=lambda damage: repr(damage[:20]),
)
def test_damaged_lines(tmp_path: Path, damage: bytes) -> None:
    """Lines of a manifest, or a configuration, that cannot be read are taken as not there, and made again."""
    path, out = crawl(tmp_path, 20), tmp_path / "out"
    run_batch([path], out, QUICK, workers=0)
    before = content(out)
    first, *others = before["manifest.jsonl"].splitlines(keepends=True)
    for manifest in (damage + b"".join(others), first + damage + b"".join(others[1:]), b"".join([first, *others[:-1]]) + damage):
        (out / "manifest.jsonl").write_bytes(manifest)
        run_batch([path], out, QUICK, workers=0)
        assert content(out) == before
    (out / ".parts").mkdir()
    for name in ("0123.json", "0123.jsonl", *([] if damage.startswith(b'{"') else ["configuration.json"])):
        (out / ".parts" / name).write_bytes(damage)
    (out / "documents.jsonl").unlink()
    run_batch([path], out, QUICK, workers=0)
    assert content(out) == before


def test_parts_that_were_not_finished(tmp_path: Path) -> None:
    """A part without its entry, an entry without its part, and what was cut off or damaged, are done again."""
    path, out = crawl(tmp_path, 150), tmp_path / "out"
    run_batch([path], tmp_path / "calm", QUICK, workers=0)

    def stop(progress: Any) -> None:
        if progress.documents > 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch([path], out, QUICK, workers=0, progress=stop)
    found = sorted(file for file in (out / ".parts").glob("*.json") if file.name != "configuration.json")
    found[0].unlink()
    found[1].with_suffix(".jsonl").unlink()
    found[2].with_suffix(".jsonl").write_bytes(b"{")
    found[3].write_bytes(b"{")
    flip(found[4].with_suffix(".jsonl"), 100)
    flip(found[5], 100)
    (out / ".parts" / "0123.jsonl.tmp").write_bytes(b"{")
    run_batch([path], out, QUICK, workers=0)
    assert content(out) == content(tmp_path / "calm")


def test_retry_failed(tmp_path: Path, counted: list[int]) -> None:
    """--retry-failed does the shards with failures again, with other limits if told so; the order stays."""
    path, out = crawl(tmp_path, 60), tmp_path / "out"
    rows = path.read_text(encoding="utf-8").split("\n")
    rows[41] = json.dumps({"id": "d41", "text": TEXT * 20})
    path.write_text("\n".join(rows), encoding="utf-8")
    small, large = Reading(max_bytes=1000), Reading(max_bytes=100_000)
    assert run_batch([path], out, QUICK, reading=small, workers=0).failures == 1
    counted.clear()
    assert run_batch([path], out, QUICK, reading=large, workers=0).failures == 1  # limits do not make another batch
    assert counted == []
    summary = run_batch([path], out, QUICK, reading=large, retry_failed=True, workers=0)
    assert (summary.documents, summary.failures) == (60, 0)
    assert counted == [16]
    assert ids(out) == [f"d{i}" for i in range(60)]
    assert lines(out / "failures.jsonl") == []


def test_the_same_input_twice(tmp_path: Path) -> None:
    """An input that is given twice stands there twice."""
    path, out = crawl(tmp_path, 42), tmp_path / "out"
    run_batch([path, path, path], out, QUICK, workers=2)
    assert ids(out) == [f"d{i}" for i in range(42)] * 3


def test_files_of_parts(tmp_path: Path, counted: list[int]) -> None:
    """In the format parts the documents stand in numbered files, in order; what is finished is taken up again there, too."""
    path, out = crawl(tmp_path, 40), tmp_path / "out"
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps({"id": "x", "text": TEXT}), encoding="utf-8")
    for inputs, fresh in (([path, path], 40), ([path, path], 0), ([path, path, other], 1), ([path, path, other], 0)):
        counted.clear()
        summary = run_batch(inputs, out, QUICK, workers=0, form="parts")
        found = [row["id"] for file in sorted((out / "documents").iterdir()) for row in lines(file)]
        assert found == [f"d{i}" for i in range(40)] * 2 + ["x"] * (len(inputs) - 2)
        assert (summary.documents, len(counted) > 0) == (len(found), fresh > 0)
        assert sorted(file.name for file in out.iterdir()) == ["documents", "failures.jsonl", "manifest.jsonl", "summary.json"]


def test_results_are_no_inputs(tmp_path: Path) -> None:
    """The folder of results may lie within the inputs."""
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    for _ in range(2):
        assert run_batch([tmp_path], tmp_path / "outputs", QUICK, workers=0).documents == 1


@pytest.mark.parametrize("form", FILES)
def test_results_given_as_inputs(tmp_path: Path, form: str) -> None:
    """Results that are given as inputs of the batch that would replace them are refused, or passed over where a pattern finds them."""
    out = tmp_path / "out"
    run_batch([crawl(tmp_path, 3)], out, QUICK, workers=0, form=form)
    (tmp_path / "link").symlink_to(out)
    before = content(out)
    places: list[str | Path] = [out, f"{out}/", tmp_path / "link", *(out / name for name in before), *out.glob("documents")]
    for given in places:
        with pytest.raises(ConfigError, match="is where the results go, which would be read as pages; choose another folder"):
            run_batch([given], out, QUICK, workers=0, form=form, resume="fresh")
    for found in (f"{out}/**", f"{tmp_path}/o*"):
        assert run_batch([found], out, QUICK, workers=0, form=form, resume="fresh").documents == 0
    assert content(out) == before
    assert run_batch([f"{tmp_path}/*"], out, QUICK, workers=0, form=form, resume="fresh").documents == 3


def test_inputs_that_are_gone(tmp_path: Path) -> None:
    """A folder whose pages are gone for a while, as a disk that is not there, replaces nothing: not results, not what broke off."""
    pages, out = tmp_path / "pages", tmp_path / "out"
    pages.mkdir()
    crawl(pages, 20)

    def stop(progress: Any) -> None:
        if progress.documents > 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch([pages], out, QUICK, workers=0, progress=stop)
    for _ in ("broken off", "finished"):
        before = content(out)
        pages.rename(tmp_path / "aside")
        pages.mkdir()
        assert run_batch([pages], out, QUICK, workers=0).documents == 0
        assert content(out) == before
        pages.rmdir()
        (tmp_path / "aside").rename(pages)
        assert run_batch([pages], out, QUICK, workers=0).documents == 20


def test_inputs_beside_results(tmp_path: Path) -> None:
    """Pages in the folder of results that are none themselves can be given; a file that the results would take the place of cannot."""
    (tmp_path / "documents").mkdir()
    for name in ("a.txt", "documents/b.txt", "documents.jsonl"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    with pytest.raises(ConfigError, match="is where the results go"):
        run_batch([tmp_path / "documents.jsonl"], tmp_path, QUICK, workers=0)
    (tmp_path / "documents.jsonl").unlink()
    for _ in range(2):
        assert run_batch([tmp_path / "a.txt", tmp_path / "documents"], tmp_path, QUICK, workers=0).documents == 2
    with pytest.raises(ConfigError, match="is where the results go"):
        run_batch([tmp_path / "documents"], tmp_path, QUICK, workers=0, form="json")


def test_an_error_without_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document that cannot be read is told with its number, and with the name of an error that says nothing."""

    def silent(*_: Any) -> Raw:
        raise EOFError

    monkeypatch.setattr("pipeline.reading.sources.lines.parse_line", silent)
    path = crawl(tmp_path, 2)
    run_batch([path], tmp_path / "out", QUICK, workers=0)
    failures = [(row["record"], row["error"]) for row in lines(tmp_path / "out" / "failures.jsonl")]
    assert failures == [(1, f"{path}: cannot be read (EOFError)"), (2, f"{path}: cannot be read (EOFError)")]


def test_a_file_that_changes(tmp_path: Path) -> None:
    """Documents that are gone when their turn comes are failures, not a silence."""
    path = crawl(tmp_path, 20)
    shards = list(plan([path], Reading(), Selection()))
    path.write_text("\n".join(path.read_text(encoding="utf-8").split("\n")[:12]), encoding="utf-8")
    (tmp_path / "parts").mkdir()
    job = Job(QUICK, folder=str(tmp_path / "parts"))
    parts = [clean_shard(job, shard) for shard in shards]
    assert [(part.summary.documents, part.summary.failures) for part in parts] == [(8, 0), (4, 4), (0, 4)]
    assert parts[1].failures[0]["error"].endswith("document 13 is gone")


# --- planning -------------------------------------------------------------------------------------


def test_shards_grow(tmp_path: Path) -> None:
    """The first shards are small, so that a small batch is shared out; no shard has more documents than told."""
    path = crawl(tmp_path, 400)
    shards = list(plan([path], Reading(), Selection()))
    assert [shard.documents for shard in shards] == [8] * 4 + [16] * 4 + [32] * 4 + [64] * 2 + [48]
    assert sum(shard.bytes for shard in shards) == path.stat().st_size
    assert {shard.documents for shard in plan([path], Reading(), Selection(size=5))} == {5}
    assert [span.total for shard in plan([path], Reading(), Selection(whole=True)) for span in shard.spans] == [None]


def test_halves(tmp_path: Path) -> None:
    """Halves hold the documents of the whole, in order, down to single ones."""
    path = crawl(tmp_path, 13)
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    shard = Shard(tuple(span for s in plan([tmp_path / "a.txt", path], Reading(), Selection(whole=True)) for span in s.spans))

    def leaves(shard: Shard) -> Iterator[Shard]:
        halves = shard.halves(Reading())
        if not halves:
            yield shard
        for half in halves:
            yield from leaves(half)

    job = Job(QUICK)
    whole = [raw.id for raw, _ in documents_of(job, shard)]
    pieces = [[raw.id for raw, _ in documents_of(job, leaf)] for leaf in leaves(shard)]
    assert whole == [None, *(f"d{i}" for i in range(13))]
    assert pieces == [[identity] for identity in whole]


def test_limit_and_sample(tmp_path: Path) -> None:
    """--limit takes the first documents; --sample takes the same share each time, and a larger share holds a smaller one."""
    path = crawl(tmp_path, 400)
    folder = tmp_path / "pages"
    folder.mkdir()
    for i in range(100):
        (folder / f"{i}.txt").write_text(TEXT, encoding="utf-8")

    def taken(**selection: Any) -> list[str]:
        chosen, found = Selection(**selection), []
        job = Job(Options(skip=QUICK.skip), sample=chosen.sample)
        for shard in plan([path, folder], Reading(), chosen):
            found += [raw.id or str(raw.path) for raw, _ in documents_of(job, shard)]
        return found

    assert taken(limit=10) == [f"d{i}" for i in range(10)]
    assert len(taken(limit=450)) == 450
    small, large = taken(sample=0.1), taken(sample=0.3)
    assert small == taken(sample=0.1, size=7)
    assert 30 <= len(small) <= 75
    assert set(small) < set(large)
    assert sorted(large, key=taken().index) == large
    assert taken(sample=0.3, limit=20) == large[:20]


# --- more than one pass ---------------------------------------------------------------------------


def count_drugs(job: Job, shard: Shard) -> Counter[str]:
    """A first pass: drugs of a shard's documents."""
    return Counter(drug.name for _, document in documents_of(job, shard) for drug in getattr(document, "drugs", ()))


def first_id(job: Job, shard: Shard) -> str | None:
    """A first pass whose results show their order."""
    return next(raw.id for raw, _ in documents_of(job, shard))


def test_passes_before_and_after(tmp_path: Path) -> None:
    """A pass over all documents before they are cleaned decides the options; one over the finished parts rewrites records."""
    path, out = crawl(tmp_path, 100), tmp_path / "out"
    seen = Counter[str]()
    order = list[str | None]()

    def before(run: Run) -> Options:
        for found in run.map(count_drugs):
            seen.update(found)
        order.extend(run.map(first_id))
        return replace(run.job.options, country="IN" if seen["isotretinoin"] == 100 else "GB")

    def after(run: Run) -> None:
        for folder, part in run.parts():
            records = ({**record, "duplicate": {"of": "d0", "cluster": 1}} for record in part_records(folder, part))
            run.rewritten(rewrite_part(run.job, part, records))

    for _ in range(2):  # the second time on top of the first
        run_batch([path], out, QUICK, workers=2, before=before, after=after)
        rows = lines(out / "documents.jsonl")
        assert [row["id"] for row in rows] == [f"d{i}" for i in range(100)]
        assert {json.dumps(row["duplicate"]) for row in rows} == {'{"of": "d0", "cluster": 1}'}
    assert order[:5] == ["d0", "d8", "d16", "d24", "d32"]


def die_on_d11(job: Job, shard: Shard) -> list[str]:
    """A pass that one document kills."""
    found = [str(raw.id) for raw, _ in documents_of(job, shard)]
    if "d11" in found:
        os._exit(9)
    return found


def test_a_pass_that_a_document_kills(tmp_path: Path) -> None:
    """A pass over all documents goes on without the one that kills its worker."""
    path = crawl(tmp_path, 40)
    found = list[str]()

    def before(run: Run) -> Options:
        for part in run.map(die_on_d11):
            found.extend(part)
        return run.job.options

    run_batch([path], tmp_path / "out", QUICK, workers=2, before=before)
    assert found == [f"d{i}" for i in range(40) if i != 11]
    assert repr(DIED) == "DIED"


# --- the command ----------------------------------------------------------------------------------


def command(*arguments: str, stdin: str | bytes | None = None) -> tuple[int, str, str]:
    """Status, standard output and standard error of the batch command."""
    result = CliRunner().invoke(cli.main, ["batch", *arguments, *SKIP], input=stdin, prog_name="pharmaclean")
    return result.exit_code, result.stdout, result.stderr


def test_dry_run(tmp_path: Path) -> None:
    """--dry-run lists the inputs with their documents, what is passed over and the options; nothing is written."""
    path = crawl(tmp_path, 400)
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "x.png").touch()
    status, output, messages = command(str(tmp_path), "-o", str(tmp_path / "out"), "--dry-run", "--country", "IN")
    assert status == 0
    assert output.splitlines() == [str(tmp_path / "a.txt"), f"{path}\t400 documents"]
    assert "401 documents in 2 files" in messages
    assert "passed over: 1 .png" in messages
    assert 'country = "IN"' in messages
    assert not (tmp_path / "out").exists()


def test_dry_run_options(tmp_path: Path) -> None:
    """The options that --dry-run lists may stand in pharmaclean.toml: a batch with that file alone is the batch that was asked for."""
    path, table = crawl(tmp_path, 9), tmp_path / "table.tsv"
    table.write_text("surface\ttarget\tkind\nZzyzxin\tisotretinoin\tbrand\n", encoding="utf-8")
    told = ["--sample=0.9", "--exclude=x*", "--field=text=text", "--retry-failed", "--fresh", "--usan", f"--lexicon={table}", "--limit=5"]
    lines_ = command(str(path), "-o", str(tmp_path / "out"), "--dry-run", *told)[2].splitlines()
    (tmp_path / "mine.toml").write_text("\n".join(["[batch]", *lines_[1:]]), encoding="utf-8")
    result = CliRunner().invoke(cli.main, ["--config", str(tmp_path / "mine.toml"), "batch", str(path), "-q"])
    assert result.exit_code == 0, result.stderr
    assert len(ids(tmp_path / "out")) == 5


@pytest.mark.parametrize("rows", [1, 8])
def test_dry_run_of_standard_input(tmp_path: Path, rows: int) -> None:
    """--dry-run counts the documents of standard input, and leaves nothing behind."""
    status, output, messages = command("-", "-o", str(tmp_path / "out"), "--dry-run", stdin=crawl(tmp_path, rows).read_bytes())
    assert (status, output.split("\t")[0].strip()) == (0, "-")
    assert f"{rows} documents in 1 files" in messages
    assert [path.name for path in tmp_path.iterdir()] == ["crawl.jsonl"]


def test_standard_input(tmp_path: Path) -> None:
    """- takes whatever a file may hold; asked for again, it is known by its content."""
    rows = "".join(json.dumps({"id": f"d{i}", "text": TEXT}) + "\n" for i in range(20))
    out = tmp_path / "out"
    assert command("-", "-o", str(out), "-q", stdin=rows)[0] == 0
    assert [row["source"]["path"] for row in lines(out / "documents.jsonl")] == ["-"] * 20
    assert "nothing was left to do" in command("-", "-o", str(out), stdin=rows)[2]
    assert "time" in command("-", "-o", str(out), stdin=rows + rows)[2]
    assert len(ids(out)) == 40
    assert command("-", "-o", str(out), "-q", "--limit=3", "--fresh", stdin=rows)[0] == 0
    assert len(ids(out)) == 3
    assert command("-", "-o", str(out), "-q", "--fresh", stdin=f"<h1>Acne</h1><p>{TEXT}")[0] == 0
    assert lines(out / "documents.jsonl")[0]["source"]["media_type"] == "text/html"
    assert sorted(content(out)) == ["documents.jsonl", "failures.jsonl", "manifest.jsonl", "summary.json"]


@pytest.mark.parametrize("twice", [("-", "-"), ("-", "@-"), ("@-", "@-")])
@pytest.mark.parametrize("how", [(), ("--dry-run",)])
def test_standard_input_twice(tmp_path: Path, twice: tuple[str, ...], how: tuple[str, ...]) -> None:
    """Standard input can be read once, and is not asked for twice without a word."""
    status, _, messages = command(*twice, "-o", str(tmp_path / "out"), *how, stdin=f"<p>{TEXT}")
    assert (status, messages) == (2, "error: standard input can be read only once; give one - and no @- beside it\n")


def test_a_sample_of_nothing(tmp_path: Path) -> None:
    """A sample that takes no document is told as such, and earlier results stay; no pages at all are something else."""
    path, out = crawl(tmp_path, 3), tmp_path / "out"
    command(str(path), "-o", str(out))
    before = content(out)
    status, _, messages = command(str(path), "-o", str(out), "-q", "--sample=1e-9", "--fresh")
    assert (status, messages) == (2, f"error: --sample 1e-09 takes none of the documents in {path}; take a larger share\n")
    assert content(out) == before
    (tmp_path / "none").mkdir()
    assert "no pages in" in command(str(tmp_path / "none"), "-o", str(out), "-q", "--sample=1e-9", "--fresh")[2]


def test_json_log(tmp_path: Path) -> None:
    """--log-format json tells the end as a line of JSON, with the summary."""
    path = crawl(tmp_path, 20)
    status, _, messages = command(str(path), "-o", str(tmp_path / "out"), "--log-format", "json")
    rows = [json.loads(line) for line in messages.splitlines()]
    assert status == 0
    assert rows[-1]["event"] == "end"
    assert (rows[-1]["documents"], rows[-1]["failures"], rows[-1]["summary"]["documents"]) == (20, 0, 20)
    status, _, messages = command(str(path), "-o", str(tmp_path / "out"), "--log-format", "json", "--resume", "--country", "IN")
    assert (status, json.loads(messages)["event"]) == (2, "error")
    assert "country was" in json.loads(messages)["message"]


@pytest.mark.parametrize(
    ("given", "more", "words"),
    [("gone.html", [], "no such file"), ("none", [], "no pages in"), ("crawl.jsonl", ["--sample=1e-9"], "takes none of the documents")],
)
def test_json_log_of_no_documents(tmp_path: Path, given: str, more: list[str], words: str) -> None:
    """Inputs that are not there, or hold nothing, are told as a line of JSON too."""
    crawl(tmp_path, 3)
    (tmp_path / "none").mkdir()
    status, _, messages = command(str(tmp_path / given), "-o", str(tmp_path / "out"), "--log-format", "json", *more)
    (row,) = map(json.loads, messages.splitlines())
    assert (status, row["event"], words in row["message"]) == (2, "error", True)


def test_no_pages(tmp_path: Path) -> None:
    """Inputs that hold no pages are an error and nothing else: no closing lines of a batch stand before it."""
    (tmp_path / "none").mkdir()
    status, _, messages = command(str(tmp_path / "none"), "-o", str(tmp_path / "out"))
    assert (status, len(messages.splitlines()), "no pages in" in messages) == (2, 1, True)


@pytest.mark.parametrize("option", ["timeout", "max-memory", "sample"])
@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e300"])
def test_figures_that_are_none(tmp_path: Path, option: str, value: str) -> None:
    """What is no number, or none that can be reckoned with, is a wrong value of its option, on the command line and in a file."""
    path = str(crawl(tmp_path, 1))
    (tmp_path / "mine.toml").write_text(f"[batch]\n{option} = {value}\n", encoding="utf-8")
    for result in (
        CliRunner().invoke(cli.main, ["batch", path, f"--{option}={value}", "-o", str(tmp_path / "out")]),
        CliRunner().invoke(cli.main, ["--config", str(tmp_path / "mine.toml"), "batch", path]),
    ):
        assert (result.exit_code, f"Invalid value for '--{option}'" in result.stderr) == (2, True)


def test_options_reach_the_batch(tmp_path: Path) -> None:
    """Patterns, fields, limits and samples are those of the library."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "t.csv").write_text(f"nr,story\n1,{TEXT[:50]}\n2,{TEXT[:50]}\n", encoding="utf-8")
    (tmp_path / "in" / "no.txt").write_text(TEXT, encoding="utf-8")
    out = tmp_path / "out"
    arguments = ["--exclude", "no*", "--field", "text=story", "--field", "id=nr", "--limit", "1", "-q"]
    assert command(str(tmp_path / "in"), "-o", str(out), *arguments)[0] == 0
    assert ids(out) == ["1"]
    assert command(str(tmp_path / "in"), "-o", str(out), *arguments[:-2], "2", "-q")[0] == 0  # more of the same batch
    assert ids(out) == ["1", "2"]
    status, _, messages = command(str(tmp_path / "in"), "-o", str(out), "--field", "nonsense=x")
    assert (status, "roles: text, html" in messages) == (2, True)


def test_standard_output_is_no_folder(tmp_path: Path) -> None:
    """A batch writes several files: -o - is refused with what to do instead."""
    status, _, messages = command(str(crawl(tmp_path, 3)), "-o", "-")
    assert (status, "pharmaclean clean --format jsonl" in messages) == (2, True)


class _SlowToGo:
    """What takes its time when it is taken down."""

    def __del__(self) -> None:
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass


@pytest.mark.skipif(os.name == "nt", reason="needs a timer of POSIX")
def test_time_runs_out_in_a_destructor() -> None:
    """A limit of time that is met while something is taken down, where nothing can be raised, ends the document a little later."""

    def work(_raw: Raw) -> None:
        thing: _SlowToGo | None = _SlowToGo()
        thing = None  # noqa: F841
        end = time.process_time() + 5
        while time.process_time() < end:
            pass

    result = attempt(Raw("page"), work, Limits(seconds=0.01, megabytes=0))
    assert isinstance(result, Failure)
    assert result.error == "took longer than 0.01 seconds"
