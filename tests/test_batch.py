"""Many documents: what stands in the output folder, whatever the workers and whatever the inputs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import cli
from pipeline.attempt import Failure
from pipeline.batch import Folder, Progress, Selection, run_batch
from pipeline.batch.forms import FILES
from pipeline.chain import Options, Pipeline
from pipeline.document import Document
from pipeline.errors import ConfigError
from pipeline.export.nested import read_nested
from pipeline.reading.sources import Raw, count_inputs, read_inputs

from .conftest import SAMPLES
from .hostile.killing import FATAL_STAGE

QUICK = Options(skip=("extract_entities", "relate_entities"))
SKIP = ("--skip", "extract_entities", "--skip", "relate_entities")
TEXT = "Isotroin 20mg is taken once daily with food for severe acne.\n\nDo not take it in pregnancy."
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parent), "PYTHONUTF8": "1"}


def lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def jsonl(path: Path, rows: list[Any]) -> Path:
    """A JSONL file; strings stand as they are."""
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows), encoding="utf-8")
    return path


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """A folder of pages as they come: nested, of several kinds, some broken, some no pages."""
    folder = tmp_path / "pages"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "two.html").write_text(f"<h1>Dose</h1><p>{TEXT}</p>", encoding="utf-8")
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    (folder / "broken.html").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (folder / "c.jsonl").write_text(json.dumps({"id": "x1", "text": TEXT, "url": "https://example.org/1"}) + "\n{bad\n", encoding="utf-8")
    (folder / "empty.md").touch()
    (folder / ".hidden.html").write_text(TEXT, encoding="utf-8")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    return folder


def test_a_folder(pages: Path, tmp_path: Path) -> None:
    """A folder gives its pages in the order of their paths; what failed stands in failures.jsonl with its reason; no other file is made."""
    summary = run_batch([pages], tmp_path / "out", QUICK)
    assert (summary.documents, summary.failures) == (3, 3)
    assert sorted(content(tmp_path / "out")) == ["documents.jsonl", "failures.jsonl", "manifest.jsonl", "summary.json"]
    found = [(Path(row["source"]["path"]).name, row["source"]["record"]) for row in lines(tmp_path / "out" / "documents.jsonl")]
    assert found == [("a.txt", None), ("two.html", None), ("c.jsonl", 1)]
    failures = lines(tmp_path / "out" / "failures.jsonl")
    assert [(Path(row["path"]).name, row["record"]) for row in failures] == [("broken.html", None), ("c.jsonl", 2), ("empty.md", None)]
    assert all(list(row) == ["id", "path", "record", "url", "error", "advice"] for row in failures)
    assert [row["error"].split("/")[-1][:14] for row in failures] == ["the input is a", "c.jsonl, line ", "the input is e"]


def test_summary(pages: Path, tmp_path: Path) -> None:
    """summary.json counts documents, failures, drugs, brands, reasons and languages."""
    run_batch([pages, SAMPLES / "01-guest-post.txt"], tmp_path / "out", QUICK)
    found = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert (found["documents"], found["failures"]) == (4, 3)
    assert found["drugs"]["isotretinoin"] == 4  # documents, not mentions
    assert found["brands"]["Isotroin"] == 4
    assert found["removed"]["title-duplicate"] >= 1
    assert sum(found["languages"].values()) == 4
    assert 0 < found["kept_share"] < 1
    assert found["pipeline"]["stages"][0] == "repair_text"


def test_records_are_those_of_clean(tmp_path: Path) -> None:
    """A batch writes the record that `clean` prints."""
    path = str(SAMPLES / "04-news.html")
    run_batch([path], tmp_path / "out", QUICK)
    printed = CliRunner().invoke(cli.main, ["clean", path, *SKIP, "--format", "jsonl"]).stdout
    assert (tmp_path / "out" / "documents.jsonl").read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(("form", "suffix"), [("json", ".json"), ("text", ".txt"), ("markdown", ".md")])
def test_a_file_each(tmp_path: Path, form: str, suffix: str) -> None:
    """A batch writes a file a document in the form asked for, named after its page."""
    run_batch([SAMPLES / "04-news.html", SAMPLES / "05-mojibake.html"], tmp_path / "out", QUICK, form=form)
    assert sorted(path.name for path in (tmp_path / "out" / "documents").iterdir()) == [f"04-news{suffix}", f"05-mojibake{suffix}"]
    assert "semaglutide" in (tmp_path / "out" / "documents" / f"04-news{suffix}").read_text(encoding="utf-8").lower()


def test_parquet(tmp_path: Path) -> None:
    """A batch as one Parquet file holds the records that lines of JSON hold, and is done when it is run again."""
    inputs = [SAMPLES / "04-news.html", SAMPLES / "05-mojibake.html"]
    run_batch(inputs, tmp_path / "lines", QUICK)
    for _ in range(2):
        summary = run_batch(inputs, tmp_path / "out", QUICK, form="parquet")
        assert summary.documents == 2
        assert list(read_nested(tmp_path / "out" / "documents.parquet")) == lines(tmp_path / "lines" / "documents.jsonl")


def test_packed(tmp_path: Path) -> None:
    """A packed batch can be read, counted and cleaned anew like any other packed file of records."""
    inputs = [SAMPLES / "04-news.html", SAMPLES / "05-mojibake.html"]
    run_batch(inputs, tmp_path / "lines", QUICK)
    run_batch(inputs, tmp_path / "out", QUICK, form="jsonl.zst")
    packed = tmp_path / "out" / "documents.jsonl.zst"
    assert packed.stat().st_size < (tmp_path / "lines" / "documents.jsonl").stat().st_size / 2
    assert [raw.id for raw in read_inputs([packed])] == [row["id"] for row in lines(tmp_path / "lines" / "documents.jsonl")]


def test_same_bytes_whatever_the_workers(tmp_path: Path) -> None:
    """One, two and three workers write the same bytes, in the order of the input."""
    rows: list[Any] = [{"id": f"d{i}", "text": f"{TEXT} Page {i}." * (1 + i % 7)} for i in range(45)]
    rows[20] = "{bad"
    path = jsonl(tmp_path / "crawl.jsonl", rows)
    found = []
    for workers in (1, 2, 3):
        out = tmp_path / f"out{workers}"
        arguments = [sys.executable, "-m", "cli", "batch", str(path), "-o", str(out), "--workers", str(workers), *SKIP]
        done = subprocess.run(arguments, env=ENVIRONMENT, capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stderr
        found.append(content(out))
    assert found[0] == found[1] == found[2]
    assert [row["id"] for row in lines(tmp_path / "out3" / "documents.jsonl")] == [f"d{i}" for i in range(45) if i != 20]


KILLER = f"""
{FATAL_STAGE}
import sys
from contextlib import suppress
from pathlib import Path
from pipeline.batch import run_batch
from pipeline.chain import Options

if __name__ == "__main__":
    skip = ("extract_entities", "relate_entities")
    run_batch([sys.argv[1]], Path(sys.argv[2]), Options(skip=skip), workers=2)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the patched stage reaches the workers by fork")
def test_a_document_that_kills_its_worker(tmp_path: Path) -> None:
    """A document on which the process dies lands alone in failures.jsonl; its neighbours are cleaned, in order."""
    deadly = (3, 17, 39)
    rows = [{"id": f"d{i}", "text": TEXT + (" DEADLY" if i in deadly else "")} for i in range(40)]
    script = tmp_path / "killer.py"
    script.write_text(KILLER, encoding="utf-8")
    arguments = [sys.executable, str(script), str(jsonl(tmp_path / "crawl.jsonl", rows)), str(tmp_path / "out")]
    subprocess.run(arguments, env=ENVIRONMENT, check=True, timeout=120)
    assert [row["id"] for row in lines(tmp_path / "out" / "documents.jsonl")] == [f"d{i}" for i in range(40) if i not in deadly]
    failures = lines(tmp_path / "out" / "failures.jsonl")
    assert [row["id"] for row in failures] == [f"d{i}" for i in deadly]
    assert {row["error"] for row in failures} == {"the worker process died on this document"}


def test_a_file_a_document(tmp_path: Path) -> None:
    """--format json writes one file a document into documents/, named after its id or file; names that clash get a number."""
    rows = [{"id": name, "text": TEXT} for name in ("a", "A", "a", "../../x", "/etc/passwd", "..", "", "ü/ñ", "c" * 300, "漢" * 300, "a~2")]
    out = tmp_path / "deep" / "out"
    run_batch([jsonl(tmp_path / "crawl.jsonl", rows), SAMPLES / "04-news.html"], out, QUICK, form="json")
    names = sorted(path.name for path in (out / "documents").iterdir())
    assert len(names) == len(rows) + 1
    assert {
        "a.json",
        "A~2.json",
        "a~3.json",
        "_.._x.json",
        "_etc_passwd.json",
        "document.json",
        "ü_ñ.json",
        "a_2.json",
        "04-news.json",
    } <= set(names)
    assert sorted(path.name for path in out.iterdir()) == ["documents", "failures.jsonl", "manifest.jsonl", "summary.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["crawl.jsonl", "deep"]
    assert json.loads((out / "documents" / "_.._x.json").read_text(encoding="utf-8"))["id"] == "../../x"


def test_odd_characters_do_not_stop_a_batch(tmp_path: Path) -> None:
    """Half characters in ids, urls, texts and JSON-LD can be written."""
    linked = '<script type="application/ld+json">{"@type": "Article", "author": "A\\ud800"}</script>'
    rows = [
        '{"id": "x\\ud800", "url": "u\\udfff", "text": "Take \\ud83d one."}',
        json.dumps({"id": "y", "html": f"{linked}<p>{TEXT}"}),
        '{"id": "z\\ud800"}',
    ]
    for form in ("jsonl", "json"):
        summary = run_batch([jsonl(tmp_path / "crawl.jsonl", rows)], tmp_path / form, QUICK, form=form)
        assert (summary.documents, summary.failures) == (2, 1)
    first, second = lines(tmp_path / "jsonl" / "documents.jsonl")
    assert (first["id"], first["source"]["url"], second["metadata"]["author"]) == ("x\ufffd", "u\ufffd", "A\ufffd")


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="file names are text there")
def test_file_names_of_another_charset(tmp_path: Path) -> None:
    """A file whose name is no UTF-8 is cleaned like the others."""
    (tmp_path / "pages").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/pages/caf\xe9.txt")).write_text(TEXT, encoding="utf-8")
    summary = run_batch([tmp_path / "pages"], tmp_path / "out", QUICK)
    assert (summary.documents, summary.failures) == (1, 0)
    assert lines(tmp_path / "out" / "documents.jsonl")[0]["source"]["path"].endswith("caf\ufffd.txt")


@pytest.mark.parametrize("form", FILES)
def test_nothing_half_written(tmp_path: Path, pages: Path, form: str) -> None:
    """When a batch breaks off, the results of an earlier one stand as they were, also when it extends them; it can be gone on with."""
    out = tmp_path / "out"
    run_batch([pages], out, QUICK, workers=0, form=form)
    before = content(out)

    def stop(_: Progress) -> None:
        raise KeyboardInterrupt

    def break_off(at: str, **told: Any) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(f"pipeline.batch.{at}", stop)
            with pytest.raises(KeyboardInterrupt):
                run_batch([pages], out, QUICK, workers=0, form=form, **told)
        assert {name: data for name, data in content(out).items() if not name.startswith(".parts")} == before

    break_off("run.Run._todo", resume="fresh")
    run_batch([pages], out, QUICK, workers=0, form=form)
    assert content(out) == before
    (pages / "new.txt").write_text(TEXT, encoding="utf-8")
    break_off("run.Run._todo")
    break_off("store.Summary.row")  # when all documents are written
    run_batch([pages], out, QUICK, workers=0, form=form)
    run_batch([pages], tmp_path / "anew", QUICK, workers=0, form=form)
    assert content(out) == content(tmp_path / "anew")


@pytest.mark.parametrize("then", FILES)
@pytest.mark.parametrize("first", FILES)
def test_what_was_before_goes(tmp_path: Path, first: str, then: str) -> None:
    """Of earlier results nothing stays beside those of another batch, whatever their formats; files of the user's own do."""
    three = jsonl(tmp_path / "three.jsonl", [{"id": f"d{i}", "text": TEXT} for i in range(3)])
    one = jsonl(tmp_path / "one.jsonl", [{"id": "other", "text": TEXT}])
    out, mine = tmp_path / "out", {"documents/mine.json": b"mine", "documents.old.new": b"mine", "notes.txt": b"mine"}
    run_batch([three], out, QUICK, workers=0, form=first)
    (out / "documents").mkdir(exist_ok=True)
    for name, data in mine.items():
        (out / name).write_bytes(data)
    run_batch([one], out, QUICK, workers=0, form=then, resume="fresh")
    run_batch([one], tmp_path / "anew", QUICK, workers=0, form=then)
    assert content(out) == {**content(tmp_path / "anew"), **mine}


@pytest.mark.parametrize(("first", "then"), [("json", "parts"), ("parts", "json"), ("jsonl", "parquet")])
def test_killed_while_results_are_replaced(tmp_path: Path, first: str, then: str) -> None:
    """Wherever a batch ends while its results take their places, the same command, or --fresh, makes them whole and leaves nothing old."""
    three = jsonl(tmp_path / "three.jsonl", [{"id": f"d{i}", "text": TEXT} for i in range(3)])
    run_batch([three], tmp_path / "anew", QUICK, workers=0, form=then, selection=Selection(size=1))
    for resume in ("auto", "fresh"):
        for moves in range(1, 8):
            out, left = tmp_path / f"{resume}{moves}", [moves]
            run_batch([three], out, QUICK, workers=0, form=first, selection=Selection(size=1))

            def dying(self: Folder, name: str, to: str, left: list[int] = left) -> None:
                left[0] -= 1
                if not left[0]:
                    raise KeyboardInterrupt
                Path(self.path(name)).replace(self.path(to))

            with pytest.MonkeyPatch.context() as patch, suppress(KeyboardInterrupt):
                patch.setattr(Folder, "move", dying)
                run_batch([three], out, QUICK, workers=0, form=then, selection=Selection(size=1))
            run_batch([three], out, QUICK, workers=0, form=then, resume=resume, selection=Selection(size=1))
            assert content(out) == content(tmp_path / "anew")


def test_a_manifest_from_elsewhere(tmp_path: Path) -> None:
    """Files that no batch writes stay, whatever a manifest says."""
    one = jsonl(tmp_path / "one.jsonl", [{"id": "x", "text": TEXT}])
    out = tmp_path / "out"
    (out / "documents" / "deep").mkdir(parents=True)
    named = ["../one.jsonl", "documents/../../one.jsonl", "documents/deep/a.json", "notes.txt", str(one), "/", "", "documents/.."]
    for name in ("notes.txt", "documents/deep/a.json"):
        (out / name).touch()
    jsonl(out / "manifest.jsonl", [{"configuration": {"format": "json", "inputs": []}}, {"files": dict.fromkeys(named, 0)}])
    assert run_batch([one], out, QUICK, workers=0).documents == 1
    assert set(content(tmp_path)) >= {"one.jsonl", "out/notes.txt", "out/documents/deep/a.json"}


def test_progress(tmp_path: Path, pages: Path) -> None:
    """Progress grows to all documents, failures too, and to the whole of the inputs, which can be counted before."""
    seen = list[tuple[int, int, float | None]]()
    rows = [{"id": f"d{i}", "text": TEXT} for i in range(60)]
    inputs = [pages, jsonl(tmp_path / "crawl.jsonl", rows)]
    run_batch(inputs, tmp_path / "out", QUICK, progress=lambda p: seen.append((p.documents, p.failures, p.share)))
    assert seen == sorted(seen, key=lambda row: row[0])
    assert seen[-1] == (63, 3, 1.0)
    assert len({row[0] for row in seen}) >= 4
    assert count_inputs(inputs) == 66 == len(list(read_inputs(inputs)))


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    """A file where the folder should be is an error that says so."""
    (tmp_path / "out").touch()
    with pytest.raises(ConfigError, match="cannot be made a folder"):
        run_batch([SAMPLES], tmp_path / "out", QUICK)


def test_fields_of_jsonl(tmp_path: Path) -> None:
    """The fields text or html, or their usual other names, are taken; ids of any type become text."""
    rows = [
        {"id": 7, "content": TEXT},
        {"raw_html": f"<p>{TEXT}"},
        {"body": f"<p>{TEXT}</p><p>x</p>"},
        {"html": f"<p>{TEXT}", "text": "no"},
        {"text": None},
    ]
    raws = list(read_inputs([jsonl(tmp_path / "crawl.NDJSON", rows)]))
    assert [(raw.id, raw.kind, raw.record) for raw in raws] == [
        ("7", "text", 1),
        (None, "html", 2),
        (None, None, 3),
        (None, "html", 4),
        (None, None, 5),
    ]
    assert raws[4].problem
    assert "fields: text" in raws[4].problem.problem


# --- the command ----------------------------------------------------------------------------------


def command(*arguments: str) -> tuple[int, str, str]:
    """Status, standard output and standard error of the batch command."""
    result = CliRunner().invoke(cli.main, ["batch", *arguments, *SKIP], prog_name="pharmaclean")
    return result.exit_code, result.stdout, result.stderr


def test_what_the_command_says(tmp_path: Path, pages: Path) -> None:
    """The end of a batch is told on standard error; status 1 when something failed, 0 when nothing did."""
    status, output, messages = command(str(pages), "-o", str(tmp_path / "out"))
    assert (status, output) == (1, "")
    assert "3 of 6 documents cleaned" in messages
    assert f"see {tmp_path / 'out'}/failures.jsonl" in messages
    assert command(str(pages / "a.txt"), "-o", str(tmp_path / "good"), "-q") == (0, "", "")
    again = command(str(pages), "-o", str(tmp_path / "out"))[2]
    assert "nothing was left to do" in again
    assert "documents a second" not in again


def test_an_empty_folder(tmp_path: Path) -> None:
    """A folder without pages is told as such, with what was looked for."""
    (tmp_path / "none").mkdir()
    status, _, messages = command(str(tmp_path / "none"), "-o", str(tmp_path / "out"), "-q")
    assert status == 2
    assert "no pages in" in messages
    assert "looked for .html" in messages


def test_the_default_folder(tmp_path: Path, pages: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without -o the results stand in outputs/."""
    monkeypatch.chdir(tmp_path)
    command(str(pages / "a.txt"))
    assert (tmp_path / "outputs" / "documents.jsonl").is_file()


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (ValueError("x"), "internal error: ValueError: x; this is a fault of pharmaclean; please report it with the page"),
        (MemoryError(), "needs more memory than there is; give the process more, or split the page"),
    ],
)
def test_a_fault_is_a_failure(fault: Exception, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a stage raises becomes the failure of its document, with what to do."""

    def broken(document: Document) -> Document:
        raise fault

    pipeline = Pipeline()
    monkeypatch.setattr(pipeline, "_stages", [broken])
    failure = pipeline.attempt(Raw(b"Take 20 mg daily.", id="a"))
    assert isinstance(failure, Failure)
    assert (str(failure), failure.id) == (says, "a")
