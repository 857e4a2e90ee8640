"""A record back to the `Document` it was made of, so that whatever takes documents takes records too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..document import Block, Change, Document, Drug, Entity, Flag, Metadata, Origin, Relation, Section
from ..record import source_of


def from_record(record: Mapping[str, Any]) -> Document:
    """The document of a record, `from_record(r).record() == r`; lost is only the evidence of the page's markup.

    A duplicate is a fact of a batch, not of a document, so that key of the record is not taken along.
    """
    metadata = {**record["metadata"], "keywords": tuple(record["metadata"]["keywords"])}
    return Document(
        source=source_of(record),
        text=record["text"],
        log=tuple(sorted(_changes(record), key=lambda change: (change.start, change.end))),
        blocks=tuple(Block(b["start"], b["end"], b["kind"], b["level"], b["section"]) for b in record["blocks"]),
        id=record["id"],
        origin=Origin(**record["source"]),
        title=record["title"],
        language=record["language"],
        metadata=Metadata(**metadata),
        sections=tuple(Section(**section) for section in record["sections"]),
        normalized_text=record["normalized_text"],
        drugs=tuple(_drug(drug) for drug in record["drugs"]),
        entities=tuple(_entity(entity) for entity in record["entities"]),
        relations=tuple(Relation(**{**relation, "cue": _span(relation["cue"])}) for relation in record["relations"]),
        flags=tuple(Flag(**flag) for flag in record["flags"]),
        quality=record["quality"],
        pipeline=record["pipeline"],
    )


def _changes(record: Mapping[str, Any]) -> Iterator[Change]:
    for r in record["removed"]:
        yield Change(r["start"], r["end"], r["at"], r["text"], "", r["stage"], r["rule"], r["reason"])
    for r in record["replaced"]:
        yield Change(r["start"], r["end"], r["at"], r["before"], r["after"], r["stage"], r["rule"])


def _drug(drug: Mapping[str, Any]) -> Drug:
    ids = {kind: value for kind, value in drug["ids"].items() if value is not None}
    return Drug(drug["name"], ids, drug["mentions"], tuple(drug["surfaces"]), tuple(drug["brands"]))


def _entity(entity: Mapping[str, Any]) -> Entity:
    fields = {key: value for key, value in entity.items() if key != "text"}
    return Entity(**{**fields, "cue": _span(entity["cue"]), "ambiguous": tuple(entity["ambiguous"])})


def _span(cue: list[int] | None) -> tuple[int, int] | None:
    return (cue[0], cue[1]) if cue else None
