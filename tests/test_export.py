"""Exports: what the readers of each format get back is what the records say."""

from __future__ import annotations

import bz2
import csv
import gzip
import json
import lzma
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import spacy
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.tokens import DocBin
from spacy.training import Corpus

import cli
from pipeline.chain import Pipeline
from pipeline.commands.results import EXPORTS
from pipeline.document import Document
from pipeline.errors import ConfigError
from pipeline.export import FORMATS, export, from_record, read_lines
from pipeline.export.arrow import RowGroups
from pipeline.export.bioc import to_bioc
from pipeline.export.nested import NESTED, read_nested, write_nested
from pipeline.export.tables import TABLES, flatten
from pipeline.reading import Raw
from pipeline.record import schema, to_line

from .conftest import PIECES, ROOT, SAMPLES

Record = dict[str, Any]
#: Text that CSV, SQL, JSON or a spreadsheet may stumble over.
ODD = [
    '=HYPERLINK("x") isotretinoin 20 mg',
    "+1 'a';--",
    "-2,5 mg",
    "@SUM(A1)",
    'a"b,c;d\te',
    "Robert'); DROP TABLE documents;--",
    "💊 500 mg",
    "naïve é",
    "＝1+1",
]


@pytest.fixture(scope="module")
def records(pipeline: Pipeline) -> list[Record]:
    """The records of the samples and of some odd pages; one page came twice, and one is marked a copy."""
    pages: list[Path | Raw] = [*sorted(SAMPLES.iterdir()), SAMPLES / "04-news.html"]
    odd = [Raw(f"{text}\n\nTake paracetamol 500 mg for fever.", kind="text", id=text[:9], url="https://www.a.example/x") for text in ODD]
    made = [pipeline(page).record() for page in (*pages, *odd)]
    made[-1]["duplicate"] = {"of": made[-2]["id"], "cluster": "c1", "similarity": 0.9, "kind": "near"}
    made[0]["source_text"] = "kept for the reader"
    return made


@pytest.fixture
def lines(records: list[Record], tmp_path: Path) -> Path:
    """The records as the file that a batch writes."""
    path = tmp_path / "documents.jsonl"
    path.write_text("".join(map(to_line, records)), encoding="utf-8", newline="\n")
    return path


def run(*arguments: object) -> Result:
    """The command."""
    return CliRunner().invoke(cli.main, [str(argument) for argument in arguments], prog_name="pharmaclean")


def flat(records: list[Record]) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of each table."""
    tables: dict[str, list[tuple[Any, ...]]] = {name: [] for name in TABLES}
    for number, record in enumerate(records, 1):
        for name, rows in flatten(record, number).items():
            tables[name] += rows
    return tables


def test_formats_are_those_of_the_command() -> None:
    """The command offers what the library has, and the document on formats speaks of each and of every column."""
    assert tuple(FORMATS) == EXPORTS
    told = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    assert [name for name in FORMATS if f"`{name}`" not in told] == []
    assert [column for columns in TABLES.values() for column, _ in columns if f"`{column}`" not in told] == []


@pytest.mark.parametrize("form", FORMATS)
def test_every_format(form: str, lines: Path, records: list[Record], tmp_path: Path) -> None:
    """The command writes each format, twice the same bytes, and says how many documents it wrote."""
    results = []
    for name in ("a", "b"):
        result = run("export", lines, "--to", form, "-o", tmp_path / name)
        assert (result.exit_code, result.stderr) == (0, f"{len(records)} documents → {tmp_path / name}\n")
        files = sorted((tmp_path / name).rglob("*")) if FORMATS[form].folder else [tmp_path / name]
        results.append([(file.name, file.read_bytes()) for file in files if file != tmp_path / name or file.is_file()])
    assert [data for _, data in results[0]] == [data for _, data in results[1]]
    assert results[0]


def test_rows_have_the_columns(records: list[Record]) -> None:
    """Each row of each table has as many cells as the table columns, and every table has rows."""
    for name, rows in flat(records).items():
        assert {len(row) for row in rows} == {len(TABLES[name])}


def test_csv_comes_back(lines: Path, records: list[Record], tmp_path: Path) -> None:
    """Python's reader gets every cell as it was, but for an apostrophe before what would be a formula."""
    export([lines], "csv", tmp_path / "csv")
    for name, rows in flat(records).items():
        with (tmp_path / "csv" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            head, *read = csv.reader(file)
        assert head == [column for column, _ in TABLES[name]]
        assert [cell for row in read for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []
        told = [["" if cell is None else str(cell) for cell in row] for row in rows]
        assert [[cell.removeprefix("'") for cell in row] for row in read] == [[cell.removeprefix("'") for cell in row] for row in told]


def test_sqlite_holds_the_rows(lines: Path, records: list[Record], tmp_path: Path) -> None:
    """The database gives every row back, its keys lead somewhere, and it is sound."""
    export([lines], "sqlite", tmp_path / "x.db")
    with sqlite3.connect(tmp_path / "x.db") as db:
        for name, rows in flat(records).items():
            assert db.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall() == rows
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()


QUESTIONS = {
    "SELECT documents FROM drug_condition WHERE drug = 'paracetamol' AND condition = 'fever'": None,
    "SELECT mentions FROM drugs_by_documents WHERE drug = 'isotretinoin'": None,
    "SELECT documents FROM sites WHERE site = 'a.example'": len(ODD),
    "SELECT documents FROM drug_strength WHERE drug = 'paracetamol' AND strength = 500 AND unit = 'mg'": None,
    "SELECT documents FROM duplicate_clusters WHERE cluster = 'c1'": 1,
    "SELECT count(*) FROM documents_fts WHERE documents_fts MATCH 'isotroin AND acne'": 1,
    "SELECT count(*) FROM documents_fts WHERE documents_fts MATCH 'naive'": 1,
    "SELECT count(*) > 5 FROM removals_by_reason": 1,
    "SELECT count(*) > 0 FROM drug_side_effect": 1,
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_sqlite_answers(question: str, lines: Path, tmp_path: Path) -> None:
    """Views and full-text search answer the usual questions."""
    export([lines], "sqlite", tmp_path / "x.db")
    db = sqlite3.connect(tmp_path / "x.db")
    ((found,),) = db.execute(question).fetchall()
    db.close()
    assert found == QUESTIONS[question] if QUESTIONS[question] else found > 0


def test_views_agree_with_the_records(lines: Path, records: list[Record], tmp_path: Path) -> None:
    """The sums of each view are those that one counts by hand, and no view is broken."""
    export([lines], "sqlite", tmp_path / "x.db")
    db = sqlite3.connect(tmp_path / "x.db")
    views = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    assert all(db.execute(f"SELECT * FROM {name}").fetchall() for name in views)
    reasons = dict(db.execute("SELECT reason, removals FROM removals_by_reason"))
    treats = db.execute("SELECT sum(mentions) FROM drug_condition").fetchone()[0]
    db.close()
    told = [row["reason"] for record in records for row in record["removed"]]
    assert reasons == {reason: told.count(reason) for reason in set(told)}
    assert treats == sum(relation["type"] == "TREATS" for record in records for relation in record["relations"])


def test_parquet_flat_holds_the_rows(lines: Path, records: list[Record], tmp_path: Path) -> None:
    """With pyarrow one gets every row back, in typed columns."""
    export([lines], "parquet", tmp_path / "tables")
    for name, rows in flat(records).items():
        table = pq.read_table(tmp_path / "tables" / f"{name}.parquet")
        assert table.column_names == [column for column, _ in TABLES[name]]
        assert [tuple(row.values()) for row in table.to_pylist()] == rows


def test_parquet_nested_is_the_record(lines: Path, records: list[Record], tmp_path: Path) -> None:
    """A record comes back from nested Parquet equal to the letter, and exports read it like JSONL."""
    export([lines], "parquet-nested", tmp_path / "documents.parquet")
    assert list(map(to_line, read_nested(tmp_path / "documents.parquet"))) == list(map(to_line, records))
    assert [line.record for line in read_lines([tmp_path / "documents.parquet"])] == records


def test_parquet_nested_knows_every_key() -> None:
    """Each key of the record's schema has a column, and no column is without a key."""
    assert list(NESTED) == list(schema()["properties"])
    for name, told in schema()["properties"].items():
        keys = told.get("properties") or told.get("items", {}).get("properties")
        if keys:
            mine = NESTED[name][0] if isinstance(NESTED[name], list) else NESTED[name]
            assert list(mine) == list(keys)


def test_parquet_in_row_groups(records: list[Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are written group by group, so that memory is bounded, and none is lost at the seams."""
    monkeypatch.setattr("pipeline.export.arrow._GROUP_BYTES", 40_000)
    assert write_nested(iter(records), tmp_path / "x.parquet") == len(records)
    assert pq.ParquetFile(tmp_path / "x.parquet").num_row_groups > 2
    assert list(read_nested(tmp_path / "x.parquet")) == records
    assert RowGroups.__doc__


def test_docbins_come_back(lines: Path, records: list[Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The corpus reader of spaCy takes the folder; texts, entities and details are the record's."""
    monkeypatch.setattr("pipeline.export.docbin._DOCUMENTS", 4)
    export([lines], "spacy", tmp_path / "bins")
    nlp = spacy.blank("en")
    parts = sorted((tmp_path / "bins").iterdir())
    docs = [doc for part in parts for doc in DocBin().from_disk(part).get_docs(nlp.vocab)]
    assert len(parts) == -(-len(records) // 4)
    assert [doc.text for doc in docs] == [record["text"] for record in records]
    for doc, record in zip(docs, records, strict=True):
        assert json.loads(json.dumps(doc.user_data["pharmaclean"]))["entities"] == record["entities"]
    assert len(list(Corpus(tmp_path / "bins")(nlp))) == sum(bool(record["text"]) for record in records)


def test_damaged_parquet(records: list[Record], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file whose pages are damaged gives what stands before the damage, and one line that names it; status 1."""
    monkeypatch.setattr("pipeline.export.arrow._GROUP_BYTES", 1)
    path = tmp_path / "x.parquet"
    write_nested(iter(records), path)
    file = pq.ParquetFile(path)
    column = file.metadata.row_group(file.num_row_groups - 1).column(11)
    data = bytearray(path.read_bytes())
    data[column.dictionary_page_offset or column.data_page_offset : column.data_page_offset + column.total_compressed_size] = b""
    path.write_bytes(data)
    for command in (["validate", str(path)], ["export", str(path), "--to", "text", "-o", str(tmp_path / "texts")]):
        result = CliRunner().invoke(cli.main, command)
        assert result.exit_code == 1
        assert "x.parquet:" in result.output
        assert "the file is damaged here" in result.output


def test_bioc_slices(lines: Path, records: list[Record], tmp_path: Path) -> None:
    """Passages and annotations stand where they say; nodes of relations lead to annotations; infons are text."""
    export([lines], "bioc", tmp_path / "x.json")
    collection = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert [document["id"] for document in collection["documents"]] == [record["id"] for record in records]
    for document, record in zip(collection["documents"], records, strict=True):
        annotations = [(p, a) for p in document["passages"] for a in p["annotations"]]
        assert [a["id"] for _, a in annotations] == [e["id"] for e in record["entities"]]
        for passage, annotation in annotations:
            (place,) = annotation["locations"]
            start = place["offset"] - passage["offset"]
            assert start >= 0
            assert passage["text"][start : start + place["length"]] == annotation["text"]
        assert {n["refid"] for r in document["relations"] for n in r["nodes"]} <= {a["id"] for _, a in annotations}
        assert all(isinstance(value, str) for _, a in annotations for value in a["infons"].values())


def test_bioc_joins_passages_that_an_entity_spans(records: list[Record]) -> None:
    """An annotation lies in its passage, also where an entity of another model runs over the end of a block."""
    first = {**records[0], "relations": []}
    a, b = first["blocks"][0], first["blocks"][1]
    wide = {**first["entities"][0], "start": a["end"] - 2, "end": b["start"] + 2}
    wide["text"] = first["text"][wide["start"] : wide["end"]]
    passages = to_bioc({**first, "entities": [wide]})["passages"]
    assert (passages[0]["offset"], passages[0]["text"]) == (a["start"], first["text"][a["start"] : b["end"]])
    assert len(passages) == len(first["blocks"]) - 1


def test_bioc_of_very_many_blocks(records: list[Record]) -> None:
    """Passages and annotations are gone through side by side, not one for each of the others."""
    block, entity = records[0]["blocks"][0], records[0]["entities"][0]
    spans = [{"start": start, "end": start + 10} for start in range(0, 360_000, 12)]
    many = {
        **records[0], "text": "x" * 360_000, "relations": [],
        "blocks": [{**block, **span} for span in spans], "entities": [{**entity, **span} for span in spans],
    }  # fmt: skip
    assert [len(passage["annotations"]) for passage in to_bioc(many)["passages"]] == [1] * 30_000


def test_bioc_of_entities_outside_of_blocks(records: list[Record]) -> None:
    """An entity that lies before the first or behind the last block lies in the nearest passage, made larger."""
    first = {**records[0], "relations": []}
    for blocks in (first["blocks"][:1], first["blocks"][-1:]):
        passages = to_bioc({**first, "blocks": blocks})["passages"]
        assert [note["id"] for passage in passages for note in passage["annotations"]] == [entity["id"] for entity in first["entities"]]
        assert all(
            passage["text"][place["offset"] - passage["offset"] :].startswith(note["text"])
            for passage in passages for note in passage["annotations"] for place in note["locations"]
        )  # fmt: skip


def read_ann(path: Path) -> tuple[dict[str, tuple[str, list[tuple[int, int]], str]], list[tuple[str, str, str]]]:
    """Entities and relations of a stand-off file, read by the letter of brat's manual."""
    entities, relations = {}, []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("T"):
            number, told, text = line.split("\t")
            label, _, places = told.partition(" ")
            spans = [(int(place.split(" ")[0]), int(place.split(" ")[1])) for place in places.split(";")]
            entities[number] = (label, spans, text)
        elif line.startswith("R"):
            kind, head, tail = line.split("\t")[1].split(" ")
            relations.append((kind, head.removeprefix("Arg1:"), tail.removeprefix("Arg2:")))
    return entities, relations


def test_brat_folder(lines: Path, records: list[Record], tmp_path: Path) -> None:
    """Each .ann slices its .txt, and annotation.conf allows every label, relation and pair of ends that occurs."""
    export([lines], "brat", tmp_path / "brat")
    conf = (tmp_path / "brat" / "annotation.conf").read_text(encoding="utf-8").split("\n\n")
    labels = set(conf[0].split("\n")[1:])
    allowed = {
        row.split()[0]: [set(part.strip(", ").split(":")[1].split("|")) for part in row.split()[1:3]] for row in conf[1].split("\n")[1:]
    }
    anns = sorted((tmp_path / "brat").glob("*.ann"))
    assert len(anns) == len(records)
    for ann in anns:
        text = ann.with_suffix(".txt").read_bytes().decode("utf-8")
        entities, relations = read_ann(ann)
        for label, spans, surface in entities.values():
            assert label in labels
            assert " ".join(text[start:end] for start, end in spans) == surface
        for kind, head, tail in relations:
            assert entities[head][0] in allowed[kind][0]
            assert entities[tail][0] in allowed[kind][1]
    assert sorted(ann.with_suffix(".txt").read_bytes().decode("utf-8") for ann in anns) == sorted(record["text"] for record in records)


def test_brat_conf_knows_the_schema(tmp_path: Path) -> None:
    """The configuration names every label and relation of the record's schema, and the colours every label."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "pipeline" / "export").glob("brat.*.conf")))
    known = schema()["properties"]
    names = [*known["entities"]["items"]["properties"]["label"]["enum"], *known["relations"]["items"]["properties"]["type"]["enum"]]
    assert [name for name in names if f"\n{name} " not in text and f"\n{name}\n" not in text] == []


def test_pubannotation_folder(lines: Path, records: list[Record], tmp_path: Path) -> None:
    """Denotations slice the text; relations and attributes lead to denotations."""
    export([lines], "pubannotation", tmp_path / "pub")
    made = {row["sourceid"]: row for row in (json.loads(p.read_text(encoding="utf-8")) for p in (tmp_path / "pub").glob("*.json"))}
    for record in records:
        row = made[record["id"]]
        spans = {d["id"]: row["text"][d["span"]["begin"] : d["span"]["end"]] for d in row["denotations"]}
        assert spans == {e["id"]: e["text"] for e in record["entities"]}
        assert [(r["pred"], r["subj"], r["obj"]) for r in row["relations"]] == [
            (r["type"], r["head"], r["tail"]) for r in record["relations"]
        ]
        assert {a["subj"] for a in row["attributes"]} <= set(spans)


def test_pages(lines: Path, records: list[Record], tmp_path: Path) -> None:
    """A text or Markdown file a document, named after its file or its given id; one that came twice gets a number."""
    export([lines], "text", tmp_path / "text")
    export([lines], "markdown", tmp_path / "md")
    names = {path.stem for path in (tmp_path / "md").iterdir()}
    assert names == {path.stem for path in (tmp_path / "text").iterdir()} >= {"01-guest-post", "04-news", "04-news~2"}
    assert len(names) == len(records)
    assert (tmp_path / "text" / "04-news~2.txt").read_bytes().decode("utf-8") == f"{records[3]['text']}\n"
    assert (tmp_path / "md" / "04-news.md").read_text(encoding="utf-8").startswith("# ")


def test_record_to_document_and_back(records: list[Record]) -> None:
    """A document made of a record gives that record again, but for what only a batch knows."""
    for record in records:
        told = {**record, "duplicate": None}
        told.pop("source_text", None)
        assert from_record(record).record() == told


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES), min_size=2, max_size=20), st.sampled_from(["html", "text"]))
def test_any_record_to_document_and_back(pipeline: Pipeline, pieces: list[str], kind: str) -> None:
    """So it is whatever the page, and the flat tables take it too."""
    made = pipeline.attempt(Raw("".join([*pieces, "x"]), kind=kind))
    if isinstance(made, Document):
        record = made.record()
        assert from_record(record).record() == record
        assert [len(row) for row in flatten(record, 1)["entities"]] == [len(TABLES["entities"])] * len(record["entities"])


PACKED: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("packer", PACKED)
def test_packed_files(packer: str, lines: Path, records: list[Record], tmp_path: Path) -> None:
    """Packed files are read whatever their name; one that is cut short is a fault behind its last whole line."""
    data = PACKED[packer](lines.read_bytes())
    (tmp_path / "packed").write_bytes(data)
    (tmp_path / "cut").write_bytes(data[: len(data) * 2 // 3])
    assert [line.record for line in read_lines([tmp_path / "packed"])] == records
    *_, last = read_lines([tmp_path / "cut"])
    assert last.record is None
    assert last.problem


def test_folders_of_a_batch(lines: Path, records: list[Record], tmp_path: Path) -> None:
    """The folder of a batch is read in each of its forms: one file, several, a file a shard, a file each, Parquet."""
    forms: dict[str, Iterator[tuple[str, bytes]]] = {
        "one": iter([("documents.jsonl", lines.read_bytes()), ("failures.jsonl", b"{}\n")]),
        "parts": iter((f"documents-{i:03}.jsonl", to_line(record).encode()) for i, record in enumerate(records)),
        "shards": iter((f"documents/{i:06}.jsonl", to_line(record).encode()) for i, record in enumerate(records)),
        "each": iter((f"documents/{i:03}.json", json.dumps(record, indent=2).encode()) for i, record in enumerate(records)),
    }
    for name, files in forms.items():
        for file, data in files:
            (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / file).write_bytes(data)
    (tmp_path / "parquet").mkdir()
    write_nested(records, tmp_path / "parquet" / "documents.parquet")
    for name in (*forms, "parquet"):
        assert [line.record for line in read_lines([tmp_path / name])] == records


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe(lines: Path, records: list[Record], tmp_path: Path) -> None:
    """A pipe, as a shell's <(…), is read to its end though it can be read only once."""
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_bytes(lines.read_bytes()))
    writer.start()
    assert [line.record for line in read_lines([tmp_path / "pipe"])] == records
    writer.join()


def test_two_batches_in_one_folder(lines: Path, records: list[Record]) -> None:
    """Where results of two forms lie together one must be old, so that neither is taken."""
    write_nested(records, lines.parent / "documents.parquet")
    with pytest.raises(ConfigError, match=r"documents\.jsonl and documents\.parquet"):
        list(read_lines([lines.parent]))


BROKEN = {
    "not JSON": b"{\n", "no object": b"[1]\n", "no record": b'{"text": "x"}\n', "not UTF-8": b'{"a": "\xff"}\n', "NaN": b'{"a": NaN}\n',
    "deep": b"[" * 100_000 + b"\n", "huge number": b'{"a": ' + b"9" * 5000 + b"}\n",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_faults_are_told_and_the_rest_goes_on(form: str, records: list[Record], tmp_path: Path) -> None:
    """A line that is no record is told with its number and left out; the others are all there; status 1."""
    wrong = {**records[2], "entities": [{"id": "e1"}], "relations": None, "text": 7}
    lines = [to_line(records[0]).encode(), *BROKEN.values(), to_line(wrong).encode(), b"\n", to_line(records[3]).encode()]
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(lines))
    result = run("export", path, "--to", form, "-o", tmp_path / "out")
    told = result.stderr.splitlines()
    assert result.exit_code == 1
    assert [line.split(":")[2] for line in told[:-1]] == [str(number) for number in range(2, len(BROKEN) + 3)]
    assert told[-1] == f"2 documents → {tmp_path / 'out'}, {len(BROKEN) + 1} left out"


def test_sqlite_leaves_out_a_record_whole(records: list[Record], tmp_path: Path) -> None:
    """A record whose keys clash leaves no row behind, and the one after it takes its number."""
    twice = {**records[0], "entities": [records[0]["entities"][0]] * 2, "relations": []}
    path = tmp_path / "in.jsonl"
    path.write_text(to_line(twice) + to_line(records[1]), encoding="utf-8")
    assert export([path], "sqlite", tmp_path / "x.db").faults == 1
    db = sqlite3.connect(tmp_path / "x.db")
    assert db.execute("SELECT document, id FROM documents").fetchall() == [(1, records[1]["id"])]
    db.close()


def test_half_characters(records: list[Record], tmp_path: Path) -> None:
    """Half a character, which JSON may hold as an escape, becomes U+FFFD, so that every format can be written."""
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({**records[0], "title": "a\ud800b"}) + "\n", encoding="utf-8")
    assert [line.record["title"] for line in read_lines([path]) if line.record] == ["a\ufffdb"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none.jsonl", "--to", "csv", "-o", "x"], "no such file"),
        (["empty", "--to", "csv", "-o", "x"], "no documents.jsonl"),
        (["in.jsonl", "--to", "csv", "-o", "full"], "not an empty folder"),
        (["in.jsonl", "--to", "sqlite", "-o", "full"], "is a folder"),
        (["in.jsonl", "--to", "bioc", "-o", "in.jsonl"], "is what is read"),
        (["in.jsonl", "--to", "csv", "-o", "in.jsonl/x"], "cannot be written"),
    ],
)
def test_wrong_use(arguments: list[str], says: str, lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong use gives one line that says what to do, status 2, and touches nothing."""
    monkeypatch.chdir(tmp_path)
    lines.rename("in.jsonl")
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*")), Path("in.jsonl").read_bytes()
    result = run("export", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert (sorted(tmp_path.rglob("*")), Path("in.jsonl").read_bytes()) == before


def test_without_pyarrow(lines: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pyarrow is missing the message says what to install."""

    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr("pipeline.export.arrow.import_module", missing)
    with pytest.raises(ConfigError, match=r"pharmaclean\[parquet\]"):
        export([lines], "parquet", tmp_path / "x")
    assert not list(tmp_path.glob("x*"))
