"""Publishers' files read into a lexicon.

The files in `cases/importers/` have each publisher's layout and rows of our own making. New traps that a
publisher's file holds go there as a row, and here as what must become of it.
"""

from __future__ import annotations

import gzip
import re
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from pipeline.chain import Options, Pipeline
from pipeline.errors import ConfigError
from pipeline.lexicon import built
from pipeline.lexicon.importers import SOURCES, read_source
from pipeline.lexicon.importers.account import head_of, report
from pipeline.lexicon.importers.build import build, parse_source
from pipeline.lexicon.importers.resolve import Resolver
from pipeline.lexicon.importers.source import Files
from pipeline.lexicon.importers.surfaces import surfaces
from pipeline.lexicon.lexicon import Lexicon, load_lexicon
from pipeline.lexicon.tables import TableError

_CASES = Path(__file__).parent / "cases" / "importers"

_EMA_HEADINGS = [
    "Category", "Name of medicine", "Medicine status", "International non-proprietary name (INN) / common name", "Active substance",
    "ATC code\n(human)", "Species\n(veterinary)",
]  # fmt: skip
_EMA_ROWS = [
    ["Human", "Zylotram (previously Zylotest)", "Authorised", "isotretinoin", "isotretinoin", "D10BA01", ""],
    ["Human", "Kombivex", "Withdrawn", "losartan / hydrochlorothiazide", "losartan potassium", "C09DA01", ""],
    ["Human", "Neversold", "Refused", "isotretinoin", "isotretinoin", "D10BA01", ""],
    ["Veterinary", "Woofamox", "Authorised", "amoxicillin", "amoxicillin", "", "dogs"],
    ["Human", "Substania", "Authorised", "", "sertraline hydrochloride", "N06AB06", ""],
]


def _workbook(path: Path, rows: Sequence[Sequence[str]], strings: str = "") -> Path:
    """An xlsx file with one sheet; text in the table of shared strings, as the publisher's program writes it."""
    texts = list(dict.fromkeys(cell for row in rows for cell in row))
    shared = "".join(f"<si><t>{text}</t></si>" for text in texts)
    lines = [
        f'<row r="{i}">' + "".join(f'<c r="{chr(65 + j)}{i}" t="s"><v>{texts.index(cell)}</v></c>' for j, cell in enumerate(row)) + "</row>"
        for i, row in enumerate(rows, 1)
    ]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", f'<?xml version="1.0"?>{strings}<sst xmlns="urn:main">{shared}</sst>')
        book.writestr("xl/worksheets/sheet1.xml", f'<worksheet xmlns="urn:main"><sheetData>{"".join(lines)}</sheetData></worksheet>')
    return path


def _ema(folder: Path) -> Path:
    preamble = [["Content type:", "Medicine"], ["", ""], [""]]
    return _workbook(folder / "medicines_output_medicines_en.xlsx", [*preamble, _EMA_HEADINGS, *_EMA_ROWS])


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    """The shipped lexicon."""
    return load_lexicon()


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Source -> a folder with its files."""
    ema = tmp_path_factory.mktemp("ema")
    _ema(ema)
    return {**{source: _CASES / source for source in SOURCES if source != "ema"}, "ema": ema}


def _names(files: Files, lexicon: Lexicon) -> dict[str, str]:
    """`Surface [countries]` -> ingredients, as the file would hold them."""
    return {f"{name.surface} {';'.join(name.countries)}".strip(): name.canonical for name in build([files], lexicon).names}


_EU = "AT;BE;BG;CY;CZ;DE;DK;EE;ES;FI;FR;GR;HR;HU;IE;IS;IT;LI;LT;LU;LV;MT;NL;NO;PL;PT;RO;SE;SI;SK"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("rxnorm", {"Zylotram US": "paracetamol + novelamine", "Noveltab US": "novelamine", "novelaminum test": "novelamine"}),
        ("ndc", {"Zylotram US": "isotretinoin", "Kombivex XR US": "losartan + hydrochlorothiazide"}),
        (
            "drugsatfda",
            {
                "Zylotram US": "isotretinoin",
                "Kombivex HCT US": "hydrochlorothiazide + losartan",
                "Sulfa-Test #2 US": "sulfadiazine + sulfamerazine + sulfamethoxazole",
                "Cefatesta US": "cefadroxil",
            },
        ),
        ("orangebook", {"Zylotram US": "isotretinoin", "Kombivex HCT US": "hydrochlorothiazide + losartan"}),
        (
            "drugbank",
            {"novelamine": "novelamine", "Novelamina": "novelamine", "Novelaminum": "novelamine", "Acetaminophenum testum": "paracetamol"},
        ),
        (
            "ema",
            {
                f"Zylotram {_EU}": "isotretinoin",
                f"Zylotest {_EU}": "isotretinoin",
                f"Kombivex {_EU}": "losartan + hydrochlorothiazide",
                f"Substania {_EU}": "sertraline",
            },
        ),
        ("dpd", {"Zylotram CA": "isotretinoin", "Testacal CA": "calcium carbonate + colecalciferol"}),
        ("dmd", {"Noveltram GB": "paracetamol + novelamine", "Codexil GB": "codeine"}),
        (
            "bdpm",
            {
                "Zylotram FR": "isotretinoin",
                "Sertatest FR": "sertraline",
                "Metformine Biotest FR": "metformin",
                "Caltestine FR": "calcium carbonate",
            },
        ),
        ("atc", {}),
        (
            "table",
            {
                "Zylotram": "isotretinoin",
                "Zylotram 20": "isotretinoin",
                "Kombimox 625 Duo": "amoxicillin + clavulanic acid",
                "Nimesta P": "nimesulide + paracetamol",
                "Sneezol, Kids": "cetirizine",
                "Tazotest": "piperacillin + tazobactam",
                "Dragon": "paracetamol",
            },
        ),
    ],
)
def test_each_source_gives_names(source: str, expected: dict[str, str], folders: dict[str, Path], lexicon: Lexicon) -> None:
    """Each publisher's file gives the names that are of use, led to our ingredients, by country."""
    assert _names(Files(source, folders[source]), lexicon) == expected


@pytest.mark.parametrize(
    ("source", "left_out"),
    [
        ("rxnorm", {"suppressed": 1, "no ingredients given": 1}),
        (
            "ndc",
            {
                "homeopathic": 1,
                "allergen extract": 1,
                "ingredient unknown": 1,
                "a description, not a name": 1,
                "no name: a placeholder or a long description": 1,
            },
        ),
        ("drugbank", {"everyday word": 1}),
        ("ema", {"for animals": 1, "never authorised": 1}),
        ("dpd", {"for animals": 1, "disinfectant": 1, "sunscreen": 1}),
        ("dmd", {"marked as invalid": 1, "no medicine, or one without a moiety": 1}),
        ("bdpm", {"homeopathic": 1}),
        ("atc", {"a mixture or a group": 1, "allergen extract": 1}),
        ("table", {"ingredient unknown": 1}),
    ],
)
def test_what_is_left_out_is_counted(source: str, left_out: dict[str, int], folders: dict[str, Path], lexicon: Lexicon) -> None:
    """Every row is either of use or left out for a reason; an example of each reason names file and line."""
    result = build([Files(source, folders[source])], lexicon)
    tally = result.tallies[0]
    assert dict(tally.refused) == left_out
    assert tally.read == sum(tally.resolved.values()) + sum(tally.refused.values())
    assert all(re.search(r", \S.* line \d+$", tally.examples[why][0]) for why in left_out)
    told = "\n".join(report(result))
    assert f"{source}: {tally.read} rows read" in told
    assert all(why in told for why in left_out)


@pytest.mark.parametrize(
    ("one", "other"), [("dpd/drug.txt", "dpd_headed/drug.txt"), ("drugbank/drugbank vocabulary.csv", "drugbank/resaved.csv")]
)
def test_two_layouts_say_the_same(one: str, other: str) -> None:
    """A file with or without a header, or saved again by a spreadsheet, gives the same entries."""
    source = one.partition("/")[0]
    entries = [[entry._replace(line=0, file="") for entry in read_source(Files(source, _CASES / path))] for path in (one, other)]
    assert entries[0] == entries[1]


def test_old_layout_of_drugs_at_fda(lexicon: Lexicon) -> None:
    """The columns had other names before 2017."""
    assert _names(Files("drugsatfda", _CASES / "drugsatfda" / "before_2017.txt"), lexicon) == {"Zylotram US": "isotretinoin"}


def test_ids_come_with_new_ingredients(lexicon: Lexicon) -> None:
    """An ingredient that we lack comes with its ids, checked for their form; one that we have keeps ours and gains what it lacks."""
    result = build([Files("rxnorm", _CASES / "rxnorm"), Files("drugbank", _CASES / "drugbank"), Files("atc", _CASES / "atc")], lexicon)
    rows = {row.name: row for row in result.ingredients}
    assert dict(rows["novelamine"].ids) == {
        "rxcui": "9000001",
        "unii": "A1B2C3D4E5",
        "drugbank": "DB99901",
        "cas": "9000-01-5",
        "atc": "N02BE97",
    }
    assert rows["novelamine"].sources == "rxnorm;drugbank;atc"
    assert rows["novelamine"].drug_class == "anilides"
    assert "N02BE01" in rows["paracetamol"].ids["atc"]
    assert rows["paracetamol"].ids["rxcui"] == lexicon.ingredients["paracetamol"].ids["rxcui"]
    assert dict(rows["testivermab"].ids) == {"drugbank": "DB99903"}
    assert result.tallies[1].noted["wrong id"] == 2


@pytest.mark.parametrize(
    ("written", "targets"),
    [
        ("LOSARTAN POTASSIUM", "losartan"),
        ("Acetaminophen", "paracetamol"),
        ("Amoxycillin  (500mg)", "amoxicillin"),
        ("codeine phosphate 30 mg", "codeine"),
        ("ATAZANAVIR (ATAZANAVIR SULFATE)", "atazanavir"),
        ("CALCIUM (CALCIUM CARBONATE)", "calcium carbonate"),
        ("pantoprazole (as sodium sesquihydrate)", "pantoprazole"),
        ("trastuzumab-abcd", "trastuzumab"),
        ("trimethoprim/sulfamethoxazole", "trimethoprim + sulfamethoxazole"),
        ("insuline glargine", "insulin glargine"),
        ("Sulphasalazine", "sulfasalazine"),
        ("L-LEUCINE", "leucine"),
        ("unheardofine", ""),
        ("(NA)", ""),
    ],
)
def test_written_ingredients_are_resolved(written: str, targets: str, lexicon: Lexicon) -> None:
    """Case, salts, strengths, remarks, spellings and biologic suffixes do not hide an ingredient."""
    assert " + ".join(Resolver(lexicon).resolve(written)) == targets


def test_near_misses_only_where_asked(lexicon: Lexicon) -> None:
    """Hand-typed lists misspell ingredients; a regulator's file does not, so there a near miss is another substance."""
    resolver = Resolver(lexicon)
    assert resolver.resolve("Tazobactum") == ()
    assert resolver.resolve("Tazobactum", lenient=True) == ("tazobactam",)


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("ISOTROIN 20MG CAPSULES", ["Isotroin"]),
        ("Azithral 500 Tablet", ["Azithral 500", "Azithral"]),
        ("Augmentin 625 Duo Tablet", ["Augmentin 625 Duo"]),
        ("TYLENOL PM", ["Tylenol PM"]),
        ("Zylotram® 10 mg/ml oral solution (invented)", ["Zylotram"]),
        ("Kombivex 62,5 mg/12,5 mg film-coated tablets", ["Kombivex"]),
        ("Vitamin B12", ["Vitamin B12"]),
        ("N/A", []),
        ("PLACEHOLDER FOR PRODUCT", []),
        ("-", []),
        ("A VERY LONG DESCRIPTION OF SOME PRODUCT THAT NOBODY SAYS", []),
    ],
)
def test_names_without_strength_and_form(printed: str, names: list[str]) -> None:
    """What people call a product is its printed name without strength, form and capitals."""
    assert [surface.text for surface in surfaces(printed)] == names


@pytest.mark.parametrize(
    "name", ["APO-METFORMIN", "Teva-Amlodipine Besylate", "METFORMIN HYDROCHLORIDE TABLETS USP", "Paracetamol and Codeine Teva"]
)
def test_generic_names_are_no_brands(name: str, lexicon: Lexicon, tmp_path: Path) -> None:
    """A maker's name and a generic name make no brand: the generic name in it is found as it is."""
    table = tmp_path / "t.csv"
    table.write_text(f"name,composition\n{name},Metformin\n", encoding="utf-8")
    result = build([Files("table", table)], lexicon)
    assert result.names == []
    assert result.tallies[0].resolved == {"generic name, with or without a maker's": 1}


def _table(folder: Path, *rows: str, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_text("name,composition\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_countries_and_sources_are_joined(lexicon: Lexicon, tmp_path: Path) -> None:
    """The same name with the same ingredients is one row; with others in another country it is a row of its own."""
    india = Files("table", _table(tmp_path, "Zylotram,Isotretinoin", "Kombivex,Metformin", name="in.csv"), {"country": "IN"})
    result = build([Files("ndc", _CASES / "ndc"), india, Files("drugsatfda", _CASES / "drugsatfda")], lexicon)
    rows = [(name.surface, name.canonical, name.countries, name.sources) for name in result.names if name.surface == "Zylotram"]
    assert rows == [("Zylotram", "isotretinoin", ("IN", "US"), "ndc;table;fda")]
    other = Files("table", _table(tmp_path, "Zylotram,Metformin", name="gb.csv"), {"country": "GB"})
    rows = [(name.surface, name.canonical, name.countries, name.sources) for name in build([india, other], lexicon).names]
    assert ("Zylotram", "isotretinoin", ("IN",), "table") in rows
    assert ("Zylotram", "metformin", ("GB",), "table") in rows


def test_the_most_frequent_meaning_wins_in_a_country(lexicon: Lexicon, tmp_path: Path) -> None:
    """One printer's slip does not make a brand ambiguous; that it was there is counted."""
    result = build(
        [Files("table", _table(tmp_path, "Zylotram,Isotretinoin", "Zylotram 20 mg,Isotretinoin", "Zylotram,Tretinoin"))], lexicon
    )
    assert [name.canonical for name in result.names] == ["isotretinoin"]
    assert result.weighed["several meanings in one country: the most frequent is kept"] == 1


def test_shipped_names_are_not_overruled(lexicon: Lexicon, tmp_path: Path) -> None:
    """A publisher that files a brand under another ingredient does not change ours in the same country; elsewhere it adds a row."""
    wrong = _table(tmp_path, "Lipitor,Metformin", "Metformin 500,Glipizide")
    shipped = lexicon.names["lipitor"][0]
    code = shipped.countries[0] if shipped.countries else ""
    result = build([Files("table", wrong, {"country": code})], lexicon)
    assert [name for name in result.names if name.surface == "Lipitor"] == []
    assert any("Lipitor: metformin" in line for line in result.contradictions)


def test_everyday_words_need_context(lexicon: Lexicon, tmp_path: Path) -> None:
    """A brand that is a word, or has four letters or less, counts only in the right surroundings."""
    result = build([Files("table", _table(tmp_path, "Dragon,Paracetamol", "Zyxq,Paracetamol", "Zylotram,Isotretinoin"))], lexicon)
    assert {name.surface: name.needs for name in result.names} == {"Dragon": True, "Zyxq": True, "Zylotram": False}


def test_very_short_names_are_left_out(lexicon: Lexicon, tmp_path: Path) -> None:
    """Up to three letters mean too much else to be taken from a list."""
    result = build([Files("table", _table(tmp_path, "Qxz 10 Tablet,Paracetamol"))], lexicon)
    assert [name.surface for name in result.names] == ["Qxz 10"]
    assert build([Files("table", _table(tmp_path, "Qxz,Paracetamol"))], lexicon).names == []


# ---------------------------------------------------------------- wrong and damaged files

_MAIN_FILE = {
    "rxnorm": "RXNCONSO.RRF", "ndc": "product.txt", "drugsatfda": "Products.txt", "orangebook": "products.txt",
    "drugbank": "drugbank vocabulary.csv", "ema": "medicines_output_medicines_en.xlsx", "dpd": "drug.txt",
    "dmd": "f_vtm2_3010125.xml", "bdpm": "CIS_bdpm.txt", "atc": "atc.csv", "table": "medicines.csv",
}  # fmt: skip


@pytest.fixture
def copies(folders: dict[str, Path], tmp_path: Path) -> dict[str, Path]:
    """The folders again, to damage."""
    return {source: Path(shutil.copytree(folder, tmp_path / source)) for source, folder in folders.items()}


@pytest.mark.parametrize("source", list(SOURCES))
def test_a_truncated_file_is_refused(source: str, copies: dict[str, Path]) -> None:
    """A file that ends inside its last row says so, with file and line, and what to try."""
    path = copies[source] / _MAIN_FILE[source]
    data = path.read_bytes()
    last = data.rstrip(b"\n").rfind(b"\n") + 1
    path.write_bytes(data[: len(data) // 2] if path.suffix in {".xlsx", ".xml"} else data[: last + 6])
    with pytest.raises(ConfigError, match=r"line \d+: expected|expected an xlsx workbook") as caught:
        list(read_source(Files(source, copies[source])))
    assert path.name in str(caught.value)
    assert "cut off" in str(caught.value)
    assert "download it again" in caught.value.advice


@pytest.mark.parametrize("source", list(SOURCES))
def test_a_wrong_file_is_refused(source: str, copies: dict[str, Path]) -> None:
    """A file of another kind under the right name is told with what was expected."""
    path = copies[source] / _MAIN_FILE[source]
    path.write_text("<html><body>\n<p>Sorry, this page has moved.</p>\n<br></html>\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="expected") as caught:
        list(read_source(Files(source, copies[source])))
    assert path.name in str(caught.value)
    assert caught.value.advice


@pytest.mark.parametrize("source", list(SOURCES))
def test_an_empty_file_is_refused(source: str, copies: dict[str, Path]) -> None:
    """A download of nothing is no lexicon without names."""
    (copies[source] / _MAIN_FILE[source]).write_bytes(b"")
    with pytest.raises(ConfigError, match="expected"):
        list(read_source(Files(source, copies[source])))


def test_a_file_of_another_source_is_recognised() -> None:
    """The advice names the source that the file looks like."""
    with pytest.raises(ConfigError, match="it looks like ndc: try --from ndc:"):
        list(read_source(Files("drugsatfda", _CASES / "ndc" / "product.txt")))


def test_a_broken_row_in_the_middle_is_counted(tmp_path: Path, lexicon: Lexicon) -> None:
    """One row that is cut short does not lose the others."""
    text = (_CASES / "drugsatfda" / "Products.txt").read_text(encoding="utf-8").split("\n")
    path = tmp_path / "Products.txt"
    path.write_text("\n".join([*text[:2], "000009\t001", *text[2:]]), encoding="utf-8")
    tally = build([Files("drugsatfda", path)], lexicon).tallies[0]
    assert dict(tally.refused) == {"row is cut short": 1}
    assert tally.read == 6


_BOMB = '<!DOCTYPE VTM [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def test_xml_with_a_document_type_is_refused(copies: dict[str, Path]) -> None:
    """Entities could make a small file fill the memory, or read other files: a DOCTYPE is refused before any is expanded."""
    path = copies["dmd"] / "f_vtm2_3010125.xml"
    path.write_text(f"{_BOMB}<VTMS><VTM><VTMID>1</VTMID><NM>&b;</NM></VTM></VTMS>", encoding="utf-8")
    with pytest.raises(ConfigError, match="expected no document type"):
        list(read_source(Files("dmd", copies["dmd"])))
    book = _workbook(copies["ema"] / "medicines_output_medicines_en.xlsx", [_EMA_HEADINGS, *_EMA_ROWS], _BOMB)
    with pytest.raises(ConfigError, match="expected no document type"):
        list(read_source(Files("ema", book)))


@pytest.mark.parametrize("number", ["x", "-1", "", "9" * 5000])
def test_a_workbook_of_odd_numbers(number: str, copies: dict[str, Path]) -> None:
    """Rows and cells of a workbook whose numbers are none are read in their order."""
    path = copies["ema"] / "medicines_output_medicines_en.xlsx"
    expected = [entry._replace(line=0) for entry in read_source(Files("ema", path))]
    with zipfile.ZipFile(path) as book:
        sheet, strings = (book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "sharedStrings"))
    sheet = re.sub(r'<row r="\d+">', f'<row r="{number}">', sheet)
    last = f'<row><c r="A99" t="s"><v>{number}</v></c></row></sheetData>'
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("xl/worksheets/sheet1.xml", sheet.replace("</sheetData>", last))
        book.writestr("xl/sharedStrings.xml", strings)
    assert [entry._replace(line=0) for entry in read_source(Files("ema", path))][: len(expected)] == expected


def test_xml_of_an_unknown_encoding(copies: dict[str, Path]) -> None:
    """XML in an encoding that nobody knows, or that its parser does not read, is refused."""
    path = copies["dmd"] / "f_vtm2_3010125.xml"
    for encoding in ("utf-99", "shift_jis", "rot13"):
        path.write_text(f'<?xml version="1.0" encoding="{encoding}"?><VTMS/>', encoding="utf-8")
        with pytest.raises(ConfigError, match=r"f_vtm2_3010125.xml(, line 1)?: expected whole XML"):
            list(read_source(Files("dmd", path)))


@pytest.mark.parametrize(("at", "value"), [(6, 1), (8, 99)], ids=["a password", "an unknown way to pack"])
def test_archives_that_cannot_be_unpacked(at: int, value: int, tmp_path: Path) -> None:
    """An archive with a password, or packed in a way that Python does not know, is told, and what to try."""
    archive = tmp_path / "release.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("table.csv", "name,composition\nZorvexa,Paracetamol\n")
    data = bytearray(archive.read_bytes())
    data[at] = data[data.index(b"PK\x01\x02") + at + 2] = value
    archive.write_bytes(data)
    with pytest.raises(ConfigError, match=r"cannot be unpacked \(.*; unpack it yourself"):
        list(read_source(Files("table", archive)))


@pytest.mark.parametrize("source", ["rxnorm", "ndc", "dpd", "dmd", "bdpm"])
def test_archives_are_read_as_they_come(source: str, folders: dict[str, Path], tmp_path: Path) -> None:
    """A zip archive gives what the folder gives; one that is cut off is refused."""
    archive = tmp_path / "release.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in folders[source].iterdir():
            out.write(path, f"release/{path.name}")
    assert list(read_source(Files(source, archive))) == list(read_source(Files(source, folders[source])))
    archive.write_bytes(archive.read_bytes()[:-50])
    with pytest.raises(ConfigError, match="damaged or cut off"):
        list(read_source(Files(source, archive)))


def test_gzipped_files_are_read(tmp_path: Path) -> None:
    """A single file may be gzipped; one that is cut off is refused."""
    path = tmp_path / "product.txt.gz"
    path.write_bytes(gzip.compress((_CASES / "ndc" / "product.txt").read_bytes()))
    assert len(list(read_source(Files("ndc", path)))) == 9
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(ConfigError, match="damaged or cut off"):
        list(read_source(Files("ndc", path)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("product.txt", "is not SOURCE:PATH; for example ndc:product.txt; sources: rxnorm"),
        ("fda:product.txt", "unknown source 'fda'"),
        ("ndc:nowhere.txt", "nowhere.txt: no such file or folder; ndc expects product.txt"),
    ],
)
def test_a_wrong_source_is_told(text: str, message: str) -> None:
    """What was typed for --from is checked before anything is read."""
    with pytest.raises(ConfigError, match=re.escape(message)):
        parse_source(text)


def test_several_files_are_not_guessed_among(tmp_path: Path) -> None:
    """A folder with two tables does not say which one is meant."""
    _table(tmp_path, "a,b", name="one.csv")
    _table(tmp_path, "a,b", name="two.csv")
    with pytest.raises(ConfigError, match=r"several files fit table.*give one of them"):
        list(read_source(Files("table", tmp_path)))


def test_columns_of_a_table_can_be_named(tmp_path: Path) -> None:
    """Columns that are not guessed are named; one that is not there is told with those that are."""
    path = tmp_path / "own.tsv"
    path.write_text("produit\tcontient\nZylotram\tIsotretinoin (20mg)\n", encoding="utf-8")
    entries = list(read_source(Files("table", path, {"name": "Produit", "composition": "contient", "country": "ca"})))
    assert [(entry.surface, entry.ingredients, entry.countries) for entry in entries] == [("Zylotram", ("Isotretinoin (20mg)",), ("CA",))]
    with pytest.raises(ConfigError, match=r"expected a column for the name .*found produit, contient; name it with --name-column"):
        list(read_source(Files("table", path)))


# ---------------------------------------------------------------- the built file


@pytest.mark.parametrize("name", ["own.tsv", "own.tsv.gz"])
def test_the_built_file_is_laid_over_the_shipped_one(name: str, lexicon: Lexicon, tmp_path: Path) -> None:
    """What was built is found in a text, new ingredients too; the shipped names stay."""
    result = build([Files("rxnorm", _CASES / "rxnorm"), Files("dpd", _CASES / "dpd")], lexicon)
    path = tmp_path / name
    built.write(path, head_of(result, "0", lexicon.version), result.ingredients, result.names)
    pipeline = Pipeline(Options(lexicon=(path,)))
    document = pipeline("She took Noveltab, novelamine 10 mg, Testacal and Tylenol for a week.")
    assert {drug.name for drug in document.drugs} == {"novelamine", "calcium carbonate", "colecalciferol", "paracetamol"}
    assert next(drug for drug in document.drugs if drug.name == "novelamine").ids["rxcui"] == "9000001"


def test_imported_names_are_taken_as_they_are_spelt(tmp_path: Path) -> None:
    """Among many names some are one letter from an English word: only shipped names are guessed from a misspelling."""
    path = tmp_path / "own.tsv"
    path.write_text("# table: ingredients\nname\nnovelamine\n# table: names\nsurface\ttarget\nZylotram\tnovelamine\n", encoding="utf-8")
    lexicon = load_lexicon((path,))
    assert lexicon.lookup("zylotrem") == []
    assert lexicon.lookup("novelamina") == []
    assert lexicon.lookup("isotretenoin")[0].name.kind == "misspelling"


def test_the_built_file_tells_its_sources(lexicon: Lexicon, tmp_path: Path) -> None:
    """Each file that was read stands in the head with its date, digest and counts."""
    result = build([Files("ndc", _CASES / "ndc")], lexicon)
    path = tmp_path / "own.tsv.gz"
    built.write(path, head_of(result, "1.2", "abc"), result.ingredients, result.names)
    lines = built.provenance([path])
    assert lines[0] == "own.tsv.gz: made by: pharmaclean 1.2 over its own tables abc"
    assert re.fullmatch(
        r"own\.tsv\.gz: source: ndc \| product\.txt \| \d{4}-\d\d-\d\d \| sha256 [0-9a-f]{64} \| read 9 \| resolved 4", lines[1]
    )


def test_the_same_files_give_the_same_bytes(lexicon: Lexicon, tmp_path: Path) -> None:
    """Building twice gives one and the same file."""
    for name in ("one.gz", "two.gz"):
        result = build([Files("table", _CASES / "table"), Files("ndc", _CASES / "ndc")], lexicon)
        built.write(tmp_path / name, head_of(result, "0", "x"), result.ingredients, result.names)
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()


def test_a_damaged_built_file_is_refused(tmp_path: Path) -> None:
    """A gzipped lexicon that is cut off says so; an unknown ingredient in it is told with its line."""
    path = tmp_path / "own.tsv.gz"
    path.write_bytes(gzip.compress(b"surface\ttarget\nZylotram\tisotretinoin\n")[:-12])
    with pytest.raises(TableError, match="damaged or cut off"):
        load_lexicon((path,))
    path = tmp_path / "own.tsv"
    path.write_text("# table: ingredients\nname\nnovelamine\n# table: names\nsurface\ttarget\nZylotram\tnovelamin\n", encoding="utf-8")
    with pytest.raises(TableError, match="line 6: unknown ingredient 'novelamin'; did you mean 'novelamine'"):
        load_lexicon((path,))


def test_the_commands(tmp_path: Path) -> None:
    """`lexicon build` writes a file that `info`, `check` and `lookup` take; errors end in advice and status 2."""
    path = tmp_path / "own.tsv.gz"
    runner = CliRunner()
    source = f"rxnorm:{_CASES / 'rxnorm'}"
    done = runner.invoke(
        main, ["lexicon", "build", "--from", source, "--from", f"table:{_CASES / 'table'}", "--country", "IN", "-o", str(path)]
    )
    assert done.exit_code == 0, done.output
    assert "rxnorm: 8 rows read, 6 resolved, 2 left out" in done.output
    assert "own.tsv.gz: source: table | medicines.csv" in runner.invoke(main, ["lexicon", "info", "--lexicon", str(path)]).output
    assert runner.invoke(main, ["lexicon", "check", str(path)]).exit_code == 0
    assert "novelamine" in runner.invoke(main, ["lexicon", "lookup", "Noveltab", "--lexicon", str(path)]).output
    wrong = runner.invoke(main, ["lexicon", "build", "--from", f"ndc:{_CASES / 'table' / 'medicines.csv'}", "-o", str(path)])
    assert wrong.exit_code == 2
    assert "expected the columns" in wrong.output
    nowhere = runner.invoke(main, ["lexicon", "build", "--from", source, "-o", str(tmp_path / "no" / "where.tsv")])
    assert nowhere.exit_code == 2
    assert "choose another place with -o" in nowhere.output
