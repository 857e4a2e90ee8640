"""Records as flat tables: one row a document, drug, entity, relation, removal or flag; the columns are fixed.

`document` numbers the documents of an export from 1 and ties the tables together; `id` cannot do
that, since a page that was scraped twice has one id. Offsets are Unicode code points, ends
exclusive; they refer to `text`, in `removed` to the page's source text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..hosts import host_of
from ..record import ID_KINDS

Row = tuple[Any, ...]
LIST_MARK = " | "  # between the values of a cell that holds several

_IDS = " ".join(f"{kind}:text" for kind in ID_KINDS)
#: Table -> (column, type) in order; types are text, integer and real.
TABLES: Mapping[str, tuple[tuple[str, str], ...]] = {
    name: tuple((column, kind) for column, _, kind in (part.partition(":") for part in columns.split()))
    for name, columns in {
        "documents": "document:integer id:text path:text record:integer url:text site:text media_type:text encoding:text bytes:integer"
        " sha256:text title:text language:text author:text published:text modified:text site_name:text description:text"
        " canonical_url:text image:text keywords:text text:text normalized_text:text source_chars:integer kept_chars:integer"
        " removed_chars:integer kept_share:real words:integer duplicate_of:text duplicate_cluster:text duplicate_similarity:real"
        " duplicate_kind:text version:text lexicon:text stages:text",
        "drugs": f"document:integer name:text mentions:integer surfaces:text brands:text {_IDS}",
        "entities": "document:integer entity:text label:text start_char:integer end_char:integer text:text canonical:text kind:text"
        " role:text assertion:text cue:text value:real value_high:real unit:text value_json:text ambiguous:text confidence:real"
        f" section:text {_IDS}",
        "relations": "document:integer relation:integer type:text head:text tail:text head_text:text head_canonical:text tail_text:text"
        " tail_canonical:text tail_assertion:text start_char:integer end_char:integer evidence:text cue:text",
        "removed": "document:integer removal:integer reason:text rule:text stage:text text:text start_char:integer end_char:integer"
        " at_char:integer",
        "flags": "document:integer flag:integer kind:text start_char:integer end_char:integer text:text score:real note:text",
    }.items()
}


def flatten(record: Mapping[str, Any], number: int) -> dict[str, list[Row]]:
    """The rows of each table that a record gives; `number` is its place in the export, from 1."""
    return {
        "documents": [(number, *_document(record))],
        "drugs": [(number, *_drug(drug)) for drug in record["drugs"]],
        "entities": [(number, *row) for row in _entities(record)],
        "relations": [(number, i, *row) for i, row in enumerate(_relations(record), 1)],
        "removed": [
            (number, i, r["reason"], r["rule"], r["stage"], r["text"], r["start"], r["end"], r["at"])
            for i, r in enumerate(record["removed"], 1)
        ],
        "flags": [
            (number, i, f["kind"], f["start"], f["end"], _slice(record, f), f["score"], f["note"]) for i, f in enumerate(record["flags"], 1)
        ],
    }


def site_of(record: Mapping[str, Any]) -> str | None:
    """Host of the page's address, without www; of the address it names as its own, if it came without one.

    >>> site_of({"source": {"url": None}, "metadata": {"canonical_url": "https://www.Example.org:80/a"}})
    'example.org'
    """
    return host_of(record["source"]["url"], record["metadata"]["canonical_url"])


def _document(record: Mapping[str, Any]) -> Iterator[Any]:
    source, metadata, quality, told = record["source"], record["metadata"], record["quality"], record["pipeline"]
    duplicate = record["duplicate"] or {}
    yield from (record["id"], source["path"], source["record"], source["url"], site_of(record))
    yield from (source["media_type"], source["encoding"], source["bytes"], source["sha256"], record["title"], record["language"])
    yield from (metadata[key] for key in ("author", "published", "modified", "site_name", "description", "canonical_url", "image"))
    yield from (_joined(metadata["keywords"]), record["text"], record["normalized_text"])
    yield from figures(record).values()
    yield quality.get("words")
    yield from (duplicate.get(key) for key in ("of", "cluster", "similarity", "kind"))
    yield from (told.get("version"), told.get("lexicon"), _joined(told.get("stages", ())))


def figures(record: Mapping[str, Any]) -> dict[str, Any]:
    """Characters of the source, kept and removed, and the share kept: counted, since `quality` may have been left out."""
    kept = sum(end - start for start, end, _ in record["map"])
    removed = sum(r["end"] - r["start"] for r in record["removed"])
    source = kept + removed + sum(r["end"] - r["start"] for r in record["replaced"])
    return {"source_chars": source, "kept_chars": kept, "removed_chars": removed, "kept_share": round(kept / source, 4) if source else 0.0}


def _drug(drug: Mapping[str, Any]) -> Row:
    ids = (drug["ids"].get(kind) for kind in ID_KINDS)
    return (drug["name"], drug["mentions"], _joined(drug["surfaces"]), _joined(drug["brands"]), *ids)


def _entities(record: Mapping[str, Any]) -> Iterator[Row]:
    blocks, at = record["blocks"], 0
    for e in record["entities"]:
        while at < len(blocks) and blocks[at]["end"] <= e["start"]:
            at += 1
        section = blocks[at]["section"] if at < len(blocks) else None
        yield (
            e["id"], e["label"], e["start"], e["end"], e["text"], e["canonical"], e["kind"], e["role"], e["assertion"],
            _word(record, e["cue"]), *amount(e["value"]), _json(e["value"]), _joined(e["ambiguous"]), e["confidence"], section,
            *(e["ids"].get(kind) for kind in ID_KINDS),
        )  # fmt: skip


def amount(value: Mapping[str, Any] | None) -> tuple[float | None, float | None, str | None]:
    """A plain amount as (value or lower end, upper end, unit); what is not plain stands in `value_json` alone.

    >>> amount({"low": 4, "high": 6, "unit": "mo"}), amount({"value": 20, "unit": "mg"}), amount({"group": "adults"})
    ((4.0, 6.0, 'mo'), (20.0, None, 'mg'), (None, None, None))
    """
    told = value or {}
    low, high, unit = told.get("value", told.get("low")), told.get("high"), told.get("unit")
    return (_real(low), _real(high), unit if isinstance(unit, str) else None)


def _real(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _relations(record: Mapping[str, Any]) -> Iterator[Row]:
    by_id = {e["id"]: e for e in record["entities"]}
    for r in record["relations"]:
        head, tail = by_id[r["head"]], by_id[r["tail"]]
        yield (
            r["type"], r["head"], r["tail"], head["text"], head["canonical"], tail["text"], tail["canonical"], tail["assertion"],
            r["start"], r["end"], _slice(record, r), _word(record, r["cue"]),
        )  # fmt: skip


def _slice(record: Mapping[str, Any], row: Mapping[str, Any]) -> str | None:
    return None if row["start"] is None else record["text"][row["start"] : row["end"]]


def _word(record: Mapping[str, Any], cue: Sequence[int] | None) -> str | None:
    return record["text"][cue[0] : cue[1]] if cue else None


def _joined(values: Sequence[str]) -> str:
    return LIST_MARK.join(values)


def _json(value: Any) -> str | None:
    return json.dumps(value, ensure_ascii=False) if value else None
