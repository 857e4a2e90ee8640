"""What became of the rows of each source, counted and told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..tables import Ingredient, Name
from .source import Entry

_EXAMPLES = 3


@dataclass
class Tally:
    """What became of the rows of one source."""

    source: str
    files: list[tuple[str, str, str]] = field(default_factory=list)  # name, date, sha256
    read: int = 0
    resolved: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    noted: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def accept(self, how: str) -> None:
        """A row that is of use."""
        self.resolved[how] += 1

    def refuse(self, why: str, entry: Entry, detail: str = "") -> None:
        """A row that is left out, kept as an example if it is one of the first."""
        self.refused[why] += 1
        self._show(why, f"{entry.surface!r}{f' ({detail})' if detail else ''}, {entry.file} line {entry.line}")

    def note(self, what: str, detail: str) -> None:
        """Something to know about a row that is of use all the same."""
        self.noted[what] += 1
        self._show(what, detail)

    def _show(self, what: str, example: str) -> None:
        if len(self.examples[what]) < _EXAMPLES:
            self.examples[what].append(example)


@dataclass
class Built:
    """What was made: rows for the file, and what became of the rows of each source."""

    ingredients: list[Ingredient]
    names: list[Name]
    tallies: list[Tally]
    weighed: Counter[str]
    contradictions: list[str]


def head_of(built: Built, version: str, shipped: str) -> list[str]:
    """The lines at the top of the file: who made it, and from what."""
    lines = [f"made by: pharmaclean {version} over its own tables {shipped}"]
    for tally in built.tallies:
        counts = f"read {tally.read} | resolved {sum(tally.resolved.values())}"
        lines += [f"source: {tally.source} | {name} | {date} | sha256 {digest} | {counts}" for name, date, digest in tally.files]
    return lines


def report(built: Built) -> Iterator[str]:
    """What became of the rows, in plain lines."""
    for tally in built.tallies:
        yield from _account(tally)
    yield f"together: {len(built.ingredients)} ingredients, {len(built.names)} names to lay over the shipped ones"
    yield from (f"  {count:>8} {how}" for how, count in built.weighed.most_common())
    yield from (f"           {line}" for line in built.contradictions[: 2 * _EXAMPLES])


def _account(tally: Tally) -> Iterator[str]:
    files = ", ".join(name for name, _, _ in tally.files)
    resolved, left = sum(tally.resolved.values()), sum(tally.refused.values())
    yield f"{tally.source}: {tally.read} rows read, {resolved} resolved, {left} left out ({files})"
    yield from (f"  {count:>8} {how}" for how, count in tally.resolved.most_common())
    for counts, label in ((tally.refused, "left out: "), (tally.noted, "")):
        for what, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
            yield f"  {count:>8} {label}{what}"
            yield from (f"           {example}" for example in tally.examples[what])
