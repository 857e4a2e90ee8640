"""Batches killed at random moments, for the tests and for benchmarks/kill_rounds.py."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = "Isotroin 20mg is taken once daily with food for severe acne.\n\nDo not take it in pregnancy."

#: Python that lets its process die on a document that says DEADLY.
FATAL_STAGE = """
import os
import pipeline.stages.repair_text as module
mend = module.repair_text
def fatal(document):
    if "DEADLY" in document.text:
        os._exit(9)
    return mend(document)
module.repair_text = fatal
"""


def crawl(folder: Path, documents: int) -> Path:
    """Documents d0, d1 … as lines; each fortieth line is broken, and belongs into failures."""
    path = folder / "crawl.jsonl"
    rows = [json.dumps({"id": f"d{i}", "text": f"{TEXT} Page {i}.\n\n" * 10}) if i % 40 else "{broken" for i in range(documents)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def start(path: Path, out: Path) -> subprocess.Popen[bytes]:
    """The batch, quick stages only: what is tested is the batch, and more rounds fit."""
    skip = ["--skip", "extract_entities", "--skip", "relate_entities"]
    command = [sys.executable, str(ROOT / "cli.py"), "batch", str(path), "-o", str(out), "--workers", "2", "-q", *skip]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


def children(pid: int) -> list[int]:
    """The living processes that a process has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text(encoding="utf-8", errors="replace").rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


def disturbed(path: Path, out: Path, chance: random.Random, lasts: float) -> Counter[str]:
    """One round: what was killed, and how often."""
    killed, process = Counter[str](), start(path, out)
    for _ in range(chance.randint(1, 3)):
        time.sleep(chance.uniform(0, lasts))
        if process.poll() is not None:
            break
        workers = children(process.pid)
        if workers and chance.random() < 0.5:
            os.kill(chance.choice(workers), signal.SIGKILL)
            killed["worker"] += 1
        else:
            process.kill()
            process.wait()
            killed["parent"] += 1
            process = start(path, out)
    status = process.wait(timeout=600)
    assert status == 1, f"status {status}"  # the broken lines are failures
    return killed


def content(folder: Path) -> dict[str, bytes]:
    """Every file with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def check(out: Path, calm: dict[str, bytes], documents: int) -> None:
    """Every input once, and the bytes of the undisturbed batch."""
    rows = [json.loads(line) for name in ("documents.jsonl", "failures.jsonl") for line in (out / name).read_bytes().splitlines()]
    places = Counter(row["source"]["record"] if "source" in row else row["record"] for row in rows)
    assert places == Counter(range(1, documents + 1)), "an input is lost or doubled"
    assert content(out) == calm, "other bytes than undisturbed"


def rounds(number: int, documents: int, seed: int) -> Counter[str]:
    """So many rounds, each checked; raises AssertionError with the round that fails."""
    total, chance = Counter[str](), random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = crawl(folder, documents)
        began = time.monotonic()
        assert start(path, folder / "calm").wait() == 1
        lasts = time.monotonic() - began
        calm = content(folder / "calm")
        for i in range(number):
            out = folder / f"round{i}"
            total += disturbed(path, out, chance, lasts)
            check(out, calm, documents)
            if sys.stderr.isatty():
                sys.stderr.write(f"\rround {i + 1} of {number}")
    return total
