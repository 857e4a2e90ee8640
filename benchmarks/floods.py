"""Inputs that are far too large, each a batch of its own: what becomes of them, processor seconds, peak memory.

    python benchmarks/floods.py                    # with the limits that a batch has unless told
    python benchmarks/floods.py --lifted           # with limits of 500 MB, an hour and 16 GB
    python benchmarks/floods.py --only line --scale 0.1

Beside each flood (tests/hostile/floods.py) stands a small page, which must be cleaned whatever becomes of the flood. Needs Linux or macOS.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.hostile.floods import FLOODS, batch_with

LIFTED = ("--max-bytes", "500000000", "--timeout", "3600", "--max-memory", "16000")


def main() -> None:
    """A table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lifted", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--scale", type=float, default=1.0)
    given = parser.parse_args()
    print("| input | s | MB | cleaned | failures |\n|---|---|---|---|---|")
    for name in FLOODS:
        if given.only in name:
            seconds, megabytes, cleaned, failures = batch_with(name, LIFTED if given.lifted else (), given.scale)
            assert "small.html" in cleaned, (name, cleaned)
            told = (failures or [""])[0] + (f", and {len(failures) - 1} more" if len(failures) > 1 else "")
            print(f"| {name} | {seconds:.1f} | {megabytes:.0f} | {len(cleaned)} | {told} |", flush=True)


if __name__ == "__main__":
    main()
