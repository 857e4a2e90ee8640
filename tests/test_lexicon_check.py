"""What `lexicon check` finds in tables, each with file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from pipeline.lexicon.check import check
from pipeline.lexicon.countries import COUNTRIES
from pipeline.lexicon.ids import wrong_id

_NAMES = "surface\tkind\ttarget\tcountries\tcontext\tsources\n"
_INGREDIENTS = "name\tclass\trxcui\tunii\tdrugbank\tcas\tmesh\tatc\tsources\n"


def _problems(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "own.tsv"
    path.write_bytes(text.encode())
    return [str(problem).removeprefix(f"{path}, ") for problem in check([path])]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Novex\tbrand\tparacetmol\tUS\t\t", "line 2: unknown ingredient 'paracetmol'; did you mean 'paracetamol'"),
        ("Novex\tbrand\tqqqqqqqq\tUS\t\t", "line 2: unknown ingredient 'qqqqqqqq'; add it to a table of ingredients"),
        (
            "Novex\tbrand\tparacetamol+caffeine\tUS\t\t",
            "line 2: unknown ingredient 'paracetamol+caffeine'; ingredients are parted by ' + ': write 'par",
        ),
        (
            "Novex\tbrand\tparacetamol, caffeine\tUS\t\t",
            "line 2: unknown ingredient 'paracetamol, caffeine'; ingredients are parted by ' + '",
        ),
        ("Novex\tbrnd\tparacetamol\tUS\t\t", "line 2: unknown kind 'brnd' of 'Novex'; known: generic"),
        ("Novex\tbrand\tparacetamol\tUK\t\t", "line 2: 'UK' is no country code; write 'GB'"),
        ("Novex\tbrand\tparacetamol\tin\t\t", "line 2: 'in' is no country code; write 'IN'"),
        ("Novex\tbrand\tparacetamol\tXX\t\t", "line 2: 'XX' is no country code; ISO codes parted by `;`"),
        ("Novex\tbrand\tparacetamol\tUS;US\t\t", "line 2: a country stands twice in 'US;US'"),
        ("Novex\tbrand\tparacetamol\tUS\tmaybe\t", "line 2: context of 'Novex' is 'maybe'; leave it empty or write `needs`"),
        ("Novex \tbrand\tparacetamol\tUS\t\t", "line 2: a space at the end of a cell, or two together; remove it"),
        ("Novex\tbrand\tparacetamol\tUS\t\t\r", "line 2: a Windows line end; save with line ends of Unix"),
        ("®\tbrand\tparacetamol\tUS\t\t", "line 2: the surface '®' holds no letter or digit"),
        ("Novex\tbrand\tparacetamol\tUS\t\t\t", "line 2: 7 cells under 6 columns; remove the tabs that are too many"),
        (
            "Novex\tbrand\tparacetamol\tUS\t\t\nNovex\tbrand\tparacetamol\tGB\t\t",
            "line 3: 'Novex' stands on line 2 already, with the same ingredients",
        ),
        (
            "Novex\tbrand\tibuprofen\tGB;US\t\t\nNovex\tbrand\tparacetamol\tUS\t\t",
            "line 3: 'Novex' is paracetamol in US, on line 2 ibuprofen; keep one, or part them by country",
        ),
        (
            "Zovex\tbrand\tparacetamol\tUS\t\t\nNovex\tbrand\tparacetamol\tUS\t\t",
            "line 3: 'Novex' stands after 'Zovex': the table is not sorted",
        ),
    ],
)
def test_names_are_checked(tmp_path: Path, row: str, expected: str) -> None:
    """Each mistake in a row of names is told with its line and what to do."""
    problems = _problems(tmp_path, f"{_NAMES}{row}\n")
    assert any(problem.startswith(expected) for problem in problems), problems


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("novexine\t\t\t\t\t103-90-1", "line 2: cas of 'novexine': the check digit of 103-90-1 should be 2; look it up again"),
        ("novexine\t\tx12", "line 2: rxcui of 'novexine': 'x12' is no rxcui"),
        ("novexine\t\t\tABC", "line 2: unii of 'novexine': 'ABC' is no unii: it should be ten capitals and digits"),
        ("novexine\t\t\t\tDB1", "line 2: drugbank of 'novexine': 'DB1' is no drugbank"),
        ("novexine\t\t\t\t\t\tX1", "line 2: mesh of 'novexine': 'X1' is no mesh"),
        ("novexine\t\t\t\t\t\t\tD10BA01;1A", "line 2: atc of 'novexine': '1A' is no atc"),
        ("Novexine", "line 2: 'Novexine' has capitals; write 'novexine'"),
        ("novexine + other", "line 2: 'novexine + other' is not one ingredient"),
        ("novexine\nnovexine", "line 3: 'novexine' stands on line 2 already"),
    ],
)
def test_ingredients_are_checked(tmp_path: Path, row: str, expected: str) -> None:
    """Each mistake in a row of ingredients is told with its line and what to do."""
    problems = _problems(tmp_path, f"{_INGREDIENTS}{row}\n")
    assert any(problem.startswith(expected) for problem in problems), problems


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    """A table is looked through to its end, in the order of its lines."""
    problems = _problems(tmp_path, f"{_NAMES}Avex\tbrand\tnothing\tUK\t\t\nBvex\tbrnd\tparacetamol\t\t\t\n")
    assert [problem[:6] for problem in problems] == ["line 2", "line 2", "line 3"]


def test_an_unknown_column_is_told(tmp_path: Path) -> None:
    """The header must name columns that are known."""
    (problem,) = _problems(tmp_path, "surface\ttargets\nNovex\tparacetamol\n")
    assert problem.startswith("line 1: unknown column 'targets'; the columns are surface, kind, target")


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\x85", "\u202e", "\ufeff"])
def test_a_control_character_is_told(sign: str, tmp_path: Path) -> None:
    """What cannot be seen in a table makes a name that no page holds."""
    (problem,) = _problems(tmp_path, f"surface\ttarget\nNo{sign}vex\tparacetamol\n")
    assert problem == f"line 2: a control character ({sign.encode('unicode_escape').decode()}); remove it"


def test_a_table_in_another_encoding_is_told(tmp_path: Path) -> None:
    """A file that cannot be read is a problem among others."""
    path = tmp_path / "latin.tsv"
    path.write_bytes("surface\ttarget\nCuracné\tisotretinoin\n".encode("latin-1"))
    (problem,) = check([path])
    assert "not UTF-8" in str(problem)
    assert "save it as UTF-8" in str(problem)


def test_tables_may_use_each_other(tmp_path: Path) -> None:
    """A table of names may lead to ingredients of another table that is given with it."""
    (tmp_path / "i.tsv").write_text("name\nnovexine\n", encoding="utf-8")
    (tmp_path / "n.tsv").write_text("surface\ttarget\nNovex\tnovexine\n", encoding="utf-8")
    assert check([tmp_path / "i.tsv", tmp_path / "n.tsv"]) == []
    assert len(check([tmp_path / "n.tsv"])) == 1


def test_the_shipped_tables_can_be_read() -> None:
    """No shipped row names an unknown column, ingredient, kind or country, or bears an id of a wrong form."""
    told = [str(problem) for problem in check()]
    assert [line for line in told if "unknown" in line or "is no " in line or "check digit" in line or "not one ingredient" in line] == []


def test_exit_status(tmp_path: Path) -> None:
    """Status 0 when there is nothing to mend, 2 otherwise."""
    path = tmp_path / "own.tsv"
    path.write_text("surface\ttarget\nNovex\tparacetamol\n", encoding="utf-8")
    assert CliRunner().invoke(main, ["lexicon", "check", str(path)]).exit_code == 0
    path.write_text("surface\ttarget\nNovex\tparacetmol\n", encoding="utf-8")
    wrong = CliRunner().invoke(main, ["lexicon", "check", str(path)])
    assert wrong.exit_code == 2
    assert "did you mean 'paracetamol'" in wrong.output
    assert "1 to mend" in wrong.output


def test_remarks(tmp_path: Path) -> None:
    """A table of one's own that is not sorted, or has line ends of Windows, works: that is remarked once, and status 0."""
    path, page = tmp_path / "own.tsv", tmp_path / "page.txt"
    path.write_bytes(b"surface\ttarget\r\nZorvexa\tparacetamol\r\nAbruxa\tparacetamol\r\n")
    page.write_text("Zorvexa tablets are taken for fever.", encoding="utf-8")
    result = CliRunner().invoke(main, ["lexicon", "check", str(path)])
    assert (result.exit_code, result.stderr) == (0, "nothing to mend, but see the remarks\n")
    told = result.stdout.splitlines()
    assert [line.split(" ")[0] for line in told] == ["remark:", "remark:"]
    assert "a Windows line end" in told[0]
    assert "not sorted" in told[1]
    assert '"paracetamol"' in CliRunner().invoke(main, ["clean", str(page), "--lexicon", str(path), "--skip", "extract_entities"]).stdout


def test_country_codes() -> None:
    """The list of countries is whole: 249 codes."""
    assert len(COUNTRIES) == 249
    assert {"US", "GB", "IN", "CA", "AU", "RU", "SR", "ZW"} <= COUNTRIES


@pytest.mark.parametrize(
    ("registry", "value"),
    [("cas", "4759-48-2"), ("unii", "EH28UP18IF"), ("atc", "D10BA01;D10AD04"), ("mesh", "D015474"), ("rxcui", "6064")],
)
def test_right_ids(registry: str, value: str) -> None:
    """Ids of the right form are left alone."""
    assert wrong_id(registry, value) == ""
