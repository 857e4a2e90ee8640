"""What a batch would do, without doing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from ..reading.sources import File, Reading
from ..record import to_json
from .shards import Selection, Span, plan

_LONG = {"out": "output", "form": "format", "fields": "field"}  # where the name in code is another


def dry_run(inputs: Sequence[str | Path | File], reading: Reading, selection: Selection) -> Iterator[tuple[str, int]]:
    """Every file that would be read, in order, with the number of its documents that would be cleaned."""
    spans = ((span, span.total or 1) for shard in plan(inputs, reading, selection) for span in shard.spans)
    for path, group in groupby(spans, key=lambda pair: _name(pair[0])):
        yield path, sum(total for _, total in group)


def passed_over(inputs: Sequence[str | Path | File], reading: Reading) -> Counter[str]:
    """How many files would be passed over, by suffix."""
    passed = Counter[str]()
    for _ in plan(inputs, reading, Selection(whole=True), passed):
        pass
    return passed


def option_lines(told: Mapping[str, Any]) -> Iterator[str]:
    """The resolved options, one a line, as they may stand in pharmaclean.toml: by their long names."""
    for key, value in told.items():
        if key == "how" and value:  # --resume or --fresh
            yield f"{value} = true"
        elif key != "dry_run" and value not in (None, (), [], False):
            plain = value if isinstance(value, (int, float, str, bool)) else [str(item) for item in value]
            yield f"{_LONG.get(key, key).replace('_', '-')} = {to_json(plain)}"


def _name(span: Span) -> str:
    return span.shown or span.path
