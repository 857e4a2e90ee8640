"""The report of a batch: its figures are those of the records, and it holds nothing that could run or load."""

from __future__ import annotations

import base64
import copy
import json
import os
import re
import subprocess
import sys
import zlib
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cli
from pipeline.chain import Pipeline
from pipeline.document import REASONS
from pipeline.export.nested import write_nested
from pipeline.record import to_json, to_line
from pipeline.report.batch import SECTIONS, read, to_html
from pipeline.report.batch_tables import tables
from pipeline.report.charts import bars, columns
from pipeline.report.facts import STATUSES, Facts, Thinned, status_of
from pipeline.report.html import data_block, shown, visible

from .conftest import SAMPLES

Record = dict[str, Any]
FAILURES: list[dict[str, Any]] = [
    {"id": None, "path": "pages/a.html", "record": None, "url": "https://www.courier.example/x", "error": "empty", "advice": "give a page"},
    {"id": None, "path": "crawl.jsonl", "record": 7, "url": None, "error": "no text", "advice": ""},
]


@pytest.fixture(scope="module")
def records(pipeline: Pipeline) -> list[Record]:
    """The records of the samples, the first of them once more as a copy; the first of a cluster has no mark."""
    made = [pipeline(page).record() for page in sorted(SAMPLES.iterdir())]
    twin = copy.deepcopy(made[0])
    twin["duplicate"] = {"of": made[0]["id"], "cluster": made[0]["id"], "similarity": 0.97, "kind": "near"}
    twin["id"], twin["source"]["sha256"] = "twin", "0" * 64
    return [*made, twin]


@pytest.fixture
def folder(records: list[Record], tmp_path: Path) -> Path:
    """The folder of a batch."""
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs" / "documents.jsonl").write_text("".join(map(to_line, records)), encoding="utf-8")
    (tmp_path / "outputs" / "failures.jsonl").write_text("".join(json.dumps(row) + "\n" for row in FAILURES), encoding="utf-8")
    return tmp_path / "outputs"


def run(*arguments: object) -> Result:
    """The command."""
    return CliRunner().invoke(cli.main, ["report", *map(str, arguments)], prog_name="pharmaclean")


def rows(facts: Facts, name: str) -> list[dict[str, Any]]:
    """A table as rows with names."""
    table = tables(facts)[name]
    return [dict(zip([heading for heading, _ in table["columns"]], row, strict=True)) for row in table["rows"]]


def test_figures_are_those_of_the_records(folder: Path, records: list[Record]) -> None:
    """Sums, reasons, drugs and pairs are what one counts by hand."""
    facts = read(folder)
    assert (facts.documents, facts.failed) == (len(records), len(FAILURES))
    assert facts.source == sum(record["quality"]["source_chars"] for record in records)
    assert facts.kept == sum(record["quality"]["kept_chars"] for record in records)
    removed = Counter(row["reason"] for record in records for row in record["removed"])
    assert {row["reason"]: row["removals"] for row in rows(facts, "removals")} == removed
    assert {row["reason"]: row["what it is"] for row in rows(facts, "removals")}.items() <= REASONS.items()
    assert sum(row["characters"] for row in rows(facts, "rules")) == sum(record["quality"]["removed_chars"] for record in records)
    named = Counter(drug["name"] for record in records for drug in record["drugs"])
    assert {row["drug"]: row["documents"] for row in rows(facts, "drugs")} == named
    for name, kind in (
        ("treats", "TREATS"),
        ("causes", "CAUSES"),
        ("contraindicated", "CONTRAINDICATED_IN"),
        ("interacts", "INTERACTS_WITH"),
    ):
        told = sum(relation["type"] == kind for record in records for relation in record["relations"])
        assert sum(row["mentions"] for row in rows(facts, name)) == told > 0
    assert facts.labels == Counter(entity["label"] for record in records for entity in record["entities"])
    assert sum(facts.shares) == len(records)


def test_a_drug_tells_its_brands_strengths_and_forms(folder: Path) -> None:
    """Beside a drug stand the brands, strengths and forms that the pages name, with their counts."""
    (row,) = [row for row in rows(read(folder), "drugs") if row["drug"] == "isotretinoin"]
    assert dict(row["brands"])["Accutane"] == 2
    assert dict(row["strengths"])["20 mg"] > dict(row["strengths"])["10 mg"] > 0
    assert dict(row["forms"])["capsule"] > 0
    assert "atc D10BA01" in row["ids"]


def test_sites_and_statuses(folder: Path, records: list[Record]) -> None:
    """Every page is counted once, for its site and its status; failures too."""
    facts = read(folder)
    sites = {row["site"]: row for row in rows(facts, "sites")}
    assert sum(row[status] for row in sites.values() for status in STATUSES) == len(records) + len(FAILURES)
    assert sites["courier.example"] | {"kept": 0} == {
        "site": "courier.example",
        "cleaned": 1,
        "flagged": 0,
        "empty": 0,
        "copy": 0,
        "failed": 1,
        "kept": 0,
    }
    assert Counter(status_of(record) for record in records) == {"cleaned": 8, "flagged": 1, "empty": 1, "copy": 1}
    assert [row["input"] for row in rows(facts, "failures")] == ["https://www.courier.example/x", "crawl.jsonl, record 7"]


def test_clusters(folder: Path) -> None:
    """A cluster tells what is copied, how many copies it has, how alike they are, and names them."""
    (row,) = rows(read(folder), "clusters")
    assert (row["copies"], row["kind"], row["least alike"]) == (1, [("near", 1)], 0.97)
    assert [number for _, number in row["members"]] == [11]


def test_copies_to_the_byte(records: list[Record]) -> None:
    """A copy is told by its mark, also where it has the id of what it copies."""
    mark = {"of": records[0]["id"], "cluster": records[0]["id"], "similarity": 1.0, "kind": "exact"}
    assert status_of({**records[0], "duplicate": mark}) == "copy"


def test_documents_that_share_an_id(folder: Path, records: list[Record], tmp_path: Path) -> None:
    """Documents of one id and other text all stand in the report; status 0."""
    (folder / "documents.jsonl").write_text(to_line(records[0]) + to_line({**records[1], "id": records[0]["id"]}), encoding="utf-8")
    result = run(folder, "-o", tmp_path / "r.html")
    assert (result.exit_code, read(folder).documents) == (0, 2)


def test_a_file_of_several_pages(tmp_path: Path) -> None:
    """All pages of a file stand in the report, as those of a batch do, and one that fails is told; one page alone is shown by itself."""
    crawl, out = tmp_path / "crawl.jsonl", tmp_path / "r.html"
    crawl.write_text('{"text": "Isotroin 20mg clears acne."}\n{"text": "Dolo 650 is for fever."}\n{"text": ""}\n', encoding="utf-8")
    result = run(crawl, "-o", out)
    assert result.exit_code == 1
    assert "the input is empty" in result.stderr.splitlines()[0]
    assert "2 documents, 1 failures" in result.stderr.splitlines()[1]
    assert "isotretinoin" in (page := out.read_text(encoding="utf-8"))
    assert "paracetamol" in page
    crawl.write_text('{"text": "Isotroin 20mg clears acne."}\n', encoding="utf-8")
    assert (run(crawl, "-o", out).exit_code, "<article" in out.read_text(encoding="utf-8")) == (0, True)


@pytest.mark.parametrize("indent", [None, 2])
def test_records_on_standard_input(records: list[Record], indent: int | None) -> None:
    """Records that are piped in are shown as they are and not cleaned again."""
    lines = "".join(to_json(record, indent=indent) + "\n" for record in records[:2])
    program = [sys.executable, "-m", "cli", "report", "-", "-o", "-"]
    environment = {**os.environ, "PYTHONPATH": str(Path(cli.__file__).parent), "PYTHONUTF8": "1"}
    done = subprocess.run(program, env=environment, input=lines, capture_output=True, text=True, encoding="utf-8", check=True)
    assert "<small>batch</small> standard input" in done.stdout
    assert str(records[0]["title"]) in done.stdout


def test_examples_lead_to_documents_that_hold_them(folder: Path, records: list[Record]) -> None:
    """The text of each example stands in the document that it names."""
    facts = read(folder)
    for name in ("removals", "rules"):
        for row in rows(facts, name):
            assert row["examples"]
            for text, number in row["examples"]:
                removed = {" ".join(r["text"].split())[:100] for r in records[number - 1]["removed"] if row["reason"] == r["reason"]}
                assert text[:100] in removed
    for row in rows(facts, "treats"):
        for text, number in row["what is said"]:
            assert text[:100] in " ".join(records[number - 1]["text"].split())


@pytest.mark.parametrize("form", ["file", "json", "parquet"])
def test_every_form_of_a_batch(form: str, folder: Path, records: list[Record]) -> None:
    """The report of a file, of a file a document and of Parquet has the figures of the folder's."""
    other = folder.parent / "other"
    (other / "documents").mkdir(parents=True)
    if form == "parquet":
        write_nested(records, other / "documents.parquet")
    for i, record in enumerate(records if form == "json" else []):
        (other / "documents" / f"{i:02}.json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    facts = read(folder / "documents.jsonl") if form == "file" else read(other)
    assert facts.reasons.keys() == read(folder).reasons.keys()
    assert (facts.documents, facts.failed) == (len(records), len(FAILURES) if form == "file" else 0)


def test_the_sample_is_even_and_bounded() -> None:
    """However many come, at most so many are kept, from the first to the last, evenly and always the same."""
    thinned = Thinned[int](100)
    for i in range(12_345):
        thinned.add(lambda i=i: i)  # type: ignore[misc]
    steps = {b - a for a, b in zip(thinned.items(), thinned.items()[1:], strict=False)}
    assert len(thinned.items()) in range(50, 101)
    assert steps == {thinned.stride}
    small = Thinned[str](100, most_bytes=1000)
    for _ in range(500):
        small.add(lambda: "x" * 90, len)
    assert small.bytes <= 1000
    assert len(small.items()) >= 5


def test_a_large_batch_is_sampled_and_says_so(records: list[Record], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many documents the page holds a part, the figures are of all, and it says both."""
    monkeypatch.setattr("pipeline.report.facts._SHOWN", 5)
    facts = Facts(rows=Thinned(50), details=Thinned(20))
    for i in range(400):
        facts.add({**records[i % 10], "id": str(i)})
    html = to_html(facts, "many")
    packed = re.findall(r'<script type="text/plain" id="d\d+">', html)
    assert (facts.documents, len(tables(facts)["documents"]["rows"])) == (400, 50)
    assert 10 <= len(packed) <= 25
    assert "The list holds 50 of 400 documents, taken evenly; all figures are of all of them." in html
    assert f"{len(packed)} of 400 documents can be looked at here" in html


def test_nothing_is_said_of_sampling_where_all_is_there(folder: Path) -> None:
    """A small batch is there as a whole, and the page does not speak of a part."""
    assert "taken evenly" not in to_html(read(folder), "x")


class Risky(HTMLParser):
    """Elements and attributes that could load or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.found, self.scripts = list[str](), list[str | None]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what should not be there; links within the page are fine."""
        told = dict(attrs)
        if tag == "script":
            self.scripts.append(told.get("type"))
        if tag in ("iframe", "object", "embed", "img", "link", "base", "form", "video", "audio", "math"):
            self.found.append(tag)
        self.found += [name for name in told if name.startswith("on") or name in ("src", "srcset", "style", "action", "formaction")]
        if not (told.get("href") or "#").startswith("#"):
            self.found.append(f"href {told['href']}")


def risky(html: str) -> Risky:
    """A page as a parser sees it."""
    parser = Risky()
    parser.feed(html)
    return parser


def opened(html: str) -> str:
    """The page with its packed documents unpacked."""
    return re.sub(r'<script type="text/plain" id="d\d+">([^<]*)</script>', lambda m: zlib.decompress(base64.b64decode(m[1])).decode(), html)


HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> javascript:alert(3) \"'&lt; \u202egnp.exe\u2066 {{7*7}} </template>"
    "<style>*{display:none}</style>"
)


def poisoned(record: Record) -> Record:
    """A record in which every text that no rule of the schema ties down is hostile."""
    made = copy.deepcopy(record)
    n = len(HOSTILE)
    for key in ("title", "language", "id"):
        made[key] = f"{HOSTILE}{made[key]}"
    made["source"] |= {"path": HOSTILE, "url": f"https://{HOSTILE}"}
    made["metadata"] |= {"site_name": HOSTILE, "canonical_url": HOSTILE}
    made["flags"] = [{"kind": HOSTILE, "start": None, "end": None, "score": None, "note": HOSTILE}]
    made["drugs"] = [{**drug, "name": HOSTILE, "surfaces": [HOSTILE], "brands": [HOSTILE]} for drug in made["drugs"]]
    made["duplicate"] = {"of": HOSTILE, "cluster": HOSTILE, "similarity": 1, "kind": "near"}
    made["text"] = made["normalized_text"] = HOSTILE + made["text"]
    made["blocks"] = [{"kind": "paragraph", "level": None, "start": 0, "end": len(made["text"]), "section": None}]
    made["sections"] = []
    for row in (*made["entities"], *made["relations"]):
        row["start"], row["end"], row["cue"] = row["start"] + n, row["end"] + n, None
    for entity in made["entities"]:
        entity["canonical"], entity["kind"], entity["ids"] = HOSTILE, "brand", {HOSTILE: HOSTILE}
    for row in (*made["removed"], *made["replaced"]):
        row["start"], row["end"], row["at"], row["rule"] = row["start"] + n, row["end"] + n, row["at"] + n, HOSTILE
    made["removed"] = [{**row, "text": (HOSTILE + row["text"] * n)[: len(row["text"])]} for row in made["removed"]]
    made["map"] = [[0, n, 0], *[[a + n, b + n, at + n] for a, b, at in made["map"]]]
    made["quality"] = {}
    made["pipeline"]["version"] = HOSTILE
    return made


def test_hostile_records_stay_text(records: list[Record]) -> None:
    """Whatever stands in a record or a failure, the page has no element or attribute of it, packed documents included."""
    facts = Facts()
    for record in records:
        facts.add(poisoned(record))
    facts.add_failure(dict.fromkeys(FAILURES[0], HOSTILE))
    html = to_html(facts, HOSTILE)
    outside = risky(html)
    assert outside.found == []
    assert sorted(map(str, outside.scripts)) == sorted(["application/json", "None", *["text/plain"] * len(records)])
    assert risky(opened(html)).found == []
    assert "\u202e" not in opened(html)
    assert "‹U+202E›" in opened(html)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.text(alphabet="<>&\"'/!-sctypeSCRIPT\u202e\u2028\ud800=x ", max_size=30))
def test_no_text_ends_its_place(text: str) -> None:
    """No text leaves its element, its attribute or its block of data, and the data come back as they are seen."""
    parser = Risky()
    parser.feed(f'<p title="{shown(text)}">{shown(text)}</p>{data_block("d", {"x": [text]})}')
    assert parser.found == []
    assert parser.scripts == ["application/json"]
    block = re.fullmatch(r'<script type="application/json" id="d">(.*)</script>', data_block("d", [text]), re.DOTALL)
    assert block
    assert json.loads(block[1]) == [visible(text)]


def test_charts() -> None:
    """Bars are as long as their values, the longest full; nothing to show is said."""
    assert re.findall(r'width="([\d.]+)"', bars("x", [("a", {"cleaned": 3, "failed": 1}, ""), ("b", {"cleaned": 2}, "")])) == [
        "75.00",
        "25.00",
        "50.00",
    ]
    assert "none" in bars("x", [])
    assert re.findall(r' height="([\d.]+)"', columns("x", [1, 0, 4], ("0", "1"), "pages")) == ["15.00", "0.00", "60.00"]


def test_every_section_has_its_table(folder: Path) -> None:
    """Each part of the page that is announced has a table, and each table a part."""
    facts = read(folder)
    assert {name for name, _, _ in SECTIONS} == set(tables(facts))
    assert {kind for table in tables(facts).values() for _, kind in table["columns"]} <= {
        "text", "number", "share", "percent", "names", "counts", "examples", "status", "document",
    }  # fmt: skip


def test_command(folder: Path, tmp_path: Path) -> None:
    """`report FOLDER` writes the page, twice the same bytes, and says what is in it; a file of records is taken for a batch too."""
    first = run(folder, "-o", tmp_path / "a.html")
    assert first.exit_code == 0
    assert re.fullmatch(rf"{tmp_path / 'a.html'} written: 11 documents, 2 failures, 0\.\d MB\n", first.stderr)
    run(folder, "-o", tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert "<small>batch</small> documents.jsonl" in run(folder / "documents.jsonl", "-o", "-").stdout


def test_faults_are_told(folder: Path, records: list[Record], tmp_path: Path) -> None:
    """What does not hold together is told with its line and not counted; the rest is there; status 1."""
    broken = copy.deepcopy(records[1])
    broken["entities"][0]["text"] = "other"
    with (folder / "documents.jsonl").open("a", encoding="utf-8") as file:
        file.write("{\n" + to_line(broken))
    with (folder / "failures.jsonl").open("a", encoding="utf-8") as file:
        file.write("[\n")
    result = run(folder, "-o", tmp_path / "r.html")
    assert result.exit_code == 1
    told = result.stderr.splitlines()
    assert [re.sub(r".*/(\w+\.jsonl:\d+).*", r"\1", line) for line in told[:-1]] == [
        "documents.jsonl:12",
        "documents.jsonl:13",
        "failures.jsonl:3",
    ]
    assert "11 documents" in told[-1]


def test_options_of_cleaning(folder: Path, tmp_path: Path) -> None:
    """What says how to clean is refused where all is cleaned already, and told where it belongs."""
    result = run(folder, "--country", "IN", "-o", tmp_path / "r.html")
    assert (result.exit_code, "pharmaclean batch" in result.stderr) == (2, True)


def test_an_empty_folder(tmp_path: Path) -> None:
    """A folder without records says what to do; one with an empty file gives an empty report."""
    result = run(tmp_path, "-o", tmp_path / "r.html")
    assert (result.exit_code, "pharmaclean batch" in result.stderr) == (2, True)
    (tmp_path / "documents.jsonl").write_text("")
    assert run(tmp_path, "-o", tmp_path / "r.html").exit_code == 0
