"""CPU time and peak memory of export, validate and report over many records.

    python benchmarks/exports.py [--documents 1000 10000] [--only sqlite csv]

The records are those of samples/ over and over, each with an id, an address and a title of its own. Every command runs in a process
of its own; its peak memory is what the system counted for that process.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def records(count: int) -> Iterator[str]:
    """Lines of documents.jsonl."""
    from pipeline.chain import Pipeline
    from pipeline.record import to_line

    pipeline = Pipeline()
    made = [pipeline(path).record() for path in sorted((ROOT / "samples").iterdir())]
    for i in range(count):
        record = made[i % len(made)]
        source = {**record["source"], "url": f"https://site{i % 37}.example/{i}", "sha256": hashlib.sha256(str(i).encode()).hexdigest()}
        yield to_line({**record, "id": f"page{i}", "title": f"{record['title']} ({i})", "source": source})


def measure(arguments: list[str]) -> tuple[float, float]:
    """CPU seconds, its own and the system's for it, and peak MB of a run of the program."""
    process = subprocess.Popen([sys.executable, str(ROOT / "cli.py"), *arguments], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        raise SystemExit(f"{' '.join(arguments)} failed with {status}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def size_of(path: Path) -> float:
    """MB of a file or of all files in a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def main() -> None:
    """Print one row a command and number of documents."""
    from pipeline.export import FORMATS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--make", nargs=2, metavar=("COUNT", "FILE"), help="only write the records")
    parser.add_argument("--only", nargs="+", choices=[*FORMATS, "validate", "report"])
    options = parser.parse_args()
    if options.make:
        with Path(options.make[1]).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(records(int(options.make[0])))
        return
    for count in options.documents:
        with tempfile.TemporaryDirectory() as folder:
            source, out = Path(folder) / "documents.jsonl", Path(folder) / "out"
            # in a process of its own, since a child's peak begins with what its parent held
            subprocess.run([sys.executable, __file__, "--make", str(count), str(source)], check=True)
            print(f"{count} documents, {size_of(source):.0f} MB of records")
            for name in options.only or [*FORMATS, "validate", "report"]:
                arguments = {"validate": ["validate", str(source)], "report": ["report", str(source), "-o", str(out / "r.html")]}
                if name == "report":
                    out.mkdir()
                seconds, peak = measure(arguments.get(name, ["export", str(source), "--to", name, "-o", str(out)]))
                row = {
                    "ms a document": round(1000 * seconds / count, 2),
                    "peak MB": round(peak),
                    "MB written": round(size_of(out), 1) if out.exists() else 0,
                }
                print(f"{name:16}{json.dumps(row)}", flush=True)
                shutil.rmtree(out, ignore_errors=True)
                out.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
