"""`validate`: sound records pass, and each fault has one line that says where and what."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cli
from pipeline.chain import Pipeline
from pipeline.document import Document
from pipeline.reading import Raw
from pipeline.record import to_json, to_line
from pipeline.validate import Validator, invariant_faults, schema_faults

from .conftest import PIECES, SAMPLES

Record = dict[str, Any]


@pytest.fixture(scope="module")
def record(pipeline: Pipeline) -> Record:
    """A record with repairs, removals, entities, relations and flags."""
    text = (
        "Itâ€™s Isotroin 20mg  for acne. The Acne Treatment Cream Online helps.\n\nShare this\n\n"
        "Isotretinoin can cause dry skin and a headache."
    )
    return pipeline(Raw(text, kind="text", id="one")).record(with_source=True)


def check(arguments: list[object], stdin: str = "") -> Result:
    """The command."""
    return CliRunner().invoke(cli.main, ["validate", *map(str, arguments)], input=stdin, prog_name="pharmaclean")


@pytest.mark.parametrize("path", sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def test_samples_are_sound(path: Path, pipeline: Pipeline) -> None:
    """What the program writes holds what it promises."""
    assert list(Validator().check(pipeline(path).record(with_source=True))) == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([*PIECES, "\x00"]), min_size=2, max_size=20), st.sampled_from(["html", "text"]))
def test_any_page_is_sound(pipeline: Pipeline, pieces: list[str], kind: str) -> None:
    """So it is whatever the page."""
    made = pipeline.attempt(Raw("".join([*pieces, "x"]), kind=kind))
    if isinstance(made, Document):
        assert list(Validator().check(made.record(with_source=True))) == []


def put(*path: Any) -> Callable[[Record], None]:
    """A change to a record: the last of `path` is put where the others lead; a function is applied to what stands there."""
    *way, key, value = path

    def change(record: Record) -> None:
        place: Any = record
        for step in way:
            place = place[step]
        place[key] = value(place[key]) if callable(value) else value

    return change


HALF_FLAG = {"kind": "x", "start": 1, "end": None, "score": None, "note": ""}
#: What is done to a sound record -> what the faults must begin with.
FAULTS: dict[str, tuple[Callable[[Record], None], list[str]]] = {
    "slice moved": (put("entities", 0, "start", lambda n: n + 1), ["entities[0]: text is 'Isotroin', but"]),
    "slice changed": (put("entities", 0, "text", "isotroin"), ["entities[0]: text is 'isotroin', but"]),
    "entity past the end": (put("entities", -1, "end", 10**6), ["entities[", "entities["]),
    "entity empty": (put("sections", [{"heading": "x", "kind": "other", "start": 3, "end": 3}]), ["sections[0]: 3 to 3 is no span"]),
    "cue past the end": (put("relations", 0, "cue", [5, 10**6]), ["relations[0]: cue 5 to 1000000 is no span"]),
    "flag with one end": (put("flags", [HALF_FLAG]), ["flags[0]: of start and end"]),
    "blocks overlap": (put("blocks", 1, "start", 0), ["blocks[1]: begins at 0, inside the block before"]),
    "words behind the last block": (put("blocks", lambda blocks: blocks[:-1]), ["blocks: 'Isotretinoin can cause dry skin and a h…'"]),
    "words between blocks": (put("blocks", lambda blocks: blocks[1:]), ["blocks[0]: 'It’s Isotroin 20mg for acne. The Acne T…'"]),
    "id twice": (put("entities", 1, "id", "e1"), ["entities: 2 of them have the id e1", "relations[0]: head is 'e2'"]),
    "relation leads nowhere": (put("relations", 0, "tail", "e99"), ["relations[0]: tail is 'e99', and there is no such entity"]),
    "stretch twice": (put("map", lambda m: [*m, m[-1]]), ["map[4]: an overlap in the source", "map[4]: stands at", "source_text is not"]),
    "removal gone": (put("removed", lambda rows: rows[1:]), ["map[3]: a gap in the source", "source_text is not"]),
    "removal moved in the text": (put("removed", 0, "at", lambda n: n + 1), ["removed[0]: stands at", "map[3]: stands at"]),
    "removal shortened": (put("removed", 0, "text", lambda text: text[1:]), ["removed[0]: text has", "source_text is not"]),
    "repair untrue": (put("replaced", 0, "after", "?"), ["replaced[0]: after is '?', but at"]),
    "text cut": (put("text", lambda text: text[:-40]), ["entities["]),
    "source_text other": (put("source_text", "x"), ["source_text is not what"]),
    "figure wrong": (put("quality", "source_chars", 3), ["quality.source_chars is 3, and the stretches of the source make"]),
    "wrong type": (put("text", None), ["text: null is not of type"]),
    "unknown key": (put("more", 1), ["record: Additional properties are not allowed ('more' was unexpected)"]),
    "unknown label": (put("entities", 0, "label", "PILL"), ["entities[0].label: "]),
    "negative offset": (put("entities", 0, "start", -1), ["entities[0].start: -1 is less than"]),
    "two at once": (put("entities", 0, lambda e: {**e, "label": "PILL", "kind": 3}), ["entities[0].kind: ", "entities[0].label: "]),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_faults(name: str, record: Record) -> None:
    """Each kind of damage is found, and told by name and place."""
    change, expected = FAULTS[name]
    broken = copy.deepcopy(record)
    change(broken)
    found = list(Validator().check(broken))
    assert len(found) >= len(expected)
    assert (found == []) == (expected == [])
    for start in expected:
        assert any(fault.startswith(start) for fault in found), found
    assert all("\n" not in fault and len(fault) < 260 for fault in found)


def test_invariants_are_not_asked_of_what_the_schema_refuses(record: Record) -> None:
    """A record with wrong types gets the schema's faults alone, and no crash."""
    broken = {**copy.deepcopy(record), "map": [["a"]], "entities": None}
    assert {fault.split(":")[0] for fault in Validator().check(broken)} == {"map[0]", "map[0][0]", "entities"}


def test_any_damage_is_told(record: Record) -> None:
    """Every number of the record, moved by one, is missed by no check, but for those that no rule ties down."""
    free = {"level", "mentions", "score", "confidence", "bytes", "record", "value"}
    missed = []
    for path, value in numbers(record, ()):
        if path[0] in ("map", "removed", "replaced", "entities") and path[-1] not in free and "value" not in path and "cue" not in path:
            broken = copy.deepcopy(record)
            put(*path, value + 1)(broken)
            if not [*schema_faults(broken), *invariant_faults(broken)]:
                missed.append(path)
    assert missed == []


def numbers(value: Any, path: tuple[Any, ...]) -> list[tuple[tuple[Any, ...], int]]:
    """All whole numbers in a value, with the way to them."""
    if isinstance(value, dict):
        return [found for key, part in value.items() for found in numbers(part, (*path, key))]
    if isinstance(value, list):
        return [found for i, part in enumerate(value) for found in numbers(part, (*path, i))]
    return [(path, value)] if isinstance(value, int) and not isinstance(value, bool) else []


def test_shared_ids(record: Record) -> None:
    """Copies to the byte may share an id; two different documents may not, be they in one file or in two."""
    validator = Validator()
    other = {**record, "source": {**record["source"], "sha256": "0" * 64}}
    assert [list(validator.check(row)) for row in (record, record)] == [[], []]
    assert list(validator.check(other)) == ["id 'one' is that of another document before"]


def test_command(record: Record, tmp_path: Path) -> None:
    """Faults go to standard output with file and line, sums to standard error; status 1 if there are any, else 0."""
    path = tmp_path / "documents.jsonl"
    path.write_text(to_line(record), encoding="utf-8")
    sound = check([tmp_path])
    assert (sound.exit_code, sound.stdout, sound.stderr) == (0, "", "1 records, 0 faults\n")
    broken = {**record, "text": None}
    path.write_text(to_line(record) + to_line(broken) + "{\n" + json.dumps({"id": "\x1b[31m"}) + "\n", encoding="utf-8")
    result = check([path])
    assert result.exit_code == 1
    assert [line.split(":")[:2] for line in result.stdout.splitlines()] == [[str(path), "2"], [str(path), "3"], [str(path), "4"]]
    assert result.stderr == "4 records, 3 faults\n"
    assert check([path, "-q"]).stderr == ""
    assert check([tmp_path / "none.jsonl"]).exit_code == 2


def test_printed_records(record: Record, tmp_path: Path) -> None:
    """A record over many lines, as `clean` prints it, is one record: on standard input, in any file, beside others, and cut off."""
    printed = to_json(record, indent=2) + "\n"
    for text, told in ((printed, "1 records, 0 faults\n"), (printed + printed, "2 records, 0 faults\n")):
        (tmp_path / "one.jsonl").write_text(text, encoding="utf-8")
        assert check(["-"], text).stderr == check([tmp_path / "one.jsonl"]).stderr == told
    broken = check(["-"], printed + printed[:-3])
    assert (broken.stderr, broken.stdout.split(":")[:2]) == ("2 records, 1 faults\n", ["-", str(printed.count("\n") + 1)])
    assert check(["-"], to_line(record) * 2).stderr == "2 records, 0 faults\n"
