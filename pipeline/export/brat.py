"""A folder for brat: NAME.txt and NAME.ann a document, annotation.conf with what may occur, visual.conf with colours."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from ..interop import to_brat
from .files import FileNames, Record, Writer
from .restore import from_record


class Brat(Writer):
    """Writer into a folder that is there."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._names = folder, FileNames()
        for name in ("annotation.conf", "visual.conf"):
            text = (files(__package__) / f"brat.{name}").read_text(encoding="utf-8")
            (folder / name).write_text(text, encoding="utf-8", newline="\n")

    def add(self, record: Record) -> None:
        """Write one document."""
        stand_off = to_brat(from_record(record))
        name = self._names.of(record)
        (self._folder / f"{name}.txt").write_text(record["text"], encoding="utf-8", newline="")
        (self._folder / f"{name}.ann").write_text(stand_off, encoding="utf-8", newline="\n")
