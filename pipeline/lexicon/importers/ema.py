"""European Medicines Agency: the table of medicines as an xlsx workbook, in its layout of today and of 2018."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ...errors import ConfigError
from .source import Entry, Files
from .workbook import sheet

CODE = "ema"
#: Where a central authorisation holds: the European Union, Iceland, Liechtenstein and Norway.
_COUNTRIES = tuple(re.findall("..", "ATBEBGCYCZDEDKEEESFIFRGRHRHUIEISITLILTLULVMTNLNOPLPTROSESISK"))
_NEVER_SOLD = frozenset({"refused", "application withdrawn", "withdrawn from rolling review"})
#: What is wanted -> its headings, today's first.
_HEADINGS = {
    "category": ("category",),
    "name": ("name of medicine", "medicine name"),
    "inn": ("international non-proprietary name (inn) / common name",),
    "substance": ("active substance",),
    "status": ("medicine status", "authorisation status"),
    "atc": ("atc code (human)", "atc code"),
}
_parts = re.compile(r"[;/]|,(?![^()\[\]]*[)\]])|\band\b(?! \w+ vaccine)").split
_earlier = re.compile(r"\(previously ([^()]*)\)").search


def read(files: Files) -> Iterator[Entry]:
    """Medicines for people that were ever authorised, under their earlier names too."""
    part = files.one("medicines*.xlsx", "*.xlsx")
    column: Mapping[str, str] = {}
    for line, cells in sheet(part):
        column = column or _columns(cells)
        if column and cells.get(column["category"], "") not in {"", "Category"}:
            row = {key: cells.get(letter, "") for key, letter in column.items()}
            ingredients = tuple(dict.fromkeys(name.strip() for name in _parts(row["inn"] or row["substance"]) if name.strip()))
            ids = {"atc": row["atc"]} if row["atc"] else {}
            for name in _names(row["name"]):
                left_out = _left_out(row)
                yield Entry(name, ingredients, countries=_COUNTRIES, ids=ids, left_out=left_out, line=line, file=part.name)
    if not column:
        raise ConfigError(
            f"{part}: expected a heading row with `Category` and `Name of medicine`, found none", "give the table of medicines as it comes"
        )


def _columns(cells: Mapping[str, str]) -> Mapping[str, str]:
    """What is wanted -> column letter, if this is the heading row."""
    found = {heading.lower(): letter for letter, heading in cells.items()}
    places = {key: found[name] for key, names in _HEADINGS.items() for name in names if name in found}
    return places if len(places) == len(_HEADINGS) else {}


def _names(printed: str) -> list[str]:
    """The name and the one it had before.

    >>> _names("Corbilta (previously Zopya)")
    ['Corbilta', 'Zopya']
    """
    earlier = _earlier(printed)
    return [re.sub(r" *\(.*", "", printed), *(re.split(r",| and ", earlier[1]) if earlier else ())]


def _left_out(row: Mapping[str, str]) -> str:
    if row["category"].lower() != "human":
        return "for animals"
    return "never authorised" if row["status"].lower() in _NEVER_SOLD else ""
