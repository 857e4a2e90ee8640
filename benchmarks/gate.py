"""Fail when the main text of a set of pages is found worse than it was.

    python benchmarks/gate.py DATA            # compares with benchmarks/floors.json; exit status 1 when a figure fell
    python benchmarks/gate.py DATA --raise    # writes figures that rose; never lowers one

DATA is the folder that `extraction.py` takes. A floor stands beside a digest of the gold rows that it was measured on: other rows have
no floor, and that is said. To lower a floor, edit the file, so that the change is seen in review.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

from extraction import TITLE_LEFT_OUT, attempt, figure, gold_rows, ours

FLOORS = Path(__file__).with_name("floors.json")
SLACK = 0.0005  # figures are rounded to the fourth place; nothing here is random


def measured(data: Path) -> dict[str, tuple[float, str]]:
    """For each set our figure and the digest of its gold rows."""
    spec = importlib.util.spec_from_file_location("score", data / "measure/score.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"no measure/score.py in {data}")
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    run, out = ours(), dict[str, tuple[float, str]]()
    for name, every in gold_rows(data):
        rows = [row for row in every if "text" not in row or len(row["text"]) >= 50]
        digest = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:16]
        out[name] = (round(figure(score, name, [_scored(score, data, name, row, run) for row in rows]), 4), digest)
    return out


def _scored(score: Any, data: Path, name: str, row: dict[str, Any], run: Any) -> Any:
    page = gzip.decompress((data / f"extraction/pages/{name}/{row['id']}.html.gz").read_bytes())
    got = attempt(run, page, "", not name.startswith(TITLE_LEFT_OUT))
    if "text" not in row:
        return score.snippet_counts(row["with"], row["without"], got)
    return score.page_scores(row["text"], got, lcs=False)


def main() -> None:
    """Compare, print a line a set, and tell by the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--raise", dest="lift", action="store_true", help="write figures that rose, and those of new sets")
    args = parser.parse_args()
    floors: dict[str, dict[str, Any]] = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    fell = False
    for name, (value, digest) in measured(args.data).items():
        floor = floors.get(name)
        if floor is None or floor["gold"] != digest:
            print(f"{name:14} {value:.4f}  no floor for these gold rows")
            floors[name] = {"floor": value, "gold": digest}
            continue
        worse = value < floor["floor"] - SLACK
        fell |= worse
        print(f"{name:14} {value:.4f}  floor {floor['floor']:.4f}{'  FELL' if worse else ''}")
        floor["floor"] = max(floor["floor"], value)
    if args.lift and not fell:
        FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    sys.exit(fell)


if __name__ == "__main__":
    main()
