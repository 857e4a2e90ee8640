"""Records as one Parquet file of a fixed nested schema, a row a record; `read_nested` gives the records back, equal.

What has no fixed keys (`value`, `quality`) stands as JSON text; ids of entities are a list of (registry, id),
which more readers know than Parquet's map; `map` is a list of three named numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from io import RawIOBase
from pathlib import Path
from typing import Any

from ..errors import ReadError
from ..record import ID_KINDS
from .arrow import RowGroups, load
from .files import Record, Writer

# A type is a word, a list of one type, or a struct of named types.
_IDS = dict.fromkeys(ID_KINDS, "text")
_SPAN = {"start": "int", "end": "int"}
NESTED: Mapping[str, Any] = {
    "schema_version": "text",
    "id": "text",
    "source": {
        "path": "text", "record": "int", "url": "text", "media_type": "text", "encoding": "text", "bytes": "int", "sha256": "text",
    },
    "title": "text",
    "language": "text",
    "metadata": {
        "author": "text", "published": "text", "modified": "text", "site_name": "text", "description": "text", "canonical_url": "text",
        "image": "text", "keywords": ["text"],
    },
    "text": "text",
    "normalized_text": "text",
    "blocks": [{"kind": "text", "level": "int", **_SPAN, "section": "text"}],
    "sections": [{"heading": "text", "kind": "text", **_SPAN}],
    "drugs": [{"name": "text", "ids": _IDS, "mentions": "int", "surfaces": ["text"], "brands": ["text"]}],
    "entities": [
        {
            "id": "text", "label": "text", **_SPAN, "text": "text", "canonical": "text", "kind": "text",
            "ids": [{"registry": "text", "id": "text"}], "value": "text", "role": "text", "assertion": "text", "cue": ["int"],
            "ambiguous": ["text"], "confidence": "real",
        }
    ],
    "relations": [{"type": "text", "head": "text", "tail": "text", **_SPAN, "cue": ["int"]}],
    "removed": [{"reason": "text", "rule": "text", "stage": "text", "text": "text", **_SPAN, "at": "int"}],
    "replaced": [{"stage": "text", "rule": "text", "before": "text", "after": "text", **_SPAN, "at": "int"}],
    "map": [{"text_start": "int", "text_end": "int", "source_start": "int"}],
    "duplicate": {"of": "text", "cluster": "text", "similarity": "real", "kind": "text"},
    "flags": [{"kind": "text", **_SPAN, "score": "real", "note": "text"}],
    "quality": "text",
    "pipeline": {"version": "text", "lexicon": "text", "stages": ["text"]},
    "source_text": "text",
}  # fmt: skip
_MAP = ("text_start", "text_end", "source_start")
_BATCH = 64  # records read at once


class NestedParquet(Writer):
    """Writer of one Parquet file, row groups of about 16 MB in memory.

    `for record in records: file.add(record)`, then `file.finish()` and `file.close()`; `add` raises ValueError or TypeError for a
    record whose values have other types, and leaves it out whole.
    """

    def __init__(self, place: Path | RawIOBase) -> None:
        self._file = RowGroups(place, arrow_schema())

    def add(self, record: Record) -> None:
        """Write one record."""
        self._file.add(self._file.convert([_row(record)]))

    def finish(self) -> None:
        """Write what waits."""
        self._file.finish()

    def close(self) -> None:
        """Write the end of the file."""
        self._file.close()


def write_nested(records: Iterable[Record], path: Path) -> int:
    """All records as one Parquet file; their number."""
    file, count = NestedParquet(path), 0
    try:
        for record in records:
            file.add(record)
            count += 1
        file.finish()
    finally:
        file.close()
    return count


def read_nested(path: Path) -> Iterator[Record]:
    """The records of a file that NestedParquet wrote, in order. Raises ReadError for another file, and where it is damaged."""
    arrow = load()
    try:
        file = arrow.parquet.ParquetFile(path)
    except (arrow.ArrowException, OSError) as error:
        raise ReadError(f"no Parquet file ({error})") from error
    if missing := [name for name in NESTED if name not in file.schema_arrow.names]:
        raise ReadError(f"no records of pharmaclean: no column {missing[0]}", "flat tables cannot be read back; parquet-nested can")
    try:
        for batch in file.iter_batches(_BATCH):
            yield from [_record(row) for row in batch.to_pylist()]
    except (arrow.ArrowException, OSError, ValueError, TypeError, KeyError) as error:
        advice = f"copy it again, or make it anew; up to {_BATCH} records before the damage are missing too"
        raise ReadError(f"the file is damaged here ({error})", advice) from error


def arrow_schema() -> Any:
    """The schema, as pyarrow's."""
    arrow = load()
    words = {"text": arrow.string(), "int": arrow.int64(), "real": arrow.float64()}

    def type_of(told: Any) -> Any:
        if isinstance(told, list):
            return arrow.list_(type_of(told[0]))
        if isinstance(told, Mapping):
            return arrow.struct([(name, type_of(part)) for name, part in told.items()])
        return words[told]

    return arrow.schema([(name, type_of(told)) for name, told in NESTED.items()])


def _row(record: Record) -> dict[str, Any]:
    entities = [
        {**e, "ids": [{"registry": kind, "id": code} for kind, code in e["ids"].items()], "value": _packed(e["value"])}
        for e in record["entities"]
    ]
    stretches = [dict(zip(_MAP, stretch, strict=True)) for stretch in record["map"]]
    return {**record, "entities": entities, "map": stretches, "quality": json.dumps(record["quality"], ensure_ascii=False)}


def _record(row: dict[str, Any]) -> Record:
    for entity in row["entities"]:
        entity["ids"] = {pair["registry"]: pair["id"] for pair in entity["ids"]}
        entity["value"] = json.loads(entity["value"]) if entity["value"] else None
    row["map"] = [[stretch[key] for key in _MAP] for stretch in row["map"]]
    row["quality"] = json.loads(row["quality"])
    if row["source_text"] is None:
        del row["source_text"]
    return row


def _packed(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
