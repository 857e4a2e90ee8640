"""Fuzzing guided by coverage: inputs are bred towards code that none has reached yet.

    pip install atheris . && python benchmarks/fuzz.py stages -max_total_time=1800

The first argument is the target: reading, stages, sources or importers (tests/hostile/targets.py); the others are libFuzzer's. What breaks
a promise, or takes more than 20 seconds (-timeout=), ends the run and leaves its input in the folder where it was started.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))


def main() -> None:
    """Instrument the package, write the seeds, hand over to libFuzzer."""
    import atheris

    with atheris.instrument_imports(include=["pipeline"]):
        from tests.hostile.targets import TARGETS, pipeline, seeds

        pipeline()("Take 20 mg of isotretinoin")  # imports what is imported on first use
    target = sys.argv[1] if len(sys.argv) > 1 else ""
    if target not in TARGETS:
        sys.exit(f"which target? {', '.join(TARGETS)}")
    folder = Path(tempfile.mkdtemp(prefix=f"fuzz-{target}-"))
    for number, seed in enumerate(seeds(target)):
        (folder / f"seed-{number:03}").write_bytes(seed)
    settings = ("-timeout=20", "-max_len=20000", "-print_final_stats=1")
    atheris.Setup([sys.argv[0], *settings, *sys.argv[2:], str(folder)], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
