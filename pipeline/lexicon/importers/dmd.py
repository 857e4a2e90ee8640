"""NHS dictionary of medicines and devices (dm+d): XML files of moieties, ingredients, products and brands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from .safe_xml import records
from .source import Entry, Files, Part

CODE = "dmd"


def read(files: Files) -> Iterator[Entry]:
    """Ingredients and moieties; brands (AMP) by way of the product (VMP) that they are."""
    moieties = dict[str, str]()
    for part in files.named("f_vtm*.xml"):
        for line, row in records(part, "VTM"):
            name = row.get("NM", "")
            moieties[row.get("VTMID", "")] = name
            if " + " not in name:
                yield _ingredient(name, row, line, part)
    substances = dict[str, str]()
    for part in files.named("f_ingredient*.xml"):
        for line, row in records(part, "ING"):
            substances[row.get("ISID", "")] = row.get("NM", "")
            yield _ingredient(row.get("NM", ""), row, line, part)
    products = _products(files, moieties, substances)
    for part in files.named("f_amp*.xml", required=False):
        for line, row in records(part, "AMP"):
            ingredients = products.get(row.get("VPID", ""), ())
            left_out = _left_out(row) or ("" if ingredients else "no medicine, or one without a moiety")
            yield Entry(row.get("NM", ""), ingredients, countries=("GB",), left_out=left_out, line=line, file=part.name)


def _products(files: Files, moieties: Mapping[str, str], substances: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Ingredients by product: those of its moiety ("A + B"), else those that are listed for it."""
    found = dict[str, tuple[str, ...]]()
    for part in files.named("f_vmp*.xml", required=False):
        listed = defaultdict[str, list[str]](list)
        for _, row in records(part, "VPI"):
            listed[row.get("VPID", "")].append(substances.get(row.get("ISID", ""), ""))
        found.update((product, tuple(filter(None, names))) for product, names in listed.items())
        for _, row in records(part, "VMP"):
            if moiety := moieties.get(row.get("VTMID", "")):
                found[row.get("VPID", "")] = tuple(moiety.split(" + "))
    return found


def _ingredient(name: str, row: Mapping[str, str], line: int, part: Part) -> Entry:
    return Entry(name, kind="ingredient", left_out=_left_out(row), line=line, file=part.name)


def _left_out(row: Mapping[str, str]) -> str:
    return "marked as invalid" if row.get("INVALID") == "1" else ""
