"""A document as CoNLL columns: token, start, end, BIO tag; a blank line between sentences."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Document
from ..entities.tokens import read_page
from .flat import longest


def to_conll(document: Document) -> str:
    r"""One token a line; of entities that overlap the longest.

    >>> from pipeline.document import Entity
    >>> page = Document.from_text("Take 20mg.").annotated([Entity("", "STRENGTH", 5, 9)])
    >>> print(to_conll(page).replace("\t", " "))  # doctest: +NORMALIZE_WHITESPACE
    # id =
    Take 0 4 O
    20 5 7 B-STRENGTH
    mg 7 9 I-STRENGTH
    . 9 10 O
    <BLANKLINE>
    """
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Document) -> Iterator[str]:
    yield f"# id = {document.id}".rstrip()
    page, tags = read_page(document), dict[int, str]()
    for e in longest(document.entities, lambda e: (e.start, e.end)):
        first, last = page.token_at(e.start), page.token_at(e.end - 1) + 1
        tags |= {i: f"{'B' if i == first else 'I'}-{e.label}" for i in range(first, last)}
    for first, last in page.sentences:
        for i in range(first, last):
            start, end = page.starts[i], page.ends[i]
            yield f"{document.text[start:end]}\t{start}\t{end}\t{tags.get(i, 'O')}"
        yield ""
