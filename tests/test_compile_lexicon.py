"""The script that keeps the drug tables in order, over small tables and lists of its own making."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_TABLES = {
    "ingredients.tsv": "name\tclass\nramipril\tACE inhibitor\ntelmisartan\tARB\nhydrochlorothiazide\tdiuretic\n",
    "names.tsv": "surface\tkind\ttarget\nHCTZ\tabbreviation\thydrochlorothiazide\n",
    "brands.tsv": (
        "surface\ttarget\tcountries\tcontext\tsources\n"
        "Zzy\tramipril\tIN\t\town\n"
        "Zyxar\ttelmisartan\tIN\t\town\nZyxar-H\ttelmisartan + hydrochlorothiazide\tIN\t\town\n"
        "Wexan\tramipril\tIN\t\town\nWexan-H\tramipril + hydrochlorothiazide\tIN\t\town\n"
        "Vuxan\tramipril\tIN\t\town\nTrandax\tramipril\tUS\t\t\n"
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Tables, a publisher's file and a list of names."""
    for name, text in _TABLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "pipeline" / "lexicon" / "salt_words.txt", tmp_path)
    (tmp_path / "vocab").mkdir()
    products = "ApplNo\tProductNo\tForm\tStrength\tReferenceDrug\tDrugName\tActiveIngredient\tReferenceStandard\n"
    (tmp_path / "vocab" / "Products.txt").write_text(f"{products}1\t1\tTABLET\t5MG\t0\tTRANDAX\tRAMIPRIL\t0\n", encoding="utf-8")
    listed = "Medicine Name,Composition\nWexan 5mg Tablet,Ramipril (5mg)\nVuxan 40 Tablet,Telmisartan (40mg)\n"
    (tmp_path / "list.csv").write_text(listed, encoding="utf-8")
    return tmp_path


def compiled(folder: Path, *options: str) -> dict[str, str]:
    """Surface -> sources of the brands, after the script ran."""
    script = str(ROOT / "tools" / "compile_lexicon.py")
    arguments = ["--vocab", str(folder / "vocab"), "--tables", str(folder), *options]
    subprocess.run([sys.executable, script, *arguments], check=True, capture_output=True)
    lines = (folder / "brands.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")][1:]
    return {row[0]: row[-1] for row in rows}


def test_publishers_and_lists_vouch(folder: Path) -> None:
    """A publisher is named; a list is not, it only checks; the rest stays our own."""
    brands = compiled(folder, "--lists", f"IN={folder / 'list.csv'}")
    assert (brands["Trandax"], brands["Wexan"], brands["Zyxar"]) == ("fda", "own;checked", "own")


def test_running_twice_changes_nothing(folder: Path) -> None:
    """The tables are the truth: what the script wrote it reads back; what a list confirmed stays confirmed."""
    compiled(folder, "--lists", f"IN={folder / 'list.csv'}")
    before = (folder / "brands.tsv").read_bytes()
    assert compiled(folder)["Wexan"] == "own;checked"
    assert (folder / "brands.tsv").read_bytes() == before


def test_prune_drops_what_is_likely_wrong(folder: Path) -> None:
    """Three letters, a list that contradicts, variants of a name that nobody confirms; variants of a confirmed name stay."""
    brands = compiled(folder, "--lists", f"IN={folder / 'list.csv'}", "--prune")
    assert sorted(brands) == ["Trandax", "Wexan", "Wexan-H", "Zyxar"]


def test_prune_keeps_what_we_are_sure_of(folder: Path) -> None:
    """Names in a list of exceptions stay."""
    (folder / "sure.txt").write_text("Zyxar-H\n", encoding="utf-8")
    assert "Zyxar-H" in compiled(folder, "--prune", "--keep", str(folder / "sure.txt"))


def test_rows_are_taken_in(folder: Path) -> None:
    """A table of new rows is merged into the right table; a row of an unknown ingredient is left out."""
    (folder / "new.tsv").write_text("surface\ttarget\tcountries\nZyxar\ttelmisartan\tGB\nNovex\tno such thing\t\n", encoding="utf-8")
    brands = compiled(folder, "--add", str(folder / "new.tsv"))
    assert "Novex" not in brands
    assert "Zyxar\ttelmisartan\tGB;IN\t\town" in (folder / "brands.tsv").read_text(encoding="utf-8")
