"""Check the tables of conditions: their form, and, against the publishers' own files, their facts.

    python tools/check_conditions.py
    python tools/check_conditions.py --mesh mesh_terms.tsv --ctcae CTCAE_v5.0.xlsx --drugs drug_names.tsv.gz

Problems are printed as ``file:line: problem``. Errors (a broken row, an unknown id, a surface that stands twice)
give exit status 1; notes (a name that does not resemble its MeSH heading, an uncovered CTCAE term) do not.
"""

import argparse
import csv
import gzip
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

LEXICON = Path(__file__).resolve().parent.parent / "pipeline" / "lexicon"
HEADER = ("name", "synonyms", "kind", "mesh", "context", "sources")
WORDS_HEADER = ("word", "kind")
KINDS = {"disease", "symptom", "injury", "finding"}
WORD_KINDS = {"modifier", "severity", "anatomy", "head", "quality"}
SOURCES = {"mesh", "ctcae", "own"}

# Words of everyday English: alone on a page they say nothing about health, so their row must be marked "needs".
EVERYDAY = frozenset(
    """
    accident ache aches aging anger bite bites block blow boil boils break bump bumps burn burning burns chill cold
    colds complaint corn corns crab crabs cramp cramps cramping crash crying cut cuts death discharge dry dryness
    faint fall falling falls fit fits flat floaters flush gas growth hangover hot injury irritation itch loss lump
    lumps mass mole moles murmur numb pale panic peeling piles plague pressure rage redness rigidity scar scarring
    scars scratch shaking shock sick smoking sore sores soreness spasm spasms spot spots spotting sterility stiffness
    sting stinging stings strain stress tartar tearing thin tic tics tight tired toxicity trauma trembling twitching
    ulcer ulcers vesicle weak wind worm worms
    """.split()  # noqa: SIM905  words without quotes are easier to read and to add to
)

# Diseases and foods that drug registers list as ingredients, because vaccines and allergen extracts are named after them.
ALSO_INGREDIENTS = frozenset({"corn", "diphtheria", "measles", "mumps", "rubella", "smallpox", "tetanus"})

# A surface of one or two letters is a risk anywhere; these stand for nothing else on a medicine page.
SHORTEST = 3
SHORT_ACRONYMS = frozenset({"TB"})

# CTCAE terms that the table leaves out on purpose: (pattern, why).
LEFT_OUT = tuple(
    (re.compile(pattern, re.IGNORECASE), why)
    for pattern, why in (
        (r"other, specify$", "the rest of a chapter, not a condition"),
        (r"anastomotic leak$", "a leak by site of surgery; the general term is in the table"),
        (r"^intraoperative ", "an injury by site of surgery"),
        (r"^injury to ", "an injury by vessel; arterial and venous injury are in the table"),
        (r"stoma|urostomy|tracheostomy", "a complication of a stoma"),
        (r"soft tissue necrosis|chest wall necrosis", "necrosis by region; soft tissue necrosis is in the table"),
        (r"^joint range of motion decreased ", "by part of the spine"),
        (r"^postoperative thoracic procedure", "a procedure, not a condition"),
        (r"^death nos$", "a coding remark"),
    )
)


@dataclass(frozen=True)
class Row:
    """One condition, with the line where it stands."""

    line: int
    name: str
    synonyms: tuple[str, ...]
    kind: str
    mesh: str
    context: str
    sources: tuple[str, ...]

    @property
    def surfaces(self) -> tuple[str, ...]:
        """All that a text may call it, the preferred name first."""
        return (self.name, *self.synonyms)


@dataclass(frozen=True)
class Problem:
    """What is wrong, where, and whether it breaks the table."""

    path: Path
    line: int
    text: str
    is_error: bool = True

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}: {'error' if self.is_error else 'note'}: {self.text}"


def fold(name: str) -> str:
    """Spell a name so that variants meet.

    >>> fold("Oedema, Peripheral") == fold("peripheral edema")
    True
    >>> fold("Crohn's disease") == fold("Crohn Disease")
    True
    """
    parts = name.lower().split(", ")
    text = " ".join(reversed(parts)).replace("'s", "").replace("s' ", "s ")
    for british, american in (("ae", "e"), ("oe", "e"), ("our", "or"), ("sulph", "sulf"), ("leuc", "leuk")):
        text = text.replace(british, american)
    words = re.sub(r"[^a-z0-9]+", " ", text).split()
    return " ".join(word if word.endswith(("ss", "us", "is")) else word.removesuffix("s") for word in words)


def fields(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells) of a table, its comments at the top left out."""
    with path.open(encoding="utf-8", newline="") as lines:
        for number, line in enumerate(lines, 1):
            if not line.startswith("#"):
                yield number, line.rstrip("\n").split("\t")


def read_rows(path: Path) -> tuple[list[Row], list[Problem]]:
    """Read the table; a line with the wrong number of cells is a problem, not a row."""
    rows: list[Row] = []
    problems: list[Problem] = []
    lines = fields(path)
    first, header = next(lines, (1, []))
    if tuple(header) != HEADER:
        problems.append(Problem(path, first, f"the header should be {' '.join(HEADER)}"))
    for number, cells in lines:
        if len(cells) != len(HEADER):
            problems.append(Problem(path, number, f"{len(cells)} columns, should be {len(HEADER)}"))
            continue
        name, synonyms, kind, mesh, context, sources = cells
        split = tuple(synonyms.split(";")) if synonyms else ()
        rows.append(Row(number, name, split, kind, mesh, context, tuple(sources.split(";"))))
    return rows, problems


def check_form(path: Path, rows: Sequence[Row]) -> Iterator[Problem]:
    """Check each row by itself."""
    for row in rows:
        if row.kind not in KINDS:
            yield Problem(path, row.line, f"kind {row.kind!r}, should be one of {', '.join(sorted(KINDS))}")
        if row.context not in {"", "needs"}:
            yield Problem(path, row.line, f'context {row.context!r}, should be empty or "needs"')
        if row.mesh and not re.fullmatch(r"D\d{6}(\d{3})?", row.mesh):
            yield Problem(path, row.line, f"{row.mesh!r} is not a MeSH descriptor id")
        for source in sorted(set(row.sources) - SOURCES):
            yield Problem(path, row.line, f"source {source!r}, should be of {', '.join(sorted(SOURCES))}")
        if ("mesh" in row.sources) != bool(row.mesh):
            yield Problem(path, row.line, "source mesh and a MeSH id go together")
        for surface in row.surfaces:
            yield from check_surface(path, row, surface)


def check_surface(path: Path, row: Row, surface: str) -> Iterator[Problem]:
    """Check how one surface is written, and that an everyday word is marked."""
    if not surface or surface != " ".join(surface.split()):
        yield Problem(path, row.line, f"empty or badly spaced surface {surface!r}")
    if surface.lower() in EVERYDAY and row.context != "needs":
        yield Problem(path, row.line, f'{surface!r} is an everyday word: needs context "needs", in a row of its own')
    if len(surface) < SHORTEST and surface not in SHORT_ACRONYMS:
        yield Problem(path, row.line, f"{surface!r} is too short to be safe")


def check_twice(path: Path, rows: Sequence[Row]) -> Iterator[Problem]:
    """Find surfaces that stand twice, in one row or under two names, and rows out of order."""
    seen: dict[str, Row] = {}
    for row in rows:
        for surface in row.surfaces:
            other = seen.setdefault(surface.lower(), row)
            if other is not row:
                yield Problem(path, row.line, f"{surface!r} stands already under {other.name!r}, line {other.line}")
        if len({surface.lower() for surface in row.surfaces}) < len(row.surfaces):
            yield Problem(path, row.line, f"{row.name!r} has a synonym twice")
    for before, after in pairwise(rows):
        if (before.name.lower(), before.name) > (after.name.lower(), after.name):
            yield Problem(path, after.line, f"{after.name!r} should stand before {before.name!r}")


def check_mesh(path: Path, rows: Sequence[Row], headings: dict[str, str]) -> Iterator[Problem]:
    """Check that ids exist, and that the heading has a word in common with the surfaces."""
    for row in rows:
        if not row.mesh:
            continue
        heading = headings.get(row.mesh)
        if heading is None:
            yield Problem(path, row.line, f"{row.mesh} of {row.name!r} is no descriptor")
        elif not resembles(heading, row.surfaces):
            yield Problem(path, row.line, f"{row.name!r} has {row.mesh}, which is {heading!r}", is_error=False)


def resembles(heading: str, surfaces: Sequence[str]) -> bool:
    """Say whether a heading shares the first five letters of a word with some surface.

    >>> resembles("Purpura, Schoenlein-Henoch", ["Henoch-Schonlein purpura"])
    True
    >>> resembles("Myxoma", ["headache", "head pain"])
    False
    """
    dull = {"disea", "disor", "syndr", "acute", "chron", "human", "prima", "secon", "neopl", "drug", "and"}
    stems = {word[:5] for word in fold(heading).split()}
    wanted = stems - dull or stems
    return any(wanted & {word[:5] for word in fold(surface).split()} for surface in surfaces)


def check_ctcae(path: Path, rows: Sequence[Row], terms: Sequence[str]) -> Iterator[Problem]:
    """Note the terms that no surface covers, and rows that name CTCAE without being one of its terms."""
    wanted = {fold(term) for term in terms}
    have = {fold(surface) for row in rows for surface in row.surfaces}
    for term in sorted(set(terms)):
        if fold(term) not in have and not any(pattern.search(term) for pattern, _ in LEFT_OUT):
            yield Problem(path, 0, f"no row covers the CTCAE term {term!r}", is_error=False)
    for row in rows:
        is_term = any(fold(surface) in wanted for surface in row.surfaces)
        if is_term != ("ctcae" in row.sources):
            yield Problem(path, row.line, f"{row.name!r} {'is' if is_term else 'is not'} a CTCAE term", is_error=False)


def check_drugs(path: Path, rows: Sequence[Row], drugs: set[str]) -> Iterator[Problem]:
    """Find surfaces that are the generic name of a drug; acronyms (matched as written) are left alone."""
    for row in rows:
        for surface in row.surfaces:
            if surface.lower() in drugs - ALSO_INGREDIENTS and not surface.isupper():
                yield Problem(path, row.line, f"{surface!r} is the name of a drug")


def check_words(path: Path) -> Iterator[Problem]:
    """Check the table of modifiers, places and heads."""
    rows = list(fields(path))
    if not rows or tuple(rows[0][1]) != WORDS_HEADER:
        yield Problem(path, rows[0][0] if rows else 1, f"the header should be {' '.join(WORDS_HEADER)}")
    seen: set[tuple[str, ...]] = set()
    for number, cells in rows[1:]:
        if len(cells) != len(WORDS_HEADER) or not cells[0].strip():
            yield Problem(path, number, f"{len(cells)} columns, should be {len(WORDS_HEADER)}")
        elif cells[1] not in WORD_KINDS:
            yield Problem(path, number, f"kind {cells[1]!r}, should be one of {', '.join(sorted(WORD_KINDS))}")
        if tuple(cells) in seen:
            yield Problem(path, number, f"{cells[0]!r} stands twice")
        seen.add(tuple(cells))


def read_mesh(path: Path) -> dict[str, str]:
    """Read descriptor id → heading from a table with the columns mesh_id and mesh_name."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {row["mesh_id"]: row["mesh_name"] for row in csv.DictReader(lines, delimiter="\t")}


def read_drugs(path: Path) -> set[str]:
    """Read the generic names from a table with the columns surface and kind, gzipped or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return {row["surface"].lower() for row in rows if row["kind"] == "generic"}


def read_ctcae(path: Path) -> list[str]:
    """Read the column "CTCAE Term" of the workbook's fullest sheet."""
    with zipfile.ZipFile(path) as book:
        texts = ["".join(item.itertext()) for item in parse(book, "xl/sharedStrings.xml")]
        sheets = [name for name in book.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
        columns = [term_column(parse(book, name), texts) for name in sheets]
    terms = max(columns, key=len, default=[])
    if not terms:
        raise SystemExit(f"{path}: no sheet has a column CTCAE Term; is this the CTCAE workbook?")
    return terms


def parse(book: zipfile.ZipFile, name: str) -> ET.Element:
    """Parse one part of the workbook."""
    return ET.fromstring(book.read(name))  # noqa: S314  the publisher's own workbook, which the caller chose


def term_column(sheet: ET.Element, texts: Sequence[str]) -> list[str]:
    """Take the cells below "CTCAE Term" from a sheet; an empty list if it has no such column."""
    column, terms = "", []
    for cell in sheet.iterfind(".//{*}c"):
        text = cell_text(cell, texts).strip()
        letters = re.sub(r"\d", "", cell.get("r", ""))
        if not column and text.startswith("CTCAE Term"):
            column = letters
        elif letters == column and text:
            terms.append(text)
    return terms


def cell_text(cell: ET.Element, texts: Sequence[str]) -> str:
    """Read one cell; strings are kept in a shared list, cells hold their number."""
    value = cell.findtext("{*}v", "")
    return texts[int(value)] if cell.get("t") == "s" and value else value


def check(options: argparse.Namespace) -> list[Problem]:
    """Run the checks for which there are files."""
    path: Path = options.table
    rows, problems = read_rows(path)
    problems += [*check_form(path, rows), *check_twice(path, rows)]
    if options.mesh:
        problems += check_mesh(path, rows, read_mesh(options.mesh))
    if options.ctcae:
        problems += check_ctcae(path, rows, read_ctcae(options.ctcae))
    if options.drugs:
        problems += check_drugs(path, rows, read_drugs(options.drugs))
    if options.words.exists():
        problems += check_words(options.words)
    surfaces = sum(len(row.surfaces) for row in rows)
    print(f"{len(rows)} conditions, {surfaces} surfaces", file=sys.stderr)
    return problems


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the problems; 1 if one of them is an error."""
    parser = argparse.ArgumentParser(description="Check the tables of conditions.")
    parser.add_argument("--table", type=Path, default=LEXICON / "conditions.tsv", help="the table of conditions")
    parser.add_argument("--words", type=Path, default=LEXICON / "condition_words.tsv", help="the table of words")
    parser.add_argument("--mesh", type=Path, metavar="FILE", help="TSV with mesh_id and mesh_name")
    parser.add_argument("--ctcae", type=Path, metavar="FILE", help="the CTCAE workbook (xlsx)")
    parser.add_argument("--drugs", type=Path, metavar="FILE", help="TSV with surface and kind, may be gzipped")
    problems = check(parser.parse_args(arguments))
    for problem in problems:
        print(problem)
    return int(any(problem.is_error for problem in problems))


if __name__ == "__main__":
    raise SystemExit(main())
