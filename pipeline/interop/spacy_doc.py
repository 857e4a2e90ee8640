"""A document as a spaCy `Doc`, many as a `DocBin`.

from spacy.tokens import DocBin
docs = DocBin().from_disk("pages.spacy").get_docs(nlp.vocab)
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from ..document import Document
from ..entities.tokens import DoseTokenizer, read_page
from .flat import longest

if TYPE_CHECKING:
    from spacy.tokens import Doc

DETAILS = "pharmaclean"  # the key of `doc.user_data` that holds what spaCy has no place for


@cache
def blank() -> Any:
    """Blank English with the tokenizer that the entities were found by: made at first use, one for the process."""
    import spacy

    nlp = spacy.blank("en")
    nlp.tokenizer = DoseTokenizer(nlp.vocab)
    return nlp


def to_spacy(document: Document, nlp: Any = None) -> Doc:
    """A spaCy `Doc` of the text; `nlp` is the pipeline to tokenize with, our own tokenizer if none is given.

    `doc.spans["entities"]` holds every entity, `doc.ents` those that do not overlap, the longest
    first. An entity whose ends fall inside tokens of that pipeline is widened to whole tokens.
    `doc.user_data["pharmaclean"]` holds the record's entities and relations, with all their fields.
    """
    doc: Doc = (nlp or blank()).make_doc(document.text)
    spans = [
        span
        for e in document.entities
        if (span := doc.char_span(e.start, e.end, label=e.label, kb_id=e.canonical or "", span_id=e.id, alignment_mode="expand"))
    ]
    doc.spans["entities"] = spans
    doc.ents = longest(spans, lambda span: (span.start, span.end))
    if nlp is None:
        _mark_sentences(doc, document)
    record = document.record()
    doc.user_data[DETAILS] = {"id": document.id, "entities": record["entities"], "relations": record["relations"]}
    return doc


def to_docbin(documents: Iterable[Document]) -> bytes:
    """The bytes of a `DocBin` with entities, all spans, sentences, and `user_data`."""
    return pack(map(to_spacy, documents))


def pack(docs: Iterable[Doc]) -> bytes:
    """`Doc`s that `to_spacy` made as the bytes of a `DocBin`."""
    from spacy.tokens import DocBin

    return bytes(DocBin(attrs=["ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "SENT_START"], docs=docs, store_user_data=True).to_bytes())


def _mark_sentences(doc: Doc, document: Document) -> None:
    page = read_page(document)
    firsts = {page.starts[first] for first, _ in page.sentences}
    for token in doc:
        token.is_sent_start = token.i == 0 or token.idx in firsts
