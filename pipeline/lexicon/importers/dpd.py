"""Health Canada's Drug Product Database: `drug.txt` and `ingred.txt`, as they come (no header) or with one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ...errors import ConfigError
from .source import Entry, Files, Part

CODE = "hc"
_DRUG = ("DRUG_CODE", "PRODUCT_CATEGORIZATION", "CLASS", "BRAND_NAME")
_INGREDIENT = ("DRUG_CODE", "INGREDIENT")
#: Where these columns stand in files without a header, and how many there are at least.
_DRUG_PLACES, _DRUG_WIDTH = (0, 1, 2, 4), 5
_INGREDIENT_PLACES, _INGREDIENT_WIDTH = (0, 2), 3
_LEFT_OUT = {"veterinary": "for animals", "disinfectant": "disinfectant"}


def read(files: Files) -> Iterator[Entry]:
    """Products for people: marketed, approved, dormant and cancelled, as far as their files are there."""
    for drugs in files.named("drug.txt*", "drug_*.txt*"):
        ending = drugs.name.lower().removeprefix("drug").partition(".")[0]
        ingredients = defaultdict[str, list[str]](list)
        for _, (code, name) in _cells(files, _sibling(files, drugs, ending), _INGREDIENT, _INGREDIENT_PLACES, _INGREDIENT_WIDTH):
            ingredients[code].append(name)
        for line, (code, category, sort, brand) in _cells(files, drugs, _DRUG, _DRUG_PLACES, _DRUG_WIDTH):
            written = tuple(dict.fromkeys(ingredients[code]))
            left_out = _LEFT_OUT.get(sort.lower(), "sunscreen" if "SUNBURN" in category.upper() else "")
            yield Entry(brand, written, countries=("CA",), left_out=left_out, line=line, file=drugs.name)


def _sibling(files: Files, drugs: Part, ending: str) -> Part:
    """The file of ingredients beside a file of drugs."""
    folder = str(drugs).removesuffix(drugs.name)
    for part in files.named(f"ingred{ending}.txt*"):
        if str(part).removesuffix(part.name) == folder:
            return part
    raise ConfigError(f"{drugs}: expected ingred{ending}.txt beside it", "give the folder or zip archive that holds both")


def _cells(files: Files, part: Part, columns: tuple[str, ...], places: tuple[int, ...], width: int) -> Iterator[tuple[int, list[str]]]:
    """(line, cells in the order of `columns`), whether the file has a header or not."""
    if next(part.lines(), "").lstrip('"').upper().startswith("DRUG_CODE"):
        for line, row in files.rows(part, columns, ","):
            yield line, [row[column] for column in columns]
        return
    reader = files.cells(part, ",")
    for line, cells in reader:
        if not cells[0].isdecimal() and line == 1:
            raise ConfigError(
                f"{part}, line 1: expected a drug code in the first cell, found {cells[0][:40]!r}", "give Health Canada's own files"
            )
        if whole := files.whole(part, line, cells, width, reader):
            yield line, [whole[place].strip() for place in places]
