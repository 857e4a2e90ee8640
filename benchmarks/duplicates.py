"""Copies found among made-up articles: recall and precision, and time and memory at growing numbers.

    python benchmarks/duplicates.py accuracy [--documents 20000] [--pairs 1000]
    python benchmarks/duplicates.py scale [--sizes 1000 10000 100000]

accuracy: the articles and their spun copies (another brand, twice the strength, sections shuffled, a tenth of the sentences rewritten) go
through the stages that copies are found by. scale: records of the same articles, one in twenty a spun copy, are written straight to a file,
and each file is marked in a process of its own. The last line holds the figures as JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from articles import Article, article, spun
from speed import peak_of_this_process

from pipeline.chain import Options, Pipeline
from pipeline.corpus.dedup import mark_duplicates
from pipeline.corpus.duplicates import DuplicateIndex
from pipeline.corpus.fingerprint import fingerprint
from pipeline.record import to_line

DRUGS = (
    "Isotroin", "Accutane", "metformin", "Glucophage", "Augmentin", "amoxicillin", "Lipitor", "atorvastatin", "omeprazole", "Prilosec",
    "ibuprofen", "Brufen", "sertraline", "Zoloft", "amlodipine", "Norvasc", "levothyroxine", "Synthroid", "Dolo 650", "paracetamol",
    "cetirizine", "Zyrtec", "montelukast", "Singulair",
)  # fmt: skip


def accuracy(documents: int, pairs: int) -> dict[str, Any]:
    """Recall and precision of spun pairs among `documents` articles, of which `pairs` have a spun copy."""
    chain, rng = Pipeline(Options(skip=("relate_entities", "assess"))), random.Random(1)  # noqa: S311
    articles = [article(rng, DRUGS) for _ in range(documents)]
    originals = rng.sample(range(documents), pairs)
    with closing(DuplicateIndex()) as index:
        for one in (*articles, *(spun(rng, articles[i], DRUGS) for i in originals)):
            index.add(fingerprint(chain(one.text()).record()))
        found = {copy.document: copy for copy in index.find().duplicates}
    truth = dict(enumerate(originals, documents))
    right = sum(number in found and found[number].of == original for number, original in truth.items())
    return {
        "documents": documents + pairs,
        "pairs": pairs,
        "recall": round(right / pairs, 4),
        "precision": round(right / max(1, len(found)), 4),
        "called spun": sum(found[number].kind == "spun" for number in truth if number in found),
    }


def records(count: int) -> Iterator[dict[str, Any]]:
    """Records as the pipeline writes them, with made-up texts; one in twenty is a spun copy of an earlier one."""
    rng = random.Random(2)  # noqa: S311
    model = Pipeline()(article(rng, DRUGS).text()).record()
    recent = list[Article]()
    for number in range(count):
        one = spun(rng, rng.choice(recent), DRUGS) if number % 20 == 19 else article(rng, DRUGS)
        recent = [*recent[-99:], one]
        yield {**model, "id": str(number), **_facts(one)}


def _facts(one: Article) -> dict[str, Any]:
    text = one.text()
    here, blocks = 0, []
    for part in text.split("\n\n"):
        blocks.append({"kind": "paragraph", "level": None, "start": here, "end": here + len(part), "section": None})
        here += len(part) + 2
    spans = [("DRUG", match.span()) for match in re.finditer(re.escape(one.names[0]), text)]
    spans += [("STRENGTH", match.span()) for match in re.finditer(r"\d+ mg", text)]
    entities = [{"label": label, "start": start, "end": end, "text": text[start:end]} for label, (start, end) in sorted(spans, key=str)]
    entities.sort(key=lambda e: e["start"])  # type: ignore[arg-type,return-value]
    return {"text": text, "normalized_text": text, "blocks": blocks, "entities": entities}


def scale(size: int) -> dict[str, Any]:
    """Time and peak memory of marking `size` records, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "documents.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(map(to_line, records(size)))
        command = [sys.executable, __file__, "mark", str(path)]
        row: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        return {"documents": size, "kB a record": round(path.stat().st_size / size / 1000, 1), **row}


def mark(path: Path) -> dict[str, Any]:
    """Mark a file, and tell what it took."""
    before, started = peak_of_this_process(), time.process_time()
    dedup = mark_duplicates(path)
    seconds = time.process_time() - started
    peak = peak_of_this_process()
    return {
        "duplicates": dedup.duplicates,
        "CPU s": round(seconds, 1),
        "ms a document": round(1000 * seconds / dedup.documents, 2),
        "peak MB": round(peak),
        "of them before": round(before),
    }


def main() -> None:
    """Print a row a run, and the figures as JSON on the last line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["accuracy", "scale", "mark"])
    parser.add_argument("path", type=Path, nargs="?", help=argparse.SUPPRESS)
    parser.add_argument("--documents", type=int, default=20_000)
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    args = parser.parse_args()
    if args.what == "mark":
        print(json.dumps(mark(args.path)))
        return
    rows = []
    for size in args.sizes if args.what == "scale" else [args.documents]:
        rows.append(scale(size) if args.what == "scale" else accuracy(size, args.pairs))
        print("  ".join(f"{key} {value}" for key, value in rows[-1].items()), flush=True)
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
