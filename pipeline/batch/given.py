"""The inputs of a batch so that they can be read more than once: to be planned, looked at and cleaned, by any process."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ..errors import ConfigError
from ..reading.sources import File
from ..reading.sources.walk import listed
from .folder import Folder

_SPOOL = ".stdin.spool"  # a suffix that says nothing: it is looked into, and its documents are counted


@contextmanager
def kept(inputs: Sequence[str | Path], folder: Folder) -> Iterator[list[str | Path | File]]:
    """The inputs; standard input is put by in the folder as long as it is needed.

    Raises ConfigError where it cannot be, or is asked for twice.
    """
    words = [str(item) for item in inputs]
    if words.count("-") + words.count("@-") > 1:
        raise ConfigError("standard input can be read only once", "give one - and no @- beside it")
    if "-" in words and folder.remote:
        raise ConfigError("standard input cannot be cleaned into a URL", "save it to a file first")
    spool = Path(folder.place) / _SPOOL
    try:
        found = list[str | Path | File]()
        for item, word in zip(inputs, words, strict=True):
            found += listed("-") if word == "@-" else [_put_by(spool)] if word == "-" else [item]
        yield found
    finally:
        if "-" in words:
            spool.unlink(missing_ok=True)


def _put_by(spool: Path) -> File:
    """Standard input as a file, known by its content."""
    with spool.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    with spool.open("rb") as file:
        return File(str(spool), spool.stat().st_size, _digest_of(file), "-")


def _digest_of(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while data := file.read(2**20):
        digest.update(data)
    return digest.hexdigest()
