"""The record: the contract's keys in their order, the published schema, and the way back to the page."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from pipeline.chain import Options, Pipeline
from pipeline.document import REASONS, Document
from pipeline.errors import ReadError
from pipeline.reading import Raw
from pipeline.record import schema, source_of, to_line

from .conftest import SAMPLES

#: The contract: every key, in its order.
KEYS: dict[str, tuple[str, ...]] = {
    "": (
        "schema_version", "id", "source", "title", "language", "metadata", "text", "normalized_text", "blocks", "sections", "drugs",
        "entities", "relations", "removed", "replaced", "map", "duplicate", "flags", "quality", "pipeline",
    ),
    "source": ("path", "record", "url", "media_type", "encoding", "bytes", "sha256"),
    "metadata": ("author", "published", "modified", "site_name", "description", "canonical_url", "image", "keywords"),
    "blocks": ("kind", "level", "start", "end", "section"),
    "sections": ("heading", "kind", "start", "end"),
    "drugs": ("name", "ids", "mentions", "surfaces", "brands"),
    "entities": (
        "id", "label", "start", "end", "text", "canonical", "kind", "ids", "value", "role", "assertion", "cue", "ambiguous", "confidence",
    ),
    "relations": ("type", "head", "tail", "start", "end", "cue"),
    "removed": ("reason", "rule", "stage", "text", "start", "end", "at"),
    "replaced": ("stage", "rule", "before", "after", "start", "end", "at"),
    "flags": ("kind", "start", "end", "score", "note"),
    "pipeline": ("version", "lexicon", "stages"),
}  # fmt: skip
FIRST_FIGURES = ("source_chars", "kept_chars", "removed_chars")
VALIDATOR = Draft202012Validator(schema())
SAMPLE_FILES = sorted(path for path in SAMPLES.iterdir() if path.is_file())


@pytest.fixture(scope="module", params=SAMPLE_FILES, ids=lambda path: path.name)
def document(request: pytest.FixtureRequest, pipeline: Pipeline) -> Document:
    """Each sample, cleaned."""
    path: Path = request.param
    return pipeline(path)


def check(record: dict[str, Any], source: str) -> None:
    """All that must hold of any record."""
    check_keys(record)
    errors = [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(record)]
    assert errors == []
    check_slices(record)
    check_tiling(record, len(source))
    assert source_of(record) == source
    assert json.loads(to_line(record)) == record


def check_keys(record: dict[str, Any]) -> None:
    """Every key is there, in the contract's order, at every level."""
    for name, keys in KEYS.items():
        for row in rows(record, name):
            assert tuple(row) == keys
    assert tuple(record["quality"])[:3] == FIRST_FIGURES
    for drug in record["drugs"]:
        assert tuple(drug["ids"]) == ("rxcui", "unii", "atc", "mesh", "drugbank", "cas")


def rows(record: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects under a key of the record; the record itself under no key."""
    found = record if not name else record[name]
    return found if isinstance(found, list) else [found]


def check_slices(record: dict[str, Any]) -> None:
    """Spans lie in the text and hold what they say."""
    text = record["text"]
    for entity in record["entities"]:
        assert text[entity["start"] : entity["end"]] == entity["text"] != ""
    for name in ("blocks", "sections", "entities", "relations", "flags"):
        for row in record[name]:
            if row["start"] is not None:
                assert 0 <= row["start"] < row["end"] <= len(text)
    for row in [*record["entities"], *record["relations"]]:
        if row["cue"]:
            assert text[slice(*row["cue"])].strip()
    if record["blocks"]:
        assert "\n\n".join(text[b["start"] : b["end"]] for b in record["blocks"]) == text
    ids = {entity["id"] for entity in record["entities"]}
    assert len(ids) == len(record["entities"])
    assert all({r["head"], r["tail"]} <= ids for r in record["relations"])


def check_tiling(record: dict[str, Any], length: int) -> None:
    """`map`, `removed` and `replaced` cover the source once, without gap or overlap, in reading order."""
    here = 0
    for start, end in sorted(tiles(record)):
        assert start == here
        here = end
    assert here == length
    for row in record["replaced"]:
        assert record["text"][row["at"] : row["at"] + len(row["after"])] == row["after"]


def tiles(record: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """The stretches of the source that the record speaks of."""
    for a, b, start in record["map"]:
        yield start, start + b - a
    for row in [*record["removed"], *record["replaced"]]:
        yield row["start"], row["end"]


def test_samples(document: Document) -> None:
    """The record of every sample holds to the contract, and the page can be rebuilt from it."""
    check(document.record(), document.source)


def test_with_source(document: Document) -> None:
    """The page's whole text is added on request, as the last key, and the schema knows it."""
    record = document.record(with_source=True)
    assert list(record)[-1] == "source_text"
    assert record["source_text"] == document.source
    assert VALIDATOR.is_valid(record)


def test_same_bytes_same_record(pipeline: Pipeline) -> None:
    """Two runs, in one pipeline and in a fresh one, give the same line byte for byte."""
    path = SAMPLES / "05-mojibake.html"
    lines = {to_line(run(path).record()) for run in (pipeline, pipeline, Pipeline())}
    assert len(lines) == 1


def test_title_stands_once(pipeline: Pipeline) -> None:
    """Where the page shows its title, it is the first block, of kind title, and stands once."""
    record = pipeline(SAMPLES / "01-guest-post.txt").record()
    assert [b["kind"] for b in record["blocks"]].count("title") == 1
    first = record["blocks"][0]
    assert (first["kind"], record["text"][first["start"] : first["end"]]) == ("title", record["title"])


def test_drugs_are_those_of_the_entities(document: Document) -> None:
    """Each drug of the list is mentioned as often as it says, most mentioned first, by surfaces that stand in the text."""
    record = document.record()
    counts = [drug["mentions"] for drug in record["drugs"]]
    assert counts == sorted(counts, reverse=True)
    for drug in record["drugs"]:
        assert all(surface in record["text"] for surface in drug["surfaces"])
        assert {brand.lower() for brand in drug["brands"]} <= {surface.lower() for surface in drug["surfaces"]}


@pytest.mark.parametrize("stage", ["repair_text", "strip_boilerplate", "find_sections", "normalize_drugs", "extract_entities", "assess"])
def test_skipped_stages(stage: str) -> None:
    """Without a stage the record still has every key and holds together."""
    skip = tuple({stage, "extract_entities", "relate_entities"})
    document = Pipeline(Options(skip=skip))(SAMPLES / "03-drug-guide.html")
    record = document.record()
    assert stage not in record["pipeline"]["stages"]
    if stage == "assess":
        record["quality"] = dict.fromkeys(FIRST_FIGURES, 0)
    check_keys(record)
    check_tiling(record, len(document.source))
    assert source_of(record) == document.source
    assert VALIDATOR.is_valid(document.record())


PIECES = [
    "<p>", "</p>", "<li>", "<td>", "<tr>", "<table>", "<h2>", "<br>", "Isotroin 20mg", " daily for acne. ", "Share this", "\u00a0",
    "Itâ€™s ", "½ ", "\n", "\n\n", "\ufeff", "* ", "# ", "Isotretinoin 20 mg", "&amp;", "\u00ad", "𝛼", "\x00", "12 comments", "Warning: ",
]  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=25), st.sampled_from(["html", "text"]))
def test_any_page(pipeline: Pipeline, pieces: list[str], kind: str) -> None:
    """Whatever the page, its record holds to the contract."""
    try:
        document = pipeline(Raw("".join(pieces), kind=kind))
    except ReadError:
        return
    check(document.record(), document.source)


def test_offsets_are_code_points(pipeline: Pipeline) -> None:
    """Characters outside the basic plane count as one."""
    record = pipeline("💊💊 Isotroin 20mg is taken once daily for severe acne.").record()
    drug = next(e for e in record["entities"] if e["label"] == "DRUG")
    assert (drug["start"], drug["text"]) == (3, "Isotroin")


def test_reasons_of_the_schema() -> None:
    """The schema lists the reasons of removals that the code knows, no more and no fewer."""
    removed = schema()["properties"]["removed"]["items"]
    reason = removed.get("properties", {}).get("reason") or schema()["$defs"]["removed"]["properties"]["reason"]
    assert set(reason["enum"]) == set(REASONS)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema_version",), "9"),
        (("text",), None),
        (("unknown",), 1),
        (("source", "sha256"), "x"),
        (("blocks", 0, "kind"), "sidebar"),
        (("entities", 0, "start"), -1),
        (("entities", 0, "assertion"), "perhaps"),
        (("removed", 0, "reason"), "because"),
        (("map", 0), [1, 2]),
    ],
    ids=str,
)
def test_the_schema_refuses(pipeline: Pipeline, path: tuple[Any, ...], value: Any) -> None:
    """The schema is strict: unknown keys, other kinds and wrong types are refused."""
    record = copy.deepcopy(pipeline(SAMPLES / "01-guest-post.txt").record())
    place = record
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    assert not VALIDATOR.is_valid(record)


def test_the_schema_is_a_schema() -> None:
    """The schema itself is valid, and every property of the record is described."""
    Draft202012Validator.check_schema(schema())
    assert set(KEYS[""]) | {"source_text"} == set(schema()["properties"])


def test_a_document_without_stages() -> None:
    """A document on which nothing was done has a record with empty lists and nulls."""
    record = replace(Document.from_text("Take one."), id="x").record()
    check_keys({**record, "quality": dict.fromkeys(FIRST_FIGURES), "pipeline": dict.fromkeys(KEYS["pipeline"])})
    assert (record["normalized_text"], record["map"], record["title"]) == ("Take one.", [[0, 9, 0]], None)
