"""Which drug causes what, what it is for and what it interacts with: CAUSES, TREATS, INTERACTS_WITH against corpora of relations.

    python benchmarks/relations.py CORPUS.jsonl.gz … [--type TREATS] [--misses 20]

Each line of a corpus is {id, text, spans [{start, end, label, norm_id?}], relations [{type, head, tail}]}. Where relations name spans by
number (ADE, TwiMed), the pairs of a sentence that the corpus can judge are those whose both ends we found: precision and recall are over
these; `recall_all` counts the pairs with an end that we did not find as well. A relation is of the ingredient, so it counts for every name
of it in the sentence ("5-fluorouracil (5-FU)"). Where relations name ids (BC5CDR), a document's pairs of MeSH ids count. Interactions (DDI
2013, a sentence a line) are pairs of ingredients or classes of a line. The last line gives the figures as JSON.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipeline.chain import Options, Pipeline
from pipeline.document import Document

Row = Mapping[str, Any]
Pair = tuple[Any, Any]
WORDS = {  # of the corpora for our types
    "CAUSES": {"ADE", "CID", "Outcome-negative"},
    "TREATS": {"Reason-to-use"},
    "INTERACTS_WITH": {"effect", "mechanism", "advise", "int", "ddi"},
}


def main() -> None:
    """Print misses on demand, then the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, nargs="+")
    parser.add_argument("--type", choices=list(WORDS), default="CAUSES")
    parser.add_argument("--misses", type=int, default=0, help="show so many of each kind")
    args = parser.parse_args()
    pipeline = Pipeline(Options(skip=("repair_text", "strip_boilerplate", "assess")))
    out: dict[str, dict[str, float]] = {}
    for path in args.corpora:
        rows = list(read(path))
        by_span = any(isinstance(r["head"], int) for row in rows for r in row.get("relations", ()))
        counts, misses = judge(pipeline, rows, args.type, by_span=by_span)
        for kind in ("missed", "wrong"):
            print(*[f"{kind}: {text}" for k, text in misses if k == kind][: args.misses], sep="\n")
        out[path.name.split(".")[0]] = figures(counts)
    print(json.dumps(out))


def read(path: Path) -> Iterator[Row]:
    """The rows of a corpus, gzipped or not."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def judge(pipeline: Pipeline, rows: Iterable[Row], kind: str, *, by_span: bool) -> tuple[Counter[str], list[tuple[str, str]]]:
    """Counts over all rows, and the sentences of what went wrong."""
    counts, misses = Counter[str](), list[tuple[str, str]]()
    for row in rows:
        document = pipeline(str(row["text"]))
        if document.text != row["text"]:
            continue  # the spans would not fit
        pairs = line_pairs if kind == "INTERACTS_WITH" else span_pairs if by_span else id_pairs
        gold, told, found = pairs(document, row, kind)
        counts.update(all=len(gold), gold=len(gold & found), told=len(told), right=len(told & gold))
        misses += [
            ("missed", f"{a} -> {b} | {row['text']}"[:400])
            for a, b in sorted(named(row, (gold & found) - told, by_span=pairs is span_pairs))
        ]
        misses += [("wrong", f"{a} -> {b} | {row['text']}"[:400]) for a, b in sorted(named(row, told - gold, by_span=pairs is span_pairs))]
    return counts, misses


def is_drug(span: Row) -> bool:
    """What the corpora call a drug."""
    return str(span["label"]).upper() == "DRUG"


def span_pairs(document: Document, row: Row, kind: str) -> tuple[set[Pair], set[Pair], set[Pair]]:
    """Gold pairs, our pairs, and the pairs whose both ends we found, as numbers of the corpus' spans."""
    spans = row["spans"]
    at = {
        e.id: {i for i, s in enumerate(spans) if e.start < s["end"] and s["start"] < e.end and is_drug(s) == (e.label == "DRUG")}
        for e in document.entities
        if e.label in ("DRUG", "CONDITION")
    }
    hit = {i for numbers in at.values() for i in numbers}
    drugs = {i for i in hit if is_drug(spans[i])}
    ends = [(r["head"], r["tail"]) for r in row.get("relations", ()) if r["type"] in WORDS[kind]]
    gold = {(a, b) if is_drug(spans[a]) else (b, a) for a, b in ends}
    names = {e.id: e.canonical for e in document.entities}
    same = {
        e.id: {i for other, hits in at.items() if other == e.id or names[other] == (e.canonical or "") for i in hits}
        for e in document.entities
        if e.id in at
    }
    told = {(a, b) for r in document.relations if r.type == kind for a in same.get(r.head, ()) for b in at.get(r.tail, ())}
    return gold, told, {(a, b) for a in drugs for b in hit - drugs}


def id_pairs(document: Document, row: Row, kind: str) -> tuple[set[Pair], set[Pair], set[Pair]]:
    """The same for a corpus of ids: an entity has the id of the corpus' span that it overlaps."""
    at = {
        e.id: {s["norm_id"] for s in row["spans"] if s.get("norm_id") and e.start < s["end"] and s["start"] < e.end}
        for e in document.entities
        if e.label in ("DRUG", "CONDITION")
    }
    chemicals = {s.get("norm_id") for s in row["spans"] if s["label"] == "Chemical"}
    hit = {i for ids in at.values() for i in ids}
    gold = {(r["head"], r["tail"]) for r in row.get("relations", ()) if r["type"] in WORDS[kind]}
    told = {(a, b) for r in document.relations if r.type == kind for a in at.get(r.head, ()) for b in at.get(r.tail, ())}
    return gold, told, {(a, b) for a in hit & chemicals for b in hit - chemicals}


def line_pairs(document: Document, row: Row, kind: str) -> tuple[set[Pair], set[Pair], set[Pair]]:
    """The same for drugs with drugs: the text of a line, and the two names, in alphabetical order, that stand in it."""
    drugs = {e.id: e for e in document.entities if e.label in ("DRUG", "DRUG_CLASS") and e.canonical}
    names = {
        i: {e.canonical or "" for e in drugs.values() if e.start < s["end"] and s["start"] < e.end} for i, s in enumerate(row["spans"])
    }
    gold = {
        pair
        for r in row.get("relations", ())
        if r["type"] in WORDS[kind]
        for pair in _pairs_of(row, row["spans"][r["head"]]["start"], names[r["head"]] or {"?"}, names[r["tail"]] or {"?"})
    }
    ends = [(drugs[r.head], drugs[r.tail], r.start) for r in document.relations if r.type == kind]
    told = {pair for a, b, start in ends for pair in _pairs_of(row, start, {a.canonical or ""}, {b.canonical or ""})}
    lines: dict[str, set[str]] = {}
    for i, s in enumerate(row["spans"]):
        lines.setdefault(_line(row, s["start"]), set()).update(names[i])
    found = {(line, pair) for line, inside in lines.items() for pair in combinations(sorted(inside), 2)}
    return gold, told & found, found


def _pairs_of(row: Row, place: int, heads: Iterable[str], tails: Iterable[str]) -> list[Pair]:
    return [(_line(row, place), (min(a, b), max(a, b))) for a in heads for b in tails if a != b]


def _line(row: Row, place: int) -> str:
    text = row["text"]
    return str(text[text.rfind("\n", 0, place) + 1 : (text + "\n").find("\n", place)])


def named(row: Row, pairs: Iterable[Pair], *, by_span: bool) -> list[tuple[str, str]]:
    """Pairs as a reader sees them."""
    if not by_span:
        return [(str(a), str(b)) for a, b in pairs]
    text, spans = row["text"], row["spans"]
    return [tuple(text[spans[i]["start"] : spans[i]["end"]] for i in pair) for pair in pairs]


def figures(counts: Mapping[str, int]) -> dict[str, float]:
    """Precision, recall and F1 over the pairs that can be judged, and the recall over all."""
    precision = counts["right"] / max(1, counts["told"])
    recall = counts["right"] / max(1, counts["gold"])
    both = precision + recall
    row = {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / both if both else 0,
        "recall_all": counts["right"] / max(1, counts["all"]),
    }
    return {key: round(value, 4) for key, value in row.items()} | {"pairs": counts["all"], "judged": counts["gold"]}


if __name__ == "__main__":
    main()
