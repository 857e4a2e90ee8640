"""Looks through tables for what a reader of them would stumble over: each problem with file, line and remedy."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..controls import CONTROLS, UNSEEN
from . import tables
from .built import read_text, tables_of
from .context import WORD_KINDS
from .countries import COUNTRIES, country_code
from .ids import wrong_id
from .matcher import key_of
from .tables import ID_COLUMNS, INGREDIENT_COLUMNS, KINDS, NAME_COLUMNS, TableError

if TYPE_CHECKING:
    from importlib.abc import Traversable

_SHIPPED = ("ingredients.tsv", "names.tsv", "brands.tsv")
_JOINTS = re.compile(r"[+/&,;]")  # what people put between ingredients
_CONTROL = re.compile(f"[{CONTROLS}{UNSEEN}]")
_Rows = list[tuple[int, tuple[str, ...]]]


class Problem(NamedTuple):
    """What is wrong, where, and what to do about it. remark: the table does what it should all the same."""

    where: str
    line: int
    problem: str
    remedy: str
    remark: bool = False

    def __str__(self) -> str:
        place = f"{self.where}, line {self.line}" if self.line else self.where
        return f"{place}: {self.problem}; {self.remedy}"


def check(paths: Sequence[Path] = ()) -> list[Problem]:
    """The problems of the given tables, or of the shipped ones; given tables may use each other's ingredients and the shipped ones."""
    shipped = files(__package__)
    problems = list[Problem]()
    given = [(name, read_text(shipped / name)) for name in _SHIPPED] if not paths else []
    for path in paths:
        try:
            given += tables_of(path)
        except TableError as error:
            problems.append(Problem(str(path), 0, error.problem.removeprefix(f"{path}: "), error.advice or "mend the file"))
    ingredients = {
        name for _, cells in _quietly("ingredients.tsv", read_text(shipped / "ingredients.tsv"), INGREDIENT_COLUMNS) if (name := cells[0])
    }
    for where, text in given:
        if _is_ingredients(text):
            ingredients |= {cells[0] for _, cells in _quietly(where, text, INGREDIENT_COLUMNS)}
    for where, text in given:
        problems += _check_table(where, text, ingredients)
    return problems if paths else problems + list(_check_words(shipped))


def _check_table(where: str, text: str, ingredients: Collection[str]) -> Iterator[Problem]:
    """All problems of one table, in the order of its lines."""
    of_ingredients = _is_ingredients(text)
    columns, required = (INGREDIENT_COLUMNS, ("name",)) if of_ingredients else (NAME_COLUMNS, ("surface", "target"))
    rows: _Rows = []
    found = [*_structure(where, text, columns, required, rows), *_stray_spaces(where, text)]
    checks = (_ingredient_problems(where, rows), _id_problems(where, rows)) if of_ingredients else (
        _name_problems(where, rows, _Suggest(ingredients)), _country_problems(where, rows), _conflicts(where, rows),
    )  # fmt: skip
    for problems in (*checks, _order_problems(where, rows)):
        found += problems
    yield from sorted(found, key=lambda problem: problem.line)


def _structure(where: str, text: str, columns: Sequence[str], required: Sequence[str], rows: _Rows) -> Iterator[Problem]:
    """Fills `rows` as far as the table can be read; tells why when it cannot."""
    try:
        rows += tables.rows(text.split("\n"), where, columns, required)
    except TableError as error:
        place = re.match(rf"{re.escape(where)}(?:, line (\d+))?: (.*)", error.problem, re.DOTALL)
        told, _, remedy = (place[2] if place else error.problem).partition("; ")
        yield Problem(where, int((place and place[1]) or 0), told, error.advice or remedy or "mend the line")


def _quietly(where: str, text: str, columns: Sequence[str]) -> _Rows:
    rows: _Rows = []
    list(_structure(where, text, columns, (), rows))
    return rows


def _stray_spaces(where: str, text: str) -> Iterator[Problem]:
    windows = 0
    for number, ended in enumerate(text.split("\n"), 1):
        line = ended.removesuffix("\r")
        windows = windows or (number if line != ended else 0)
        if line[:1] != "#" and (
            " \t" in line or "\t " in line or line.strip(" ") != line or "  " in line or "\u00a0" in line or "\r" in line
        ):
            yield Problem(where, number, "a space at the end of a cell, or two together", "remove it")
        if control := _CONTROL.search(line):
            yield Problem(where, number, f"a control character ({control[0].encode('unicode_escape').decode()})", "remove it")
    if windows:  # once: such a file has them on every line
        yield Problem(where, windows, "a Windows line end", "save with line ends of Unix", remark=True)


# ---------------------------------------------------------------- ingredients


def _ingredient_problems(where: str, rows: _Rows) -> Iterator[Problem]:
    seen = dict[str, int]()
    for number, (name, *_) in rows:
        if not name or " + " in name:
            yield Problem(where, number, f"{name!r} is not one ingredient", "give each ingredient a line of its own")
        elif name != name.lower():
            yield Problem(where, number, f"{name!r} has capitals", f"write {name.lower()!r}")
        if name in seen:
            yield Problem(where, number, f"{name!r} stands on line {seen[name]} already", "keep one of the two lines")
        seen.setdefault(name, number)


def _id_problems(where: str, rows: _Rows) -> Iterator[Problem]:
    for number, (name, _, *ids, _) in rows:
        for registry, value in zip(ID_COLUMNS, ids, strict=True):
            if value and (problem := wrong_id(registry, value)):
                yield Problem(where, number, f"{registry} of {name!r}: {problem}", "look it up again, or leave the cell empty")


# ---------------------------------------------------------------- names


def _name_problems(where: str, rows: _Rows, suggest: Callable[[str], str]) -> Iterator[Problem]:
    seen = dict[tuple[str, str, str], int]()
    for number, (surface, kind, target, _, context, _) in rows:
        if not key_of(surface):
            yield Problem(where, number, f"the surface {surface!r} holds no letter or digit", "write the name as it is printed")
        if kind and kind not in KINDS:
            yield Problem(where, number, f"unknown kind {kind!r} of {surface!r}", f"known: {', '.join(KINDS)}")
        if context not in {"", "needs"}:
            yield Problem(where, number, f"context of {surface!r} is {context!r}", "leave it empty or write `needs`")
        for name in target.split(" + ") if kind != "class" else ():
            if remedy := suggest(name):
                yield Problem(where, number, f"unknown ingredient {name!r}", remedy)
        row = (surface, kind, " + ".join(sorted(target.split(" + "))))
        if row in seen:
            yield Problem(
                where,
                number,
                f"{surface!r} stands on line {seen[row]} already, with the same ingredients",
                "join the two lines and their countries",
            )
        seen.setdefault(row, number)


class _Suggest:
    """Ingredient -> what to do when it is unknown, nothing when it is known."""

    def __init__(self, ingredients: Collection[str]) -> None:
        self._known, self._list = ingredients, sorted(ingredients)
        self._remedy = lru_cache(maxsize=1000)(self._look)

    def __call__(self, name: str) -> str:
        return "" if name in self._known else self._remedy(name)

    def _look(self, name: str) -> str:
        parts = [part.strip() for part in _JOINTS.split(name) if part.strip()]
        if len(parts) > 1 and ("+" in name or all(part in self._known for part in parts)):
            return f"ingredients are parted by ' + ': write {' + '.join(parts)!r}"
        close = get_close_matches(name, self._list, n=3)
        return f"did you mean {' or '.join(map(repr, close))}?" if close else "add it to a table of ingredients, and give that too"


def _country_problems(where: str, rows: _Rows) -> Iterator[Problem]:
    fine = {""}
    for number, cells in rows:
        if cells[3] in fine:
            continue
        codes = cells[3].split(";")
        wrong = [code for code in codes if code not in COUNTRIES]
        for code in wrong:
            better = country_code(code)
            yield Problem(
                where, number, f"{code!r} is no country code", f"write {better!r}" if better else "ISO codes parted by `;`, such as GB;IN"
            )
        if len(set(codes)) != len(codes):
            yield Problem(where, number, f"a country stands twice in {cells[3]!r}", "name it once")
        elif not wrong:
            fine.add(cells[3])


def _conflicts(where: str, rows: _Rows) -> Iterator[Problem]:
    """One name, one kind, one country, and yet different ingredients."""
    meant = dict[tuple[str, str, str], tuple[int, frozenset[str], str]]()
    for number, (surface, kind, target, sold, _, _) in rows:
        targets = frozenset(target.split(" + "))
        for country in sold.split(";") if kind != "class" else ():
            line, others, shown = meant.setdefault((key_of(surface), kind, country), (number, targets, target))
            if others != targets:
                place = f"in {country}" if country else "everywhere"
                yield Problem(
                    where, number, f"{surface!r} is {target} {place}, on line {line} {shown}", "keep one, or part them by country"
                )
                break


def _order_problems(where: str, rows: _Rows) -> Iterator[Problem]:
    """The first line that is out of order; mending it mends most of the others."""
    last = ("", "")
    for number, cells in rows:
        key = (cells[0].casefold(), cells[0])
        if key < last:
            yield Problem(
                where,
                number,
                f"{cells[0]!r} stands after {last[1]!r}: the table is not sorted",
                "sort it by its first column, capitals as small letters",
                remark=True,
            )
            return
        last = key


# ---------------------------------------------------------------- words


def _check_words(folder: Traversable) -> Iterator[Problem]:
    """The tables of words that only the program ships: whether they can be read."""
    readers: Mapping[str, Callable[[Iterable[str]], Iterable[object]]] = {
        "context_words.tsv": lambda lines: tables.read_words(lines, "context_words.tsv", WORD_KINDS),
        "stems.tsv": lambda lines: tables.read_stems(lines, "stems.tsv"),
        "salt_words.txt": tables.read_lines,
    }
    for name, read in readers.items():
        text = read_text(folder / name)
        try:
            list(read(text.split("\n")))
        except TableError as error:
            yield Problem(name, 0, error.problem, error.advice or "mend the line")
        yield from _stray_spaces(name, text)


def _is_ingredients(text: str) -> bool:
    return "name" in tables.header(text.lstrip("\n").split("\n", 50))
