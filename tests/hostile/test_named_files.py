"""Files that a command is told to read whole, such as tables and settings: whatever they are, they are read or refused in one line."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli

#: Every way to name such a file, with the file as {}.
COMMANDS = (
    "--config {} schema", "lexicon lookup Dolo --lexicon {}", "lexicon info --lexicon {}", "lexicon check {}",
    "clean page.txt --lexicon {}", "batch page.txt -q --lexicon {}", "batch page.txt -q --templates {}", "templates show {}",
    "templates apply page.txt --templates {}", "lexicon build -o - --from table:{}", "batch @{} -q",
)  # fmt: skip
pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs the files of POSIX")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("page.txt").write_text("Isotroin 20mg is for acne.\n", encoding="utf-8")


def problem_of(command: str, file: str) -> str:
    """What a command says of a file that it cannot use; it ends in one line and no traceback."""
    result = CliRunner().invoke(cli.main, [word.format(file) for word in command.split()], prog_name="pharmaclean")
    assert isinstance(result.exception, SystemExit), (command, result.exception)
    assert result.exit_code == 2, command
    lines = [line for line in result.output.splitlines() if file in line]
    assert len(lines) == 1, (command, result.output)
    return lines[0]


def device(path: str) -> Callable[[Path], None]:
    """Makes a link to a device."""
    return lambda file: file.symlink_to(path)


def bound_socket(file: Path) -> None:
    """A socket that nobody listens at."""
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(file.name)


ODD = {
    "zeros without an end": device("/dev/zero"), "noise without an end": device("/dev/urandom"), "a pipe": os.mkfifo,
    "a socket": bound_socket,
    "a folder": Path.mkdir, "nothing": lambda _: None, "links in a circle": lambda file: file.symlink_to(file.name),
}  # fmt: skip


@pytest.mark.parametrize("make", ODD.values(), ids=ODD)
@pytest.mark.parametrize("command", COMMANDS)
def test_odd_files(command: str, make: Callable[[Path], None]) -> None:
    """What is no file, or has no end, is refused in one line by every option that takes a file to be read whole."""
    make(Path("odd"))
    assert problem_of(command, "odd")


def bomb(file: Path) -> None:
    """A table of 120 MB in less than one."""
    with gzip.open(file, "wb", compresslevel=6) as packed:
        packed.write(b"surface\ttarget\n")
        for _ in range(120):
            packed.write(b"Dolo\tparacetamol\n" * 58_000)


@pytest.fixture(scope="session")
def bombs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with bombs of several kinds."""
    folder = tmp_path_factory.mktemp("bombs")
    bomb(folder / "bomb.gz")
    with gzip.open(folder / "one_line.csv.gz", "wb") as packed:
        packed.write(b"name,composition\n" + b"Dolo" * 1_000_000)
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive, archive.open("table.csv", "w") as member:
        member.write(b"name,composition\n")
        for _ in range(120):
            member.write(b"Dolo,Paracetamol\n" * 60_000)
    return folder


@pytest.mark.parametrize(
    "command", ["--config {} schema", "lexicon info --lexicon {}", "lexicon check {}", "batch page.txt -q --lexicon {}"]
)
def test_bombs(command: str, bombs: Path) -> None:
    """A gzipped table that unpacks to very much is refused once it has given a bounded part of it."""
    assert "holds more than " in problem_of(command, str(bombs / "bomb.gz"))


def test_bombs_of_templates(bombs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of templates may be larger than one of names, and has its bound."""
    monkeypatch.setattr("pipeline.corpus.template_file.LARGEST_TABLE", 1_000_000)
    assert "holds more than 1,000,000 bytes" in problem_of("templates show {}", str(bombs / "bomb.gz"))


@pytest.mark.parametrize(
    ("file", "words"), [("bomb.zip", "unpacks to more than 2 times its size"), ("one_line.csv.gz", "a line of more than 1,048,576 bytes")]
)
def test_bombs_of_publishers(file: str, words: str, bombs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A publisher's file that unpacks to very much, or is one endless line, is refused before it fills the memory."""
    monkeypatch.setattr("pipeline.lexicon.importers.source._ALWAYS", 2_000_000)
    monkeypatch.setattr("pipeline.lexicon.importers.source._RATIO", 2)
    assert words in problem_of("lexicon build -o - --from table:{}", str(bombs / file))


PACKED = {
    "a bzip2 file": bz2.compress, "an xz file": lzma.compress, "UTF-16": lambda data: data.decode().encode("utf-16-le"),
    "UTF-8": lambda data: data + "é".encode("latin-1"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "pack"), PACKED.items(), ids=PACKED)
@pytest.mark.parametrize("command", ["--config {} schema", "lexicon info --lexicon {}", "lexicon check {}", "templates show {}"])
def test_other_texts(command: str, name: str, pack: Callable[[bytes], bytes]) -> None:
    """A table or settings that are packed by another packer than gzip, or are not UTF-8, are told as what they are."""
    Path("odd").write_bytes(pack(b"surface\ttarget\nDolo\tparacetamol\n"))
    assert name in problem_of(command, "odd")


def test_the_shell_may_pipe_a_table() -> None:
    """A table may come from another program through the shell's <(command), and /dev/null is a configuration that says nothing."""
    source, target = os.pipe()
    os.write(target, gzip.compress(b"surface\ttarget\nZzolo\tparacetamol\n"))
    os.close(target)
    assert "paracetamol" in run("lexicon", "lookup", "Zzolo", "--lexicon", f"/dev/fd/{source}")
    os.close(source)
    assert json.loads(run("--config", "/dev/null", "schema"))


def run(*words: str) -> str:
    """What a command prints that ends well."""
    result = CliRunner().invoke(cli.main, words, prog_name="pharmaclean")
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_configuration_of_a_long_number() -> None:
    """A number of more digits than are read is told as what is wrong with the configuration."""
    Path("long.toml").write_text(f"[batch]\nlimit = {'1' * 5000}\n", encoding="utf-8")
    assert "not valid TOML" in problem_of("--config {} schema", "long.toml")


def test_lists_in_a_circle() -> None:
    """A list that names itself, straight or by another list, is refused; one that is named twice is not."""
    Path("a.list").write_text("page.txt\n@b.list\n@b.list\n", encoding="utf-8")
    Path("b.list").write_text("page.txt\n", encoding="utf-8")
    assert run("batch", "@a.list", "-q", "-o", "out") == ""
    Path("b.list").write_text("@./a.list\n", encoding="utf-8")
    assert "the list names itself" in problem_of("batch @{} -q", "a.list")


def test_records_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line, or a record over many lines, that is longer than any record is one fault, and not held in memory."""
    monkeypatch.setattr("pipeline.export.printed.LONGEST", 100_000)
    monkeypatch.setattr("pipeline.export.records.LONGEST", 100_000)
    for name, content in {
        "long.jsonl": b"0" * 200_000,
        "many.jsonl": b"{\n" + b"0,\n" * 50_000,
        "whole.json": b"{\n" + b"0,\n" * 50_000,
    }.items():
        Path(name).write_bytes(content)
        result = CliRunner().invoke(cli.main, ["validate", name])
        assert (result.exit_code, len(result.stdout.splitlines()), "more than 100,000 bytes" in result.stdout) == (1, 1, True)
