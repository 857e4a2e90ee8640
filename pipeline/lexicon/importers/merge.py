"""Names from several sources as one row each, weighed against the names that are shipped."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ..lexicon import Lexicon
from ..matcher import key_of
from ..tables import Name
from .surfaces import is_everyday


class Printed(NamedTuple):
    """A name as a source prints it, with the ingredients that it resolved to."""

    surface: str
    kind: str
    targets: tuple[str, ...]
    countries: tuple[str, ...]
    source: str
    weak: bool = False
    needs: bool = False


def merged(printed: Iterable[Printed], lexicon: Lexicon) -> tuple[list[Name], Counter[str], list[str]]:
    """(rows, what was done with how many names, the contradictions that were settled)."""
    by_key = defaultdict[str, list[Printed]](list)
    for row in printed:
        by_key[key_of(row.surface)].append(row)
    weigher = _Weigher(lexicon)
    names = [name for key, rows in by_key.items() for name in weigher.weigh(key, rows)]
    return names, weigher.counts, weigher.contradictions


class _Weigher:
    """What was written by hand beats what is imported; in one country a name means one thing."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.counts = Counter[str]()
        self.contradictions = list[str]()

    def weigh(self, key: str, rows: Sequence[Printed]) -> Iterator[Name]:
        """The rows of one key for the file; none where the shipped tables say it already."""
        shipped = self._lexicon.names.get(key, ())
        if shipped and shipped[0].kind != "brand":
            self.counts["a generic name, class or abbreviation in the shipped tables"] += 1
            return
        found = self._settled([row for row in rows if not row.weak] or self._agreed(rows))
        if not shipped:
            self.counts["new"] += bool(found)
            yield from found
            return
        added = list(self._added(shipped, found))
        self.counts["in the shipped tables, with another country or meaning added" if added else "in the shipped tables just so"] += 1
        if added:
            changed = {frozenset(name.targets): name for name in added}
            yield from (changed.pop(frozenset(name.targets), name) for name in shipped)
            yield from changed.values()

    def _agreed(self, rows: Sequence[Printed]) -> Sequence[Printed]:
        """What is left of a name without its number counts only where all rows agree."""
        return rows if len({frozenset(row.targets) for row in rows}) == 1 else ()

    def _settled(self, rows: Sequence[Printed]) -> list[Name]:
        """One row for each meaning; a country goes to the meaning that most of its rows have, then to the plainest."""
        meanings = defaultdict[frozenset[str], list[Printed]](list)
        for row in rows:
            meanings[frozenset(row.targets)].append(row)
        votes = Counter((country, meaning) for meaning, group in meanings.items() for row in group for country in row.countries or ("",))
        winners = dict[str, frozenset[str]]()
        for country in {country for country, _ in votes}:
            ranked = [meaning for meaning in meanings if votes[country, meaning]]
            winners[country] = min(ranked, key=lambda meaning: (-votes[country, meaning], len(meaning), sorted(meaning)))
            if len(ranked) > 1:
                self.counts["several meanings in one country: the most frequent is kept"] += 1
        return [
            _name(group, tuple(sorted(won)), needs=is_everyday(group[0].surface, self._lexicon.words.english))
            for meaning, group in meanings.items()
            if (won := {country for country, winner in winners.items() if winner == meaning})
        ]

    def _added(self, shipped: Sequence[Name], found: Iterable[Name]) -> Iterator[Name]:
        """Rows that say more than the shipped ones: another country of the same meaning, or another meaning elsewhere."""
        taken = {country for name in shipped for country in name.countries or ("",)}
        for name in found:
            same = next((ours for ours in shipped if frozenset(ours.targets) == frozenset(name.targets)), None)
            fresh = tuple(country for country in name.countries if country not in taken)
            if same and same.countries and fresh and "" not in taken:
                yield same._replace(countries=tuple(sorted({*same.countries, *fresh})), sources=_sources([same.sources, name.sources]))
            elif not same and fresh:
                yield name._replace(countries=fresh)
            elif not same:
                self.counts["contradicts the shipped tables in the same country: those are kept"] += 1
                self.contradictions.append(
                    f"{name.surface}: {name.canonical} ({name.sources}), shipped: {' | '.join(n.canonical for n in shipped)}"
                )


def _name(rows: Sequence[Printed], countries: tuple[str, ...], *, needs: bool) -> Name:
    """One row of several; printed as most print it, and rather not in capitals."""
    spellings = Counter(row.surface for row in rows)
    surface = min(spellings, key=lambda text: (text.isupper() or text.islower(), -spellings[text], text))
    countries = () if "" in countries else countries
    return Name(
        surface,
        rows[0].kind,
        rows[0].targets,
        countries,
        rows[0].needs or (needs and rows[0].kind == "brand"),
        _sources(row.source for row in rows),
    )


def _sources(cells: Iterable[str]) -> str:
    """Who vouches for a name; our own knowledge is named only where nobody else does."""
    found = dict.fromkeys(source for cell in cells for source in cell.split(";") if source)
    others = [source for source in found if source not in {"own", "checked"}]
    return ";".join(others or found)
