"""Documents for other tools."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .document import Document

if TYPE_CHECKING:
    from spacy.tokens import Doc


def to_spacy(document: Document, nlp: Any = None) -> Doc:
    """A spaCy `Doc` of the text; `nlp` is the pipeline to tokenize with, blank English if none is given.

    `doc.spans["entities"]` holds every entity, `doc.ents` those that do not overlap, the longest
    first. An entity whose ends fall inside tokens of that pipeline is widened to whole tokens.
    """
    import spacy

    nlp = nlp or spacy.blank("en")
    doc: Doc = nlp.make_doc(document.text)
    spans = [
        span
        for e in document.entities
        if (span := doc.char_span(e.start, e.end, label=e.label, kb_id=e.canonical or "", span_id=e.id, alignment_mode="expand"))
    ]
    doc.spans["entities"] = spans
    doc.ents = _longest(spans)
    return doc


def _longest(spans: Iterable[Any]) -> list[Any]:
    taken, out = set[int](), list[Any]()
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.start, s.label_)):
        if taken.isdisjoint(range(span.start, span.end)):
            taken.update(range(span.start, span.end))
            out.append(span)
    return sorted(out, key=lambda s: s.start)
