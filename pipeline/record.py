"""`Document` to the JSON record of the contract; the record's schema.

Keys stand in the contract's order and are never missing: absent knowledge is None or an empty list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from .document import Change, Document, Entity

_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_PLAIN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
SCHEMA_VERSION = "1.0"
ID_KINDS = ("rxcui", "unii", "atc", "mesh", "drugbank", "cas")


def to_record(document: Document, *, with_source: bool = False) -> dict[str, Any]:
    """The record of a document; `with_source` adds `source_text`, the page's whole visible text."""
    origin = document.origin
    record: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "id": document.id,
        "source": {
            "path": origin.path, "record": origin.record, "url": origin.url, "media_type": origin.media_type,
            "encoding": origin.encoding, "bytes": origin.bytes, "sha256": origin.sha256,
        },
        "title": document.title,
        "language": document.language,
        "metadata": _metadata(document),
        "text": document.text,
        "normalized_text": document.text if document.normalized_text is None else document.normalized_text,
        "blocks": [{"kind": b.kind, "level": b.level, "start": b.start, "end": b.end, "section": b.section} for b in document.blocks],
        "sections": [{"heading": s.heading, "kind": s.kind, "start": s.start, "end": s.end} for s in document.sections],
        "drugs": [
            {
                "name": d.name, "ids": {kind: d.ids.get(kind) for kind in ID_KINDS}, "mentions": d.mentions,
                "surfaces": list(d.surfaces), "brands": list(d.brands),
            }
            for d in document.drugs
        ],
        "entities": [_entity(e, document.text) for e in document.entities],
        "relations": [
            {"type": r.type, "head": r.head, "tail": r.tail, "start": r.start, "end": r.end, "cue": _span(r.cue)}
            for r in document.relations
        ],
        "removed": [_removed(c) for c in document.log if c.reason],
        "replaced": [_replaced(c) for c in document.log if not c.reason],
        "map": [list(stretch) for stretch in document.kept()],
        "duplicate": None,
        "flags": [{"kind": f.kind, "start": f.start, "end": f.end, "score": f.score, "note": f.note} for f in document.flags],
        "quality": dict(document.quality),
        "pipeline": dict(document.pipeline),
    }  # fmt: skip
    if with_source:
        record["source_text"] = document.source
    return record


def source_of(record: Mapping[str, Any]) -> str:
    """The page's visible text, rebuilt from a record: its text with what was removed and replaced put back."""
    parts = [(start, record["text"][a:b]) for a, b, start in record["map"]]
    parts += [(r["start"], r["text"]) for r in record["removed"]]
    parts += [(r["start"], r["before"]) for r in record["replaced"]]
    return "".join(text for _, text in sorted(parts, key=lambda part: part[0]))


def to_line(record: Mapping[str, Any]) -> str:
    """A record as one line of JSONL."""
    return to_json(record) + "\n"


def to_bytes(record: Mapping[str, Any]) -> bytes:
    """The line as UTF-8. Half characters are rare, so they are looked for only where they hurt."""
    try:
        return _PLAIN.encode(record).encode("utf-8") + b"\n"
    except UnicodeEncodeError:
        return to_line(record).encode("utf-8")


def to_json(value: Any, *, indent: int | None = None) -> str:
    r"""JSON that can be written as UTF-8: half characters, as in odd ids and file names, become U+FFFD.

    >>> to_json({"id": "a\ud800"})
    '{"id":"a\ufffd"}'
    """
    separators = (",", ":") if indent is None else (",", ": ")
    written = json.dumps(value, ensure_ascii=False, check_circular=False, indent=indent, separators=separators)
    try:
        written.encode()  # a fifth of the time of a search, and next to no page holds one
    except UnicodeEncodeError:
        return _HALF_CHARACTER.sub("\ufffd", written)
    return written


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the record."""
    loaded: dict[str, Any] = json.loads((files(__package__) / "record.schema.json").read_text(encoding="utf-8"))
    return loaded


def _metadata(document: Document) -> dict[str, Any]:
    m = document.metadata
    return {
        "author": m.author, "published": m.published, "modified": m.modified, "site_name": m.site_name, "description": m.description,
        "canonical_url": m.canonical_url, "image": m.image, "keywords": list(m.keywords),
    }  # fmt: skip


def _entity(entity: Entity, text: str) -> dict[str, Any]:
    return {
        "id": entity.id, "label": entity.label, "start": entity.start, "end": entity.end, "text": text[entity.start : entity.end],
        "canonical": entity.canonical, "kind": entity.kind, "ids": dict(entity.ids), "value": dict(entity.value) if entity.value else None,
        "role": entity.role, "assertion": entity.assertion, "cue": _span(entity.cue), "ambiguous": list(entity.ambiguous),
        "confidence": entity.confidence,
    }  # fmt: skip


def _span(cue: tuple[int, int] | None) -> list[int] | None:
    return list(cue) if cue else None


def _removed(change: Change) -> dict[str, Any]:
    return {
        "reason": change.reason, "rule": change.rule, "stage": change.stage, "text": change.before,
        "start": change.start, "end": change.end, "at": change.at,
    }  # fmt: skip


def _replaced(change: Change) -> dict[str, Any]:
    return {
        "stage": change.stage, "rule": change.rule, "before": change.before, "after": change.after,
        "start": change.start, "end": change.end, "at": change.at,
    }  # fmt: skip
