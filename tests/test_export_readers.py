"""The exports as their own readers see them; each test needs its reader (`pip install --group readers`) and is skipped without it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.chain import Pipeline
from pipeline.export import FORMATS, export, read_lines
from pipeline.export.tables import TABLES
from pipeline.reading.sources.recognise import zstd_module
from pipeline.record import to_line

from .conftest import SAMPLES

Record = dict[str, Any]


@pytest.fixture(scope="module")
def records(pipeline: Pipeline) -> list[Record]:
    """The records of the samples."""
    return [pipeline(page).record() for page in sorted(SAMPLES.iterdir())]


@pytest.fixture(scope="module")
def made(records: list[Record], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every export of them."""
    folder = tmp_path_factory.mktemp("exports")
    lines = folder / "documents.jsonl"
    lines.write_text("".join(map(to_line, records)), encoding="utf-8", newline="\n")
    for form in FORMATS:
        export([lines], form, folder / form)
    return folder


def counts(records: list[Record]) -> dict[str, int]:
    """Rows of each flat table."""
    return {name: len(records) if name == "documents" else sum(len(record[name]) for record in records) for name in TABLES}


def test_pandas(records: list[Record], made: Path) -> None:
    """With pandas one reads CSV and both kinds of Parquet; the texts are the records', spans slice them."""
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    for name, count in counts(records).items():
        assert len(pandas.read_csv(made / "csv" / f"{name}.csv")) == len(pandas.read_parquet(made / "parquet" / f"{name}.parquet")) == count
    documents = pandas.read_csv(made / "csv" / "documents.csv", keep_default_na=False).set_index("document")
    assert list(documents["text"]) == [record["text"] for record in records]
    entities = pandas.read_parquet(made / "parquet" / "entities.parquet").join(documents["text"].rename("page"), on="document")
    assert all(page[a:b] == text for page, a, b, text in entities[["page", "start_char", "end_char", "text"]].itertuples(index=False))
    assert list(pandas.read_parquet(made / "parquet-nested")["id"]) == [record["id"] for record in records]


def test_duckdb(records: list[Record], made: Path) -> None:
    """With duckdb one queries CSV, flat and nested Parquet, and the lines themselves, with one answer."""
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    told = sorted(drug["name"] for record in records for drug in record["drugs"])
    for query in (
        f"SELECT name FROM '{made}/csv/drugs.csv'",
        f"SELECT name FROM '{made}/parquet/drugs.parquet'",
        f"SELECT unnest(drugs).name FROM read_parquet('{made}/parquet-nested')",
        f"SELECT unnest(drugs).name FROM '{made}/documents.jsonl'",
    ):
        assert sorted(name for (name,) in duckdb.sql(query).fetchall()) == told


def test_hugging_face(records: list[Record], made: Path, tmp_path: Path) -> None:
    """`datasets` loads the nested Parquet with its features, rows equal to the records'."""
    datasets = pytest.importorskip("datasets", reason="datasets is not installed")
    loaded = datasets.Dataset.from_parquet(str(made / "parquet-nested"), cache_dir=str(tmp_path))
    assert [row["text"] for row in loaded] == [record["text"] for record in records]
    assert loaded[0]["drugs"] == records[0]["drugs"]
    assert [relation["type"] for relation in loaded[0]["relations"]] == [relation["type"] for relation in records[0]["relations"]]


def test_datasette(records: list[Record], made: Path) -> None:
    """Datasette serves the file as it is: tables, views, and its search box on the texts."""
    pytest.importorskip("datasette", reason="datasette is not installed")
    import asyncio

    from datasette.app import Datasette

    served = Datasette([str(made / "sqlite")], settings={"num_sql_threads": 1})

    async def ask() -> tuple[Any, Any, str]:
        found = await served.client.get("/sqlite/documents.json?_search=isotretinoin&_shape=array")
        view = await served.client.get("/sqlite/drug_condition.json?_shape=array")
        page = await served.client.get("/sqlite/documents")
        return found.json(), view.json(), page.text

    found, view, page = asyncio.run(ask())
    assert [row["title"] for row in found] == [record["title"] for record in records if "isotretinoin" in record["text"].lower()]
    assert view[0]["drug"]
    assert 'name="_search"' in page


def test_bioc_package(records: list[Record], made: Path) -> None:
    """The package `bioc` loads the collection, and gives it back as it was."""
    bioc = pytest.importorskip("bioc", reason="bioc is not installed")
    from bioc import biocjson

    raw = (made / "bioc").read_text(encoding="utf-8")
    collection = biocjson.loads(raw)
    assert isinstance(collection, bioc.BioCCollection)
    assert [len(list(bioc.annotations(document))) for document in collection.documents] == [len(record["entities"]) for record in records]
    again = json.loads(biocjson.dumps(collection))
    assert [untyped(d["passages"]) for d in again["documents"]] == [d["passages"] for d in json.loads(raw)["documents"]]


def untyped(value: Any) -> Any:
    """Without the names of classes that the package adds to each object."""
    if isinstance(value, dict):
        return {key: untyped(part) for key, part in value.items() if key != "bioctype"}
    return [untyped(part) for part in value] if isinstance(value, list) else value


def test_bioc_package_on_brat(records: list[Record], made: Path) -> None:
    """Its reader of brat takes the folder too: entities and relations are all there."""
    pytest.importorskip("bioc", reason="bioc is not installed")
    from bioc import brat

    for record in records:
        name = Path(record["source"]["path"]).stem
        document = brat.loads(
            (made / "brat" / f"{name}.txt").read_text(encoding="utf-8"), (made / "brat" / f"{name}.ann").read_text(encoding="utf-8")
        )
        assert [entity.text for entity in document.entities] == [entity["text"] for entity in record["entities"]]
        assert [relation.type for relation in document.relations] == [relation["type"] for relation in record["relations"]]


def test_zstandard(records: list[Record], tmp_path: Path) -> None:
    """Files packed with zstd are read; one that is cut short is told."""
    data = zstd_module().compress("".join(map(to_line, records)).encode())
    (tmp_path / "documents.jsonl.zst").write_bytes(data)
    assert [line.record for line in read_lines([tmp_path])] == records
    (tmp_path / "documents.jsonl.zst").write_bytes(data[: len(data) // 2])
    assert [bool(line.problem) for line in read_lines([tmp_path])][-1]
