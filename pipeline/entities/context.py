"""A page with what is known of it so far: where its drugs stand, which sentence speaks of medicine."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..document import Document, Entity
from ..rules.load import word_set
from .tokens import Page, read_page

#: Words that make a sentence one about a medicine.
medicine_words = partial(word_set, "durations.toml", "context", "words")


@dataclass(frozen=True, slots=True)
class Found:
    """A mention by tokens, before it becomes an Entity."""

    label: str
    first: int
    last: int
    value: Mapping[str, Any] | None = None
    canonical: str | None = None
    kind: str | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    needs: bool = False


@dataclass(slots=True)
class Context:
    """What the finders ask: `near` an amount, `speaks` of a drug."""

    document: Document
    page: Page
    drugs: list[tuple[int, int, Entity]]
    taken: set[int]
    dose_tokens: set[int] = field(default_factory=set)
    _tops: dict[int, int] = field(default_factory=dict)  # line of a table -> its first line

    @classmethod
    def of(cls, document: Document) -> Context:
        """The document read, its drugs as tokens."""
        page = read_page(document)
        drugs = [(page.token_at(e.start), _token_end(page, e.end), e) for e in document.entities if e.label in ("DRUG", "DRUG_CLASS")]
        return cls(document, page, drugs, {i for first, last, _ in drugs for i in range(first, last)})

    @property
    def language(self) -> str:
        """ISO 639-1 code of the page's language, "" if unknown."""
        return (self.document.language or "")[:2].lower()

    def free(self, first: int, last: int) -> bool:
        """No drug name in these tokens."""
        return self.taken.isdisjoint(range(first, last))

    def holds_its_drugs(self, first: int, last: int) -> bool:
        """No drug name, or only names inside a longer one: "vitamin B12 deficiency", "heparin-induced thrombocytopenia"."""
        if self.free(first, last):
            return True
        at = bisect_left(self.drugs, last, key=lambda drug: drug[0])  # they stand in order, and apart
        while at and first < self.drugs[at - 1][1]:
            at -= 1
            a, b, _ = self.drugs[at]
            if not (first <= a and b <= last and b - a < last - first):
                return False
        return True

    def note_doses(self, found: Iterable[Found]) -> None:
        """Remember where amounts, forms and frequencies stand, for those that are looked for next."""
        for f in found:
            self.dose_tokens.update(range(f.first, f.last))

    def speaks_of_medicine(self, token: int, words: frozenset[str]) -> bool:
        """A drug, a dose or one of these words is in the token's sentence."""
        first, last = self.page.sentence(token)
        inside = range(first, last)
        return not (self.taken.isdisjoint(inside) and self.dose_tokens.isdisjoint(inside) and words.isdisjoint(self.page.words[first:last]))

    def beside(self, first: int, last: int, *, reach: int = 1) -> bool:
        """A drug or a dose stands within `reach` tokens of these."""
        around = [i for i in range(first - reach, last + reach) if not first <= i < last]
        return not (self.taken.isdisjoint(around) and self.dose_tokens.isdisjoint(around))

    def on_one_line(self, first: int, last: int) -> bool:
        """No line break between these tokens."""
        return "\n" not in self.page.text[self.page.starts[first] : self.page.ends[last - 1]]

    def label_before(self, token: int) -> str:
        """The words before a colon at the start of the token's line, "" without one: "Dosage form: tablet".

        Labels are short: six words at most.
        """
        words = self.page.words
        line = self.page.line(token)
        first = self.page.line_starts[line] if line >= 0 else token
        head = words[first : min(token, first + 8)]
        return " ".join(head[: head.index(":")]) if ":" in head else ""

    def column(self, token: int) -> frozenset[str]:
        """The words at the head of the table column that the token stands in, none outside tables."""
        page, number = self.page, self.page.line(token)
        if number < 0 or page.lines[number].block.kind != "table_row":
            return frozenset()
        top = number
        while top and page.lines[top - 1].block.kind == "table_row":
            if top in self._tops:
                top = self._tops[top]
                break
            top -= 1
        self._tops[number] = top
        cell = page.text.count("\t", page.lines[number].block.start, page.starts[token])
        heads = page.text[page.lines[top].block.start : page.lines[top].block.end].lower().split("\t")
        return frozenset(heads[cell].split()) if top < number and cell < len(heads) else frozenset()


def _token_end(page: Page, offset: int) -> int:
    i = page.token_at(offset - 1)
    return min(i + 1, len(page.words))
