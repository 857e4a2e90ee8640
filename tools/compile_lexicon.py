"""Compile the drug tables of `pipeline/lexicon/` from hand-written rows, checked against publishers' files.

The rows (which name, which ingredient, which class) are written by hand. This script adds what is looked up
(RxCUI, UNII, DrugBank, CAS, MeSH, ATC), says who vouches for each row, merges and sorts, and with `--check`
tells where a publisher disagrees:

    python tools/compile_lexicon.py --vocab ~/publishers --check
    python tools/compile_lexicon.py --vocab ~/publishers --drafts ~/drafts --out pipeline/lexicon

`--drafts` is a folder with any of `ingredients*.tsv` (name, class), `names*.tsv` or `synonyms*.tsv` (surface,
kind, target, countries, context) and `brands*.tsv` (surface, target, countries, context). The shipped tables
have the same columns, so by default the script reads and rewrites them.

`--vocab` is a folder with what the publishers hand out; `publishers.py` says which files it looks for. A file that
is absent is left out of the count.
"""

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from publishers import READERS, Fact, Product, Substance, fold, read_atc_index, read_mesh, table

LEXICON = Path(__file__).parent.parent / "pipeline" / "lexicon"
ID_COLUMNS = ("rxcui", "unii", "drugbank", "cas", "mesh", "atc")
SOURCE_ORDER = ("fda", "rxnorm", "drugbank", "ema", "hc", "dmd", "bdpm", "medlineplus", "own")
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
Row = dict[str, str]
Target = frozenset[str]


# ---------------------------------------------------------------- names


def parts_of(target: str) -> list[str]:
    """`amoxicillin + clavulanic acid` as a list."""
    return [part.strip() for part in target.split(" + ")]


def target_set(target: str) -> Target:
    """The same without the order, to compare."""
    return frozenset(parts_of(target))


class Names:
    """Leads a name as a publisher writes it to our ingredient: `LOSARTAN POTASSIUM` to `losartan`.

    Our own tables come first. `bridges` holds synonyms learned from a publisher (the French names, for example).
    """

    def __init__(self, ingredients: Iterable[str], synonyms: Iterable[Row], salts: Iterable[str]) -> None:
        self.ingredients = {fold(name): name for name in ingredients}
        self.synonyms: dict[str, list[str]] = {}
        for row in synonyms:
            if row["kind"] != "class":
                self.synonyms.setdefault(fold(row["surface"]), parts_of(row["target"]))
        self.salts = frozenset(salts)
        self.bridges: dict[str, str] = {}

    def direct(self, name: str) -> list[str] | None:
        """What our own tables say, without taking anything off."""
        key = fold(name)
        return [self.ingredients[key]] if key in self.ingredients else self.synonyms.get(key)

    def resolve(self, name: str) -> list[str]:
        """Our ingredients for a publisher's name, or `["?name"]`: the mark says that we do not have it."""
        for form in self._forms(fold(name)):
            known = self.direct(form)
            if known is None and form in self.bridges:
                known = [self.bridges[form]]
            if known is not None:
                return known
        return ["?" + fold(name)]

    def _forms(self, name: str) -> Iterator[str]:
        """The name, then the name without its bracket, its four-letter biologic suffix, its salt words."""
        yield name
        bare = " ".join(re.sub(r"\([^()]*\)|\[[^\]]*\]|\(.*$", " ", name).split()) or name
        yield bare
        yield re.sub(r"-[a-z]{4}$", "", bare)
        words = bare.replace(",", " ").split()
        while len(words) > 1 and (words[-1] in self.salts or words[0] in self.salts):
            words = words[:-1] if words[-1] in self.salts else words[1:]
            yield " ".join(words)
        yield " ".join(word.removesuffix("e") for word in words)  # French: metformine, insuline glargine
        yield bare.split(",")[0]


# ---------------------------------------------------------------- what they say together


FORM_WORDS = re.compile(
    r"(?:[ ,-]+(?:tablets?|tabs?|capsules?|caplets?|cream|gel|ointment|lotion|injection|suspension|syrup|solution|inj|usp|oral|"
    r"topical|spray|drops|nasal|ophthalmic|for|powder|kit|liquid|elixir|suppositor(?:y|ies)|patch|vial))+$"
)


def brand_keys(brand: str) -> set[str]:
    """A printed product name, and the same without strength and form: `SOMA 350 MG TABLETS` → also `soma`."""
    full = fold(brand)
    cut = re.sub(r"[ ,]+\d.*$", "", full)
    return {full, cut, FORM_WORDS.sub("", full), FORM_WORDS.sub("", cut)} - {""}


@dataclass
class Evidence:
    """All facts, led to our ingredients."""

    names: Names
    substances: list[Substance] = field(default_factory=list)
    known: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # ingredient → sources
    spoken: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # folded name as printed → sources
    brands: dict[str, dict[str, set[Target]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    atc: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, facts: Iterable[Fact]) -> None:
        """Take in what the readers yield."""
        for fact in facts:
            if isinstance(fact, Substance):
                self._hear(fact.source, fact.name)
                self.substances.append(fact)
            else:
                self._add_product(fact)

    def _hear(self, source: str, name: str) -> list[str]:
        resolved = self.names.resolve(name)
        self.spoken[fold(name)].add(source)
        if len(resolved) == 1:
            self.known[resolved[0]].add(source)
        return resolved

    def _add_product(self, product: Product) -> None:
        resolved = [self._hear(product.source, name) for name in product.ingredients]
        target = frozenset(part for parts in resolved for part in parts)
        for key in brand_keys(product.brand):
            self.brands[key][product.source].add(target)
        if product.atc and len(product.ingredients) == 1 and self.names.direct(product.ingredients[0]):
            self.atc[next(iter(target))].add(product.atc)


def learn_bridges(names: Names, substances: Iterable[Substance]) -> None:
    """Take a publisher's synonyms of what we know, where the synonym means one thing only."""
    meant: dict[str, set[str]] = defaultdict(set)
    for substance in substances:
        target = substance_target(names, substance)
        for synonym in (substance.name, *substance.synonyms):
            meant[fold(synonym)].add(target or "")
    for synonym, targets in meant.items():
        if len(targets) == 1 and (target := next(iter(targets))):
            names.bridges[synonym] = target


def substance_target(names: Names, substance: Substance) -> str | None:
    """Our ingredient for a publisher's entry: by its own name, else by one of its synonyms that is our name."""
    direct = names.direct(substance.name)
    if direct:
        return direct[0] if len(direct) == 1 else None
    found = {names.ingredients[fold(s)] for s in substance.synonyms if fold(s) in names.ingredients}
    return found.pop() if len(found) == 1 else None


def ids_by_ingredient(names: Names, substances: Iterable[Substance]) -> dict[str, Row]:
    """Ids of each ingredient: an entry of the very name lends first, then one of a synonym, then one by its synonyms."""
    ranked: dict[str, list[tuple[int, int, Substance]]] = defaultdict(list)
    for order, substance in enumerate(substances):
        target = substance_target(names, substance)
        if target:
            rank = 0 if fold(substance.name) == fold(target) else 1 if names.direct(substance.name) else 2
            ranked[target].append((rank + (0 if substance.base else 3), order, substance))
    ids: dict[str, Row] = {}
    for target, entries in ranked.items():
        ids[target] = {}
        for rank, _, substance in sorted(entries, key=lambda entry: (entry[0], entry[2].source, entry[1])):
            if rank > 3:  # a salt that bears a synonym of ours
                continue
            for key, value in substance.ids:
                ids[target].setdefault(key, value) if value else None
    return ids


# ---------------------------------------------------------------- tables


def read_tsv(path: Path) -> list[Row]:
    """Rows of one of our tables: `#` lines are comments, short lines are filled up."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    header = lines[0].split("\t")
    return [dict(zip_longest(header, line.split("\t"), fillvalue="")) for line in lines[1:]]


def read_drafts(folder: Path, *patterns: str) -> list[Row]:
    """Rows of all tables in a folder whose names match, in the order of the file names."""
    paths = sorted({path for pattern in patterns for path in folder.glob(pattern)})
    rows = [{key: value.strip() for key, value in row.items()} for path in paths for row in read_tsv(path)]
    return [row for row in rows if row.get("surface") or row.get("name")]


def write_tsv(path: Path, comment: str, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    """A table as the lexicon reads it: comment, header, rows."""
    lines = [*(f"# {line}" for line in comment.splitlines()), "\t".join(columns)]
    lines += ["\t".join(row.get(column, "") for column in columns) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def in_order(sources: Iterable[str]) -> str:
    """Sources as one cell; `own` stands only where nobody else vouches."""
    found = set(sources)
    return ";".join(code for code in SOURCE_ORDER if code in found) or "own"


def join_countries(cells: Iterable[str]) -> str:
    """Countries of merged rows; an empty cell means everywhere and wins."""
    split = [set(filter(None, cell.split(";"))) for cell in cells]
    return ";".join(sorted(set.union(*split))) if all(split) else ""


def merge(rows: Iterable[Row], *same: str) -> list[Row]:
    """One row for each surface and target; the spelling of the first stays."""
    groups: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        target = row["target"] if row.get("kind") == "class" else " + ".join(sorted(parts_of(row["target"])))
        key = (row["surface"].casefold(), target, "|".join(row[column] for column in same))
        groups[key].append(row)
    merged = []
    for group in groups.values():
        countries = join_countries(row.get("countries", "") for row in group)
        context = "needs" if any(row.get("context") == "needs" for row in group) else ""
        merged.append({**group[0], "countries": countries, "context": context})
    return sorted(merged, key=lambda row: (row["surface"].casefold(), row["surface"], row["target"]))


def with_our_names(rows: Iterable[Row], names: Names) -> Iterator[Row]:
    """Brand rows whose target is given under another name of the ingredient (`docusate sodium`) take ours."""
    for row in rows:
        parts = [part if part in names.ingredients else " + ".join(names.resolve(part)) for part in parts_of(row["target"])]
        yield {**row, "target": " + ".join(dict.fromkeys(part.removeprefix("?") for part in parts))}


def is_known(row: Row, names: Names) -> bool:
    """Whether the lexicon can hold the row: every part of its target is an ingredient."""
    return row.get("kind") == "class" or all(part in names.ingredients for part in parts_of(row["target"]))


def compile_ingredients(rows: list[Row], evidence: Evidence, mesh: dict[str, str], index: dict[str, str]) -> list[Row]:
    """Ids and sources for each ingredient; an id in the row stays where none is found."""
    names = evidence.names
    ids = ids_by_ingredient(names, evidence.substances)
    surfaces = defaultdict(list)
    for surface, target in names.synonyms.items():
        if len(target) == 1:
            surfaces[target[0]].append(surface)
    compiled = []
    for row in sorted({row["name"]: row for row in rows}.values(), key=lambda row: row["name"]):
        name = row["name"]
        looked_up = ids.get(name, {})
        looked_up["mesh"] = next((mesh[key] for key in (fold(name), *sorted(surfaces[name])) if key in mesh), "")
        looked_up["atc"] = ";".join(sorted(code for code in evidence.atc[name] if atc_agrees(code, name, names, index)))
        kept = {key: looked_up.get(key) or row.get(key, "") for key in ID_COLUMNS}
        compiled.append({"name": name, "class": row["class"], **kept, "sources": in_order(evidence.known[name])})
    return compiled


def atc_agrees(code: str, name: str, names: Names, index: dict[str, str]) -> bool:
    """Where an index is at hand, an outdated or combination code is not taken."""
    return code in index and name in names.resolve(index[code]) if index else True


def linked_by_drugbank(evidence: Evidence) -> dict[str, set[Target]]:
    """Each name of a DrugBank entry → the entries it stands in (as sets of folded names)."""
    links: dict[str, set[Target]] = defaultdict(set)
    for substance in evidence.substances:
        if substance.synonyms:
            entry = frozenset(fold(name) for name in (substance.name, *substance.synonyms))
            for name in entry:
                links[name].add(entry)
    return links


def compile_names(rows: list[Row], evidence: Evidence) -> list[Row]:
    """Sources that print the name; DrugBank only where it links the name to our ingredient."""
    links = linked_by_drugbank(evidence)
    compiled = []
    for row in merge(rows, "kind"):
        key = fold(row["surface"])
        sources = evidence.spoken.get(key, set()) - {"drugbank"} if row["kind"] != "class" else set()
        if any(fold(row["target"]) in entry for entry in links.get(key, ())):
            sources = sources | {"drugbank"}
        compiled.append({**row, "sources": in_order(sources)})
    return compiled


def compile_brands(rows: list[Row], evidence: Evidence) -> list[Row]:
    """Sources that give the brand just these ingredients."""
    compiled = []
    for row in merge(with_our_names(rows, evidence.names)):
        said = evidence.brands.get(fold(row["surface"]), {})
        ours = target_set(row["target"])
        compiled.append({**row, "sources": in_order(code for code, targets in said.items() if ours in targets)})
    return compiled


# ---------------------------------------------------------------- the check


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
                mine, theirs = (set(filter(None, r["countries"].split(";"))) for r in (row, other))
                if not mine or not theirs or mine & theirs:
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


# ---------------------------------------------------------------- the whole


COMMENTS = {
    "ingredients": "Ingredients: International Nonproprietary Name, class, ids, and who else lists them (own: our knowledge only).",
    "names": "Other generic names: US and British names, synonyms, salts, abbreviations, classes. context=needs: only beside a dose,\n"
    "a form or another drug; such a row may also repeat an ingredient whose name is an everyday word.",
    "brands": "Brand names and their ingredients, by country (empty: widely). context=needs: an everyday word or a name.",
}
COLUMNS = {
    "ingredients": ("name", "class", *ID_COLUMNS, "sources"),
    "names": ("surface", "kind", "target", "countries", "context", "sources"),
    "brands": ("surface", "target", "countries", "context", "sources"),
}


def compile_tables(drafts: Path, vocab: Path) -> tuple[Tables, Evidence]:
    """All tables, and what they were checked against."""
    ingredients = read_drafts(drafts, "ingredients*.tsv")
    synonyms = read_drafts(drafts, "names*.tsv", "synonyms*.tsv")
    brands = read_drafts(drafts, "brands*.tsv")
    salts = [line for line in (LEXICON / "salt_words.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    names = Names((row["name"] for row in ingredients), synonyms, salts)
    facts = [fact for reader in READERS for fact in reader(vocab)]
    learn_bridges(names, (fact for fact in facts if isinstance(fact, Substance) and fact.source == "drugbank"))
    evidence = Evidence(names)
    evidence.add(facts)
    compiled = compile_ingredients(ingredients, evidence, read_mesh(vocab), read_atc_index(vocab))
    return Tables(compiled, compile_names(synonyms, evidence), compile_brands(brands, evidence)), evidence


def write_tables(folder: Path, tables: Tables, names: Names) -> None:
    """Write the tables; rows whose target is no ingredient would not load and are left out."""
    for label, rows in (("ingredients", tables.ingredients), ("names", tables.names), ("brands", tables.brands)):
        usable = [row for row in rows if label == "ingredients" or is_known(row, names)]
        if usable:
            write_tsv(folder / f"{label}.tsv", COMMENTS[label], COLUMNS[label], usable)
    for line in unknown_targets(tables):
        print(f"left out, not an ingredient: {line}", file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """The command line; 1 when the check finds rows to mend."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocab", type=Path, required=True, help="folder with the publishers' files")
    parser.add_argument("--drafts", type=Path, default=LEXICON, help="folder with the hand-written rows")
    parser.add_argument("--out", type=Path, default=LEXICON, help="folder that the tables go to")
    parser.add_argument("--check", action="store_true", help="write nothing, report what to mend")
    parser.add_argument("--frequencies", type=Path, help="table (surface, zipf_en): brands as common as that need context")
    options = parser.parse_args(arguments)
    tables, evidence = compile_tables(options.drafts, options.vocab)
    print(summary(tables), file=sys.stderr)
    frequencies = read_frequencies(options.frequencies)
    if options.check:
        return 0 if report(tables, evidence, frequencies) else 1
    for row in tables.brands:
        row["context"] = "needs" if is_common(row["surface"], frequencies) else row["context"]
    write_tables(options.out, tables, evidence.names)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
