"""Copies among documents: exact, near, spun; and what must not be taken for one."""

from __future__ import annotations

import json
import random
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from pipeline.chain import Options, Pipeline
from pipeline.corpus.dedup import mark_duplicates
from pipeline.corpus.duplicates import THRESHOLD, Duplicate, DuplicateIndex
from pipeline.corpus.fingerprint import Fingerprint, fingerprint, masked, resemblance, shingles
from pipeline.errors import ConfigError
from pipeline.record import schema, to_line

from .conftest import SAMPLES

ARTICLES = ("01-guest-post.txt", "02-blog-with-comments.html", "03-drug-guide.html", "04-news.html", "05-mojibake.html", "08-spanish.html")
BRANDS = {"Isotroin": "Claravis", "metformin": "Glucophage", "Augmentin": "Clavulin", "semaglutide": "Wegovy", "Glycomet": "Fortamet"}
NEW = [
    "Whoever asks twice is told more than whoever asks once, and nobody minds.",
    "Much of this was learned by people who wrote down what they saw each day.",
    "A list on the door of the fridge does more than any good intention does.",
    "Whether this holds for all of them is a question that has no short answer.",
]


@pytest.fixture(scope="module")
def chain() -> Pipeline:
    """The stages that copies are found by."""
    return Pipeline(Options(skip=("relate_entities", "assess")))


@pytest.fixture(scope="module")
def texts(chain: Pipeline) -> dict[str, str]:
    """The sample articles, cleaned."""
    return {name: chain(SAMPLES / name).text for name in ARTICLES}


def found(records: list[dict[str, Any]]) -> list[Duplicate]:
    """The copies among records."""
    with closing(DuplicateIndex()) as index:
        for record in records:
            index.add(fingerprint(record))
        return index.find().duplicates


def spin(text: str, seed: int) -> str:
    """Another brand, another strength, paragraphs in another order, one sentence in ten rewritten."""
    rng = random.Random(seed)
    for brand, other in BRANDS.items():
        text = text.replace(brand, other).replace(brand.capitalize(), other)
    text = text.replace("20", "40").replace("500", "850")
    title, *blocks = text.split("\n\n")
    sentences = [block.split(". ") for block in blocks]
    places = [(i, j) for i, block in enumerate(sentences) for j in range(len(block))]
    for i, j in rng.sample(places, len(places) // 10):
        sentences[i][j] = rng.choice(NEW).removesuffix(".")
    rng.shuffle(sentences)
    return "\n\n".join([title, *(". ".join(block) for block in sentences)])


def test_spun_samples(chain: Pipeline, texts: dict[str, str]) -> None:
    """Every sample that is spun is found, as a copy of its original and of no other."""
    spins = [(name, spin(text, seed)) for name, text in texts.items() for seed in range(3)]
    records = [chain(text).record() for text in (*texts.values(), *(text for _, text in spins))]
    copies = {copy.document: copy for copy in found(records)}
    assert {number: ARTICLES.index(name) for number, (name, _) in enumerate(spins, len(texts))} == {
        n: copy.of for n, copy in copies.items()
    }
    assert {copy.kind for copy in copies.values()} <= {"near", "spun"}
    assert {copies[number].kind for number, (name, _) in enumerate(spins, len(texts)) if name == ARTICLES[0]} == {"spun"}


TEXT = """Isotroin 20 mg for severe acne.

Isotroin is taken with a meal, because fat in the food helps it into the blood, and it is taken for four to six months. Most people have
dry lips after a week, and many have dry eyes, so that contact lenses are hard to wear for a while.

Blood is looked at before the first capsule and again after a month. Whoever may become pregnant must not take it."""


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (("", ""), "exact"),
        (("severe acne.", "Severe Acne"), "exact"),
        (("Isotroin", "Accutane"), "spun"),
        (("20 mg", "40 mg"), "spun"),
        (("four to six months", "five to six months"), "near"),
        (("Isotroin is", "It is"), "near"),
    ],
)
def test_kinds(chain: Pipeline, change: tuple[str, str], kind: str) -> None:
    """Case and punctuation make no difference; another brand or strength is a spun copy; other words are a near one."""
    copies = found([chain(TEXT).record(), chain(TEXT.replace(*change)).record()])
    assert [(copy.document, copy.of, copy.kind) for copy in copies] == [(1, 0, kind)]
    assert (copies[0].similarity == 1.0) >= (kind == "exact")


def test_other_articles_are_no_copies(chain: Pipeline, texts: dict[str, str]) -> None:
    """Articles of their own stay alone, also where two of them are about one drug."""
    other = (
        "Isotroin is a medicine for bad skin. It was found in the seventies, and it is sold in many countries under many names of its own."
    )
    assert found([chain(text).record() for text in (*texts.values(), TEXT, other)]) == []


def test_a_short_text_is_a_copy_only_when_exact(chain: Pipeline) -> None:
    """A few words, with the drug masked, say too little."""
    assert [
        c.kind for c in found([chain(t).record() for t in ("Take Isotroin daily.", "Take Accutane daily.", "take isotroin daily")])
    ] == ["exact"]


def test_a_copy_resembles_its_leader() -> None:
    """In a row of texts, each like the next but the ends unlike, a copy is named only after a leader that it does resemble."""
    steps = [Fingerprint(i, np.arange(10 * i, 10 * i + 100, dtype=np.uint32), (), ()) for i in range(12)]
    with closing(DuplicateIndex()) as index:
        for step in steps:
            index.add(step)
        copies = index.find().duplicates
    assert copies
    assert all(resemblance(steps[c.document].shingles, steps[c.of].shingles) >= THRESHOLD for c in copies)
    assert {c.of for c in copies}.isdisjoint(c.document for c in copies)


def test_documents_without_a_word(chain: Pipeline) -> None:
    """Pages of which nothing was kept are not copies of one another."""
    assert found([{**chain(TEXT).record(), "text": "", "blocks": [], "entities": []}] * 3) == []


def test_no_documents() -> None:
    """Nothing is a copy of nothing."""
    assert found([]) == []


def test_masks() -> None:
    """Drugs and numbers become signs, and a list of brands becomes one drug."""
    text = "Sold as Accutane, Claravis or Amnesteem in 10 or 20mg."
    drugs = [(8, 16), (18, 26), (30, 39)]
    assert masked(text, [(0, len(text))], drugs).split() == ["sold", "as", "\x01", "in", "#", "or", "#", "mg.\x02"]


def test_shingles_stay_within_blocks() -> None:
    """Blocks in another order give the same shingles, and a block shorter than a shingle is one."""
    one, two = ["take", "it", "with", "much", "water", "\x02"], ["side", "effects", "\x02"]
    assert len(shingles([*one, *two])) == 3
    assert shingles([*one, *two]).tolist() == shingles([*two, *one]).tolist()


@pytest.fixture
def documents(tmp_path: Path, chain: Pipeline) -> Path:
    """A file of records: an article, another one, and two copies of the first."""
    other = "Omeprazole lowers the acid in the stomach. " + " ".join(NEW)
    texts = {"a": TEXT, "b": other, "c": TEXT.replace("Isotroin", "Accutane"), "d": TEXT}
    path = tmp_path / "documents.jsonl"
    path.write_text("".join(to_line({**chain(text).record(), "id": name}) for name, text in texts.items()), encoding="utf-8")
    return path


def records(path: Path) -> list[dict[str, Any]]:
    """The records of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_mark(documents: Path) -> None:
    """`mark` fills in `duplicate` as the schema wants it, and changes no other byte."""
    before = documents.read_bytes()
    dedup = mark_duplicates(documents)
    marked = records(documents)
    assert [r["duplicate"] and (r["duplicate"]["of"], r["duplicate"]["kind"]) for r in marked] == [
        None,
        None,
        ("a", "spun"),
        ("a", "exact"),
    ]
    for record in marked:
        jsonschema.validate(record, schema())
    assert "".join(to_line({**record, "duplicate": None}) for record in marked).encode() == before
    assert (dedup.documents, dedup.duplicates, dedup.clusters) == (4, 2, 1)
    assert dedup.row()["largest"] == [{"of": "a", "size": 3, "kinds": {"exact": 1, "near": 0, "spun": 1}, "members": ["c", "d"]}]


def test_mark_twice(documents: Path) -> None:
    """Marking anew gives the same bytes; a mark that no longer holds is taken off."""
    mark_duplicates(documents)
    first = documents.read_bytes()
    mark_duplicates(documents)
    assert documents.read_bytes() == first
    lines = first.splitlines(keepends=True)
    documents.write_bytes(lines[2])
    mark_duplicates(documents)
    assert [record["duplicate"] for record in records(documents)] == [None]


def test_drop(documents: Path) -> None:
    """`drop` moves the copies, marked, to a file of their own: nothing is lost."""
    before = records(documents)
    mark_duplicates(documents, "drop")
    kept, dropped = records(documents), records(documents.with_name("duplicates.jsonl"))
    assert [record["id"] for record in kept] == ["a", "b"]
    assert [(record["id"], record["duplicate"]["of"]) for record in dropped] == [("c", "a"), ("d", "a")]
    assert [{**record, "duplicate": None} for record in (*kept, *dropped)] == before
    assert sorted(path.name for path in documents.parent.iterdir()) == ["documents.jsonl", "duplicates.jsonl"]


def test_keep(documents: Path) -> None:
    """`keep` only counts."""
    before = documents.read_bytes()
    assert mark_duplicates(documents, "keep").kinds == {"exact": 1, "near": 0, "spun": 1}
    assert documents.read_bytes() == before


def test_what_is_no_record(tmp_path: Path) -> None:
    """A file of something else is named with its line, and left as it is."""
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "no record"}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="line 1: no record"):
        mark_duplicates(path)
    assert [p.name for p in tmp_path.iterdir()] == ["x.jsonl"]


def test_unknown_mode(documents: Path) -> None:
    """A mode that is none is told with those there are."""
    with pytest.raises(ConfigError, match="keep, mark, drop"):
        mark_duplicates(documents, "loud")
