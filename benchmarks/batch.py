"""Batches: pages a second by workers, what is added to the stages, memory, resuming; beside trafilatura's command and datatrove.

    python benchmarks/batch.py generate PAGES --count 20000
    python benchmarks/batch.py rate PAGES [--workers 1 2]     pages a second, processor ms a page, start, resume
    python benchmarks/batch.py overhead PAGES [--limit 2000]  the batch beside the bare stages, processor ms a page
    python benchmarks/batch.py memory [--counts 1000 10000 100000]
    python benchmarks/batch.py peers PAGES                    trafilatura --parallel 2 and datatrove on the same folder, in turns

The pages are generated: invented articles on medicines, each with its own numbers, within the menus, share bars, comments and footers of a
dozen made-up sites; 1 in 1,000 is empty, 1 in 1,000 is the copy of another, as crawls have them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
COMMAND = (sys.executable, str(ROOT / "cli.py"), "batch")

DRUGS = (
    ("Isotroin", "isotretinoin", "severe acne", "dry lips"), ("Glucophage", "metformin", "type 2 diabetes", "nausea"),
    ("Augmentin", "amoxicillin and clavulanic acid", "sinusitis", "diarrhoea"), ("Dolo", "paracetamol", "fever", "skin rash"),
    ("Lipitor", "atorvastatin", "high cholesterol", "muscle pain"), ("Zithromax", "azithromycin", "bronchitis", "abdominal pain"),
    ("Norvasc", "amlodipine", "hypertension", "swollen ankles"), ("Losec", "omeprazole", "heartburn", "headache"),
)  # fmt: skip
SENTENCES = (
    "{brand} {strength} mg contains {drug}, which is used in the treatment of {condition}.",
    "The usual dose of {drug} is {strength} mg once daily, taken with food for {weeks} weeks.",
    "Patients with {condition} should tell their doctor about every other medicine that they take before they begin.",
    "The most common side effect is {effect}, which about {share} in 100 people notice in the first days.",
    "In a study of {people} adults, {brand} eased {condition} within {weeks} weeks in most of them.",
    "Do not take {drug} in pregnancy unless your doctor has told you to, and do not breast-feed while you take it.",
    "Store the tablets below {degrees} °C in the original package, out of the sight and reach of children.",
    "If you miss a dose, take it as soon as you remember, unless it is almost time for the next one.",
    "An overdose may cause {effect}; call a poison centre at once, even if you feel well.",
    "Liver function should be checked before the treatment and every {weeks} weeks while it lasts.",
)
HEADINGS = ("What it is used for", "Dosage", "Side effects", "Before you take it", "Storage", "Overdose", "What studies say")


def page(number: int) -> str:
    """One page, the same for the same number."""
    chance = random.Random(number)  # noqa: S311
    brand, drug, condition, effect = DRUGS[number % len(DRUGS)]
    site = f"healthsite{number % 12}.example"

    def sentence() -> str:
        return chance.choice(SENTENCES).format(
            brand=brand, drug=drug, condition=condition, effect=effect, strength=chance.choice((5, 10, 20, 40, 250, 500)),
            weeks=chance.randint(2, 26), share=chance.randint(1, 30), people=chance.randint(40, 4000), degrees=chance.choice((25, 30)),
        )  # fmt: skip

    title = f"{brand} for {condition}: dose, effects and warnings ({number})"
    sections = "".join(
        f"<h2>{heading}</h2>" + "".join(f"<p>{' '.join(sentence() for _ in range(chance.randint(2, 5)))}</p>" for _ in range(2))
        for heading in chance.sample(HEADINGS, chance.randint(3, 6))
    )
    menu = "".join(
        f'<li><a href="/{word}">{word.title()}</a></li>' for word in ("home", "medicines", "conditions", "news", "shop", "contact")
    )
    related = "".join(
        f'<li><a href="/p{i}">{DRUGS[i % 8][0]} or {DRUGS[(i + 3) % 8][0]}?</a></li>' for i in range(number % 9, number % 9 + 6)
    )
    comments = "".join(
        f"<li class=comment><b>Reader {i}</b><p>Thank you, this helped me a lot!</p></li>" for i in range(chance.randint(0, 4))
    )
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title} | {site}</title></head><body>"
        f"<nav><ul>{menu}</ul></nav><div class=share>Share on Facebook Share on X</div><main><article><h1>{title}</h1>"
        f"<p class=byline>By the editors of {site}</p>{sections}</article></main><aside><h3>Related articles</h3><ul>{related}</ul></aside>"
        f"<ol class=comments>{comments}</ol>"
        f"<footer>© 2026 {site}. All rights reserved. Privacy policy. Cookie settings.</footer></body></html>"
    )


def generate(folder: Path, count: int) -> None:
    """A folder of pages, a thousand a subfolder."""
    for number in range(count):
        path = folder / f"{number // 1000:03}" / f"{number:06}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "" if number % 1000 == 500 else page(number - 2 if number % 1000 == 501 else number)
        path.write_text(text, encoding="utf-8")


class Run(NamedTuple):
    """What a command took. first: seconds until the first part or file stood there."""

    wall: float
    cpu: float
    peak: float
    first: float
    status: int


def run(command: Sequence[str], watch: Path | None = None) -> Run:
    """A command with its children: time, processor time, peak of the memory of all of them together (shared pages counted once)."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    seen = {"peak": 0.0, "first": 0.0}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(1.0):
                seen["peak"] = max(seen["peak"], memory(process.pid))
                if watch and not seen["first"] and any(path.suffix == ".json" for path in watch.glob(".parts/[0-9a-f]*.json")):
                    seen["first"] = time.perf_counter() - begun

        watcher = threading.Thread(target=look)
        watcher.start()
        assert process.stderr
        process.stderr.read()
        status = process.wait()
        ended.set()
        watcher.join()
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, cpu, seen["peak"], seen["first"], status)


def memory(pid: int) -> float:
    """MB of a process and its descendants, each shared page counted once over its sharers (PSS)."""
    total, family = 0.0, [pid]
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError, ValueError):
            continue
    for one in family:
        family.extend(child for child, parent in parents.items() if parent == one)
        try:
            rows = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(row.split()[1]) for row in rows if row.startswith("Pss:")) / 1024
    return total


def lines(path: Path) -> int:
    """Lines of a file, 0 if there is none."""
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(1 for _ in file)


def rate(pages: Path, workers: Sequence[int], scratch: Path, more: Sequence[str]) -> None:
    """Pages a second, and what a second run of the same costs."""
    print("workers  pages  wall s  pages/s  cpu ms/page  first part s  peak MB  again s")
    for count in workers:
        out = scratch / f"w{count}"
        command = [*COMMAND, str(pages), "-o", str(out), "--workers", str(count), *more]
        found = run([*command, "-q"], out)
        total = lines(out / "documents.jsonl") + lines(out / "failures.jsonl")
        again = run([*command, "-q"])
        print(
            f"{count:7}  {total:5}  {found.wall:6.1f}  {total / found.wall:7.1f}  {1000 * found.cpu / total:11.1f}  {found.first:12.1f}"
            f"  {found.peak:7.0f}  {again.wall:7.1f}",
            flush=True,
        )
    same = {(scratch / f"w{count}" / "documents.jsonl").read_bytes() for count in workers}
    print(f"bytes of documents.jsonl: {'the same' if len(same) == 1 else 'DIFFERENT'} for all")


def overhead(pages: Path, limit: int, scratch: Path) -> None:
    """The batch with one worker beside the bare stages over the same bytes, each in a process of its own, in turns."""
    stages, batches = list[float](), list[float]()
    for turn in range(3):
        done = run([sys.executable, __file__, "stages", str(pages), "--limit", str(limit)])
        none = run([sys.executable, __file__, "stages", str(pages), "--limit", "0"])
        stages.append(done.cpu - none.cpu)
        out = scratch / f"o{turn}"
        command = [*COMMAND, str(pages), "-o", str(out), "--workers", "1", "-q", "--limit"]
        batches.append(
            run([*command, str(limit)]).cpu - run([*COMMAND, str(pages), "-o", f"{out}-1", "--workers", "1", "-q", "--limit", "1"]).cpu
        )
        print(f"stages {1000 * stages[-1] / limit:.2f}  batch {1000 * batches[-1] / limit:.2f} cpu ms a page", flush=True)
    best = min(batches) / min(stages)
    print(f"overhead {best - 1:.1%} (the lowest of three each; loading taken off)")


def stages_only(pages: Path, limit: int) -> None:
    """Bytes in, record out, nothing else."""
    from pipeline.chain import Pipeline
    from pipeline.reading.sources import Raw

    pipeline = Pipeline()
    pipeline.attempt(Raw(page(1)))
    for path in sorted(pages.rglob("*.html"))[:limit]:
        pipeline.attempt(Raw(path.read_bytes(), str(path)))


def grow(counts: Sequence[int], scratch: Path) -> None:
    """Peak memory of parent and two workers together, and processor time, over short documents in one file of JSON lines."""
    print("documents  peak MB  wall s  cpu ms/document")
    for count in counts:
        path = scratch / f"{count}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for number in range(count):
                text = f"Isotroin {number % 40} mg is taken once daily for severe acne.\n\nPage {number}: do not take it in pregnancy."
                file.write(json.dumps({"id": str(number), "text": text}) + "\n")
        out = scratch / f"m{count}"
        found = run([*COMMAND, str(path), "-o", str(out), "--workers", "2", "-q"])
        assert lines(out / "documents.jsonl") == count, found
        print(f"{count:9}  {found.peak:7.0f}  {found.wall:6.1f}  {1000 * found.cpu / count:15.2f}", flush=True)
        shutil.rmtree(out)


DATATROVE = """
import sys
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.extractors import Trafilatura
from datatrove.pipeline.writers.jsonl import JsonlWriter
from pathlib import Path

class Pages(PipelineStep):
    type, name = "reader", "pages"
    def run(self, data=None, rank=0, world_size=1):
        for path in sorted(Path(sys.argv[1]).rglob("*.html"))[rank::world_size]:
            yield Document(text=path.read_text(encoding="utf-8"), id=str(path))

if __name__ == "__main__":
    steps = [Pages(), Trafilatura(favour_precision=False), JsonlWriter(sys.argv[2], compression=None)]
    LocalPipelineExecutor(steps, tasks=2, workers=2, logging_dir=sys.argv[2] + "-log").run()
"""


def peers(pages: Path, scratch: Path, binary: Path) -> None:
    """Three tools on one folder, two processes each: pages a second, and how many of the pages are in the results."""
    for probe in ([str(binary), "--version"], [sys.executable, "-c", "import datatrove, trafilatura"]):
        subprocess.run(probe, check=True, stdout=subprocess.DEVNULL)  # a peer that does not start has lost nothing
    total = sum(1 for path in pages.rglob("*.html"))
    empty = sum(1 for path in pages.rglob("*.html") if not path.stat().st_size)
    script = scratch / "trove.py"
    script.write_text(DATATROVE, encoding="utf-8")
    two = ["--workers", "2", "-q"]
    bare = [
        word
        for stage in ("find_sections", "normalize_drugs", "extract_entities", "relate_entities", "assess")
        for word in ("--skip", stage)
    ]
    folders = ["--input-dir", str(pages), "--output-dir", str(scratch / "trafilatura")]
    commands: dict[str, list[str]] = {
        "pharmaclean": [*COMMAND, str(pages), "-o", str(scratch / "pharmaclean"), *two],
        "pharmaclean, text alone": [*COMMAND, str(pages), "-o", str(scratch / "text"), *two, *bare],
        "trafilatura": [str(binary), *folders, "--parallel", "2", "--no-comments"],
        "datatrove": [sys.executable, str(script), str(pages), str(scratch / "datatrove")],
    }
    counted: dict[str, Any] = {
        "pharmaclean": lambda: (lines(scratch / "pharmaclean" / "documents.jsonl"), lines(scratch / "pharmaclean" / "failures.jsonl")),
        "pharmaclean, text alone": lambda: (lines(scratch / "text" / "documents.jsonl"), lines(scratch / "text" / "failures.jsonl")),
        "trafilatura": lambda: (sum(1 for path in (scratch / "trafilatura").rglob("*") if path.is_file()), 0),
        "datatrove": lambda: (sum(lines(path) for path in (scratch / "datatrove").glob("*.jsonl")), 0),
    }
    print(f"{total} pages, {empty} of them empty")
    print("tool                      status  wall s  pages/s  cpu ms/page  in results  told as failed  missing")
    for name, command in commands.items():
        found = run(command)
        good, bad = counted[name]()
        figures = f"{found.wall:6.1f}  {total / found.wall:7.1f}  {1000 * found.cpu / total:11.1f}"
        print(f"{name:24}  {found.status:6}  {figures}  {good:10}  {bad:14}  {total - good - bad:7}", flush=True)


def main() -> None:
    """Options in, figures out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["generate", "rate", "overhead", "memory", "peers", "stages"])
    parser.add_argument("pages", nargs="?", type=Path, default=Path("pages"))
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--limit", type=int, default=2000)
    parser.add_argument("--counts", type=int, nargs="+", default=[100, 1000, 10_000, 100_000])
    parser.add_argument("--trafilatura", type=Path, default=Path(sys.executable).parent / "trafilatura", help="its command")
    parser.add_argument("--scratch", type=Path, help="where results go; a temporary folder unless told")
    told = parser.parse_args()
    os.environ["PYTHONPATH"] = str(ROOT)
    if told.what == "generate":
        generate(told.pages, told.count)
        return
    if told.what == "stages":
        stages_only(told.pages, told.limit)
        return
    with tempfile.TemporaryDirectory(dir=told.scratch) as folder:
        scratch = Path(folder)
        if told.what == "rate":
            rate(told.pages, told.workers, scratch, [])
        elif told.what == "overhead":
            overhead(told.pages, told.limit, scratch)
        elif told.what == "memory":
            grow(told.counts, scratch)
        else:
            peers(told.pages, scratch, told.trafilatura)


if __name__ == "__main__":
    main()
