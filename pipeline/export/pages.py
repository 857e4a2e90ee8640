"""A folder of articles, a file a document: plain text or Markdown."""

from __future__ import annotations

from pathlib import Path

from ..report.markup import to_markdown
from .files import FileNames, Record, Writer
from .restore import from_record


class TextPages(Writer):
    """Writer of NAME.txt into a folder that is there."""

    suffix = ".txt"

    def __init__(self, folder: Path) -> None:
        self._folder, self._names = folder, FileNames()

    def add(self, record: Record) -> None:
        """Write one document."""
        text = self.rendered(record)
        (self._folder / f"{self._names.of(record)}{self.suffix}").write_text(text + "\n", encoding="utf-8", newline="")

    @staticmethod
    def rendered(record: Record) -> str:
        """The file's text, without its last line break."""
        text: str = record["text"]
        return text


class MarkdownPages(TextPages):
    """Writer of NAME.md."""

    suffix = ".md"

    @staticmethod
    def rendered(record: Record) -> str:
        """The article as Markdown."""
        return to_markdown(from_record(record))
