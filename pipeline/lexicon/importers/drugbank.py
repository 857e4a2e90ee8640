"""DrugBank open vocabulary: a CSV of names, synonyms and ids, without brands; re-saved with semicolons too."""

from __future__ import annotations

from collections.abc import Iterator

from .source import Entry, Files

CODE = "drugbank"
_COLUMNS = ("DrugBank ID", "Common name", "CAS", "UNII", "Synonyms")


def read(files: Files) -> Iterator[Entry]:
    """One ingredient a row."""
    part = files.one("drugbank*vocabulary*.csv", "drugbank*.csv")
    for line, row in files.rows(part, _COLUMNS, _delimiter(next(part.lines(), ""))):
        ids = {"drugbank": row["DrugBank ID"], "unii": row["UNII"], "cas": row["CAS"]}
        also = tuple(name.strip() for name in row["Synonyms"].split(" | ") if name.strip())
        yield Entry(row["Common name"], kind="ingredient", ids={k: v for k, v in ids.items() if v}, also=also, line=line, file=part.name)


def _delimiter(first: str) -> str:
    return ";" if first.count(";") > first.count(",") else ","
