"""Batches killed at random moments: is anything lost, doubled or changed?

    python benchmarks/kill_rounds.py [--rounds 50] [--documents 400] [--seed 1]

A round starts a batch, kills -9 the parent or one of its workers after a random time, up to three times, each time starting the same
command again if the parent is gone, and lets it end. Then every input must stand in exactly one of documents and failures, and all files
must hold the bytes of an undisturbed batch. Needs /proc.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.hostile.killing import rounds


def main() -> None:
    """Run and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    killed = rounds(given.rounds, given.documents, given.seed)
    print(f"{given.rounds} of {given.rounds} rounds sound; killed: parent {killed['parent']}, worker {killed['worker']} times")


if __name__ == "__main__":
    main()
