"""WHO ATC index as a CSV (atc_code, atc_name): substances of the fifth level lend their codes, the fourth level its class."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .source import Entry, Files

CODE = "atc"
_COLUMNS = ("atc_code", "atc_name")
_ALIASES = {"ATC code": "atc_code", "code": "atc_code", "ATC level name": "atc_name", "name": "atc_name"}
_is_code = re.compile(r"[A-Z]\d\d[A-Z]{2}(\d\d)?").fullmatch
_is_mixture = re.compile(r"combination|[,;]|\band\b|\bin \w+ing\b|\bother\b|various|agents|preparations|products|drugs|multienzymes").search


def read(files: Files) -> Iterator[Entry]:
    """One substance a code."""
    part = files.one("*atc*.csv")
    classes = dict[str, str]()
    seen = set[tuple[str, str]]()
    for line, row in files.rows(part, _COLUMNS, ",", _ALIASES):
        code, name = row["atc_code"], row["atc_name"]
        if len(code) == len("D10BA"):
            classes[code] = name
        if len(code) < len("D10BA01") or (code, name) in seen:
            continue
        seen.add((code, name))
        left_out = "" if _is_code(code) else "no ATC code"
        left_out = left_out or ("allergen extract" if code.startswith("V01") else "")
        left_out = left_out or ("a mixture or a group" if _is_mixture(name) else "")
        ids = {"atc": code}
        yield Entry(
            name, kind="ingredient", ids=ids, drug_class=classes.get(code[:5], "").lower(), left_out=left_out, line=line, file=part.name
        )
