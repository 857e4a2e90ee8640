"""One BioC collection as JSON: a passage a block, offsets in code points from the start of the document's text.

The form is that of NCBI's BioC-JSON, which the package `bioc` reads. Infons are text, as BioC wants.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..record import to_json
from .files import Record, Writer

_KEY = "https://github.com/ncbi/BioC-JSON"  # the form; labels are those of the record's schema


class BioC(Writer):
    """Writer of one file, document by document."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        # a date is part of the form; the same input must give the same bytes, so it is left empty
        self._file.write(f'{{"source":"pharmaclean","date":"","key":"{_KEY}","infons":{{}},"documents":[\n')
        self._first = True

    def add(self, record: Record) -> None:
        """Write one document."""
        line = to_json(to_bioc(record))
        self._file.write(line if self._first else f",\n{line}")
        self._first = False

    def finish(self) -> None:
        """Write the end."""
        self._file.write("\n]}\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def to_bioc(record: Record) -> dict[str, Any]:
    """A record as a BioC document: blocks as passages, entities as annotations, relations with nodes head and tail."""
    told = {"title": record["title"], "language": record["language"], "url": record["source"]["url"], "sha256": record["source"]["sha256"]}
    return {
        "id": record["id"],
        "infons": _infons(told),
        "passages": list(_passages(record)),
        "annotations": [],
        "relations": [
            {
                "id": f"r{i}", "infons": {"type": r["type"], "evidence": record["text"][r["start"] : r["end"]]},
                "nodes": [{"refid": r["head"], "role": "head"}, {"refid": r["tail"], "role": "tail"}],
            }
            for i, r in enumerate(record["relations"], 1)
        ],
    }  # fmt: skip


def _passages(record: Record) -> Iterator[dict[str, Any]]:
    entities, at = record["entities"], 0
    for block in _joined(record):
        annotations = []
        while at < len(entities) and entities[at]["start"] < block["end"]:
            annotations.append(_annotation(entities[at]))
            at += 1
        yield {
            "offset": block["start"], "infons": _infons({"type": block["kind"], "section_type": block["section"]}),
            "text": record["text"][block["start"] : block["end"]], "sentences": [], "annotations": annotations, "relations": [],
        }  # fmt: skip


def _joined(record: Record) -> list[dict[str, Any]]:
    """The blocks, made so large that each annotation lies in its passage: an entity over several joins them."""
    text = record["text"]
    out = [dict(block) for block in record["blocks"]] or [{"kind": "paragraph", "start": 0, "end": len(text), "section": None}]
    first = 0
    for entity in record["entities"]:  # in reading order, as the blocks are
        while first < len(out) - 1 and out[first]["end"] <= entity["start"]:
            first += 1
        out[first]["start"] = min(out[first]["start"], entity["start"])
        while out[first]["end"] < entity["end"]:
            out[first]["end"] = out.pop(first + 1)["end"] if first + 1 < len(out) else entity["end"]
    return out


def _annotation(entity: Mapping[str, Any]) -> dict[str, Any]:
    names = ("canonical", "kind", "role", "assertion", "confidence", "value")
    infons = {"type": entity["label"], **{name: entity[name] for name in names}, **entity["ids"]}
    return {
        "id": entity["id"], "infons": _infons(infons), "text": entity["text"],
        "locations": [{"offset": entity["start"], "length": entity["end"] - entity["start"]}],
    }  # fmt: skip


def _infons(told: Mapping[str, Any]) -> dict[str, str]:
    return {key: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for key, value in told.items() if value}
