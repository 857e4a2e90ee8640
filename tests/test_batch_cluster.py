"""Batches on a Dask cluster: a real scheduler, real worker processes, one of them killed in the midst of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import cli
from pipeline.batch import Selection, run_batch
from pipeline.chain import Options
from pipeline.errors import ConfigError

from .hostile.killing import FATAL_STAGE

pytest.importorskip("distributed")
QUICK = Options(skip=("extract_entities", "relate_entities"))
SKIP = ("--skip", "extract_entities", "--skip", "relate_entities")
TEXT = "Isotroin 20mg is taken once daily with food for severe acne.\n\nDo not take it in pregnancy."
ENVIRONMENT = {
    **os.environ, "PYTHONPATH": str(Path(cli.__file__).parent), "PYTHONUTF8": "1", "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
}  # fmt: skip


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def crawl(folder: Path, total: int, words: int) -> None:
    """Pages as files and as lines of a file."""
    folder.mkdir()
    rows = [json.dumps({"id": f"d{i}", "text": f"{TEXT} Page {i}.\n\n" * words}) for i in range(total)]
    (folder / "crawl.jsonl").write_text("\n".join(rows), encoding="utf-8")
    for i in range(30):
        (folder / f"{i}.html").write_text(f"<h1>Page {i}</h1><p>{TEXT}", encoding="utf-8")


@contextmanager
def cluster(tmp_path: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler's address, and its workers with their nannies."""
    file = tmp_path / "scheduler.json"
    quiet: dict[str, Any] = {"env": ENVIRONMENT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
    dask = [sys.executable, "-m", "dask"]
    where = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    processes = [subprocess.Popen([*dask, "scheduler", *where, "--scheduler-file", str(file)], cwd=tmp_path, **quiet)]
    try:
        end = time.monotonic() + 60
        while not file.exists() or not file.read_text(encoding="utf-8"):
            assert time.monotonic() < end, "no scheduler"
            time.sleep(0.1)
        command = [*dask, "worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-dashboard", "--local-directory", str(tmp_path)]
        processes += [subprocess.Popen(command, cwd=tmp_path, **quiet) for _ in range(workers)]
        yield json.loads(file.read_text(encoding="utf-8"))["address"], processes[1:]
    finally:
        for process in processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process group")
def test_a_worker_is_lost(tmp_path: Path) -> None:
    """A worker that is killed with its nanny takes nothing with it: the bytes are those of one machine, inputs and outputs by URL."""
    crawl(tmp_path / "in", 500, words=10)
    source, out = f"file://{tmp_path / 'in'}", tmp_path / "out"
    with cluster(tmp_path, 3) as (address, workers):
        arguments = ["batch", source, "-o", f"file://{out}", "--scheduler", address, *SKIP]
        done = subprocess.Popen([sys.executable, "-m", "cli", *arguments], env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 90
        while len(list((out / ".parts").glob("[0-9a-f]*.json"))) < 4:
            assert time.monotonic() < end, "no parts came"
            assert done.poll() is None, done.stderr and done.stderr.read()
            time.sleep(0.02)
        os.killpg(workers[0].pid, signal.SIGKILL)
        messages = done.communicate(timeout=180)[1]
    assert done.returncode == 0, messages
    assert "530 of 530 documents cleaned" in messages
    run_batch([source], tmp_path / "here", QUICK, workers=2)
    assert content(out) == content(tmp_path / "here")


KILLER = """
import os, sys
from pathlib import Path
from pipeline.batch import Selection, run_batch
from pipeline.chain import Options

if __name__ == "__main__":
    skip = ("extract_entities", "relate_entities")
    run_batch([sys.argv[1]], Path(sys.argv[2]), Options(skip=skip), workers=1, engine="dask", selection=Selection(size=2))
"""


def test_a_document_that_kills_its_worker(tmp_path: Path) -> None:
    """On a cluster made here, a document that kills its workers stands alone in failures.jsonl, whatever waits beside it."""
    rows = [json.dumps({"id": f"d{i}", "text": TEXT + (" DEADLY" if i == 4 else "")}) for i in range(12)]
    (tmp_path / "crawl.jsonl").write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / "script.py").write_text(KILLER, encoding="utf-8")
    (tmp_path / "sitecustomize.py").write_text(FATAL_STAGE, encoding="utf-8")  # reaches the workers, which are no children by fork
    environment = {
        **ENVIRONMENT,
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
        "DASK_DISTRIBUTED__SCHEDULER__WORKER_SATURATION": "inf",  # shards wait at the workers, and are suspected with the one in work
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{ENVIRONMENT['PYTHONPATH']}",
    }
    command = [sys.executable, str(tmp_path / "script.py"), str(tmp_path / "crawl.jsonl"), str(tmp_path / "out")]
    subprocess.run(command, env=environment, check=True, timeout=180, cwd=tmp_path, stderr=subprocess.DEVNULL)
    rows = [json.loads(line)["id"] for line in (tmp_path / "out" / "documents.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows == [f"d{i}" for i in range(12) if i != 4]
    (failure,) = (tmp_path / "out" / "failures.jsonl").read_text(encoding="utf-8").splitlines()
    assert (json.loads(failure)["id"], json.loads(failure)["error"]) == ("d4", "the worker process died on this document")


def test_no_scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address at which nobody answers is told, with what to do."""
    monkeypatch.setattr("pipeline.engine.dask._CONNECT", "300ms")
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"no scheduler answers at tcp://127.0.0.1:9 .*start one with: dask scheduler"):
        run_batch([tmp_path / "a.txt"], tmp_path / "out", QUICK, engine="dask", scheduler="tcp://127.0.0.1:9", selection=Selection())
