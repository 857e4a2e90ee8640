"""The first sheet of an xlsx workbook as rows of text: enough of the format for a plain table."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from ...errors import ConfigError
from .safe_xml import elements
from .source import Part

_SHEET, _STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def sheet(part: Part) -> Iterator[tuple[int, dict[str, str]]]:
    """(row number, cells by column letter) of the first sheet; one space for each line break in a cell."""
    inside = _names(part)
    if _SHEET not in inside:
        raise ConfigError(f"{part}: expected a workbook with a first sheet", "give the publisher's xlsx file")
    shared = list(_strings(Part(part.path, _STRINGS))) if _STRINGS in inside else []
    cells: dict[str, str] = {}
    column, kind, value, number = "", "", "", 0
    for element in elements(Part(part.path, _SHEET)):
        if element.tag == "row" and not element.closes:
            cells, number = {}, _number(element.attributes.get("r", ""), number + 1)
        elif element.tag == "row":
            yield number, cells
        elif element.tag == "c" and not element.closes:
            column, kind, value = element.attributes.get("r", "").rstrip("0123456789"), element.attributes.get("t", ""), ""
        elif element.tag in {"v", "t"} and element.closes:
            value += element.text
        elif element.tag == "c":
            place = _number(value, len(shared)) if kind == "s" else len(shared)
            text = shared[place] if place < len(shared) else value
            cells[column] = " ".join(text.split())


def _number(digits: str, otherwise: int) -> int:
    """What a file says, if it is a number such as sheets have.

    >>> _number("12", 3), _number("x", 3), _number("9" * 5000, 3)
    (12, 3, 3)
    """
    return int(digits) if digits.isdecimal() and len(digits) < 12 else otherwise


def _names(part: Part) -> list[str]:
    try:
        with zipfile.ZipFile(part.path) as book:
            return book.namelist()
    except zipfile.BadZipFile as error:
        problem = f"{part}: expected an xlsx workbook, found a file that is damaged, cut off or of another kind"
        raise ConfigError(problem, "download it again; a table saved as CSV is read with --from table:PATH") from error
    except OSError as error:
        raise ConfigError(f"{part}: cannot be read ({error.strerror})", "check the path") from error


def _strings(part: Part) -> Iterator[str]:
    text, phonetic = "", False
    for element in elements(part):
        if element.tag == "si":
            if element.closes:
                yield text
            text = ""
        elif element.tag == "rPh":  # how a Japanese reader says it
            phonetic = not element.closes
        elif element.tag == "t" and element.closes and not phonetic:
            text += element.text
