"""Compile the drug tables of `pipeline/lexicon/` from hand-written rows, checked against publishers' files.

The rows (which name, which ingredient, which class) are written by hand. This script adds what is looked up
(RxCUI, UNII, DrugBank, CAS, MeSH, ATC), says who vouches for each row, merges and sorts, and with `--check`
tells where a publisher disagrees:

    python tools/compile_lexicon.py --vocab ~/publishers --check
    python tools/compile_lexicon.py --vocab ~/publishers --drafts ~/drafts --out pipeline/lexicon

`--drafts` is a folder with any of `ingredients*.tsv` (name, class), `names*.tsv` or `synonyms*.tsv` (surface,
kind, target, countries, context) and `brands*.tsv` (surface, target, countries, context). The shipped tables
have the same columns, so by default the script reads and rewrites them.

`--vocab` is a folder, searched to any depth, with what the publishers hand out:

    fda          Products.txt of Drugs@FDA
    rxnorm       *.json(.gz) lists of ingredient objects {Name, RXCUI, TTY, UNII, SCDCs: [...]}
    drugbank     the open vocabulary (CC0), drugbank*vocabulary*.csv
    ema          medicines_output_medicines_en.xlsx
    hc           drug.txt, ingred.txt and ther.txt of Health Canada's database
    dmd          f_vtm2_*.xml and f_ingredient2_*.xml of the NHS dictionary
    bdpm         CIS_bdpm.txt and CIS_COMPO_bdpm.txt of the French public database
    medlineplus  *medlineplus*.csv (common name, synonyms)

MeSH descriptors (*terms.tsv: mesh_id, mesh_name) give ids; a WHO ATC index (*ATC*DDD*.csv) is compared with and
never copied. A file that is absent is left out of the count.
"""

import argparse
import csv
import gzip
import io
import json
import re
import sys
import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET  # the files are the publishers' own, put there by whoever runs this

LEXICON = Path(__file__).parent.parent / "pipeline" / "lexicon"
ID_COLUMNS = ("rxcui", "unii", "drugbank", "cas", "mesh", "atc")
SOURCE_ORDER = ("fda", "rxnorm", "drugbank", "ema", "hc", "dmd", "bdpm", "medlineplus", "own")
EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
MARKETS = {  # where a source's brands are sold
    "fda": frozenset({"US"}), "rxnorm": frozenset({"US"}), "medlineplus": frozenset({"US"}), "ema": EU,
    "hc": frozenset({"CA"}), "dmd": frozenset({"GB"}), "bdpm": frozenset({"FR"}),
}
COMMON_WORD = 3.0  # Zipf scale: once in a million words; "soma" is 3.2, "pan" 4.4
Row = dict[str, str]
Target = frozenset[str]


# ---------------------------------------------------------------- names


@cache
def fold(text: str) -> str:
    """Lower case, no accents, no ®, one space: `fold("Doliprane®  Forte")` is `doliprane forte`."""
    decomposed = unicodedata.normalize("NFKD", text.replace("®", "").replace("™", ""))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.lower().replace("’", "'").replace("sulph", "sulf").split())


def parts_of(target: str) -> list[str]:
    """`amoxicillin + clavulanic acid` as a list."""
    return [part.strip() for part in target.split(" + ")]


def target_set(target: str) -> Target:
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

    def resolve_all(self, names: Iterable[str]) -> Target:
        return frozenset(part for name in names for part in self.resolve(name))

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


# ---------------------------------------------------------------- what publishers say


@dataclass(frozen=True)
class Substance:
    """An ingredient as one publisher knows it."""

    source: str
    name: str
    synonyms: tuple[str, ...] = ()
    ids: tuple[tuple[str, str], ...] = ()
    base: bool = True  # False: a salt or a precise form, which lends its id to no one


@dataclass(frozen=True)
class Product:
    """A product name and its ingredients, as one publisher prints them."""

    source: str
    brand: str
    ingredients: tuple[str, ...]
    atc: str = ""


Fact = Substance | Product


def read_text(path: Path) -> str:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def find(root: Path, pattern: str) -> list[Path]:
    return sorted(path for path in root.rglob(pattern) if path.is_file())


def table(path: Path, delimiter: str = ",") -> Iterator[dict[str, str]]:
    """Rows of a table with a header; tab-separated tables have no quoting."""
    quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    lines = io.StringIO(read_text(path), newline="")
    for row in csv.DictReader(lines, delimiter=delimiter, quoting=quoting, restval=""):
        yield {key: value.strip() for key, value in row.items() if isinstance(key, str) and isinstance(value, str)}


def read_fda(root: Path) -> Iterator[Fact]:
    for path in find(root, "Products.txt"):
        for row in table(path, "\t"):
            ingredients = tuple(part.strip() for part in row["ActiveIngredient"].split(";") if part.strip())
            yield Product("fda", row["DrugName"], ingredients)


STRENGTH = re.compile(r" \d[\d.,]* ?(?:MG|MCG|UNT|MEQ|ML|MMOL|MCI|%|AMB|AU|BAU|PNU|CELLS|IR|SQ|MIN|UNITS?|\[).*", re.IGNORECASE)
LEADING_AMOUNT = re.compile(r"^(?:\d[\d.,]* (?:HR|ML|ACTUAT|MG|UNT|GM|APPLICATION|SPRAYS?|DAY)s? )+", re.IGNORECASE)


def rxnorm_ingredients(name: str) -> tuple[str, ...]:
    """`12 HR clarithromycin 500 MG Extended Release Oral Tablet [Biaxin]` → clarithromycin."""
    inner = re.findall(r"\(([^{}]*?\d[^{}]*?)\)(?= /| \})", name) if name.startswith("{") else [name]
    parts = (part for pack in inner for part in re.sub(r" \[[^\]]*\]$", "", pack).split(" / "))
    bare = (STRENGTH.sub("", LEADING_AMOUNT.sub("", part.strip())) for part in parts)
    return tuple(dict.fromkeys(part for part in bare if part and not part.startswith("inert")))


def bracketed_brand(name: str) -> str:
    found = re.search(r" \[([^\[\]]+)\]$", name)
    return found[1] if found else ""


def read_rxnorm(root: Path) -> Iterator[Fact]:
    for path in find(root, "*.json*"):
        objects = json.loads(read_text(path))
        if not (objects and isinstance(objects, list) and "RXCUI" in objects[0]):
            continue
        for item in objects:
            ids = (("rxcui", item["RXCUI"]), ("unii", item.get("UNII", "")))
            if item["TTY"] != "MIN":
                yield Substance("rxnorm", item["Name"], ids=ids, base=item["TTY"] == "IN")
            yield from rxnorm_products(item)


def rxnorm_products(item: dict[str, Any]) -> Iterator[Product]:
    drugs = [drug for component in item["SCDCs"] for drug in component.get("SCDs", [])]
    branded = [product for drug in drugs for key in ("SBDs", "BPCKs") for product in drug.get(key, [])]
    for name in dict.fromkeys(product["Name"] for product in branded):
        if brand := bracketed_brand(name):
            yield Product("rxnorm", brand, rxnorm_ingredients(name))


def read_drugbank(root: Path) -> Iterator[Fact]:
    files = [path for path in find(root, "drugbank*vocabulary*.csv") if read_text(path).startswith("DrugBank ID,")]
    for path in sorted(files, key=lambda path: path.stat().st_size)[-1:]:  # the fullest release
        for row in table(path):
            ids = (("drugbank", row["DrugBank ID"]), ("unii", row["UNII"]), ("cas", row["CAS"]))
            yield Substance("drugbank", row["Common name"], tuple(filter(None, row["Synonyms"].split(" | "))), ids)


SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet_rows(path: Path) -> Iterator[dict[str, str]]:
    """Cells of the first sheet by column letter; enough of the format for a plain table."""
    with zipfile.ZipFile(path) as book:
        strings = ET.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314 - the publisher's own file
        shared = ["".join(text.text or "" for text in item.iter(SHEET + "t")) for item in strings.iter(SHEET + "si")]
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - likewise
    for row in sheet.iter(SHEET + "row"):
        cells = {}
        for cell in row.iter(SHEET + "c"):
            value = cell.findtext(SHEET + "v") or ""
            column = cell.attrib["r"].rstrip("0123456789")
            cells[column] = shared[int(value)] if cell.get("t") == "s" and value else value
        yield cells


def read_ema(root: Path) -> Iterator[Fact]:
    for path in find(root, "medicines_output_medicines_en*.xlsx"):
        rows = sheet_rows(path)
        header = next(row for row in rows if "Name of medicine" in row.values())
        column = {" ".join(name.split()): letter for letter, name in header.items()}
        for row in rows:
            if row.get(column["Category"]) == "Human":
                substances = row.get(column["International non-proprietary name (INN) / common name"], "")
                brand = re.sub(r" \(.*", "", row.get(column["Name of medicine"], ""))
                ingredients = tuple(part.strip() for part in re.split(r"[;,/]| and ", substances) if part.strip())
                yield Product("ema", brand, ingredients, row.get(column["ATC code (human)"], ""))


def read_hc(root: Path) -> Iterator[Fact]:
    for suffix in ("", "_ap"):
        for path in find(root, f"drug{suffix}.txt"):
            ingredients = defaultdict(list)
            for row in table(path.with_name(f"ingred{suffix}.txt")):
                ingredients[row["DRUG_CODE"]].append(row["INGREDIENT"])
            for row in table(path):
                if row["CLASS"] == "Human":
                    yield Product("hc", row["BRAND_NAME"], tuple(dict.fromkeys(ingredients[row["DRUG_CODE"]])))
    for path in find(root, "ther.txt"):
        for cells in csv.reader(io.StringIO(read_text(path))):
            if len(cells[1]) == len("D10BA01"):
                yield Product("hc", "", (cells[2],), cells[1])


def read_dmd(root: Path) -> Iterator[Fact]:
    for pattern in ("f_vtm2_*.xml", "f_ingredient2_*.xml"):
        for path in find(root, pattern):
            for item in ET.fromstring(read_text(path)):  # noqa: S314 - the publisher's own file
                if item.findtext("INVALID") != "1":
                    yield Product("dmd", "", tuple((item.findtext("NM") or "").split(" + ")))


def read_bdpm(root: Path) -> Iterator[Fact]:
    for path in find(root, "CIS_COMPO_bdpm.txt"):
        ingredients = defaultdict(list)
        for line in read_text(path).splitlines():
            cells = line.split("\t")
            ingredients[cells[0]].append(cells[3])
        for line in read_text(path.with_name("CIS_bdpm.txt")).splitlines():
            code, name = line.split("\t")[:2]
            yield Product("bdpm", name.split(",")[0], tuple(dict.fromkeys(ingredients[code])))


ROUTE = re.compile(
    r" (?:oral|nasal|injection|topical|ophthalmic|vaginal|rectal|transdermal|otic|intravenous|buccal|sublingual|inhalation|implant"
    r"|systemic|spray|patch|and|eye|drops|gel|intra\w+).*$", re.IGNORECASE,
)


def read_medlineplus(root: Path) -> Iterator[Fact]:
    for path in find(root, "*medlineplus*.csv"):
        for row in table(path):
            ingredients = tuple(ROUTE.sub("", part.strip()) for part in re.split(r",? and |, ", row["Common name"]) if part.strip())
            for brand in ["", *row["Synonyms"].split("|")]:
                yield Product("medlineplus", brand, ingredients)


READERS: tuple[Callable[[Path], Iterator[Fact]], ...] = (
    read_fda, read_rxnorm, read_drugbank, read_ema, read_hc, read_dmd, read_bdpm, read_medlineplus,
)


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


def read_mesh(root: Path) -> dict[str, str]:
    """MeSH descriptors by folded name."""
    return {fold(row["mesh_name"]): row["mesh_id"] for path in find(root, "*terms.tsv") for row in table(path, "\t") if "mesh_name" in row}


def read_atc_index(root: Path) -> dict[str, str]:
    """The WHO index, code to name: to compare with only."""
    rows = (row for path in find(root, "*ATC*DDD*.csv") for row in table(path) if "atc_name" in row)
    return {row["atc_code"]: row["atc_name"] for row in rows}


# ---------------------------------------------------------------- tables


def read_tsv(path: Path) -> list[Row]:
    """Rows of one of our tables: `#` lines are comments, short lines are filled up."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    header = lines[0].split("\t")
    return [dict(zip_longest(header, line.split("\t"), fillvalue="")) for line in lines[1:]]


def read_drafts(folder: Path, *patterns: str) -> list[Row]:
    paths = sorted({path for pattern in patterns for path in folder.glob(pattern)})
    rows = [{key: value.strip() for key, value in row.items()} for path in paths for row in read_tsv(path)]
    return [row for row in rows if row.get("surface") or row.get("name")]


def write_tsv(path: Path, comment: str, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
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
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        target = row["target"] if row.get("kind") == "class" else " + ".join(sorted(parts_of(row["target"])))
        groups[(row["surface"].casefold(), target, *(row[key] for key in same))].append(row)
    merged = []
    for group in groups.values():
        countries = join_countries(row.get("countries", "") for row in group)
        context = "needs" if any(row.get("context") == "needs" for row in group) else ""
        merged.append({**group[0], "countries": countries, "context": context})
    return sorted(merged, key=lambda row: (row["surface"].casefold(), row["surface"], row["target"]))


def compile_ingredients(rows: list[Row], evidence: Evidence, mesh: dict[str, str], index: dict[str, str]) -> list[Row]:
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
    compiled = []
    for row in merge(rows):
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
            for other in group[position + 1:]:
                mine, theirs = (set(filter(None, r["countries"].split(";"))) for r in (row, other))
                if not mine or not theirs or mine & theirs:
                    yield f"{row['surface']}\t{row['target']} [{row['countries']}]\t{other['target']} [{other['countries']}]"


def contradicted_brands(tables: Tables, evidence: Evidence) -> Iterator[str]:
    """A publisher of that market knows the brand, and for none of its products agrees with any of our rows."""
    rows = defaultdict(list)
    for row in tables.brands:
        rows[row["surface"]].append(row)
    for surface, group in rows.items():
        for source, theirs in sorted(evidence.brands.get(fold(surface), {}).items()):
            ours = [row["target"] for row in group if not row["countries"] or MARKETS[source] & set(row["countries"].split(";"))]
            if ours and not theirs & {target_set(target) for target in ours}:
                said = " | ".join(sorted(" + ".join(sorted(target)) for target in theirs)[:3])
                yield f"{surface}\t{' | '.join(ours)}\t{said}\t{source}"


def contradicted_names(tables: Tables, evidence: Evidence) -> Iterator[str]:
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
    for column in ID_COLUMNS[:-1]:
        holders = defaultdict(list)
        for row in tables.ingredients:
            holders[row[column]].append(row["name"])
        yield from (f"{column}\t{value}\t{' | '.join(names)}" for value, names in holders.items() if value and len(names) > 1)


def clashing_surfaces(tables: Tables) -> Iterator[str]:
    """A surface that stands in two tables."""
    generic = {fold(row["name"]): row["name"] for row in tables.ingredients}
    spoken = {fold(row["surface"]): row["target"] for row in tables.names}
    for row in tables.names:
        if fold(row["surface"]) in generic and row["context"] != "needs":
            yield f"name\t{row['surface']}\t{row['target']}\tis an ingredient"
    for row in tables.brands:
        meaning = generic.get(fold(row["surface"])) or spoken.get(fold(row["surface"]))
        if meaning:
            yield f"brand\t{row['surface']}\t{row['target']}\tis a generic name of {meaning}"


def common_words(tables: Tables, frequencies: dict[str, float]) -> Iterator[str]:
    for row in tables.brands:
        frequency = frequencies.get(fold(row["surface"]), 0.0)
        if frequency >= COMMON_WORD and row["context"] != "needs":
            yield f"{row['surface']}\t{row['target']}\t{frequency}"


def read_frequencies(path: Path | None) -> dict[str, float]:
    """A table with the columns surface and zipf_en."""
    if path is None:
        return {}
    return {fold(row["surface"]): float(row["zipf_en"] or 0) for row in table(path, "\t")}


def unvouched(tables: Tables) -> Iterator[str]:
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
        "a publisher contradicts a brand": list(contradicted_brands(tables, evidence)),
        "a publisher contradicts a name": list(contradicted_names(tables, evidence)),
        "everyday word without context": list(common_words(tables, frequencies)),
    }
    may = {"one id, two ingredients": list(shared_ids(tables)), "nobody else vouches": list(unvouched(tables))}
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


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocab", type=Path, required=True, help="folder with the publishers' files")
    parser.add_argument("--drafts", type=Path, default=LEXICON, help="folder with the hand-written rows")
    parser.add_argument("--out", type=Path, default=LEXICON, help="folder that the tables go to")
    parser.add_argument("--check", action="store_true", help="write nothing, report what to mend")
    parser.add_argument("--frequencies", type=Path, help="table (surface, zipf_en): how common a word is in English")
    options = parser.parse_args(arguments)
    tables, evidence = compile_tables(options.drafts, options.vocab)
    print(summary(tables), file=sys.stderr)
    if options.check:
        return 0 if report(tables, evidence, read_frequencies(options.frequencies)) else 1
    for label, rows in (("ingredients", tables.ingredients), ("names", tables.names), ("brands", tables.brands)):
        if rows:
            write_tsv(options.out / f"{label}.tsv", COMMENTS[label], COLUMNS[label], rows)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
