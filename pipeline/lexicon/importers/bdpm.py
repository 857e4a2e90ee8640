"""French public database of medicines: `CIS_bdpm.txt` and `CIS_COMPO_bdpm.txt`, tab-separated, no header."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from ...errors import ConfigError
from .french import in_english
from .source import Entry, Files, Part

CODE = "bdpm"
_name_ends = re.compile(r",(?!\d)").split  # not the comma of "62,5 mg"
_PRODUCT_WIDTH, _COMPOSITION_WIDTH = 4, 8


def read(files: Files) -> Iterator[Entry]:
    """Products, with the therapeutic moiety where the base tells it and else the substance; names brought nearer to English."""
    substances = defaultdict[str, list[tuple[str, str, str]]](list)
    for part in files.named("cis_compo_bdpm.txt"):
        for _, cells in _cells(files, part, _COMPOSITION_WIDTH):
            if not cells[3].lower().endswith(" élément"):  # the share of calcium in calcium carbonate
                substances[cells[0]].append((cells[7].strip(), cells[6].strip(), cells[3].strip()))
    for part in files.named("cis_bdpm.txt"):
        for line, cells in _cells(files, part, _PRODUCT_WIDTH):
            ingredients = tuple(dict.fromkeys(in_english(name) for name in _moieties(substances[cells[0]])))
            left_out = "homeopathic" if "homéo" in "\t".join(cells).lower() or any("homeopath" in name for name in ingredients) else ""
            yield Entry(_name_ends(cells[1])[0], ingredients, countries=("FR",), left_out=left_out, line=line, file=part.name)


def _moieties(rows: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """One name for each number that links a substance (SA) with its therapeutic moiety (FT).

    >>> list(_moieties([("1", "SA", "CHLORHYDRATE DE X"), ("1", "FT", "X"), ("2", "SA", "Y")]))
    ['X', 'Y']
    """
    linked = dict[str, str]()
    for number, sort, name in rows:
        if number not in linked or sort == "FT":
            linked[number] = name
    yield from linked.values()


def _cells(files: Files, part: Part, width: int) -> Iterator[tuple[int, list[str]]]:
    reader = files.cells(part, "\t")
    for line, cells in reader:
        if line == 1 and not (len(cells) >= width and cells[0].strip().isdecimal()):
            raise ConfigError(
                f"{part}, line 1: expected a CIS code and {width} cells or more, found {cells[0][:40]!r}", "give the database's own files"
            )
        if whole := files.whole(part, line, cells, width, reader):
            yield line, whole
