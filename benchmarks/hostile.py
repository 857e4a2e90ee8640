"""Time of hostile pages (tests/hostile/pages.py) as they grow: does it grow with their length, or faster?

    python benchmarks/hostile.py [--scales 4 32] [--only text-]
    python benchmarks/hostile.py --sizes       # an ordinary page, and a single line, of 10 kB to 50 MB (the largest take very long)

Every page is cleaned by all stages at two sizes, so many times that of the tests; told are those whose time grows by more than 1.6 times
what their length does, or that take more than 10 s a MB. CPU seconds.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipeline.attempt import Failure
from pipeline.chain import Pipeline
from pipeline.reading import Raw
from tests.hostile.floods import SENTENCE
from tests.hostile.pages import PAGES

_SENTENCE = f"{SENTENCE}. "


def cost(pipeline: Pipeline, data: bytes) -> float:
    """CPU seconds of one page."""
    start = time.process_time()
    result = pipeline.attempt(Raw(data))
    assert not (isinstance(result, Failure) and result.error.startswith("internal")), result
    return time.process_time() - start


def growing(pipeline: Pipeline, scales: tuple[int, int], only: str) -> None:
    """The pages that are slow, or grow faster than their length."""
    count = 0
    for name, make in PAGES.items():
        if only not in name:
            continue
        count += 1
        pages = [make(scale) for scale in scales]
        small, large = (cost(pipeline, page) for page in pages)
        much, per_mb = len(pages[1]) / max(1, len(pages[0])), 1_000_000 * large / max(1, len(pages[1]))
        if large > 0.5 and (large > 1.6 * much * small or per_mb > 10):
            print(f"{name:28} {len(pages[1]) / 1000:8.0f} kB {small:7.2f} {large:7.2f} {per_mb:7.1f} a MB", flush=True)
    print(f"{count} pages at {scales[0]} and {scales[1]} times the size")


def sizes(pipeline: Pipeline) -> None:
    """An ordinary page of growing size, and the same in one line without markup."""
    print("        kB   page s   line s   peak MB")
    for size in (10_000, 100_000, 1_000_000, 2_000_000, 4_000_000, 10_000_000, 50_000_000):
        times = size // len(_SENTENCE)
        page = "<!doctype html><article>" + "".join(f"<p>{number}. {_SENTENCE}" for number in range(times))  # a copy would be removed
        used = [cost(pipeline, page.encode()), cost(pipeline, (_SENTENCE * times).encode())]
        print(
            f"{size // 1000:10} {used[0]:8.2f} {used[1]:8.2f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:9.0f}", flush=True
        )


def main() -> None:
    """Run and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scales", type=int, nargs=2, default=(4, 32))
    parser.add_argument("--only", default="")
    parser.add_argument("--sizes", action="store_true")
    given = parser.parse_args()
    pipeline = Pipeline()
    pipeline(_SENTENCE)
    if given.sizes:
        sizes(pipeline)
    else:
        growing(pipeline, tuple(given.scales), given.only)


if __name__ == "__main__":
    main()
