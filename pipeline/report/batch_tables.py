"""The tables of a batch's report: columns, and rows from its facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ..document import REASONS
from .facts import PAIRS, STATUSES, Facts, Pair, Tally

Column = tuple[str, str]  # heading, kind of cell: text, number, share, percent, names, counts, examples, status, document

_LISTED = 5_000  # rows of a table; a longer one says how many it has
_COUNTED = 8  # brands, strengths, forms named of a drug
_COUNTS: Sequence[Column] = (("removals", "number"), ("documents", "number"), ("characters", "number"))
_PAIR_TABLES = dict(zip(PAIRS, ("treats", "causes", "contraindicated", "interacts"), strict=True))
_OTHER = {"treats": "condition", "causes": "side effect", "contraindicated": "must not be used in", "interacts": "with"}
_DOCUMENT: Sequence[Column] = (
    ("document", "document"), ("site", "text"), ("status", "status"), ("language", "text"), ("words", "number"), ("kept", "share"),
    ("drugs", "names"), ("flags", "names"), ("from", "text"),
)  # fmt: skip


def tables(facts: Facts) -> dict[str, Any]:
    """Name -> columns, rows, and how many rows there would be without a limit."""
    return {
        "sites": _table([("site", "text"), *((status, "number") for status in STATUSES), ("kept", "share")], _sites(facts)),
        "removals": _reasons(facts),
        "rules": _rules(facts),
        "drugs": _drugs(facts),
        "brands": _brands(facts),
        **{name: _pairs(name, facts.pairs[kind]) for kind, name in _PAIR_TABLES.items()},
        "flags": _flags(facts),
        "failures": _failures(facts),
        "clusters": _clusters(facts),
        "documents": _table(_DOCUMENT, facts.rows.items(), facts.documents, limit=len(facts.rows.kept)),
    }


def ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    """Counts, the greatest first."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _table(columns: Sequence[Column], rows: Iterable[Sequence[Any]], total: int | None = None, limit: int = _LISTED) -> dict[str, Any]:
    listed = [list(row) for row in rows]
    return {"columns": columns, "rows": listed[:limit], "total": total or len(listed)}


def _sites(facts: Facts) -> Iterator[list[Any]]:
    for name, site in sorted(facts.sites.items(), key=lambda item: (-item[1].status.total(), item[0])):
        yield [name, *(site.status[status] for status in STATUSES), site.kept / site.source if site.source else None]


def _reasons(facts: Facts) -> dict[str, Any]:
    columns = [("reason", "text"), ("what it is", "text"), *_COUNTS, ("of source", "percent"), ("examples", "examples")]
    return _table(columns, (
        [reason, REASONS.get(reason, ""), *_counts(tally), tally.chars / max(1, facts.source), _examples(tally)]
        for reason, tally in _by_chars(facts.reasons)
    ))  # fmt: skip


def _rules(facts: Facts) -> dict[str, Any]:
    columns = [("rule", "text"), ("reason", "text"), *_COUNTS, ("examples", "examples")]
    return _table(columns, ([rule, reason, *_counts(tally), _examples(tally)] for (reason, rule), tally in _by_chars(facts.rules)))


def _drugs(facts: Facts) -> dict[str, Any]:
    columns = [
        ("drug", "text"), ("documents", "number"), ("mentions", "number"), ("brands", "counts"), ("strengths", "counts"),
        ("forms", "counts"), ("ids", "names"),
    ]  # fmt: skip
    drugs = sorted(facts.drugs.items(), key=lambda item: (-item[1].documents, -item[1].mentions, item[0]))
    return _table(columns, (
        [name, drug.documents, drug.mentions, _top(drug.brands), _top(drug.strengths), _top(drug.forms), _ids(drug.ids)]
        for name, drug in drugs
    ))  # fmt: skip


def _brands(facts: Facts) -> dict[str, Any]:
    columns = [("brand", "text"), ("drug", "text"), ("documents", "number"), ("mentions", "number")]
    return _table(columns, ([brand, drug, tally.documents, tally.count] for (brand, drug), tally in _by_documents(facts.brands)))


def _pairs(name: str, pairs: Mapping[tuple[str, str], Pair]) -> dict[str, Any]:
    columns = [
        ("drug", "text"), (_OTHER[name], "text"), ("documents", "number"), ("mentions", "number"), ("hedged", "number"),
        ("what is said", "examples"),
    ]  # fmt: skip
    return _table(columns, ([*names, p.documents, p.count, p.hedged, _examples(p)] for names, p in _by_documents(pairs)))


def _flags(facts: Facts) -> dict[str, Any]:
    columns = [("flag", "text"), ("documents", "number"), ("flags", "number"), ("examples", "examples")]
    return _table(columns, ([kind, tally.documents, tally.count, _examples(tally)] for kind, tally in _by_documents(facts.flags)))


def _failures(facts: Facts) -> dict[str, Any]:
    rows = ([_input(row), str(row.get("error") or ""), str(row.get("advice") or "")] for row in facts.failures)
    return _table([("input", "text"), ("error", "text"), ("what to try", "text")], rows, facts.failed)


def _clusters(facts: Facts) -> dict[str, Any]:
    columns = [("copied", "text"), ("copies", "number"), ("kind", "counts"), ("least alike", "share"), ("members", "examples")]
    clusters = sorted(facts.clusters.items(), key=lambda item: (-item[1].count, item[0]))
    return _table(columns, ([name, c.count, ranked(c.kinds), c.similarity, c.members] for name, c in clusters))


def _counts(tally: Tally) -> tuple[int, int, int]:
    return tally.count, tally.documents, tally.chars


def _examples(tally: Tally) -> list[tuple[str, int]]:
    return list(tally.examples.items())


def _by_chars(tallies: Mapping[Any, Tally]) -> list[tuple[Any, Any]]:
    return sorted(tallies.items(), key=lambda item: (-item[1].chars, item[0]))


def _by_documents(tallies: Mapping[Any, Tally]) -> list[tuple[Any, Any]]:
    return sorted(tallies.items(), key=lambda item: (-item[1].documents, -item[1].count, item[0]))


def _top(counts: Counter[str]) -> list[tuple[str, int]]:
    return ranked(counts)[:_COUNTED]


def _ids(ids: Mapping[str, str | None]) -> list[str]:
    return [f"{kind} {ids[kind]}" for kind in ("atc", "rxcui") if ids.get(kind)]  # the two that people look up; exports have all six


def _input(row: Mapping[str, Any]) -> str:
    place = row.get("url") or row.get("path") or row.get("id") or "unknown"
    return f"{place}, record {row['record']}" if row.get("record") is not None and not row.get("url") else str(place)
