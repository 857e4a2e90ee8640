"""What is to be mended in the drug tables: contradictions, everyday words, rows that nobody vouches for."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evidence import Evidence, Row, linked_by_drugbank, parts_of, squeezed, target_set
from publishers import fold, table

EU = frozenset(re.findall("..", "ATBEBGCYCZDEDKEEESFIFRGRHRHUIEITLTLULVMTNLPLPTROSESISK"))
MARKETS = {  # where a source's brands are sold
    "fda": frozenset({"US"}),
    "rxnorm": frozenset({"US"}),
    "medlineplus": frozenset({"US"}),
    "ema": EU,
    "hc": frozenset({"CA"}),
    "dmd": frozenset({"GB"}),
    "bdpm": frozenset({"FR"}),
}
COMMON_WORD = 3.0  # Zipf scale: once in a million words; "soma" is 3.2, "pan" 4.4
KNOWN_AS_DRUGS = frozenset({"Aspirin", "Botox", "Ozempic", "Prozac", "Viagra", "Xanax"})  # as common, and nothing but the medicine
ID_COLUMNS = ("rxcui", "unii", "drugbank", "cas", "mesh", "atc")
SOURCE_ORDER = ("fda", "rxnorm", "drugbank", "ema", "hc", "dmd", "bdpm", "medlineplus", "own", "checked")


@dataclass(frozen=True)
class Tables:
    """The three compiled tables."""

    ingredients: list[Row]
    names: list[Row]
    brands: list[Row]


def unknown_targets(tables: Tables) -> Iterator[str]:
    """Targets that are not in the table of ingredients."""
    known = {row["name"] for row in tables.ingredients}
    for row in [*tables.names, *tables.brands]:
        if row.get("kind") != "class":
            yield from (f"{row['surface']}\t{part}" for part in parts_of(row["target"]) if part not in known)


def conflicting_rows(rows: list[Row]) -> Iterator[str]:
    """One surface, two meanings, and a country (or everywhere) where both hold."""
    groups = defaultdict(list)
    for row in rows:
        groups[row["surface"].casefold()].append(row)
    for group in groups.values():
        for position, row in enumerate(group):
            for other in group[position + 1 :]:
                if meet(row, other):
                    yield f"{row['surface']}\t{row['target']} [{row['countries']}]\t{other['target']} [{other['countries']}]"


def contradicted_brands(tables: Tables, evidence: Evidence, *, read: bool) -> Iterator[str]:
    """A publisher of that market knows the brand, and for none of its products agrees with any of our rows.

    read: all its ingredients are known to us; otherwise what it says may only be written unlike ours.
    """
    rows = defaultdict(list)
    for row in tables.brands:
        rows[row["surface"]].append(row)
    for surface, group in rows.items():
        for source, said in sorted(evidence.brands.get(fold(surface), {}).items()):
            ours = [row["target"] for row in group if not row["countries"] or MARKETS[source] & set(row["countries"].split(";"))]
            # a MedlinePlus page lists combinations under one of the ingredients
            theirs = {part for part in said if source != "medlineplus" or not any(part < target_set(target) for target in ours)}
            differs = ours and theirs and not theirs & {target_set(target) for target in ours}
            if differs and read == any(all(not part.startswith("?") for part in target) for target in theirs):
                printed = " | ".join(sorted(" + ".join(sorted(target)) for target in theirs)[:3])
                yield f"{surface}\t{' | '.join(ours)}\t{printed}\t{source}"


def contradicted_names(tables: Tables, evidence: Evidence) -> Iterator[str]:
    """Names that DrugBank lists under another of our ingredients, and never beside ours."""
    links = linked_by_drugbank(evidence)
    for row in tables.names:
        key, target = fold(row["surface"]), fold(row["target"])
        entries = links.get(key, set())
        if row["kind"] == "class" or " + " in target or any(target in entry for entry in entries):
            continue
        others = {evidence.names.ingredients[name] for entry in entries for name in entry if name in evidence.names.ingredients}
        if others:
            yield f"{row['surface']}\t{row['target']}\t{' | '.join(sorted(others))}\tdrugbank"


def shared_ids(tables: Tables) -> Iterator[str]:
    """Ids that two ingredients bear; classes of ATC are shared by nature."""
    for column in ID_COLUMNS[:-1]:
        holders = defaultdict(list)
        for row in tables.ingredients:
            holders[row[column]].append(row["name"])
        yield from (f"{column}\t{value}\t{' | '.join(names)}" for value, names in holders.items() if value and len(names) > 1)


def clashing_surfaces(tables: Tables) -> Iterator[str]:
    """A surface that stands in two tables."""
    generic = {row["name"].casefold(): row["name"] for row in tables.ingredients}
    spoken = {row["surface"].casefold(): row["target"] for row in tables.names}
    for row in tables.names:
        if row["surface"].casefold() in generic and row["context"] != "needs":
            yield f"name\t{row['surface']}\t{row['target']}\tis an ingredient"
    for row in tables.brands:
        meaning = generic.get(row["surface"].casefold()) or spoken.get(row["surface"].casefold())
        if meaning and (meaning != row["target"]) and row["context"] != "needs":
            yield f"brand\t{row['surface']}\t{row['target']}\tis a generic name of {meaning}"


def is_common(surface: str, frequencies: dict[str, float]) -> bool:
    """Whether a brand is an everyday word for reasons other than the medicine."""
    return frequencies.get(fold(surface), 0.0) >= COMMON_WORD and surface not in KNOWN_AS_DRUGS


def common_words(tables: Tables, frequencies: dict[str, float]) -> Iterator[str]:
    """Brands that are everyday words, but accepted anywhere."""
    for row in tables.brands:
        if row["context"] != "needs" and is_common(row["surface"], frequencies):
            yield f"{row['surface']}\t{row['target']}\t{frequencies[fold(row['surface'])]}"


def read_frequencies(path: Path | None) -> dict[str, float]:
    """A table with the columns surface and zipf_en."""
    if path is None:
        return {}
    return {fold(row["surface"]): float(row["zipf_en"] or 0) for row in table(path, "\t")}


def unvouched(tables: Tables) -> Iterator[str]:
    """Rows that rest on our knowledge alone."""
    for label, rows in (("ingredient", tables.ingredients), ("name", tables.names), ("brand", tables.brands)):
        for row in rows:
            if row["sources"] == "own" and row.get("kind") != "class":
                yield f"{label}\t{row.get('name') or row['surface']}\t{row.get('target', '')}\t{row.get('countries', '')}"


def doubtful(tables: Tables, evidence: Evidence, frequencies: dict[str, float]) -> Iterator[tuple[Row, str]]:
    """Brands that rest on our knowledge only and are more likely wrong than right, each with the reason."""
    supported = {(stem(row["surface"]), part) for row in tables.brands if row["sources"] != "own" for part in parts_of(row["target"])}
    bases = {(row["surface"].casefold(), part) for row in tables.brands if row["sources"] == "own" for part in parts_of(row["target"])}
    better = defaultdict(list)
    for row in tables.brands:
        if row["sources"] != "own":
            better[row["surface"].casefold()].append(row)
    refuted = {line.split("\t")[0] for line in contradicted_brands(tables, evidence, read=True)}
    for row in tables.brands:
        if row["sources"] != "own":
            continue
        key = row["surface"].casefold()
        parts = parts_of(row["target"])
        if said := evidence.contradicted(row):
            yield row, f"a list says {said}"
        elif row["surface"] in refuted:
            yield row, "a publisher says otherwise"
        elif any(meet(row, other) for other in better[key]):
            yield row, "a better row says otherwise"
        elif len(squeezed(key)) <= 3 and key != "pan":
            yield row, "three letters"
        elif is_common(row["surface"], frequencies):
            yield row, "an everyday word"
        elif any((base, part) in bases and (stem(key), part) not in supported for base in beginnings(key) for part in parts):
            yield row, "a variant of a name that nobody confirms"


def stem(surface: str) -> str:
    """The word that a brand's variants share: `Telma-H 40` → `telma`."""
    return re.split(r"[\s+-]", surface.casefold())[0]


def beginnings(key: str) -> Iterator[str]:
    """What a variant may be a variant of: `pan-d 40` → `pan-d`, `pan`."""
    yield from (key[: sign.start()] for sign in re.finditer(r"[\s+-]", key))


def meet(row: Row, other: Row) -> bool:
    """Both hold in one country."""
    mine, theirs = (set(filter(None, r["countries"].split(";"))) for r in (row, other))
    return not mine or not theirs or bool(mine & theirs)


def report(tables: Tables, evidence: Evidence, frequencies: dict[str, float]) -> bool:
    """Print every finding; True when no row must be mended."""
    must = {
        "target is no ingredient": list(unknown_targets(tables)),
        "two meanings in one country": [*conflicting_rows(tables.names), *conflicting_rows(tables.brands)],
        "surface stands in two tables": list(clashing_surfaces(tables)),
        "a publisher contradicts a brand": list(contradicted_brands(tables, evidence, read=True)),
        "a publisher contradicts a name": list(contradicted_names(tables, evidence)),
        "everyday word without context": list(common_words(tables, frequencies)),
    }
    may = {
        "a publisher has a brand with an ingredient that is not ours": list(contradicted_brands(tables, evidence, read=False)),
        "one id, two ingredients": list(shared_ids(tables)),
        "nobody else vouches": list(unvouched(tables)),
    }
    for title, lines in {**must, **may}.items():
        print(f"## {title}: {len(lines)}")
        print(*lines, sep="\n")
    return not any(must.values())


def summary(tables: Tables) -> str:
    """`brands 9000 (own 400, fda 3000 …)` for each table."""
    lines = []
    for label, rows in (("ingredients", tables.ingredients), ("names", tables.names), ("brands", tables.brands)):
        counts = Counter(code for row in rows for code in row["sources"].split(";"))
        lines.append(f"{label} {len(rows)} ({', '.join(f'{code} {counts[code]}' for code in SOURCE_ORDER)})")
    return "\n".join(lines)
