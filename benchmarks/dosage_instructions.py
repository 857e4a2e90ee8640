"""Instructions for use, as fields: "Take 1 tablet 3 times a day for 2 weeks".

    python benchmarks/dosage_instructions.py CASES.jsonl

Each line is {id, text, expected [{drug, form, strength, singleDosageAmount, frequencyType, interval, times, periodType, periodAmount,
takeAsNeeded}]}: one row a step of the instruction. Our entities are put into the same fields: a step begins with each amount. The last line
gives the figures as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipeline.chain import Options, Pipeline
from pipeline.document import Document, Entity

UNITS = {"h": "Hour", "d": "Day", "wk": "Week", "mo": "Month", "a": "Year", "min": "Minute"}
FIELDS = (
    "drug",
    "form",
    "strength",
    "singleDosageAmount",
    "frequencyType",
    "interval",
    "times",
    "periodType",
    "periodAmount",
    "takeAsNeeded",
)


def main() -> None:
    """Print each case that differs, then the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path)
    args = parser.parse_args()
    pipeline = Pipeline(Options(skip=("strip_boilerplate", "assess")))
    right = 0
    rows = [json.loads(line) for line in args.cases.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        told = steps(pipeline(row["text"]))
        wrong = differences(row["expected"], told)
        right += not wrong
        if wrong:
            print(f"{row['id']}: {row['text']}\n    " + "; ".join(wrong))
    print(json.dumps({"cases": len(rows), "right": right}))


def steps(document: Document) -> list[dict[str, Any]]:
    """The instruction's steps as fields."""
    entities = [e for e in document.entities if e.label in ("DOSAGE", "FREQUENCY", "DURATION", "STRENGTH", "FORM", "DRUG")]
    starts = [e.start for e in entities if e.label == "DOSAGE"] or [0]
    drug = next((e for e in entities if e.label == "DRUG"), None)
    shared = {"drug": document.text[drug.start : drug.end].lower() if drug else None}
    out = []
    for start, end in zip([0, *starts[1:]], [*starts[1:], len(document.text)], strict=True):
        own = [e for e in entities if start <= e.start < end]
        out.append(shared | step(document, own))
    return out


def step(document: Document, own: Sequence[Entity]) -> dict[str, Any]:
    """The fields of one step."""
    by_label = {label: [e for e in own if e.label == label] for label in ("DOSAGE", "FREQUENCY", "DURATION", "STRENGTH", "FORM")}
    amount = value(by_label["DOSAGE"])
    period = value(by_label["DURATION"])
    form = by_label["FORM"][0].canonical if by_label["FORM"] else amount.get("unit")
    strength = by_label["STRENGTH"]
    return {
        "form": form if form in ("tablet", "capsule", "pill", "puff") else None,
        "strength": document.text[strength[0].start : strength[0].end] if strength else None,
        "singleDosageAmount": amount.get("value"),
        "periodType": UNITS.get(str(period.get("unit"))),
        "periodAmount": period.get("value"),
        **frequency([dict(e.value or {}) for e in by_label["FREQUENCY"]]),
    }


def frequency(values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Times, interval and kind of interval of the first frequency that has them."""
    out: dict[str, Any] = {"frequencyType": None, "interval": 1, "times": None}
    out["takeAsNeeded"] = any(v.get("as_needed") for v in values)
    for v in values:
        span = v.get("every") or v.get("period")
        if span:
            return out | {"frequencyType": UNITS[span["unit"]], "interval": span["value"], "times": v.get("times")}
    return out


def value(entities: Sequence[Entity]) -> Mapping[str, Any]:
    """The value of the first."""
    return (entities[0].value or {}) if entities else {}


def differences(expected: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, Any]]) -> list[str]:
    """What does not agree. "Once" and nothing said of times are the same."""
    if len(expected) != len(told):
        return [f"{len(told)} steps for {len(expected)}"]
    pairs = [(field, e.get(field), t.get(field)) for e, t in zip(expected, told, strict=True) for field in FIELDS]
    same = {"times": lambda want, got: (want or 1) == (got or 1)}
    return [f"{field} {got!r} for {want!r}" for field, want, got in pairs if not same.get(field, lambda a, b: a == b)(want, got)]


if __name__ == "__main__":
    main()
