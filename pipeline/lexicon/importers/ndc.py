"""FDA National Drug Code directory: `product.txt`, tab-separated with a header."""

from __future__ import annotations

from collections.abc import Iterator

from .source import Entry, Files

CODE = "ndc"
_COLUMNS = ("PRODUCTTYPENAME", "PROPRIETARYNAME", "NONPROPRIETARYNAME", "MARKETINGCATEGORYNAME", "SUBSTANCENAME")


def read(files: Files) -> Iterator[Entry]:
    """Products for people; the substances where they are given, else the nonproprietary name."""
    part = files.one("product.txt")
    for line, row in files.rows(part, _COLUMNS, "\t"):
        substances = row["SUBSTANCENAME"].split(";") if row["SUBSTANCENAME"] else row["NONPROPRIETARYNAME"].split(", ")
        ingredients = tuple(dict.fromkeys(name.strip() for name in substances if name.strip()))
        yield Entry(row["PROPRIETARYNAME"], ingredients, countries=("US",), left_out=_left_out(row), line=line, file=part.name)


def _left_out(row: dict[str, str]) -> str:
    """What is no medicine with a known effect.

    >>> _left_out({"PRODUCTTYPENAME": "HUMAN OTC DRUG", "MARKETINGCATEGORYNAME": "UNAPPROVED HOMEOPATHIC"})
    'homeopathic'
    """
    if "HOMEOPATHIC" in row["MARKETINGCATEGORYNAME"].upper():
        return "homeopathic"
    return "allergen extract" if "ALLERGENIC" in row["PRODUCTTYPENAME"].upper() else ""
