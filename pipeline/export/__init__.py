"""Records for analysis and for other tools: tables, SQLite, Parquet, spaCy, BioC, brat, PubAnnotation, text.

`export(["outputs"], "sqlite", Path("outputs.db"))` is the whole of it. Each format is a writer with
`add(record)` and `close()`, to be had alone too: `NestedParquet(path)`, `MarkdownPages(folder)`.
"""

from __future__ import annotations

from .formats import FORMATS, Done, export
from .records import read_lines
from .restore import from_record

__all__ = ["FORMATS", "Done", "export", "from_record", "read_lines"]
