"""Drug names found where none is meant: DRUG mentions in 1,000 words of pages that are not about health.

    python benchmarks/false_alarms.py GOLD.jsonl.gz [--health health.json] [--context 40]
    python benchmarks/false_alarms.py FOLDER_OF_TEXTS

GOLD.jsonl(.gz) has one page a line with `id` and `text`; a folder has one page a .txt file. --health names pages to leave out: a JSON
object whose lists hold objects with an `id`. Every mention is printed with its surroundings, so that one can read which are wrong (many
are not: a page about sports may well speak of aspirin); the last line holds the figures.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipeline.document import Document
from pipeline.lexicon.lexicon import load_lexicon
from pipeline.stages.normalize_drugs import normalize_drugs


def pages(path: Path) -> Iterator[tuple[str, str]]:
    """(id, text) of each page."""
    if path.is_dir():
        yield from ((file.stem, file.read_text(encoding="utf-8", errors="replace")) for file in sorted(path.rglob("*.txt")))
        return
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    for line in data.decode("utf-8").splitlines():
        page = json.loads(line)
        yield str(page["id"]), page["text"]


def health_pages(path: Path | None) -> set[str]:
    """Ids of the pages about health."""
    lists = json.loads(path.read_text(encoding="utf-8")).values() if path else ()
    return {str(page["id"]) for listed in lists for page in listed}


def main() -> None:
    """Print each mention with its surroundings, then the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="JSONL with id and text, or a folder of .txt files")
    parser.add_argument("--health", type=Path, help="JSON that lists the pages about health")
    parser.add_argument("--context", type=int, default=40, help="letters shown on either side")
    options = parser.parse_args()
    lexicon, left_out = load_lexicon(), health_pages(options.health)
    words, count, kinds = 0, 0, Counter[str]()
    for name, text in pages(options.data):
        if name in left_out:
            continue
        count += 1
        words += len(text.split())
        document = normalize_drugs(Document.from_text(text), lexicon)
        for entity in (entity for entity in document.entities if entity.label == "DRUG"):
            kinds[str(entity.kind)] += 1
            before = document.text[max(0, entity.start - options.context) : entity.start]
            after = document.text[entity.end : entity.end + options.context]
            shown = f"{before}[[{document.text[entity.start : entity.end]}]]{after}".replace("\n", " ")
            print(f"{name}\t{entity.kind}\t{entity.canonical}\t{entity.confidence}\t{shown}")
    mentions = sum(kinds.values())
    print(json.dumps({"pages": count, "words": words, "mentions": mentions, "per_1000_words": round(1000 * mentions / words, 3), **kinds}))


if __name__ == "__main__":
    main()
