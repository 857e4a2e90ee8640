"""A folder of spaCy DocBins, some hundred documents each: a DocBin lives in memory as a whole.

from spacy.training import Corpus
examples = Corpus("FOLDER")(nlp)          # reads the folder as it is; so does `spacy train --paths.train FOLDER`
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..interop import pack, to_spacy
from .files import Record, Writer
from .restore import from_record

_DOCUMENTS = 500  # of one file


class DocBins(Writer):
    """Writer of part-00001.spacy, part-00002.spacy … into a folder that is there."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._waiting, self._parts = folder, list[Any](), 0

    def add(self, record: Record) -> None:
        """Take one record in."""
        self._waiting.append(to_spacy(from_record(record)))
        if len(self._waiting) >= _DOCUMENTS:
            self._flush()

    def finish(self) -> None:
        """Write what waits; an export of nothing is an empty DocBin."""
        if self._waiting or not self._parts:
            self._flush()

    def _flush(self) -> None:
        self._parts += 1
        (self._folder / f"part-{self._parts:05}.spacy").write_bytes(pack(self._waiting))
        self._waiting = []
