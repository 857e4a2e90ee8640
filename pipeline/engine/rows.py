"""Rows in, rows out: for engines that bring their own tables (Ray Data, Spark, Daft, datatrove). See docs/cluster.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..attempt import Failure, attempt
from ..batch.work import pipeline_for
from ..chain import Options
from ..document import Document
from ..reading.sources import Reading
from ..reading.sources.fields import to_raw
from ..record import to_json
from .limits import LIMITS, Limits, worked_on

COLUMNS = ("id", "url", "record", "error")  # of the rows that come out, all of them text


def clean_rows(
    rows: Iterable[Mapping[str, Any]],
    options: Options | None = None,
    *,
    fields: Iterable[tuple[str, str]] = (),
    limits: Limits = LIMITS,
) -> Iterator[dict[str, str | None]]:
    """A row for each row, in order: `record` as JSON, or `error` when there is none.

    The columns that hold markup or text, id and URL are guessed, or given as `fields`: (("text", "story"),). The stages are loaded once a
    process.

    >>> row, = clean_rows([{"url": "u", "text": "Isotroin 20mg clears severe acne."}])
    >>> row["url"], '"isotretinoin"' in row["record"], row["error"]
    ('u', True, None)
    """
    pipeline, reading = pipeline_for(options or Options()), Reading(fields=tuple(fields))
    with worked_on():
        for number, row in enumerate(rows, 1):
            raw = to_raw(row, "row", number, reading, "number")
            raw = replace(raw, path=None, record=None)  # rows of a table that is spread over machines have no number
            result = attempt(raw, lambda raw: _row(pipeline(raw), raw.url), limits)
            if isinstance(result, Failure):
                yield {"id": raw.id, "url": raw.url, "record": None, "error": str(result)}
            else:
                yield result


def _row(document: Document, url: str | None) -> dict[str, str | None]:
    return {"id": document.id, "url": url, "record": to_json(document.record()), "error": None}
