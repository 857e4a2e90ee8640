"""Readers of publishers' drug lists: each turns one publisher's files into facts, `Substance` or `Product`.

A reader searches a folder to any depth for its files and yields nothing where they are absent:

    fda          Products.txt of Drugs@FDA
    rxnorm       *.json(.gz): lists of ingredient objects {Name, RXCUI, TTY, UNII, SCDCs: [...]}
    drugbank     drugbank*vocabulary*.csv, the open vocabulary (CC0)
    ema          medicines_output_medicines_en*.xlsx
    hc           drug.txt, ingred.txt and ther.txt of Health Canada's database
    dmd          f_vtm2_*.xml and f_ingredient2_*.xml of the NHS dictionary
    bdpm         CIS_bdpm.txt and CIS_COMPO_bdpm.txt of the French public database
    medlineplus  *medlineplus*.csv (common name, synonyms)

`read_list` reads any other table of names and compositions, to compare with.

MeSH descriptors (*terms.tsv: mesh_id, mesh_name) lend ids; a WHO ATC index (*ATC*DDD*.csv) is compared with and
never copied.
"""

import csv
import gzip
import io
import json
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET  # the files are the publishers' own, put there by whoever runs this

Row = dict[str, str]


@cache
def fold(text: str) -> str:
    """Lower case, no accents, no ®, one space: `fold("Doliprane®  Forte")` is `doliprane forte`."""
    decomposed = unicodedata.normalize("NFKD", text.replace("®", "").replace("™", ""))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.lower().replace("’", "'").replace("sulph", "sulf").split())


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


@dataclass(frozen=True)
class Listed:
    """A product name and its ingredients in a list that is only compared with; partial: there may be more ingredients."""

    brand: str
    ingredients: tuple[str, ...]
    countries: str = ""
    partial: bool = False


Fact = Substance | Product


def read_text(path: Path) -> str:
    """A file as text: UTF-8 or, failing that, Windows-1252; unpacked where gzipped."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def find(root: Path, pattern: str) -> list[Path]:
    """Files of that name at any depth."""
    return sorted(path for path in root.rglob(pattern) if path.is_file())


def table(path: Path, delimiter: str = ",") -> Iterator[dict[str, str]]:
    """Rows of a table with a header; tab-separated tables have no quoting."""
    lines = io.StringIO(read_text(path), newline="")
    unquoted = (line.rstrip("\r\n").split("\t") for line in lines)
    rows = unquoted if delimiter == "\t" else csv.reader(lines, delimiter=delimiter)
    header = next(rows)
    for row in rows:
        yield {key: value.strip() for key, value in zip_longest(header, row[: len(header)], fillvalue="")}


def read_fda(root: Path) -> Iterator[Fact]:
    """Drugs@FDA."""
    for path in find(root, "Products.txt"):
        for row in table(path, "\t"):
            ingredients = tuple(part.strip() for part in row["ActiveIngredient"].split(";") if part.strip())
            yield Product("fda", row["DrugName"], ingredients)


STRENGTH = re.compile(r" \d[\d.,]* ?(?:MG|MCG|UNT|MEQ|ML|MMOL|MCI|%|AMB|AU|BAU|PNU|CELLS|IR|SQ|MIN|UNITS?|\[).*", re.IGNORECASE)
LEADING_AMOUNT = re.compile(
    r"^(?:(?:osmotic|modified|once-daily|twice-daily|augmented|emollient|sugar-free|abuse-deterrent) "
    r"|\d[\d.,]* (?:HR|ML|ACTUAT|MG|UNT|GM|APPLICATION|SPRAYS?|DAY)s? )+",
    re.IGNORECASE,
)


def rxnorm_ingredients(name: str) -> tuple[str, ...]:
    """`12 HR clarithromycin 500 MG Extended Release Oral Tablet [Biaxin]` → clarithromycin."""
    inner = re.findall(r"\(([^{}]*?\d[^{}]*?)\)(?= /| \})", name) if name.startswith("{") else [name]
    parts = (part for pack in inner for part in re.sub(r" \[[^\]]*\]$", "", pack).split(" / "))
    bare = (STRENGTH.sub("", LEADING_AMOUNT.sub("", part.strip())) for part in parts)
    return tuple(dict.fromkeys(part for part in bare if part and not part.startswith("inert")))


def bracketed_brand(name: str) -> str:
    """`… Oral Tablet [Biaxin]` → Biaxin."""
    found = re.search(r" \[([^\[\]]+)\]$", name)
    return found[1] if found else ""


def read_rxnorm(root: Path) -> Iterator[Fact]:
    """RxNorm: each ingredient, and the brands below it."""
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
    """Branded drugs and packs anywhere below an ingredient."""
    drugs = [drug for component in item["SCDCs"] for drug in component.get("SCDs", [])]
    branded = [product for drug in drugs for key in ("SBDs", "BPCKs") for product in drug.get(key, [])]
    for name in dict.fromkeys(product["Name"] for product in branded):
        if brand := bracketed_brand(name):
            yield Product("rxnorm", brand, rxnorm_ingredients(name))


def read_drugbank(root: Path) -> Iterator[Fact]:
    """DrugBank open vocabulary: common name, synonyms, ids; no brands."""
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
    """EMA medicines for human use."""
    for path in find(root, "medicines_output_medicines_en*.xlsx"):
        rows = sheet_rows(path)
        header = next(row for row in rows if "Name of medicine" in row.values())
        column = {" ".join(name.split()): letter for letter, name in header.items()}
        for row in rows:
            if row.get(column["Category"]) == "Human":
                substances = row.get(column["International non-proprietary name (INN) / common name"], "")
                brand = re.sub(r" \(.*", "", row.get(column["Name of medicine"], ""))
                ingredients = tuple(part.strip() for part in re.split(r"[;,/]| and ", substances) if part.strip())
                if ingredients:
                    yield Product("ema", brand, ingredients, row.get(column["ATC code (human)"], ""))


def read_hc(root: Path) -> Iterator[Fact]:
    """Health Canada: products for human use; ATC codes by their names."""
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
    """NHS dictionary: therapeutic moieties ("A + B") and ingredients; no brands."""
    for pattern in ("f_vtm2_*.xml", "f_ingredient2_*.xml"):
        for path in find(root, pattern):
            for item in ET.fromstring(read_text(path)):  # noqa: S314 - the publisher's own file
                if item.findtext("INVALID") != "1":
                    yield Product("dmd", "", tuple((item.findtext("NM") or "").split(" + ")))


FRENCH_SALT = re.compile(
    r"^(?P<anion>(?:chlor|brom|dichlor)hydrate|(?:hydrogeno?)?tartrate|\w*(?:sulf|phosph|acet|fumar|male|mesil|besil|succin|palmit|propion|valer|decano|cit"
    r"|mal|ox|undecyl|benzo|hexaceton|aceton|alumin|carbon|glucon|lact|nitr|pamo|tosil|furo|metasulfobenzo|methanesulfon|aspart|hydrogenomal)[ai][td][ei]d?e?"
    r"|\w*bromure|\w*chlorure|\w*iodure|\w*hydroxyde|oxyde|embonate)(?: \w*(?:sodique|potassique|calcique|acide))? (?:de |d')",
)
FRENCH_WATER = re.compile(
    r" (?:base|anhydre|(?:mono|di|tri|hemi|sesqui|hepta|hemipenta|tetra|penta)?hydrate?e?"
    r"|(?:mono|di|tetra)?(?:sodique|potassique|calcique|magnesique)|micronisee?|leger|lourd)\b",
)
METALS = frozenset({"aluminium", "calcium", "lithium", "magnesium", "potassium", "sodium", "strontium", "zinc"})


def french_base(name: str) -> str:
    """`CHLORHYDRATE DE SERTRALINE` → sertraline, `ZOLÉDRONIQUE (ACIDE)` → zoledronic acid, `CALCIUM (CARBONATE DE)` → calcium carbonate."""
    text = re.sub(r"^(\w+) \((\w+ (?:de|d'))\)$", r"\2 \1", fold(name))
    text = FRENCH_WATER.sub("", re.sub(r"\((?!acide).*$", "", text)).split(",")[0].strip()
    salt = FRENCH_SALT.match(text)
    base = text[salt.end() :] if salt else text
    if salt and base in METALS:
        return f"{base} {re.sub('ure$', 'ide', salt['anion']).replace('oxyde', 'oxide')}"
    acid = re.fullmatch(r"acide (\w+)ique|(\w+)ique \(acide\)", base)
    return f"{acid[1] or acid[2]}ic acid" if acid else base


def read_bdpm(root: Path) -> Iterator[Fact]:
    """The French public database, its ingredients brought nearer to English."""
    for path in find(root, "CIS_COMPO_bdpm.txt"):
        ingredients = defaultdict(list)
        for line in read_text(path).splitlines():
            cells = line.split("\t")
            if not fold(cells[3]).endswith(" element"):  # the share of calcium in calcium carbonate
                ingredients[cells[0]].append(french_base(cells[3]))
        for line in read_text(path.with_name("CIS_bdpm.txt")).splitlines():
            code, name = line.split("\t")[:2]
            yield Product("bdpm", name.split(",")[0], tuple(dict.fromkeys(ingredients[code])))


ROUTE = re.compile(
    r" (?:oral|nasal|injection|topical|ophthalmic|vaginal|rectal|transdermal|otic|intravenous|buccal|sublingual|inhalation|implant"
    r"|systemic|spray|patch|and|eye|drops|gel|intra\w+).*$",
    re.IGNORECASE,
)


def read_medlineplus(root: Path) -> Iterator[Fact]:
    """MedlinePlus pages: name with routes, brands as synonyms."""
    for path in find(root, "*medlineplus*.csv"):
        for row in table(path):
            ingredients = tuple(ROUTE.sub("", part.strip()) for part in re.split(r",? and |, ", row["Common name"]) if part.strip())
            for brand in ["", *row["Synonyms"].split("|")]:
                yield Product("medlineplus", brand, ingredients)


READERS: tuple[Callable[[Path], Iterator[Fact]], ...] = (
    read_fda,
    read_rxnorm,
    read_drugbank,
    read_ema,
    read_hc,
    read_dmd,
    read_bdpm,
    read_medlineplus,
)


NAME_COLUMNS = frozenset({"surface", "brand", "name", "drugname", "medicine name"})
COMPOSITION_COLUMNS = ("ingredients", "composition", "short_composition1", "short_composition2")
AMOUNT = re.compile(r"\s*\([^()]*\d[^()]*\)|\s*\((?:NA|na)\)")


def read_list(path: Path, countries: str = "") -> Iterator[Listed]:
    """A table (.csv, .tsv or .json, also .gz) with a name, its composition, and perhaps countries; other columns are ignored.

    countries: what the list is about, where the rows do not say it.
    """
    if ".json" in path.suffixes:
        rows: Iterator[dict[str, str]] = iter(json.loads(read_text(path)))
    else:
        rows = table(path, "\t" if ".tsv" in path.suffixes else ",")
    for row in rows:
        cells = {key.strip().lower(): value or "" for key, value in row.items() if key}
        name = next((cells[column] for column in cells if column in NAME_COLUMNS), "")
        composition = " + ".join(filter(str.strip, (cells.get(column, "") for column in COMPOSITION_COLUMNS)))
        parts = tuple(part.strip() for part in re.split(r"\s\+\s|;", AMOUNT.sub("", composition)) if part.strip())
        if name and parts:  # a list with two cells for the composition breaks off after the second
            yield Listed(name, parts, cells.get("countries", countries), partial=bool(cells.get("short_composition2", "").strip()))


def read_mesh(root: Path) -> dict[str, str]:
    """MeSH descriptors by folded name."""
    return {fold(row["mesh_name"]): row["mesh_id"] for path in find(root, "*terms.tsv") for row in table(path, "\t") if "mesh_name" in row}


def read_atc_index(root: Path) -> dict[str, str]:
    """The WHO index, code to name: to compare with only."""
    rows = (row for path in find(root, "*ATC*DDD*.csv") for row in table(path) if "atc_name" in row)
    return {row["atc_code"]: row["atc_name"] for row in rows}
