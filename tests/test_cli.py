"""The commands: what they print, where, and with which exit status."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click
import pytest
import spacy
from click.testing import CliRunner, Result
from spacy.tokens import DocBin

import cli
from pipeline.chain import Options, Pipeline
from pipeline.config import read_config
from pipeline.corpus.template_file import COLUMNS
from pipeline.document import REASONS

from .conftest import SAMPLES

POST, NEWS = str(SAMPLES / "01-guest-post.txt"), str(SAMPLES / "04-news.html")
QUICK = ("--skip", "extract_entities", "--skip", "relate_entities")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parent), "PYTHONUTF8": "1"}
PROGRAM = [sys.executable, "-m", "cli"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    """The command, run inside of this process."""
    return CliRunner().invoke(cli.main, arguments, input=stdin, prog_name="pharmaclean")


def told(result: Result, status: int) -> str:
    """The one line on standard error of a run that ends with a status."""
    assert result.exit_code == status, result.output
    lines = result.stderr.splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def commands() -> Iterator[tuple[str, click.Command]]:
    """All commands by their words."""
    for name, command in cli.main.commands.items():
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", found) for inner, found in command.commands.items())


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else "")
def test_help(name: str, command: click.Command) -> None:
    """Every command says what it does, with lines to paste, and every option what it is for."""
    result = run(*name.split(), "--help")
    assert result.exit_code == 0
    assert command.help
    assert all(option.help for option in command.params if isinstance(option, click.Option))
    if not isinstance(command, click.Group):
        assert re.search(rf"^  pharmaclean {name}\b", result.output, re.MULTILINE)


def test_help_is_quick() -> None:
    """Help loads none of the heavy packages."""
    script = "import sys; from cli import main; main(['--help'], standalone_mode=False); print(*sys.modules, sep='\\n')"
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", script], env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert time.perf_counter() - start < 3  # 0.2 s on a free machine
    assert "pharmaclean batch pages/" in done.stdout
    assert not {"spacy", "bs4", "selectolax", "ftfy", "numpy"} & set(done.stdout.split())


def test_version() -> None:
    """The version is that of the package."""
    from pipeline import __version__

    assert run("--version").stdout == f"pharmaclean {__version__}\n"


def test_one_document_is_pretty_json() -> None:
    """One file gives indented JSON, nothing on standard error, and status 0."""
    result = run("clean", POST)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith('{\n  "schema_version": "1.0",\n')
    assert json.loads(result.stdout)["drugs"][0]["name"] == "isotretinoin"


def test_several_are_lines_in_order() -> None:
    """Several files give one JSON object a line, in the order given."""
    result = run("clean", NEWS, POST, NEWS, *QUICK)
    assert [json.loads(line)["source"]["path"] for line in result.stdout.splitlines()] == [NEWS, POST, NEWS]


ROWS = "text\nIsotroin 20mg clears severe acne.\nDolo 650 is taken for fever.\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("table.csv", ROWS.encode()),
        ("crawl.jsonl.gz", gzip.compress(b'{"text": "Take one."}\n{"text": "Take two."}\n')),
        ("-", b'{"text": "Take one."}\n{"text": "Take two."}\n'),
    ],
)
def test_several_in_one_file_are_lines(name: str, content: bytes) -> None:
    """A file of several documents, of whatever kind and name, gives one JSON object a line."""
    if name != "-":
        Path(name).write_bytes(content)
    result = run("clean", name, *QUICK, stdin=content)
    assert [json.loads(line)["source"]["record"] for line in result.stdout.splitlines()] == [1, 2]


def test_a_file_of_one_record_is_pretty_json() -> None:
    """A file of records that holds one document gives indented JSON."""
    Path("crawl.jsonl").write_text('{"text": "Take one."}\n', encoding="utf-8")
    assert run("clean", "crawl.jsonl", *QUICK).stdout.startswith('{\n  "schema_version"')


def test_the_format_that_is_asked_for() -> None:
    """--format wins over the number of inputs."""
    assert len(run("clean", POST, *QUICK, "--format", "jsonl").stdout.splitlines()) == 1
    assert run("clean", POST, POST, *QUICK, "--format", "json").stdout.startswith("{\n")


def test_standard_input() -> None:
    """- reads standard input, as bytes of any charset."""
    page = "<meta charset=iso-8859-1><p>Isotretinoin 20 µg is taken once daily with food.<p>It clears severe acne."
    record = json.loads(run("clean", "-", *QUICK, stdin=page.encode("cp1252")).stdout)
    assert (record["source"]["path"], record["source"]["encoding"]) == ("-", "windows-1252")
    assert record["text"] == "Isotretinoin 20 µg is taken once daily with food.\n\nIt clears severe acne."


def test_text_and_markdown() -> None:
    """Text is the cleaned text alone; Markdown marks title, headings, lists and tables."""
    text = run("clean", str(SAMPLES / "03-drug-guide.html"), *QUICK, "--format", "text").stdout
    marked = run("clean", str(SAMPLES / "03-drug-guide.html"), *QUICK, "--format", "markdown").stdout
    assert "{" not in text
    assert marked.startswith("# " + text.split("\n")[0])
    assert re.search(r"^## \S", marked, re.MULTILINE)
    assert re.search(r"^\| --- \|", marked, re.MULTILINE)
    two = run("clean", POST, NEWS, *QUICK, "--format", "text").stdout
    assert two == run("clean", POST, *QUICK, "--format", "text").stdout + "\n\n" + run("clean", NEWS, *QUICK, "--format", "text").stdout


def test_output_file() -> None:
    """-o writes what would be printed, and leaves nothing else behind."""
    result = run("clean", POST, *QUICK, "-o", "out.json")
    assert (result.exit_code, result.stdout) == (0, "")
    assert Path("out.json").read_text(encoding="utf-8") == run("clean", POST, *QUICK).stdout
    assert [path.name for path in Path().iterdir()] == ["out.json"]


def test_output_file_stays_when_nothing_came() -> None:
    """Inputs that gave nothing leave an earlier result as it was."""
    Path("out.json").write_text("earlier", encoding="utf-8")
    Path("empty.html").touch()
    assert run("clean", "empty.html", "-o", "out.json").exit_code == 1
    assert {path.name: path.read_text(encoding="utf-8") for path in Path().iterdir()} == {"empty.html": "", "out.json": "earlier"}


def test_docbin_stays_when_nothing_came() -> None:
    """So does a DocBin; and one of what came is written beside the failures."""
    Path("out.spacy").write_bytes(b"earlier")
    Path("empty.html").touch()
    assert run("clean", "empty.html", "--format", "spacy", "-o", "out.spacy").exit_code == 1
    assert Path("out.spacy").read_bytes() == b"earlier"
    assert run("clean", "empty.html", POST, *QUICK, "--format", "spacy", "-o", "out.spacy").exit_code == 1
    assert len(list(DocBin().from_disk("out.spacy").get_docs(spacy.blank("en").vocab))) == 1


def test_output_that_is_standard_output() -> None:
    """-o - is standard output wherever text goes out, and refused where files are written; nothing is ever called -."""
    Path("names.csv").write_text("name,composition\nZorvexa,paracetamol\n", encoding="utf-8")
    Path("pages.jsonl").write_text(
        "".join(json.dumps({"url": "https://a.example/", "text": f"Call our shop now\n\n{n} mg once daily."}) + "\n" for n in range(9)),
        encoding="utf-8",
    )
    assert run("clean", POST, *QUICK, "-o", "-").stdout == run("clean", POST, *QUICK).stdout
    assert run("templates", "learn", "pages.jsonl", "-o", "-").stdout.startswith("#")
    Path("lines.tsv").write_text("\t".join(COLUMNS), encoding="utf-8")
    assert run("templates", "apply", POST, "--templates", "lines.tsv", *QUICK, "-o", "-").stdout.startswith('{"schema_version"')
    built = run("lexicon", "build", "--from", "table:names.csv", "--country", "IN", "-o", "-")
    assert "Zorvexa\tbrand\tparacetamol" in built.stdout
    assert "together:" not in built.stdout
    assert "together:" in built.stderr
    assert "name the file" in told(run("export", "pages.jsonl", "--to", "csv", "-o", "-"), 2)
    assert "say where it goes" in told(run("clean", POST, *QUICK, "--format", "spacy", "-o", "-"), 2)
    assert not Path("-").exists()


def test_output_device() -> None:
    """-o takes a device, which is written and not replaced."""
    assert run("clean", POST, *QUICK, "-o", os.devnull).exit_code == 0
    assert not Path(os.devnull).is_file()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize(
    ("command", "begins"),
    [
        (f"clean {POST} --skip extract_entities", b"{"),
        (f"clean {POST} --skip extract_entities --format spacy", b"x"),
        (f"templates learn {POST} -q", b"#"),
        ("export documents.jsonl --to sqlite", b"SQLite format 3"),
        ("export documents.jsonl --to bioc", b"{"),
        ("report documents.jsonl", b"<!"),
    ],
    ids=["clean", "DocBin", "learn", "sqlite", "bioc", "report"],
)
def test_output_to_a_pipe(command: str, begins: bytes) -> None:
    """Whatever a command writes can go into a pipe, which is a pipe afterwards; nothing is left beside it."""
    run("clean", POST, *QUICK, "--format", "jsonl", "-o", "documents.jsonl")
    os.mkfifo("pipe")
    with ThreadPoolExecutor(1) as reader:
        end = os.open("pipe", os.O_RDWR)  # a reader at last, should nobody write
        content = reader.submit(Path("pipe").read_bytes)
        result = run(*command.split(), "-o", "pipe")
        os.close(end)
        assert (result.exit_code, result.stderr.count("error")) == (0, 0)
        assert Path("pipe").is_fifo()
        assert content.result(30).startswith(begins)
    assert {path.name for path in Path().iterdir()} == {"documents.jsonl", "pipe"}


@pytest.mark.parametrize(
    ("command", "output"),
    [
        ("clean page.html", "page.html"), ("clean page.html --format spacy", "page.html"),
        ("clean page.html --lexicon names.tsv", "names.tsv"),
        ("report page.html", "page.html"), ("report out", "out/documents.jsonl"), ("report out/documents.jsonl", "out/documents.jsonl"),
        ("export documents.jsonl --to sqlite", "documents.jsonl"), ("export out --to sqlite", "out/documents.jsonl"),
        ("export out --to bioc", "out/manifest.jsonl"), ("templates learn page.html", "page.html"),
        ("templates apply page.html --templates templates.tsv", "templates.tsv"),
        ("lexicon build --from table:names.tsv", "names.tsv"),
    ],
)  # fmt: skip
def test_output_in_place_of_inputs(command: str, output: str) -> None:
    """An output that is what is read, or a file of the results that are read, is refused and stays; other names in a folder are not."""
    run("clean", POST, *QUICK, "--format", "jsonl", "-o", "documents.jsonl")
    run("batch", POST, *QUICK, "-q", "-o", "out")
    Path("page.html").write_text("<h1>Acne</h1><p>Isotroin 20mg is for acne.", encoding="utf-8")
    Path("names.tsv").write_text("surface\ttarget\tkind\nZzyzxin\tisotretinoin\tbrand\n", encoding="utf-8")
    Path("templates.tsv").write_text("\t".join(COLUMNS) + "\n", encoding="utf-8")
    Path("out/notes.txt").write_text("mine", encoding="utf-8")
    Path("link").symlink_to(output)
    before = Path(output).read_bytes()
    for name in (output, "link"):
        assert told(run(*command.split(), "-o", name), 2) == f"error: {name} is what is read; write somewhere else with -o"
        assert Path(output).read_bytes() == before
    if command == "export out --to sqlite":
        assert run(*command.split(), "-o", "out/notes.txt").exit_code == 0


@pytest.mark.parametrize("command", ["clean documents.jsonl", "export documents.jsonl --to sqlite", f"templates learn {POST} -q"])
def test_output_beside_other_files(command: str) -> None:
    """A file of the user's stays, whatever it is called; behind a link, the file that it leads to is written."""
    run("clean", POST, *QUICK, "--format", "jsonl", "-o", "documents.jsonl")
    Path("out.tmp").write_text("mine", encoding="utf-8")
    Path("target").write_text("earlier", encoding="utf-8")
    Path("out").symlink_to("target")
    assert run(*command.split(), "-o", "out").exit_code == 0
    assert Path("out.tmp").read_text(encoding="utf-8") == "mine"
    assert Path("out").is_symlink()
    assert Path("target").read_bytes()[:7] != b"earlier"
    assert len(list(Path().iterdir())) == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the input is empty; give a page"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG image, not a page"),
        (b"\x00\x01\x02\x03\x00\x00\x00", "binary, not text"),
        (b"<html><body><script>x()</script>", "shows no text; is it drawn by a script?"),
    ],
)
def test_files_that_hold_no_page(content: bytes, words: str) -> None:
    """A file without a page gives one line that names it, says why and what to try; status 1."""
    Path("page.html").write_bytes(content)
    line = told(run("clean", "page.html"), 1)
    assert line.startswith("error: page.html: ")
    assert words in line


def test_the_rest_goes_on() -> None:
    """One bad file among several does not stop the others."""
    Path("empty.html").touch()
    result = run("clean", "empty.html", POST, *QUICK)
    assert "empty.html" in told(result, 1)
    assert json.loads(result.stdout)["source"]["path"] == POST


def test_odd_text_is_cleaned() -> None:
    """NULs and an unknown charset are no reason to fail."""
    Path("nul.txt").write_bytes(b"Take\x00 20 mg once daily with food.")
    Path("odd.html").write_bytes(b"<meta charset=klingon><p>Take 20 \xb5g once daily.<p>It clears severe acne.")
    result = run("clean", "nul.txt", "odd.html", *QUICK)
    assert result.exit_code == 0
    texts = [json.loads(line)["text"].split("\n")[0] for line in result.stdout.splitlines()]
    assert texts == ["Take 20 mg once daily with food.", "Take 20 µg once daily."]


def test_bad_lines_of_jsonl() -> None:
    """A bad line is named with its number, and the others are cleaned."""
    Path("crawl.jsonl").write_text(
        '{"text": "Take one."}\n{bad\n[1]\n\n{"id": 7, "title": "x"}\n{"html": "<p>Take two."}\n', encoding="utf-8"
    )
    result = run("clean", "crawl.jsonl", *QUICK)
    assert result.exit_code == 1
    assert [json.loads(line)["source"]["record"] for line in result.stdout.splitlines()] == [1, 6]
    found = result.stderr.splitlines()
    assert found[-1].endswith("; call the page's field text or html, or name it: pharmaclean batch … --field text=NAME")
    assert [re.findall(r"line (\d): ([a-z ]+)", line)[0] for line in found] == [
        ("2", "not valid "), ("3", "not a "), ("5", "neither text nor html in it "),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["clean", "."], "is a folder; for a folder use: pharmaclean batch"),
        (["explain", "."], "is a folder"),
        (["clean", "none.html"], "none.html: no such file or folder; check the name"),
        (["batch", "none"], "no such file or folder"),
        (["clean", POST, "-o", "none/x.json"], "cannot be written (No such file"),
        (["clean", POST, "-o", f"{POST}/x.json"], "cannot be written (Not a directory)"),
    ],
)
def test_wrong_use(arguments: list[str], words: str) -> None:
    """What cannot be meant ends with one line of advice and status 2."""
    assert words in told(run(*arguments), 2)


@pytest.mark.parametrize(
    "arguments",
    [["clean"], ["nonsense"], ["clean", POST, "--skip", "nonsense"], ["clean", POST, "--format", "xml"], ["batch", POST, "--workers", "0"]],
)
def test_wrong_options(arguments: list[str]) -> None:
    """Options that do not exist are refused with status 2 and the ones that do."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Error: " in result.stderr


def test_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """An interrupt ends with status 130, and leaves no half file."""

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Pipeline, "stream", interrupt)
    assert told(run("clean", POST, "-o", "out.json"), 130) == "interrupted"
    assert list(Path().iterdir()) == []


def test_explain() -> None:
    """It shows what is kept, what was removed with reason and rule, and the sums; no colour unless on a terminal."""
    result = run("explain", POST)
    assert result.exit_code == 0
    assert re.search(r"^- .+   [a-z-]+ · [a-z0-9-]+$", result.stdout, re.MULTILINE)
    assert re.search(r"^kept [\d,]+ of [\d,]+ characters \(\d+%\)$", result.stdout, re.MULTILINE)
    assert "drugs: isotretinoin ×" in result.stdout
    assert "\x1b" not in result.stdout
    assert "\x1b[" in run("explain", POST, "--color", *QUICK).stdout


def test_explain_blocks() -> None:
    """With --blocks every block of a page, and every line of a text, stands there with label, probability and evidence."""
    result = run("explain", str(SAMPLES / "02-blog-with-comments.html"), "--blocks")
    assert result.exit_code == 0
    assert re.search(r"^\+ [01]\.\d\d Metformin lowers .+\n +paragraph: kept \| \.entry-content", result.stdout, re.MULTILINE)
    assert re.search(r"^- 0\.\d\d Share this:\n +heading: share · share-label \| its words: share-label", result.stdout, re.MULTILINE)
    assert re.search(r"^- [01]\.\d\d What's your reaction\?\n +\w+: reaction", run("explain", POST, "--blocks").stdout, re.MULTILINE)


def test_a_page_cannot_steer_the_terminal() -> None:
    """Control characters of a page, of its title and its name never reach the terminal."""
    evil = "\x1b]0;owned\x07\x9b31m\u202e\u061c\x1b[2J"
    name = "a\x1b[31m.html"
    Path(name).write_text(
        f"<title>T{evil}</title><p>Isotroin 20mg {evil} daily for acne.<p>Share {evil} this<p>12 comments {evil}", encoding="utf-8"
    )
    Path("b\x1b.html").touch()
    for arguments in (["explain", name], ["explain", "b\x1b.html"], ["clean", "b\x1b.html"], ["lexicon", "lookup", f"x{evil}"]):
        result = run(*arguments)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u061c]", result.stdout + result.stderr), arguments


def test_a_name_is_one_line() -> None:
    """A line break in the name of a file begins no line of its own among the messages and faults."""
    name = "a\nerror: all is well\r.jsonl"
    Path(name).write_text("{}\n", encoding="utf-8")
    for arguments in (
        ["clean", name],
        ["validate", name, "-q"],
        ["explain", f"{name}.gone"],
        ["export", name, "--to", "sqlite", "-o", "x.db"],
    ):
        result = run(*arguments)
        assert result.exit_code != 0
        assert "\nerror: all" not in result.stdout + result.stderr, arguments


def test_countries() -> None:
    """A country is an ISO code, or what is often written for one; any other word is refused with some that there are."""
    Path("names.csv").write_text("name,composition\nZorvexa,paracetamol\n", encoding="utf-8")
    build = ("lexicon", "build", "--from", "table:names.csv", "-q", "-o", "mine.tsv", "--country")
    page = "Dolo 650 is taken for fever in the morning."
    for wrong in (["clean", "-", *QUICK, "--country", "India"], ["batch", POST, "--country", "India"], [*build, "GB,India"]):
        assert told(run(*wrong, stdin=page), 2).startswith("error: 'India' is no country code; ISO codes have two letters: IN (India), ")
    assert Options(country="uk") == Options(country="GB")
    assert run(*build, "UK,ie").exit_code == 0
    assert "\tGB;IE\t" in Path("mine.tsv").read_text(encoding="utf-8")
    assert run("lexicon", "check", "mine.tsv").exit_code == 0


def test_schema() -> None:
    """It prints the JSON Schema."""
    assert json.loads(run("schema").stdout)["title"] == "pharmaclean record"


def test_rules() -> None:
    """It lists every file and every reason, as lines and as JSON."""
    result = run("rules")
    assert result.exit_code == 0
    assert all(word in result.stdout for word in ("boilerplate.toml", *REASONS))
    found = json.loads(run("rules", "--json").stdout)
    assert found["problems"] == []
    assert all(row["entries"] > 0 and row["what"] for row in found["files"])


def test_lookup() -> None:
    """A known name gives its ingredient and status 0."""
    result = run("lexicon", "lookup", "Isotroin", "Augmentin 625 Duo")
    assert result.exit_code == 0
    assert "isotretinoin" in result.stdout
    assert "amoxicillin + clavulanic acid" in result.stdout


def test_lookup_of_the_unknown() -> None:
    """An unknown name gives the nearest ones, and status 1."""
    result = run("lexicon", "lookup", "Isotroinn")
    assert result.exit_code == 1
    assert re.search(r"did you mean .*Isotroin", result.stdout)


def test_configuration() -> None:
    """pharmaclean.toml gives defaults, and what is told on the command line wins."""
    Path("pharmaclean.toml").write_text('[clean]\nformat = "text"\nskip = ["extract_entities", "relate_entities"]\n', encoding="utf-8")
    assert not run("clean", POST).stdout.startswith("{")
    assert json.loads(run("clean", POST, "--format", "json").stdout)["pipeline"]["stages"][-2:] == ["normalize_drugs", "assess"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('[clean]\nformatt = "text"\n', "[clean] knows no option 'formatt'; options are: "),
        ("[klean]\n", "no command is called 'klean'; tables are: clean, batch"),
        ("format = 1\n", "no command is called 'format'"),
        ("[clean\n", "not valid TOML"),
        ('[batch]\nworkers = "many"\n', "Invalid value for '--workers'"),
        (
            "[batch]\nhow = true\n",
            "[batch] knows no option 'how'; options are: country, dedup, dry-run, engine, exclude, field, format, fresh,",
        ),
        ("[batch]\nresume = true\nfresh = true\n", "[batch] has both resume and fresh; keep one"),
        ("[batch]\noutput = 5\n", "[batch] output is 5; write words in quotes"),
        ("[batch]\nlimit = [1]\n", "[batch] limit is [1]; write a number"),
        ("[batch]\nlimit = true\n", "[batch] limit is True; write a number"),
        ("[batch]\ninclude = [1]\n", "[batch] include is [1]; write words in quotes, or a list of such"),
        ("[clean]\nwith-source = 5\n", "[clean] with-source is 5; write true or false"),
        ('[batch]\noutput = "a\\u0000b"\n', "[batch] output has a NUL in it; write it without"),
        ('[batch]\ninclude = ["a\\u0000b"]\n', "[batch] include has a NUL in it; write it without"),
        ("[batch]\nworkers = 99999999999999999999\n", "'--workers': 99999999999999999999 is not in the range 1<=x<=1024."),
        ("[batch]\nmax-bytes = 9223372036854775807\n", "'--max-bytes': 9223372036854775807 is not in the range 1<=x<=1000000000000."),
        (f"a = {'[' * 5000}", "not valid TOML (maximum recursion depth exceeded"),
        ("[lexicon.bild]\n", "no command is called 'lexicon bild'; tables are: lexicon.lookup, lexicon.info"),
        ('[lexicon]\ncountry = "IN"\n', "no command is called 'lexicon country'"),
    ],
)
def test_wrong_configuration(content: str, words: str) -> None:
    """A configuration with an unknown table, key or value ends with status 2 and says what there is."""
    Path("mine.toml").write_text(content, encoding="utf-8")
    result = run("--config", "mine.toml", "batch", POST)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())


def test_configuration_of_every_option() -> None:
    """Every option of every command may stand in the file, under its long name."""
    for name, command in commands():
        if isinstance(command, click.Group):
            continue
        for option in (option for option in command.params if isinstance(option, click.Option)):
            for word in (word.removeprefix("--") for word in (*option.opts, *option.secondary_opts) if word.startswith("--")):
                number = isinstance(option.type, (click.types.IntParamType, click.types.FloatParamType))
                value = "true" if option.is_flag else "1" if number else '"x"'
                Path("mine.toml").write_text(f"[{name.replace(' ', '.')}]\n{word} = {value}\n", encoding="utf-8")
                found: Any = read_config(Path("mine.toml"), cli.main)
                for part in name.split():
                    found = found[part]
                assert list(found) == [option.name], (name, word)


def test_configuration_is_taken() -> None:
    """What stands in the file is what the commands use: words that exclude one another, options that must be given, commands of groups."""
    Path("names.csv").write_text("name,composition\nZorvexa,paracetamol\n", encoding="utf-8")
    Path("pharmaclean.toml").write_text(
        '\ufeff[batch]\nfresh = true\nskip = "assess"\noutput = "out"\n[export]\nto = "text"\n[rules]\njson = true\n'
        '[lexicon.build]\nfrom = ["table:names.csv"]\n[templates.learn]\nsite = "example.org"\nquiet = true\n'
        "[explain]\nno-color = true\n",
        encoding="utf-8",
    )  # fmt: skip
    assert "fresh" in run("batch", POST, "--dry-run").stderr
    assert "fresh" not in run("batch", POST, "--dry-run", "--resume").stderr
    assert run("batch", POST, "-q").exit_code == 0
    assert run("export", "out", "-o", "texts").exit_code == 0
    assert [path.suffix for path in Path("texts").iterdir()] == [".txt"]
    assert json.loads(run("rules").stdout)["problems"] == []
    assert run("lexicon", "build", "-o", "mine.tsv", "-q").exit_code == 0
    assert (run("templates", "learn", POST).stderr, "\x1b" in run("explain", POST, *QUICK).stdout) == ("", False)


def test_missing_configuration() -> None:
    """A configuration that is named must be there."""
    result = run("--config", "none.toml", "schema")
    assert (result.exit_code, "cannot be read" in result.stderr) == (2, True)


LIMITED = [
    "clean --skip extract_entities", "explain --skip extract_entities", "report -o - --skip extract_entities",
    "templates apply --templates lines.tsv --skip extract_entities", "templates learn -q",
]  # fmt: skip
LIMITS = [
    ("--max-bytes=1000", "--max-bytes=9000000", "larger than 1,000 bytes; raise --max-bytes if this is a page"),
    pytest.param(
        *("--timeout=0.001", "--timeout=0", "took longer than 0.001 seconds; raise --timeout if it is a page"),
        marks=pytest.mark.skipif(os.name == "nt", reason="needs a timer of POSIX"),
    ),
]


@pytest.mark.parametrize("command", LIMITED)
@pytest.mark.parametrize(("limit", "more", "problem"), LIMITS)
def test_limits(command: str, limit: str, more: str, problem: str) -> None:
    """Each command that cleans documents has limits for one, and names the option that lifts the one that was met."""
    Path("lines.tsv").write_text("\t".join(COLUMNS), encoding="utf-8")
    Path("page.txt").write_text("Isotroin 20mg clears severe acne.\n\n" * 2_000, encoding="utf-8")
    arguments = (*command.split(), "page.txt")
    assert told(run(*arguments, limit), 1) == f"error: page.txt: {problem}"
    assert run(*arguments, more).exit_code == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not tell or do not bound the address space")
def test_limit_of_memory() -> None:
    """A document that takes more memory than it may is told; those behind it are cleaned."""
    Path("page.txt").write_text("Isotroin 20mg clears severe acne.\n\n" * 200_000, encoding="utf-8")
    arguments = [*PROGRAM, "clean", "page.txt", NEWS, *QUICK, "--max-memory=90", "--format=text"]
    done = subprocess.run(arguments, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    problem = "took more than 90 MB of memory; raise --max-memory if it is a page and the machine has more"
    assert (done.returncode, done.stderr) == (1, f"error: page.txt: {problem}\n")
    assert "Ozempic" in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="needs a pipe of POSIX")
def test_closed_pipe() -> None:
    """A reader that closes the pipe ends the command without a word."""
    arguments = [*PROGRAM, "clean", *[NEWS] * 30, *QUICK]
    with subprocess.Popen(arguments, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline().startswith(b'{"schema_version"')
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_as_a_program() -> None:
    """Run as a program, results are UTF-8 on standard output whatever the terminal's charset."""
    done = subprocess.run(
        [*PROGRAM, "clean", "-", *QUICK, "--format", "text"], input="Take ½ tablet, ≥ 20 µg.".encode(),
        env={**ENVIRONMENT, "PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, capture_output=True, check=True,
    )  # fmt: skip
    assert done.stdout.decode("utf-8").replace("\r", "") == "Take ½ tablet, ≥ 20 µg.\n"


@pytest.mark.skipif(os.name == "nt", reason="needs the shell of POSIX")
@pytest.mark.parametrize(
    ("command", "status", "words"),
    [
        ("clean - <&-", 1, "the input is empty"),
        ("batch - -q -o out <&-", 1, ""),
        ("batch @- -q -o out <&-", 2, "no pages in @-"),
        ("validate - <&-", 0, "0 records"),
        ("clean page.txt -q <&- >&-", 2, "No such option"),
        ("clean page.txt <&- >&-", 0, ""),
        ("report page.txt -o - >&-", 0, ""),
        ("--version >/dev/full", 2, "error: output: No space left on device; check the disk"),
        ("schema >/dev/full", 2, "error: output: No space left on device; check the disk"),
    ],
)
def test_streams_that_are_closed_or_full(command: str, status: int, words: str) -> None:
    """Standard input or output may be closed, and a full one is told; neither ends in a traceback."""
    if "/dev/full" in command and not Path("/dev/full").exists():
        pytest.skip("this system has no disk that is always full")
    Path("page.txt").write_text("Isotroin 20mg is for acne.\n", encoding="utf-8")
    done = subprocess.run(f'"{sys.executable}" -m cli {command}', shell=True, env=ENVIRONMENT, capture_output=True, text=True, check=False)  # noqa: S602
    assert (done.returncode, "Traceback" in done.stderr) == (status, False), done.stderr
    assert words in done.stderr


@pytest.mark.parametrize("command", ["clean - -", "explain - -", "templates learn - - -o -", "batch - - -o out"])
def test_standard_input_twice(command: str) -> None:
    """Standard input is read once; who asks for it twice is told."""
    assert "standard input can be read only once" in told(run(*command.split(), stdin="Isotroin 20mg"), 2)


@pytest.mark.parametrize(
    "command",
    ["clean", "explain", "batch", "templates learn", "report", "validate", "export --to csv -o out", "templates apply --templates t.tsv"],
)
def test_no_name_at_all(command: str) -> None:
    """An empty word, as of a variable that is not set, names no input: least of all the folder that one is in."""
    Path("t.tsv").write_text("\t".join(COLUMNS) + "\n", encoding="utf-8")
    assert told(run(*command.split(), ""), 2).startswith("error: '': no such file or folder")


def test_an_address_is_not_fetched() -> None:
    """Who gives the address of a page is told how to fetch it."""
    assert told(run("clean", "https://example.org/a"), 2).endswith("curl -s https://example.org/a | pharmaclean clean -")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_of_outputs_cannot_steer_the_terminal() -> None:
    """What a command tells of the files that it wrote stays on its line, whatever their names are."""
    name = "a\nb\x1b[31m"
    Path("page.txt").write_text("Isotroin 20mg is for acne.\n", encoding="utf-8")
    for command in (
        f"batch|page.txt|--templates|auto|-o|{name}", f"batch|page.txt|-o|{name}|--dry-run", f"report|{name}|-o|{name}.html",
        f"export|{name}|--to|bioc|-o|{name}.xml", f"templates|learn|page.txt|-o|{name}.tsv", f"--config|{name}.toml|schema",
    ):  # fmt: skip
        result = run(*command.split("|"))
        assert name not in result.stderr, command
        assert "\x1b[31m" not in result.stderr, command
        assert "a\ufffdb\ufffd[31m" in result.stderr or "--dry-run" in command, command
