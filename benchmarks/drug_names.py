"""Brand names to ingredients, and drug names in text, beside the package drug-named-entity-recognition: one run, the same inputs.

    python benchmarks/drug_names.py DATA

DATA holds entities/brand_pairs*.tsv (brand, country, ingredients joined by +), drugtests/brands.tsv and generics.tsv,
drugtests/equivalents.tsv (name, ingredient, use), entities/ddi2013.jsonl.gz and bc5cdr.jsonl.gz ({id, text, split, spans}).
Spans are strict.
The peer is left out where it is not installed; the last line holds the figures as JSON.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
import resource
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

Found: TypeAlias = list[tuple[int, int, frozenset[str]]]  # start, end, ingredients
Finder: TypeAlias = Callable[[str], Found]

SENTENCE = "The doctor prescribed {} tablets to the patient for two weeks."
_TOKEN = re.compile(r"\w+|[^\w\s]")


def ours() -> Finder:
    """Our stage alone on plain text."""
    from pipeline.document import Document
    from pipeline.lexicon.lexicon import load_lexicon
    from pipeline.stages.normalize_drugs import normalize_drugs

    lexicon = load_lexicon()

    def find(text: str) -> Found:
        entities = normalize_drugs(Document.from_text(text), lexicon=lexicon).entities
        return [(e.start, e.end, frozenset((e.canonical or "").split(" + "))) for e in entities if e.label == "DRUG"]

    return find


def peer() -> Finder:
    """drug-named-entity-recognition over words and signs, case ignored: its best setting on these data."""
    from drug_named_entity_recognition import find_drugs

    def find(text: str) -> Found:
        tokens = list(_TOKEN.finditer(text))
        found = find_drugs([token[0] for token in tokens], is_ignore_case=True)
        return [(tokens[a].start(), tokens[b - 1].end(), frozenset([str(drug["name"]).lower()])) for drug, a, b in found]

    return find


def table(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a TSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t")


def corpus(path: Path) -> list[dict[str, Any]]:
    """Documents of a JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def right_share(find: Finder, rows: list[dict[str, str]], key: str, same: dict[str, str]) -> float:
    """Share of names for which exactly the right ingredients are found; USAN and BAN count as their INN."""
    right = 0
    for row in rows:
        sets = [row["ingredients"], *(x for x in (row.get("also_accept") or "").split("|") if x.strip())]
        wanted = [{same.get(name.strip().lower(), name.strip().lower()) for name in one.split("+")} for one in sets]
        got = {same.get(name, name) for _, _, names in find(SENTENCE.format(row[key])) for name in names}
        right += got in wanted
    return right / len(rows)


def strict_f1(find: Finder, documents: list[dict[str, Any]], labels: set[str], ignored: set[str]) -> float:
    """Strict span F1; spans of ignored labels are neither right nor wrong."""
    both = found_only = gold_only = 0
    for document in documents:
        spans = document["spans"]
        gold = {(s["start"], s["end"]) for s in spans if s["label"] in labels}
        got = {(a, b) for a, b, _ in find(document["text"])} - {(s["start"], s["end"]) for s in spans if s["label"] in ignored}
        both, found_only, gold_only = both + len(gold & got), found_only + len(got - gold), gold_only + len(gold - got)
    return 2 * both / (2 * both + found_only + gold_only)


def measure(make: Callable[[], Finder], data: Path) -> dict[str, float]:
    """All figures of one finder."""
    started = time.perf_counter()
    find = make()
    find(SENTENCE.format("Aspirin"))
    out = {"load_s": time.perf_counter() - started}
    same = {row["name"].lower(): row["ingredient"].lower() for row in table(data / "drugtests/equivalents.tsv") if row["use"] == "accept"}
    out["brand_pairs"] = right_share(find, list(table(next((data / "entities").glob("brand_pairs*.tsv")))), "brand", same)
    out["brands"] = right_share(find, list(table(data / "drugtests/brands.tsv")), "brand", same)
    out["generics"] = right_share(find, list(table(data / "drugtests/generics.tsv")), "name", same)
    ddi = [d for d in corpus(data / "entities/ddi2013.jsonl.gz") if "test-ddi" not in d["split"]]
    started, size = time.process_time(), sum(len(d["text"]) for d in ddi)
    for part in ("drugbank", "medline"):
        out[f"ddi_{part}"] = strict_f1(find, [d for d in ddi if part in d["split"]], {"drug", "brand"}, {"group", "drug_n"})
    out["mb_per_s"] = size / 1e6 / (time.process_time() - started)
    out["bc5cdr_chemical"] = strict_f1(find, corpus(data / "entities/bc5cdr.jsonl.gz"), {"Chemical"}, set())
    out["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {key: round(value, 4) for key, value in out.items()}


def main() -> None:
    """Print both tools' figures; the process's peak memory is that of the tools so far, ours first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    out = {}
    for name, make in (("pharmaclean", ours), ("drug-named-entity-recognition", peer)):
        try:
            out[name] = measure(make, args.data)
        except ImportError as error:
            print(f"left out: {name} ({error})", file=sys.stderr)
            continue
        print(f"{name:32} " + "  ".join(f"{key} {value}" for key, value in out[name].items()), flush=True)
    print(json.dumps(out))


if __name__ == "__main__":
    main()
