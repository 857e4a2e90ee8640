"""Counts of a batch: what is in it, what was removed, what failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..document import Change, Document

_TOP = 20  # drugs, brands and rules named in summary.json
_SHOWN = 20  # documents of a small batch, kept to be listed one by one
_COUNTERS = ("removed", "rules", "drugs", "brands", "entities", "flags", "languages", "fails", "figures", "figured")
_UNIT = 10_000  # figures are added up as whole ten-thousandths, so that sums do not depend on how the documents are split


@dataclass(slots=True)
class Summary:
    """What is in an output folder, or a part of it: counts only, so that the same inputs give the same bytes."""

    documents: int = 0
    failures: int = 0
    source_chars: int = 0
    kept_chars: int = 0
    removed: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    drugs: Counter[str] = field(default_factory=Counter)
    brands: Counter[str] = field(default_factory=Counter)
    entities: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    fails: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)  # sums
    figured: Counter[str] = field(default_factory=Counter)  # documents that have the figure
    pipeline: Mapping[str, Any] = field(default_factory=dict)
    first: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, document: Document, name: str) -> None:
        """Count one document in; `name` is what a reader knows it by."""
        self.documents += 1
        kept = sum(end - start for start, end, _ in document.kept())
        self.source_chars += len(document.source)
        self.kept_chars += kept
        drugs = [drug.name for drug in document.drugs]
        self.removed.update(change.reason for change in document.log if change.reason)
        self.rules.update(_rule_of(change) for change in document.log if change.reason)
        self.drugs.update(set(drugs))
        self.brands.update({brand for drug in document.drugs for brand in drug.brands})
        self.entities.update(entity.label for entity in document.entities)
        self.flags.update(flag.kind for flag in document.flags)
        self.languages[document.language or "unknown"] += 1
        self.fails.update(document.quality.get("fails", ()))
        figures = {name: value for name, value in document.quality.items() if isinstance(value, (int, float))}
        self.figures.update({name: round(value * _UNIT) for name, value in figures.items()})
        self.figured.update(figures.keys())
        self.pipeline = dict(document.pipeline)
        if len(self.first) < _SHOWN:
            self.first.append({"name": name, "source_chars": len(document.source), "kept_chars": kept, "drugs": drugs})

    def merge(self, other: Summary) -> None:
        """Count the documents of another part in, which come after those here."""
        self.documents += other.documents
        self.failures += other.failures
        self.source_chars += other.source_chars
        self.kept_chars += other.kept_chars
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        self.pipeline = other.pipeline or self.pipeline
        self.first.extend(other.first[: _SHOWN - len(self.first)])

    def row(self) -> dict[str, Any]:
        """As it stands in summary.json."""
        share = round(self.kept_chars / self.source_chars, 4) if self.source_chars else 0.0
        counts = {name: _ranked(getattr(self, name)) for name in ("removed", "entities", "flags", "languages")}
        tops = {name: dict(list(_ranked(getattr(self, name)).items())[:_TOP]) for name in ("drugs", "brands", "rules")}
        head = {"documents": self.documents, "failures": self.failures, "source_chars": self.source_chars, "kept_share": share}
        means = {name: round(total / self.figured[name] / _UNIT, 4) for name, total in sorted(self.figures.items())}
        return {**head, **counts, **tops, "quality": means, "fails": _ranked(self.fails), "pipeline": self.pipeline}

    def saved(self) -> dict[str, Any]:
        """Everything, to be read again by `load`."""
        plain = {"documents": self.documents, "failures": self.failures, "source_chars": self.source_chars, "kept_chars": self.kept_chars}
        counts = {name: _ranked(getattr(self, name)) for name in _COUNTERS}
        return {**plain, **counts, "pipeline": self.pipeline, "first": self.first if self.documents <= _SHOWN else []}

    @classmethod
    def load(cls, row: Mapping[str, Any]) -> Summary:
        """What `saved` gave."""
        told: dict[str, Any] = {key: Counter(value) if key in _COUNTERS else value for key, value in row.items()}
        return cls(**told)


def _rule_of(change: Change) -> str:
    """The rule of a removal; those of site templates, which tell on how many pages a line stands, count as one."""
    return change.reason if change.reason == "site-template" else change.rule


def _ranked(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
