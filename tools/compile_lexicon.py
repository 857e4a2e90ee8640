"""Keep the drug tables of `pipeline/lexicon/` in order: look up ids, say who vouches for each row, check, sort, write back.

The tables are the truth and are edited by hand (which name, which ingredient, which class). This script reads
`ingredients.tsv`, `names.tsv` and `brands.tsv`, fills ids (RxCUI, UNII, DrugBank, CAS, MeSH, ATC) and sources from
publishers' files, and writes the same tables back, merged and sorted:

    python tools/compile_lexicon.py --vocab ~/publishers --check          # write nothing, tell what to mend
    python tools/compile_lexicon.py --vocab ~/publishers                  # ids, sources, order
    python tools/compile_lexicon.py --vocab ~/publishers --add new.tsv    # take in rows of another table first
    python tools/compile_lexicon.py --vocab ~/publishers --lists IN=indian.csv --prune

`--vocab` is a folder with what the publishers hand out; `publishers.py` says which files it looks for. A file that
is absent is left out of the count, so give them all before you commit the result.

`--lists` are tables of names and compositions that may be compared with but not named as a source: a row that one of
them confirms gets `own;checked`; once checked, a row stays so until a list contradicts it. `--prune` drops rows that
stand on our own knowledge only and are more likely wrong than right (see `doubtful`), and says which.

A row of `--add` is a row of one of the three tables (`name`, `class` … / `surface`, `kind`, `target` … / `surface`,
`target` …) with as many of its columns as are known.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from evidence import Evidence, Names, Row, ids_by_ingredient, learn_bridges, linked_by_drugbank, parts_of, target_set
from lexicon_checks import ID_COLUMNS, SOURCE_ORDER, Tables, doubtful, is_common, read_frequencies, report, summary, unknown_targets
from publishers import READERS, Substance, fold, read_atc_index, read_list, read_mesh

LEXICON = Path(__file__).parent.parent / "pipeline" / "lexicon"


def read_tsv(path: Path) -> list[Row]:
    """Rows of one of our tables: `#` lines are comments, short lines are filled up."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    header = lines[0].split("\t")
    return [dict(zip_longest(header, line.split("\t"), fillvalue="")) for line in lines[1:]]


def read_table(path: Path) -> list[Row]:
    """Rows of one of our tables with clean cells; empty rows are left out."""
    rows = [{key: value.strip() for key, value in row.items()} for row in read_tsv(path)]
    return [row for row in rows if row.get("surface") or row.get("name")]


def write_tsv(path: Path, comment: str, columns: tuple[str, ...], rows: Iterable[Row]) -> None:
    """A table as the lexicon reads it: comment, header, rows."""
    lines = [*(f"# {line}" for line in comment.splitlines()), "\t".join(columns)]
    lines += ["\t".join(row.get(column, "") for column in columns) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def vouchers(row: Row, sources: Iterable[str], *, checked: bool) -> str:
    """Sources as one cell: publishers, or `own`, with `checked` where a list agrees or agreed before."""
    found = set(sources)
    named = [code for code in SOURCE_ORDER if code in found]
    return ";".join(named) or ("own;checked" if checked or "checked" in row.get("sources", "") else "own")


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
        checked = "own;checked" if any("checked" in row.get("sources", "") for row in group) else ""
        merged.append({**group[0], "countries": countries, "context": context, "sources": checked})
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
    compiled = list[Row]()
    for row in sorted({row["name"]: row for row in rows}.values(), key=lambda row: row["name"]):
        name = row["name"]
        looked_up = ids.get(name, {})
        looked_up["mesh"] = next((mesh[key] for key in (fold(name), *sorted(surfaces[name])) if key in mesh), "")
        looked_up["atc"] = ";".join(sorted(code for code in evidence.atc[name] if atc_agrees(code, name, names, index)))
        kept = {key: looked_up.get(key) or row.get(key, "") for key in ID_COLUMNS}
        compiled.append({"name": name, "class": row["class"], **kept})
        compiled[-1]["sources"] = vouchers(row, evidence.known[name], checked=name in evidence.listed_ingredients)
    return compiled


def atc_agrees(code: str, name: str, names: Names, index: dict[str, str]) -> bool:
    """Where an index is at hand, an outdated or combination code is not taken."""
    return code in index and name in names.resolve(index[code]) if index else True


def compile_names(rows: list[Row], evidence: Evidence) -> list[Row]:
    """Sources that print the name; DrugBank only where it links the name to our ingredient."""
    links = linked_by_drugbank(evidence)
    compiled = []
    for row in merge(rows, "kind"):
        key = fold(row["surface"])
        sources = evidence.spoken.get(key, set()) - {"drugbank"} if row["kind"] != "class" else set()
        if any(fold(row["target"]) in entry for entry in links.get(key, ())):
            sources = sources | {"drugbank"}
        checked = row["kind"] != "class" and evidence.confirmed(row)
        compiled.append({**row, "sources": vouchers(row, sources, checked=checked)})
    return compiled


def compile_brands(rows: list[Row], evidence: Evidence) -> list[Row]:
    """Sources that give the brand just these ingredients."""
    compiled = []
    for row in merge(with_our_names(rows, evidence.names)):
        said = evidence.brands.get(fold(row["surface"]), {})
        ours = target_set(row["target"])
        known = {**row, "sources": ""} if evidence.contradicted(row) else row
        sources = (code for code, targets in said.items() if ours in targets)
        compiled.append({**row, "sources": vouchers(known, sources, checked=evidence.confirmed(row))})
    return compiled


SOURCES = (
    "sources: who lists the row so (fda Drugs@FDA, rxnorm, drugbank the open vocabulary, ema, hc Health Canada, dmd NHS dictionary,\n"
    "bdpm French public database, medlineplus); own: our knowledge only, not confirmed, taken at confidence 0.8;\n"
    "own;checked: our knowledge, and a list that can be compared with agrees (0.95). The codes are filled by tools/compile_lexicon.py."
)
COMMENTS = {
    "ingredients": f"Ingredients: International Nonproprietary Name, class, ids.\n{SOURCES}",
    "names": "Other generic names: US and British names, synonyms, salts, abbreviations, classes. context=needs: only beside a dose,\n"
    f"a form or another drug; such a row may also repeat an ingredient whose name is an everyday word.\n{SOURCES}",
    "brands": f"Brand names and their ingredients, by country (empty: widely). context=needs: an everyday word or a name.\n{SOURCES}",
}
COLUMNS = {
    "ingredients": ("name", "class", *ID_COLUMNS, "sources"),
    "names": ("surface", "kind", "target", "countries", "context", "sources"),
    "brands": ("surface", "target", "countries", "context", "sources"),
}


def table_of(row: Row) -> str:
    """Which table a row belongs to."""
    return "ingredients" if row.get("name") else "names" if row.get("kind") else "brands"


def compile_tables(folder: Path, vocab: Path, lists: Iterable[str] = (), added: Iterable[Path] = ()) -> tuple[Tables, Evidence]:
    """All tables, and what they were checked against."""
    rows = defaultdict[str, list[Row]](list)
    for path in (*(folder / f"{label}.tsv" for label in COLUMNS), *added):
        for row in read_table(path):
            rows[table_of(row)].append(dict.fromkeys(COLUMNS[table_of(row)], "") | row)
    salts = [line for line in (folder / "salt_words.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    names = Names((row["name"] for row in rows["ingredients"]), rows["names"], salts)
    facts = [fact for reader in READERS for fact in reader(vocab)]
    learn_bridges(names, (fact for fact in facts if isinstance(fact, Substance) and fact.source == "drugbank"))
    evidence = Evidence(names)
    evidence.add(facts)
    for named in lists:
        country, _, where = named.rpartition("=")
        evidence.compare_with(read_list(Path(where), country))
    compiled = compile_ingredients(rows["ingredients"], evidence, read_mesh(vocab), read_atc_index(vocab))
    return Tables(compiled, compile_names(rows["names"], evidence), compile_brands(rows["brands"], evidence)), evidence


def write_tables(folder: Path, tables: Tables, names: Names) -> None:
    """Write the tables; rows whose target is no ingredient would not load and are left out."""
    for label, rows in (("ingredients", tables.ingredients), ("names", tables.names), ("brands", tables.brands)):
        usable = [row for row in rows if label == "ingredients" or is_known(row, names)]
        write_tsv(folder / f"{label}.tsv", COMMENTS[label], COLUMNS[label], usable)
    for line in unknown_targets(tables):
        print(f"left out, not an ingredient: {line}", file=sys.stderr)


def without_doubtful(tables: Tables, evidence: Evidence, frequencies: dict[str, float], sure: frozenset[str]) -> Tables:
    """The tables without the brands that are more likely wrong than right, each told with its reason."""
    dropped = set[int]()
    for row, reason in doubtful(tables, evidence, frequencies):
        if row["surface"] in sure:
            continue
        dropped.add(id(row))
        print("\t".join((reason, row["surface"], row["target"], row["countries"])))
    return replace(tables, brands=[row for row in tables.brands if id(row) not in dropped])


def main(arguments: list[str] | None = None) -> int:
    """The command line; 1 when the check finds rows to mend."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocab", type=Path, required=True, help="folder with the publishers' files")
    parser.add_argument("--lists", nargs="*", default=[], metavar="[COUNTRY=]FILE", help="tables to compare with")
    parser.add_argument("--add", type=Path, nargs="*", default=[], help="tables with rows to take in")
    parser.add_argument("--tables", type=Path, default=LEXICON, help="folder of the tables")
    parser.add_argument("--check", action="store_true", help="write nothing, report what to mend")
    parser.add_argument("--prune", action="store_true", help="drop brands that are more likely wrong than right")
    parser.add_argument("--keep", type=Path, help="names, one a line, that --prune leaves alone because you are sure of them")
    parser.add_argument("--frequencies", type=Path, help="table (surface, zipf_en): brands as common as that need context")
    options = parser.parse_args(arguments)
    tables, evidence = compile_tables(options.tables, options.vocab, options.lists, options.add)
    frequencies = read_frequencies(options.frequencies)
    if options.prune:
        sure = options.keep.read_text("utf-8").splitlines() if options.keep else []
        tables = without_doubtful(tables, evidence, frequencies, frozenset(sure))
    print(summary(tables), file=sys.stderr)
    if options.check:
        return 0 if report(tables, evidence, frequencies) else 1
    for row in tables.brands:
        row["context"] = "needs" if is_common(row["surface"], frequencies) else row["context"]
    write_tables(options.tables, tables, evidence.names)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
