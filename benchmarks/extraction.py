"""Main text beside other extractors: one run, the same pages, the same scores, paired bootstrap intervals.

    python benchmarks/extraction.py DATA [--only scrapinghub,cleaneval] [--rounds 2000]
    python benchmarks/extraction.py DATA --dumps      # the same pages as plain text, dumped in three ways, beside all of that text

DATA holds extraction/pages/<set>/<id>.html.gz, extraction/gold/<set>.jsonl.gz ({id, text} or {id, with, without}),
extraction/health.json and measure/score.py (page_scores, aggregate, snippet_counts, aggregate_snippets). Peers that are not
installed are left out (benchmarks/requirements.txt names them). Each figure stands with the 95 % interval of its difference to
trafilatura's.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import random
import re
import statistics
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from speed import readability, resiliparse, trafilatura
from text_dumps import STYLES

Tool: TypeAlias = Callable[[bytes, str, bool], str]
TITLE_LEFT_OUT = ("scrapinghub", "wcxb")  # sets whose gold has no title
BASE = "trafilatura"


def ours() -> Tool:
    """Our text; without its title block where the gold has none."""
    from pipeline.chain import Options, Pipeline

    run = Pipeline(Options(skip=("find_sections", "normalize_drugs", "extract_entities", "relate_entities", "assess")))

    def text(data: bytes, _text: str, title: bool) -> str:
        document = run(data)
        first = document.blocks[0] if document.blocks else None
        return document.text[first.end :].lstrip() if first and first.kind == "title" and not title else document.text

    return text


def tools() -> dict[str, Tool]:
    """Ours and the peers that are installed."""
    found = {"pharmaclean": ours()}
    for name, make in (("trafilatura", trafilatura), ("readability-lxml", readability), ("resiliparse", resiliparse)):
        try:
            peer = make()
        except ImportError as error:
            print(f"left out: {name} ({error})", file=sys.stderr)
            continue
        found[name] = lambda data, text, _title, peer=peer: peer(data, text) or ""  # type: ignore[misc]
    return found


def of_dumps() -> dict[str, Tool]:
    """Ours on a page's text, dumped in each way, and all of that text."""
    run, found = ours(), dict[str, Tool]()
    for name, dump in STYLES.items():
        found[f"pharmaclean, {name}"] = lambda data, _text, title, dump=dump: run(dump(data).encode("utf-8", "surrogatepass"), "", title)  # type: ignore[misc]
        found[f"all text, {name}"] = lambda data, _text, _title, dump=dump: dump(data)  # type: ignore[misc]
    return found


def attempt(tool: Tool, data: bytes, text: str, title: bool) -> str:
    """What a tool makes of a page; nothing when it fails on it."""
    try:
        return tool(data, text, title)
    except Exception as error:  # noqa: BLE001
        print(f"a page failed: {type(error).__name__}: {error}"[:160], file=sys.stderr)
        return ""


def gold_rows(data: Path) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(set, its rows)."""
    for path in sorted((data / "extraction/gold").glob("*.jsonl.gz")):
        yield path.name.split(".")[0], [json.loads(line) for line in gzip.decompress(path.read_bytes()).decode("utf-8").split("\n") if line]


def figure(score: Any, name: str, rows: Sequence[Any]) -> float:
    """The figure of a set: snippets, 4-shingle macro F1, or mean word F1."""
    if name == "trafilatura":
        return float(score.aggregate_snippets(rows)["f1"])
    if name == "scrapinghub":
        return float(score.aggregate(rows)["shingle_macro"]["f1"])
    return float(statistics.mean(row["wf"] for row in rows))


def interval(score: Any, name: str, one: Sequence[Any], other: Sequence[Any], rounds: int) -> tuple[float, float]:
    """95 % interval of one tool's figure less the other's, over pages drawn with replacement."""
    draw = random.Random(0)  # noqa: S311 (the same draws each time)
    pages = range(len(one))
    differences = []
    for _ in range(rounds):
        sample = draw.choices(pages, k=len(one))
        differences.append(figure(score, name, [one[i] for i in sample]) - figure(score, name, [other[i] for i in sample]))
    differences.sort()
    return differences[int(0.025 * rounds)], differences[int(0.975 * rounds) - 1]


def main() -> None:
    """Print a table a set, and all figures as JSON on the last line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--dumps", action="store_true")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    spec = importlib.util.spec_from_file_location("score", args.data / "measure/score.py")
    if spec is None or spec.loader is None:
        parser.error(f"no measure/score.py in {args.data}")
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    health = set(re.findall(r'"([\w.-]+)"', (args.data / "extraction/health.json").read_text(encoding="utf-8")))
    candidates, out = of_dumps() if args.dumps else tools(), dict[str, dict[str, float]]()
    healthy: dict[str, list[Any]] = {name: [] for name in candidates}
    for name, rows in gold_rows(args.data):
        if args.only and name not in args.only.split(","):
            continue
        scored: dict[str, list[Any]] = {tool: [] for tool in candidates}
        for row in rows:
            if "text" in row and len(row["text"]) < 50:
                continue
            page = gzip.decompress((args.data / f"extraction/pages/{name}/{row['id']}.html.gz").read_bytes())
            text = re.sub(r"^\s*<\?xml[^>]*\?>", "", page.decode("utf-8", "replace"), count=1)
            for tool, run in candidates.items():
                got = attempt(run, page, text, not name.startswith(TITLE_LEFT_OUT))
                result = (
                    score.snippet_counts(row["with"], row["without"], got)
                    if "text" not in row
                    else score.page_scores(row["text"], got, lcs=False)
                )
                scored[tool].append(result)
                if row["id"] in health and "text" in row:
                    healthy[tool].append(result)
        out[name] = show(score, name, scored, args.rounds)
    if any(healthy.values()):
        out["health"] = show(score, "health", healthy, args.rounds)
    print(json.dumps(out))


def show(score: Any, name: str, scored: dict[str, list[Any]], rounds: int) -> dict[str, float]:
    """Print one set's figures; give them."""
    print(f"{name} ({len(next(iter(scored.values())))} pages)")
    out = {}
    for tool, rows in scored.items():
        out[tool] = round(figure(score, name, rows), 4)
        line = f"  {tool:20} {out[tool]:.4f}"
        if tool != BASE and BASE in scored:
            low, high = interval(score, name, rows, scored[BASE], rounds)
            line += f"   against {BASE}: {low:+.4f} to {high:+.4f}"
        print(line, flush=True)
    return out


if __name__ == "__main__":
    main()
