"""A batch that learns the lines of sites first, and looks for copies afterwards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import cli
from pipeline.batch import Job, Part, Selection, Shard, clean_shard
from pipeline.chain import Options
from pipeline.corpus.dedup import MODES
from pipeline.corpus.passes import Passes
from pipeline.corpus.template_file import read_templates
from pipeline.errors import ConfigError

NAMES = ("calmoxil", "ferrodan", "lumetra", "ostevan", "pulmira")
QUICK = Options(skip=("extract_entities", "relate_entities"))
FOOT = "Our printers work by daylight and by candle light for all of you"
STORIES = (
    "Isotroin is taken once a day in the evening, because it makes people sleepy, and the dose is raised slowly over a month or two.",
    "Iron comes back into the blood of people who have lost much of it, and the stool turns black for a while, which does no harm at all.",
    "The drops lower the pressure in the eye; they sting a little, and the sting goes away within a minute when the eye is kept shut.",
    "It is swallowed in the morning with a full glass of water, half an hour before anything else is eaten, and one stays upright.",
    "The powder is breathed in twice a day, and the mouth is rinsed after it so that no fungus grows on the tongue or in the throat.",
)


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """Five pages of one site, and a spun and an exact copy of the first on two others."""
    pages = [
        (f"https://gazette.example/{name}", f"{name.title()}\n\n{story}\n\n{FOOT}") for name, story in zip(NAMES, STORIES, strict=True)
    ]
    pages += [("https://b.example/x", pages[0][1].replace("Isotroin", "Accutane")), ("https://c.example/y", pages[0][1])]
    path = tmp_path / "crawl.jsonl"
    path.write_text("".join(json.dumps({"id": str(i), "url": url, "text": text}) + "\n" for i, (url, text) in enumerate(pages)))
    return path


def batch(crawl: Path, out: str = "out", **passes: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The records and the summary of a batch in this process."""
    folder = crawl.with_name(out)
    form = passes.pop("form", "jsonl")
    Passes(**passes).run([crawl], folder, QUICK, form=form, workers=0)
    files = sorted((folder / "documents").glob("*.json")) if form == "json" else []
    lines = [path.read_text(encoding="utf-8") for path in files] or (folder / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines], json.loads((folder / "summary.json").read_text(encoding="utf-8"))


def marks(records: list[dict[str, Any]]) -> dict[str, Any]:
    """Kind of copy by id."""
    return {record["id"]: record["duplicate"] and (record["duplicate"]["of"], record["duplicate"]["kind"]) for record in records}


COPIES = {**dict.fromkeys("01234"), "5": ("0", "spun"), "6": ("0", "exact")}


def test_templates_auto(crawl: Path) -> None:
    """The site's line is learned from the batch and removed from its pages; other sites keep theirs; the table stays to be looked at."""
    records, summary = batch(crawl, templates="auto")
    assert [FOOT in record["text"] for record in records] == [False] * 5 + [True] * 2
    assert summary["removed"]["site-template"] >= 5
    assert FOOT in [row.text for row in read_templates(crawl.with_name("out") / "templates.tsv").rows]


def test_templates_from_a_table(crawl: Path) -> None:
    """A table that was learned before gives the same records as learning anew."""
    auto, _ = batch(crawl, templates="auto")
    table = crawl.with_name("out") / "templates.tsv"
    again, _ = batch(crawl, "other", templates=str(table))
    assert again == auto
    table.write_text("\n".join(line for line in table.read_text(encoding="utf-8").split("\n") if FOOT not in line), encoding="utf-8")
    from pipeline.batch.work import forget_pipeline

    forget_pipeline()
    edited, _ = batch(crawl, "other", templates=str(table))
    assert FOOT in edited[0]["text"]


def test_learning_again_uses_what_is_new(crawl: Path) -> None:
    """More pages in the next run: the lines are learned anew, and nothing of the earlier table stays in the way."""
    rows = crawl.read_text().splitlines(keepends=True)
    crawl.write_text("".join(rows[:3]))
    few, _ = batch(crawl, templates="auto")
    crawl.write_text("".join(rows))
    many, _ = batch(crawl, templates="auto")
    assert [FOOT in few[0]["text"], FOOT in many[0]["text"]] == [True, False]


def test_mark(crawl: Path) -> None:
    """Copies carry their mark, and the summary tells the clusters."""
    records, summary = batch(crawl, dedup="mark")
    assert marks(records) == COPIES
    assert (summary["documents"], summary["dedup"]["duplicates"], summary["dedup"]["clusters"]) == (7, 2, 1)
    assert summary["dedup"]["largest"][0] == {"of": "0", "size": 3, "kinds": {"exact": 1, "near": 0, "spun": 1}, "members": ["5", "6"]}


def test_keep(crawl: Path) -> None:
    """`keep` counts the copies and marks none."""
    records, summary = batch(crawl, dedup="keep")
    assert set(marks(records).values()) == {None}
    assert summary["dedup"]["duplicates"] == 2


def test_drop(crawl: Path) -> None:
    """`drop` sets the copies aside, marked; none is lost."""
    records, summary = batch(crawl, dedup="drop")
    aside = [json.loads(line) for line in (crawl.with_name("out") / "duplicates.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [record["id"] for record in records] == list("01234")
    assert marks([*records, *aside]) == COPIES
    assert summary["documents"] == 7


@pytest.mark.parametrize("form", ["jsonl", "json"])
@pytest.mark.parametrize("dedup", MODES)
def test_nothing_to_do(crawl: Path, dedup: str, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for again, a batch that looked for copies has nothing to do and tells of them; more documents are cleaned, and copies again."""
    rows = crawl.read_text().splitlines(keepends=True)
    out, seen = crawl.with_name("out"), list[int]()

    def noting(job: Job, shard: Shard) -> Part:
        seen.append(shard.documents)
        return clean_shard(job, shard)

    def run() -> str:
        seen.clear()
        passes = Passes(dedup=dedup)
        passes.run([crawl], out, QUICK, form=form, workers=0, selection=Selection(size=3))
        assert passes.found
        return passes.found.words()

    monkeypatch.setattr("pipeline.batch.run.clean_shard", noting)
    words, before = run(), {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    assert seen == [3, 3, 1]
    assert (run(), seen) == (words, [])
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    crawl.write_text("".join([*rows, rows[0]]))
    assert run() != words
    batch(crawl, "new", dedup=dedup, form=form)
    for name in ("documents.jsonl", "duplicates.jsonl"):
        assert form == "json" or dedup != "drop" or (out / name).read_bytes() == crawl.with_name("new").joinpath(name).read_bytes()


def test_drop_files(crawl: Path) -> None:
    """The same with a file a document."""
    records, _ = batch(crawl, dedup="drop", form="json")
    aside = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((crawl.with_name("out") / "duplicates").iterdir())]
    assert marks([*records, *aside]) == COPIES


@pytest.mark.parametrize("first", ["mark", "drop", "keep"])
@pytest.mark.parametrize("then", ["mark", "drop", None])
def test_from_one_mode_to_another(crawl: Path, first: str, then: str | None) -> None:
    """What another run left in the folder does not show: the same command gives the same files as in a new folder."""
    batch(crawl, dedup=first)
    batch(crawl, dedup=then)
    batch(crawl, "new", dedup=then)
    for name in ("documents.jsonl", "summary.json", "duplicates.jsonl"):
        old, new = crawl.with_name("out") / name, crawl.with_name("new") / name
        assert old.exists() == new.exists()
        assert not old.exists() or old.read_bytes() == new.read_bytes()


def test_more_documents_later(crawl: Path) -> None:
    """A batch that is extended marks copies of what was there before."""
    rows = crawl.read_text().splitlines(keepends=True)
    crawl.write_text("".join(rows[:5]))
    batch(crawl, dedup="mark")
    crawl.write_text("".join(rows))
    assert marks(batch(crawl, dedup="mark")[0]) == COPIES


def test_wrong_table(crawl: Path) -> None:
    """A table that is not there is told before anything is cleaned."""
    with pytest.raises(ConfigError, match="templates learn"):
        batch(crawl, templates="none.tsv")
    assert not crawl.with_name("out").exists()


def test_drop_in_other_formats(crawl: Path) -> None:
    """Copies are set aside from files of JSON only, which is said before anything is cleaned."""
    with pytest.raises(ConfigError, match="--dedup mark"):
        batch(crawl, dedup="drop", form="parquet")
    assert not crawl.with_name("out").exists()


@pytest.mark.parametrize("form", ["jsonl.zst", "parquet", "text", "markdown", "parts"])
def test_marks_in_every_format(crawl: Path, form: str) -> None:
    """Copies are found and counted whatever the form of the results."""
    Passes(dedup="mark", templates="auto").run([crawl], crawl.with_name("out"), QUICK, form=form, workers=0)
    summary = json.loads((crawl.with_name("out") / "summary.json").read_text(encoding="utf-8"))
    assert (summary["dedup"]["near"], summary["dedup"]["spun"]) == (1, 1)


@pytest.mark.parametrize("passes", [{"templates": "auto"}, {"dedup": "mark"}])
def test_results_behind_a_url(crawl: Path, passes: dict[str, Any]) -> None:
    """These passes write to the folder of results, which must be on this machine."""
    with pytest.raises(ConfigError, match="a folder of this machine"):
        Passes(**passes).run([crawl], "s3://bucket/out", QUICK)


def test_commands(crawl: Path) -> None:
    """The options of `batch` do the same with worker processes, and the end tells of the copies."""
    out = crawl.with_name("out")
    command = [
        "batch",
        str(crawl),
        "-o",
        str(out),
        "--templates=auto",
        "--dedup=mark",
        "--workers=2",
        "--skip=extract_entities",
    ]
    result = CliRunner().invoke(cli.main, command)
    assert result.exit_code == 0
    assert "2 of 7 documents copy another (near 1, spun 1), in 1 cluster" in result.stderr
    records = [json.loads(line) for line in (out / "documents.jsonl").read_text(encoding="utf-8").splitlines()]
    assert marks(records) == {**COPIES, "6": ("0", "near")}  # its site is too small for its last line to be told from the article
    assert FOOT not in records[0]["text"]
