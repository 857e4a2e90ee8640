"""What must be true of anything that comes out, whatever went in."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

from pipeline.attempt import Failure
from pipeline.document import Document
from pipeline.record import to_line


def check_result(result: Document | Failure) -> None:
    """A failure that a user can act on, or a record with every slice and every character in its place."""
    if isinstance(result, Failure):
        assert not result.error.startswith("internal error"), result.error
        assert result.advice
        return
    assert result.undone() == result.source
    record = json.loads(to_line(result.record(with_source=True)))
    text, source = record["text"], record["source_text"]
    assert (text, source) == (result.text, result.source)
    check_tiling(record, source)
    names = {entity["id"] for entity in record["entities"]}
    for entity in record["entities"]:
        assert text[entity["start"] : entity["end"]] == entity["text"] != ""
    for relation in record["relations"]:
        assert {relation["head"], relation["tail"]} <= names
        assert 0 <= relation["start"] < relation["end"] <= len(text)
    for one, two in pairwise(record["blocks"]):
        assert one["start"] <= one["end"] <= two["start"] <= len(text)


def check_tiling(record: dict[str, Any], source: str) -> None:
    """`map`, `removed` and `replaced` cover the source without gap or overlap, and say what stood there."""
    pieces = [(place, place + end - start, record["text"][start:end]) for start, end, place in record["map"]]
    pieces += [(r["start"], r["end"], r["text"]) for r in record["removed"]]
    pieces += [(r["start"], r["end"], r["before"]) for r in record["replaced"]]
    here = 0
    for start, end, text in sorted(pieces):
        assert (start, source[start:end]) == (here, text)
        here = end
    assert here == len(source)
