"""RxNorm: `RXNCONSO.RRF`, `RXNREL.RRF` and `RXNSAT.RRF`, cells parted by bars, no header, read as a stream."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ...errors import ConfigError
from .source import Entry, Files, Part

CODE = "rxnorm"
#: Cells before the bar at the end of a line.
_WIDTHS = {"RXNCONSO.RRF": 18, "RXNREL.RRF": 16, "RXNSAT.RRF": 13}
_INGREDIENTS = frozenset({"IN", "PIN", "MIN"})
_NAMES = frozenset({*_INGREDIENTS, "BN", "SY", "TMSY"})
_BRAND_OF, _FORM_OF, _PART_OF = "tradename", "form", "part"
_RELATIONS = {
    "tradename_of": _BRAND_OF, "has_tradename": _BRAND_OF, "form_of": _FORM_OF, "has_form": _FORM_OF,
    "part_of": _PART_OF, "has_part": _PART_OF, "ingredient_of": _BRAND_OF, "has_ingredient": _BRAND_OF,
}  # fmt: skip
_is_unii = re.compile(r"[A-Z0-9]{10}").fullmatch
_AGAIN = "download it again, or give the folder `rrf` of the release as it comes"


def read(files: Files) -> Iterator[Entry]:
    """Ingredients with RxCUI and UNII, their precise forms and other names, brands with what they are trade names of."""
    names, others = dict[str, tuple[str, str, int]](), list[tuple[str, str, int]]()
    conso = files.named("rxnconso.rrf")[0]
    for line, cells in _lines(conso, "|RXNORM|"):
        cui, source, sort, name, suppress = cells[0], cells[11], cells[12], cells[14], cells[16]
        if source != "RXNORM" or sort not in _NAMES:
            continue
        if suppress not in {"N", ""}:
            yield Entry(name, left_out="suppressed", line=line, file=conso.name)
        elif sort in {"SY", "TMSY"}:
            others.append((cui, name, line))
        else:
            names[cui] = (name, sort, line)
    unii = _uniis(files, names, conso)
    linked = _linked(files, names)
    yield from _entries(names, unii, linked, conso.name)
    for cui, name, line in others:
        if cui in names and names[cui][1] != "BN":
            yield Entry(name, _targets(cui, names, linked), "synonym", line=line, file=conso.name)


_Names = dict[str, tuple[str, str, int]]
_Linked = dict[str, dict[str, set[str]]]


def _entries(names: _Names, unii: dict[str, str], linked: _Linked, file: str) -> Iterator[Entry]:
    for cui, (name, sort, line) in names.items():
        if sort == "IN":
            ids = {"rxcui": cui, "unii": unii.get(cui, "")}
            yield Entry(name, kind="ingredient", ids={key: value for key, value in ids.items() if value}, line=line, file=file)
        elif sort == "BN":
            yield Entry(name, _targets(cui, names, linked), countries=("US",), line=line, file=file)
        elif sort == "PIN":
            yield Entry(name, _targets(cui, names, linked), "synonym", exact=False, line=line, file=file)


def _targets(cui: str, names: _Names, linked: _Linked) -> tuple[str, ...]:
    """The ingredients that a brand, a precise form or a combination leads to, by name."""
    sort = names[cui][1]
    if sort == "IN":
        return (names[cui][0],)
    kinds = {"BN": (_BRAND_OF,), "PIN": (_FORM_OF,), "MIN": (_PART_OF, _FORM_OF)}[sort]
    near = {other for kind in kinds for other in linked[kind].get(cui, ()) if other in names}
    single = sorted((other for other in near if names[other][1] == "IN"), key=lambda other: names[other][2])
    if single:
        return tuple(names[other][0] for other in single)
    return tuple(
        dict.fromkeys(name for other in sorted(near) if names[other][1] != "BN" and sort == "BN" for name in _targets(other, names, linked))
    )


def _linked(files: Files, names: _Names) -> _Linked:
    """Relation -> concept -> the concepts of another kind that it leads to; the file tells each of them both ways round."""
    found: _Linked = {kind: defaultdict(set) for kind in (_BRAND_OF, _FORM_OF, _PART_OF)}
    for _, cells in _lines(files.named("rxnrel.rrf")[0], "_of|", "|has_"):
        kind, one, other = _RELATIONS.get(cells[7]), cells[0], cells[4]
        if kind and one in names and other in names and names[one][1] != names[other][1]:
            found[kind][one].add(other)
            found[kind][other].add(one)
    return found


def _uniis(files: Files, names: _Names, conso: Part) -> dict[str, str]:
    """Concept -> UNII: told as an attribute, or as the code of the FDA's substance with the same meaning."""
    found = dict[str, str]()
    for part in files.named("rxnsat.rrf", required=False):
        for _, cells in _lines(part, "|UNII"):
            if cells[0] in names and cells[8] in {"UNII", "UNII_CODE"} and _is_unii(cells[10]):
                found.setdefault(cells[0], cells[10])
    for _, cells in _lines(conso, "|MTHSPL|SU|"):
        if cells[0] in names and _is_unii(cells[13]):
            found.setdefault(cells[0], cells[13])
    return found


def _lines(part: Part, *marks: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of the lines that hold one of the marks; the first and the last line must be whole."""
    width = next((width for name, width in _WIDTHS.items() if name.lower() == part.name.lower()), 0)
    number, line = 0, ""
    for number, line in enumerate(part.lines(), 1):
        if number == 1 or any(mark in line for mark in marks):
            cells = line.split("|")
            if len(cells) != width + 1:
                raise _wrong(part, number, width, len(cells) - 1, cut=not line.endswith("\n"))
            yield number, cells
    if not number:
        raise ConfigError(f"{part}, line 1: expected rows, found an empty file", _AGAIN)
    if (found := line.count("|")) != width:
        raise _wrong(part, number, width, found, cut=True)


def _wrong(part: Part, number: int, width: int, found: int, *, cut: bool) -> ConfigError:
    end = ": the file is cut off" if cut else ""
    return ConfigError(f"{part}, line {number}: expected {width} cells ended by bars, found {found}{end}", _AGAIN)
