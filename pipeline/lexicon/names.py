"""The rows of the tables under their names and keys; a row becomes an object when somebody asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

from .matcher import key_of, keys_of
from .tables import KINDS, NAME_COLUMNS, Columns, Ingredient, Name, ingredient, name

_STRENGTH = {kind: i for i, kind in enumerate(KINDS)} | {"": KINDS.index("brand")}
_SURFACE, _KIND, _TARGET, _COUNTRIES, _CONTEXT, _SOURCES = range(len(NAME_COLUMNS))
_parting = re.compile(r"[/+-]| and | with ").split

Value = TypeVar("Value")


class Lazy(Mapping[str, Value]):
    """A mapping whose values are made when they are asked for, and kept."""

    def __init__(self, places: Mapping[str, Any], make: Callable[[Any], Value]) -> None:
        self._places, self._make = places, make
        self._made = dict[str, Value]()

    def __getitem__(self, key: str) -> Value:
        if (made := self._made.get(key)) is None:
            made = self._made[key] = self._make(self._places[key])
        return made

    def get(self, key: str, default: Any = None) -> Any:
        """As of any mapping, without the price of an exception."""
        return self[key] if key in self._places else default

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class Ingredients(Lazy[Ingredient]):
    """Ingredients by name; where several tables have a name, the last one wins. `shipped`: how many are in the first."""

    def __init__(self, parts: Sequence[Columns]) -> None:
        columns = _joined([part.cells for part in parts])
        rows = {surface: row for row, surface in enumerate(columns[0])}
        super().__init__(rows, lambda row: ingredient([column[row] for column in columns]))
        self._sources, self._rows = columns[-1], rows
        self.shipped = len(parts[0].cells[0])

    def as_names(self) -> list[list[str]]:
        """Columns as those of a table of names."""
        surfaces, blank = list(self._rows), [""] * len(self._rows)
        return [surfaces, ["generic"] * len(surfaces), surfaces, blank, blank, [self._sources[row] for row in self._rows.values()]]


class Names(Lazy[tuple[Name, ...]]):
    """Key -> names, strongest first; the names of each table of `own` take the place of all earlier ones with the same key."""

    def __init__(self, ingredients: Ingredients, listed: Sequence[Columns], own: Sequence[Columns] = ()) -> None:
        self._columns = _joined([ingredients.as_names(), *(table.cells for table in (*listed, *own))])
        keys = keys_of(self._columns[_SURFACE])
        first = len(keys) - sum(len(table.cells[0]) for table in own)
        self._own = (range(ingredients.shipped, len(ingredients)), range(first, len(keys)))
        places = self._placed(keys, range(first))
        for table in own:
            following = range(first, first + len(table.cells[0]))
            places.update(self._placed(keys, following))
            first = following.stop
        self._leave_out_written_out(keys, places)
        super().__init__(places, self._names)

    def guessable(self, kinds: Collection[str], minimum: int) -> Iterator[tuple[str, str]]:
        """(key, kind) of the names of one word whose strongest meaning is of these kinds, is vouched for and counts anywhere.

        Of generic names our own knowledge is enough; brands that only we know, and names of the user's tables, are too many and
        too near to everyday words.
        """
        kind, sources = self._columns[_KIND], self._columns[_SOURCES]
        for key, row in self._single(minimum):
            found = kind[row] or "brand"
            if found in kinds and (found != "brand" or not sources[row].startswith("own")):
                yield key, found

    def sold_in(self, countries: Collection[str], minimum: int) -> Iterator[str]:
        """Keys of the brands of one word that are sold in one of the countries and count anywhere."""
        kind, where = self._columns[_KIND], self._columns[_COUNTRIES]
        for key, row in self._single(minimum):
            if kind[row] in {"", "brand"} and not set(where[row].split(";")).isdisjoint(countries):
                yield key

    def _single(self, minimum: int) -> Iterator[tuple[str, int]]:
        """(key, row of its strongest meaning) of the shipped names of one word that count anywhere."""
        context = self._columns[_CONTEXT]
        for key in self:
            if len(key) >= minimum and key.isalpha() and self._is_shipped(row := self._row(key)) and not context[row]:
                yield key, row

    def acids(self) -> Iterator[str]:
        """Keys of the shipped acids of two words."""
        return (key for key in self if key.endswith("ic acid") and key.count(" ") == 1 and self._is_shipped(self._row(key)))

    def of_kind(self, kind: str) -> Iterator[Name]:
        """All names of a kind that no table of the user's has replaced."""
        for row, found in enumerate(self._columns[_KIND]):
            if found == kind:
                entry = self._name(row)
                if entry in self.get(key_of(entry.surface), ()):
                    yield entry

    def _row(self, key: str) -> int:
        """Where the strongest name of a key stands."""
        rows = self._places[key]
        return rows if isinstance(rows, int) else int(rows[0])

    def _is_shipped(self, row: int) -> bool:
        return row not in self._own[0] and row not in self._own[1]

    def _name(self, row: int) -> Name:
        return name([column[row] for column in self._columns])

    def _names(self, rows: int | list[int]) -> tuple[Name, ...]:
        return (self._name(rows),) if isinstance(rows, int) else tuple(map(self._name, rows))

    def _placed(self, keys: Sequence[str], rows: range) -> dict[str, int | list[int]]:
        """Key -> its row, or its rows, strongest first."""
        here = keys[rows.start : rows.stop]
        found: dict[str, Any] = dict(zip(reversed(here), reversed(rows), strict=True))
        shared = dict[str, list[int]]()
        for key, row in zip(here, rows, strict=True):
            if found[key] != row:
                shared.setdefault(key, [found[key]]).append(row)
        kinds = self._columns[_KIND]
        for several in shared.values():
            several.sort(key=lambda row: _STRENGTH[kinds[row]])
        found.update(shared)
        found.pop("", None)
        return found

    def _leave_out_written_out(self, keys: Sequence[str], places: dict[str, int | list[int]]) -> None:
        """Combinations that name their ingredients one by one ("ibuprofen/paracetamol"): the parts are found as they are."""
        kinds, targets, surfaces = self._columns[_KIND], self._columns[_TARGET], self._columns[_SURFACE]
        several = [row for row, target in enumerate(targets) if " + " in target and kinds[row] not in {"", "brand"}]
        written_out = []
        for row in several:
            parts = [key_of(part) in places for part in _parting(surfaces[row])]
            place = places.get(keys[row])
            strongest = place[0] if isinstance(place, list) else place
            if strongest == row and all(parts) and len(parts) == targets[row].count(" + ") + 1:
                written_out.append(keys[row])
        for key in written_out:
            del places[key]


def _joined(every: Sequence[Sequence[list[str]]]) -> list[list[str]]:
    """The columns of several tables, one table below the other."""
    return [list(chain.from_iterable(columns)) for columns in zip(*every, strict=True)]
