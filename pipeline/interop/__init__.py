"""Documents for other tools: spaCy, CoNLL, brat."""

from __future__ import annotations

from .conll import to_conll
from .spacy_doc import pack, to_docbin, to_spacy
from .standoff import to_brat

__all__ = ["pack", "to_brat", "to_conll", "to_docbin", "to_spacy"]
