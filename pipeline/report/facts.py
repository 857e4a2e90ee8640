"""What a batch holds, gathered in one pass over its records: counts, pairs, examples, and a sample of documents.

Memory does not grow with the number of documents, only with that of different names: rows of
documents and the documents themselves are thinned out evenly once there are too many of them.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from ..export.tables import amount, figures, site_of
from ..record import to_json

T = TypeVar("T")
Record = Mapping[str, Any]

#: What may become of a page; of several that are true the last.
STATUSES: Mapping[str, str] = {
    "cleaned": "cleaned, nothing to remark",
    "flagged": "cleaned, with a flag to look at",
    "empty": "next to no article left (flag low-content)",
    "copy": "a duplicate of another document",
    "failed": "could not be read or cleaned",
}
PAIRS = ("TREATS", "CAUSES", "CONTRAINDICATED_IN", "INTERACTS_WITH")
BINS = 20  # of the chart of kept shares

_ROWS = 20_000  # documents listed
_DETAILS = 1_000  # documents to be looked at one by one
_SHOWN = 400  # of those that examples lead to
_DETAIL_BYTES = 12 << 20  # their records packed, which is about what the report grows by
_LONG_RECORD = 600_000  # characters of a record; a longer one is not worth its share of the report
_EXAMPLES = 3
_EXAMPLE_CHARS = 200
_MEMBERS = 6  # of a cluster that are named
_FAILURES = 2_000  # listed


@dataclass(slots=True)
class Thinned(Generic[T]):
    """Every n-th of what comes, n doubled whenever there are too many; the same input gives the same choice."""

    most: int
    most_bytes: int = 1 << 62
    stride: int = 1
    seen: int = 0
    bytes: int = 0
    kept: list[tuple[int, int, T]] = field(default_factory=list)  # (place, bytes, item)

    def add(self, make: Callable[[], T], size: Callable[[T], int] = lambda _: 0) -> None:
        """Take in what `make` gives, if it is its turn."""
        if self.seen % self.stride == 0:
            item = make()
            self.kept.append((self.seen, size(item), item))
            self.bytes += size(item)
            while len(self.kept) > self.most or (self.bytes > self.most_bytes and len(self.kept) > 1):
                self.stride *= 2
                self.kept = [entry for entry in self.kept if entry[0] % self.stride == 0]
                self.bytes = sum(entry[1] for entry in self.kept)
        self.seen += 1

    def items(self) -> list[T]:
        """What was kept, in order."""
        return [item for _, _, item in self.kept]


@dataclass(slots=True)
class Tally:
    """How often, in how many documents, how many characters; the first few different examples as (text, document)."""

    count: int = 0
    documents: int = 0
    chars: int = 0
    examples: dict[str, int] = field(default_factory=dict)
    _last: int = 0

    def add(self, document: int, text: str = "", chars: int = 0) -> bool:
        """Count one in, documents in order; whether the text is a new example."""
        self.count += 1
        self.chars += chars
        self.documents += document != self._last
        self._last = document
        if len(self.examples) == _EXAMPLES or not (short := shortened(text)) or short in self.examples:
            return False
        self.examples[short] = document
        return True


@dataclass(slots=True)
class Pair(Tally):
    """A tally of two names; `hedged` counts the mentions that are not said outright."""

    hedged: int = 0


@dataclass(slots=True)
class Drug:
    """An ingredient: documents and mentions, names it goes by, what is said of it."""

    ids: Mapping[str, str | None]
    documents: int = 0
    mentions: int = 0
    brands: Counter[str] = field(default_factory=Counter)
    strengths: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Site:
    """The pages of a site by status, and their characters."""

    status: Counter[str] = field(default_factory=Counter)
    source: int = 0
    kept: int = 0


@dataclass(slots=True)
class Cluster:
    """Documents that are copies of the same one."""

    kinds: Counter[str] = field(default_factory=Counter)
    count: int = 0
    similarity: float = 1.0
    members: list[tuple[str, int]] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    """All of it. Documents are numbered from 1."""

    documents: int = 0
    failed: int = 0
    source: int = 0
    kept: int = 0
    with_drugs: int = 0
    status: Counter[str] = field(default_factory=Counter)
    shares: list[int] = field(default_factory=lambda: [0] * BINS)
    sites: dict[str, Site] = field(default_factory=dict)
    reasons: dict[str, Tally] = field(default_factory=dict)
    rules: dict[tuple[str, str], Tally] = field(default_factory=dict)
    drugs: dict[str, Drug] = field(default_factory=dict)
    brands: dict[tuple[str, str], Tally] = field(default_factory=dict)
    pairs: dict[str, dict[tuple[str, str], Pair]] = field(default_factory=lambda: {kind: {} for kind in PAIRS})
    labels: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    flags: dict[str, Tally] = field(default_factory=dict)
    clusters: dict[str, Cluster] = field(default_factory=dict)
    failures: list[Mapping[str, Any]] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)
    rows: Thinned[list[Any]] = field(default_factory=lambda: Thinned(_ROWS))
    details: Thinned[tuple[int, bytes]] = field(default_factory=lambda: Thinned(_DETAILS, _DETAIL_BYTES))
    shown: dict[int, bytes] = field(default_factory=dict)  # documents of examples, and those with a flag; the first _SHOWN

    def add(self, record: Record) -> None:
        """Count a record in. Raises what Python raises where it is not as the schema says; then it is in part counted."""
        self.documents += 1
        number, told, status = self.documents, figures(record), status_of(record)
        self.source += told["source_chars"]
        self.kept += told["kept_chars"]
        self.status[status] += 1
        self.with_drugs += bool(record["drugs"])
        self.shares[min(BINS - 1, int(told["kept_share"] * BINS))] += 1
        self.labels.update(e["label"] for e in record["entities"])
        self.languages[record["language"] or "unknown"] += 1
        self.versions.add(" · ".join(f"{key} {record['pipeline'][key]}" for key in ("version", "lexicon") if record["pipeline"].get(key)))
        site = self.sites.setdefault(place_of(record), Site())
        site.status[status] += 1
        site.source += told["source_chars"]
        site.kept += told["kept_chars"]
        for flag in record["flags"]:
            self.flags.setdefault(flag["kind"], Tally()).add(number, flag["note"])
        self._add_drugs(record, number)
        self._add_copy(record, number)
        examples = [*self._add_removed(record, number), *self._add_pairs(record, number)]
        if (any(examples) or status != "cleaned") and len(self.shown) < _SHOWN:
            self.shown[number] = _packed(record)
        self.rows.add(lambda: _row(record, number, status, told["kept_share"]))
        self.details.add(lambda: (number, _packed(record)), lambda detail: len(detail[1]))

    def add_failure(self, row: Mapping[str, Any]) -> None:
        """Count a row of failures.jsonl in."""
        self.failed += 1
        self.status["failed"] += 1
        place = place_of(
            {"source": {"url": row.get("url"), "path": row.get("path")}, "metadata": {"canonical_url": None, "site_name": None}}
        )
        self.sites.setdefault(place, Site()).status["failed"] += 1
        if len(self.failures) < _FAILURES:
            self.failures.append(row)

    def _add_removed(self, record: Record, number: int) -> Iterator[bool]:
        for r in record["removed"]:
            length = r["end"] - r["start"]
            yield self.reasons.setdefault(r["reason"], Tally()).add(number, r["text"], length)
            yield self.rules.setdefault((r["reason"], r["rule"]), Tally()).add(number, r["text"], length)

    def _add_drugs(self, record: Record, number: int) -> None:
        for told in record["drugs"]:
            drug = self.drugs.setdefault(told["name"], Drug(told["ids"]))
            drug.documents += 1
            drug.mentions += told["mentions"]
            drug.brands.update(told["brands"])
        for e in record["entities"]:
            if e["label"] == "DRUG" and e["kind"] in ("brand", "combination") and e["canonical"]:
                self.brands.setdefault((e["text"], e["canonical"]), Tally()).add(number)

    def _add_pairs(self, record: Record, number: int) -> Iterator[bool]:
        by_id = {e["id"]: e for e in record["entities"]}
        for r in record["relations"]:
            head, tail = by_id[r["head"]], by_id[r["tail"]]
            if r["type"] in PAIRS:
                pair = self.pairs[r["type"]].setdefault((_name(head), _name(tail)), Pair())
                pair.hedged += tail["assertion"] != "present"
                yield pair.add(number, record["text"][r["start"] : r["end"]])
            elif r["type"] in ("STRENGTH_OF", "FORM_OF") and (drug := self.drugs.get(tail["canonical"] or "")):
                (drug.strengths if r["type"] == "STRENGTH_OF" else drug.forms)[_said(head)] += 1

    def _add_copy(self, record: Record, number: int) -> None:
        if not (told := record["duplicate"]):
            return
        cluster = self.clusters.setdefault(told["cluster"], Cluster())
        cluster.count += 1
        cluster.kinds[told["kind"]] += 1
        cluster.similarity = min(cluster.similarity, told["similarity"])
        if len(cluster.members) < _MEMBERS:
            cluster.members.append((shortened(record["title"] or record["id"]), number))


def unpacked(detail: bytes) -> Any:
    """The record of a document that was kept to be looked at."""
    return json.loads(zlib.decompress(detail))


def status_of(record: Record) -> str:
    """One of STATUSES. Copies to the byte share the id of what they copy, so only the mark tells them; the first of them has none."""
    if record["duplicate"]:
        return "copy"
    kinds = {flag["kind"] for flag in record["flags"]}
    return "empty" if "low-content" in kinds else "flagged" if kinds else "cleaned"


def place_of(record: Record) -> str:
    """The page's site: host, or the name it gives itself, or the folder it came from."""
    if found := site_of(record) or record["metadata"]["site_name"]:
        return str(found)
    folder, _, _ = (record["source"]["path"] or "").replace("\\", "/").rpartition("/")
    return f"{folder}/" if folder else "(no address)"


def shortened(text: str) -> str:
    """One line, cut with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= _EXAMPLE_CHARS else line[: _EXAMPLE_CHARS - 1] + "…"


def _row(record: Record, number: int, status: str, share: float) -> list[Any]:
    source = record["source"]
    name = shortened(record["title"] or "") or source["url"] or source["path"] or record["id"]
    drugs = [drug["name"] for drug in record["drugs"][:6]]
    flags = sorted({flag["kind"] for flag in record["flags"]})
    words = len(record["text"].split())
    return [
        [name, number],
        place_of(record),
        status,
        record["language"] or "",
        words,
        share,
        drugs,
        flags,
        source["url"] or source["path"] or "",
    ]


def _packed(record: Record) -> bytes:
    line = to_json({**record, "normalized_text": ""})
    return zlib.compress(line.encode(), 6) if len(line) <= _LONG_RECORD else b""


def _name(entity: Mapping[str, Any]) -> str:
    return str(entity["canonical"] or " ".join(entity["text"].lower().split()))


def _said(entity: Mapping[str, Any]) -> str:
    """A strength with its unit as people write it, a form by its name."""
    low, high, unit = amount(entity["value"])
    if low is None or unit is None:
        return _name(entity)
    written = f"{low:.10g}" + (f"–{high:.10g}" if high is not None else "")
    return f"{written} {unit.replace('ug', 'µg')}"
