"""PubAnnotation JSON, a file a document: denotations, relations, attributes; spans are code points."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..record import to_json
from .files import FileNames, Record, Writer

_ATTRIBUTES = ("canonical", "kind", "role", "assertion")


class PubAnnotation(Writer):
    """Writer of NAME.json into a folder that is there."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._names = folder, FileNames()

    def add(self, record: Record) -> None:
        """Write one document."""
        line = to_json(to_pubannotation(record), indent=1)
        (self._folder / f"{self._names.of(record)}.json").write_text(line + "\n", encoding="utf-8", newline="\n")


def to_pubannotation(record: Record) -> dict[str, Any]:
    """A record in PubAnnotation's form."""
    told = {"target": record["source"]["url"]} if record["source"]["url"] else {}
    return {
        **told,
        "sourcedb": "pharmaclean",
        "sourceid": record["id"],
        "text": record["text"],
        "denotations": [{"id": e["id"], "span": {"begin": e["start"], "end": e["end"]}, "obj": e["label"]} for e in record["entities"]],
        "relations": [
            {"id": f"R{i}", "pred": r["type"], "subj": r["head"], "obj": r["tail"]} for i, r in enumerate(record["relations"], 1)
        ],
        "attributes": [{"id": f"A{i}", **row} for i, row in enumerate(_attributes(record), 1)],
    }


def _attributes(record: Record) -> Iterator[dict[str, str]]:
    for e in record["entities"]:
        for name in _ATTRIBUTES:
            if e[name]:
                yield {"pred": name, "subj": e["id"], "obj": e[name]}
        for registry, code in e["ids"].items():
            yield {"pred": registry, "subj": e["id"], "obj": code}
