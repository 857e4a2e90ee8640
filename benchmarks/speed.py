"""CPU milliseconds a page, beside other extractors, in one run.

    python benchmarks/speed.py PAGES [--limit 60] [--memory]
    python benchmarks/speed.py PAGES --stages [--warm-up OTHER_PAGES]

PAGES is a folder of .html or .html.gz files. Every tool sees every page in turn, warm, in one process, so that a change in the machine's
speed meets all of them; peers that are not installed are left out (benchmarks/requirements.txt names them). Peers get the decoded string,
pharmaclean the bytes. --memory starts each tool in a process of its own and gives its peak memory over the pages.

--stages gives pharmaclean's own time by stage instead: on the first sight of each page, as in a crawl, where words and headings are
new, and warm, the least of three further passes. Tables and patterns are loaded before, on OTHER_PAGES, else on the samples.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

TEXT_STAGES = ("repair_text", "strip_boilerplate")


def ours(*stages: str) -> Callable[[bytes, str], Any]:
    """Our own chain, or its first stages."""
    from pipeline.chain import STAGES, Options, Pipeline

    pipeline = Pipeline(Options(skip=tuple(s for s in STAGES if stages and s not in stages)))
    return lambda data, _text: pipeline(data)


def trafilatura() -> Callable[[bytes, str], Any]:
    """Main text, comments off."""
    from trafilatura import extract

    return lambda _data, text: extract(text, include_comments=False)


def readability() -> Callable[[bytes, str], Any]:
    """readability-lxml, its HTML made text by html-text."""
    import html_text
    from readability import Document

    return lambda _data, text: html_text.extract_text(Document(text).summary(html_partial=True))


def resiliparse() -> Callable[[bytes, str], Any]:
    """Main content."""
    from resiliparse.extract.html2text import extract_plain_text

    return lambda _data, text: extract_plain_text(text, main_content=True, list_bullets=False, alt_texts=False, links=False, comments=False)


TOOLS: dict[str, Callable[[], Callable[[bytes, str], Any]]] = {
    "pharmaclean: text and removals": lambda: ours(*TEXT_STAGES),
    "pharmaclean: + drug names": lambda: ours(*TEXT_STAGES, "find_sections", "normalize_drugs"),
    "pharmaclean: everything": ours,
    "resiliparse": resiliparse,
    "trafilatura": trafilatura,
    "readability-lxml": readability,
}


def by_stage(pages: list[tuple[bytes, str]], before: list[tuple[bytes, str]]) -> dict[str, dict[str, float]]:
    """CPU milliseconds a page for each stage, for reading and for the record: on first sight, and warm."""
    from pipeline.chain import Pipeline

    pipeline = Pipeline()
    _pass(pipeline, before)
    first, *warm = [_pass(pipeline, pages) for _ in range(4)]
    rows = {name: {"first": first[name], "warm": min(times[name] for times in warm)} for name in first}
    annotating = [row for name, row in rows.items() if name not in ("read", *TEXT_STAGES)]
    rows["annotating and record"] = {key: sum(row[key] for row in annotating) for key in ("first", "warm")}
    return {name: {key: round(value, 2) for key, value in row.items()} for name, row in rows.items()}


def _pass(pipeline: Any, pages: list[tuple[bytes, str]]) -> dict[str, float]:
    """CPU milliseconds a page for each step, once over the pages."""
    from pipeline.errors import ReadError
    from pipeline.reading import read
    from pipeline.record import to_line

    stages = dict(zip(pipeline.names, pipeline._stages, strict=True))  # noqa: SLF001  the very functions that a page goes through
    steps: dict[str, Callable[[Any], Any]] = {"read": read, **stages, "record": lambda document: to_line(document.record())}
    times = dict.fromkeys(steps, 0.0)
    for data, _ in pages:
        value: Any = data
        for name, step in steps.items():
            started = time.process_time()
            try:
                value = step(value)
            except ReadError:  # a page that a script draws
                break
            times[name] += (time.process_time() - started) * 1000 / len(pages)
    return times


def load(folder: Path, limit: int) -> list[tuple[bytes, str]]:
    """(bytes, decoded string) of each page."""
    paths = sorted(p for p in folder.rglob("*") if p.name.endswith((".html", ".htm", ".html.gz")))[:limit]
    pages = [gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes() for p in paths]
    return [(page, _decoded(page)) for page in pages]


def _decoded(page: bytes) -> str:
    """What the peers get: lxml refuses strings that declare an encoding, so that line goes."""
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", page.decode("utf-8", "replace"), count=1)


def installed() -> dict[str, Callable[[bytes, str], Any]]:
    """The tools that can be imported here."""
    found = {}
    for name, make in TOOLS.items():
        try:
            found[name] = make()
        except ImportError as error:
            print(f"left out: {name} ({error})", file=sys.stderr)
    return found


def measure(pages: list[tuple[bytes, str]]) -> dict[str, list[float]]:
    """CPU seconds a page for each tool; the first page is run once before, to warm up."""
    tools = installed()
    times: dict[str, list[float]] = {name: [] for name in tools}
    for tool in tools.values():
        _attempt(tool, *pages[0])
    for page in pages:
        for name, tool in tools.items():
            started = time.process_time()
            _attempt(tool, *page)
            times[name].append(time.process_time() - started)
    return times


def _attempt(tool: Callable[[bytes, str], Any], data: bytes, text: str) -> None:
    try:
        tool(data, text)
    except Exception as error:  # noqa: BLE001
        print(f"a page failed: {type(error).__name__}: {error}"[:200], file=sys.stderr)


def peak(name: str, pages: list[tuple[bytes, str]]) -> float:
    """Peak memory in MB of this process after one tool has seen the pages."""
    tool = TOOLS[name]()
    for page in pages:
        _attempt(tool, *page)
    return peak_of_this_process()


def peak_of_this_process() -> float:
    """Peak memory in MB; from /proc where there is one, since ru_maxrss also counts the process that started this one."""
    status = Path("/proc/self/status")
    if status.exists():
        match = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        if match:
            return int(match[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print a table, and the figures as JSON on the last line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", type=Path)
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--stages", action="store_true")
    parser.add_argument("--warm-up", type=Path, default=Path(__file__).resolve().parents[1] / "samples")
    parser.add_argument("--peak-of", help=argparse.SUPPRESS)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    pages = load(args.pages, args.limit)
    if not pages:
        parser.error(f"no .html or .html.gz files in {args.pages}")
    if args.peak_of:
        print(peak(args.peak_of, pages))
        return
    size = statistics.mean(len(data) for data, _ in pages) / 1000
    print(f"{len(pages)} pages, {size:.0f} kB each on average; CPU ms a page")
    if args.stages:
        report(by_stage(pages, load(args.warm_up, args.limit)))
    else:
        report(beside_others(pages, args))


def report(rows: dict[str, dict[str, float]]) -> None:
    """A table, and the figures as JSON on the last line."""
    for name, row in rows.items():
        print(f"{name:32} " + "  ".join(f"{key} {value:8.2f}" for key, value in row.items()))
    print(json.dumps(rows))


def beside_others(pages: list[tuple[bytes, str]], args: argparse.Namespace) -> dict[str, dict[str, float]]:
    """The figures of each tool."""
    out: dict[str, dict[str, float]] = {}
    for name, seconds in measure(pages).items():
        row = {"mean": statistics.mean(seconds) * 1000, "median": statistics.median(seconds) * 1000, "max": max(seconds) * 1000}
        if args.memory:
            command = [sys.executable, __file__, str(args.pages), "--limit", str(args.limit), "--peak-of", name]
            row["peak_mb"] = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        out[name] = {key: round(value, 2) for key, value in row.items()}
    return out


if __name__ == "__main__":
    main()
