"""The package: its data is in it, it loads light, and its README speaks of what there is."""

from __future__ import annotations

import inspect
import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import cli
import pipeline
from pipeline.document import REASONS

from .conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
DATA = {
    "": ["py.typed", "record.schema.json"],
    "lexicon": ["brands.tsv", "conditions.tsv", "context_words.tsv", "ingredients.tsv", "names.tsv", "salt_words.txt", "stems.tsv"],
    "rules": ["boilerplate.toml", "languages.toml", "manufactured.toml", "search_phrases.toml", "sections.toml", "units.toml"],
}
CONSOLE_LINES = re.findall(r"^\$ (.+)$", README, re.MULTILINE)


@pytest.mark.parametrize("path", [f"{folder}/{name}".lstrip("/") for folder, names in DATA.items() for name in names])
def test_data_is_in_the_package(path: str) -> None:
    """What the code reads is found beside it, filled (a marker file aside)."""
    file = files("pipeline") / path
    assert file.is_file()
    assert file.read_bytes() or path == "py.typed"


def test_all_data_is_in_the_package() -> None:
    """Every data file of the checkout is in the package that is tested, be it the checkout or the built wheel."""
    there = {path.relative_to(ROOT / "pipeline") for path in (ROOT / "pipeline").rglob("*.t*") if path.suffix in (".toml", ".tsv", ".txt")}
    there |= {path.relative_to(ROOT / "pipeline") for path in (ROOT / "pipeline").rglob("*.json")}
    assert len(there) > 15
    assert [str(path) for path in sorted(there) if not (files("pipeline") / path.as_posix()).is_file()] == []


@pytest.mark.parametrize("path", sorted((ROOT / "pipeline").rglob("*.tsv")), ids=lambda path: path.name)
def test_tables_are_plain(path: Path) -> None:
    """Tables are UTF-8 with LF, one header, as many cells in each row, no spaces around a cell, no row twice."""
    data = path.read_bytes()
    assert b"\r" not in data
    rows = [line for line in data.decode("utf-8").split("\n") if line and not line.startswith("#")]
    width = rows[0].count("\t")
    assert [row for row in rows if row.count("\t") != width][:5] == []
    assert [row for row in rows for cell in row.split("\t") if cell != cell.strip()][:5] == []
    assert len(set(rows)) == len(rows)


def test_import_is_light() -> None:
    """`import pipeline` loads no heavy package, nor any that only some inputs need."""
    script = "import sys, pipeline; print(*sys.modules, sep='\\n')"
    environment = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parent)}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert not {"spacy", "ftfy", "bs4", "selectolax", "numpy", "click"} & set(done.stdout.split())


@pytest.mark.parametrize("name", pipeline.__all__)
def test_public_names(name: str) -> None:
    """What `__all__` promises is there, and has a docstring where it is a class or a function."""
    found = getattr(pipeline, name)
    assert found.__doc__


def test_options_of_clean() -> None:
    """`clean` takes what `Options` takes, by the same names."""
    assert list(inspect.signature(pipeline.clean).parameters)[1:] == [field.name for field in fields(pipeline.Options)]


def test_one_of_several() -> None:
    """A single stage, table or path may be given as it is, as a string too."""
    told = pipeline.Options(skip="assess", lexicon="mine.tsv", templates="lines.tsv")  # type: ignore[arg-type]  # as people write it
    assert told == pipeline.Options(skip=("assess",), lexicon=(Path("mine.tsv"),), templates=Path("lines.tsv"))


def test_options_of_clean_are_used(tmp_path: Path) -> None:
    """Each option of `clean` does what it does on the command line."""
    table, lines = tmp_path / "mine.tsv", tmp_path / "lines.tsv"
    table.write_text("surface\ttarget\nZorvexa\tparacetamol\n", encoding="utf-8")
    lines.write_text("site\tpages\tcount\ttext\tafter\tbefore\na.example\t9\t9\tOrder at our shop\t\t\n", encoding="utf-8")
    page = "Zorvexa is taken for fever, twice a day.\n\nOrder at our shop"
    skip = ["extract_entities", "relate_entities"]
    document = pipeline.clean(page, skip=skip, lexicon=str(table), usan=True, templates=str(lines), site="a.example")
    assert (document.drugs[0].name, "Order" in document.text) == ("acetaminophen", False)
    with pytest.raises(pipeline.ConfigError, match="nonsense"):
        pipeline.clean(page, spacy_model="nonsense", spacy_labels={"ILLNESS": "CONDITION"})


def test_a_stream_of_anything(tmp_path: Path) -> None:
    """`stream` takes what a call takes, and gives what cannot be read as a failure in its place."""
    (tmp_path / "a.txt").write_text("Take two.", encoding="utf-8")
    run = pipeline.Pipeline(pipeline.Options(skip=pipeline.STAGES[3:]))
    found = list(run.stream(["Take one.", "", tmp_path / "a.txt", tmp_path / "none.txt", b"Take three."]))
    assert [one.text if isinstance(one, pipeline.Document) else one.error.split(": ")[-1] for one in found] == [
        "Take one.", "the input is empty", "Take two.", "no such file", "Take three.",
    ]  # fmt: skip


def test_version() -> None:
    """The version reads as one, and the changelog speaks of it or of what is to come."""
    assert re.fullmatch(r"\d+\.\d+\.\d+", pipeline.__version__)
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert pipeline.__version__ in changelog or "Unreleased" in changelog


def test_no_stage_is_left_out_of_the_readme() -> None:
    """The README names every stage, every sample and every command."""
    assert [stage for stage in pipeline.STAGES if f"`{stage}`" not in README] == []
    assert [path.name for path in (ROOT / "samples").iterdir() if path.name not in README] == []
    assert [name for name in cli.main.commands if f"pharmaclean {name}" not in README] == []


@pytest.mark.parametrize("line", [line for line in CONSOLE_LINES if "pharmaclean" in line])
def test_commands_of_the_readme(line: str) -> None:
    """Each command line of the README is one that the program takes."""
    call = re.search(r"pharmaclean ([^|>#]+)", line)
    assert call
    context = click.Context(cli.main, info_name="pharmaclean")
    words = [word.replace("a.html", __file__).replace("b.txt", __file__) for word in shlex.split(call[1])]
    command: click.Command = cli.main
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        assert found, f"no command {words[0]}"
        command, words = found, words[1:]
    command.make_context(command.name, words)


@pytest.mark.parametrize("line", [line for line in CONSOLE_LINES if line.startswith("make ")])
def test_targets_of_the_readme(line: str) -> None:
    """Each make target of the README is there."""
    target = line.split()[1]
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def holds(told: Any, found: Any) -> bool:
    """Whether what is told, shortened at each "…", is what was found."""
    if isinstance(told, dict):
        return isinstance(found, dict) and all(holds(value, found.get(key)) for key, value in told.items() if key != "…")
    if isinstance(told, list) and "…" in told:
        return isinstance(found, list) and all(any(holds(item, other) for other in found) for item in told)
    if isinstance(told, list):
        return isinstance(found, list) and len(told) == len(found) and all(map(holds, told, found))
    if isinstance(told, str) and "…" in told:
        return bool(re.fullmatch(".*".join(map(re.escape, told.split("…"))), str(found), re.DOTALL))
    return bool(told == found)


def test_record_of_the_readme() -> None:
    """The record that the README shows is the one that the sample gives."""
    told = json.loads(README.split("```json\n")[1].split("```")[0])
    found = json.loads(CliRunner().invoke(cli.main, ["clean", str(ROOT / "samples" / "01-guest-post.txt")]).stdout)
    assert {key: value for key, value in told.items() if not holds(value, found[key])} == {}


def test_links_of_the_documents() -> None:
    """Relative links of README and CONTRIBUTING lead somewhere."""
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
        assert [link for link in links if not (ROOT / link).exists()] == []


def test_reasons_of_the_rules() -> None:
    """Every reason that a boilerplate rule gives is on the list of reasons."""
    from pipeline.rules.load import load_toml

    given = {row["reason"] for rows in load_toml("boilerplate.toml").values() if isinstance(rows, list) for row in rows if "reason" in row}
    assert given
    assert given <= set(REASONS)
