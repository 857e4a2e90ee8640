"""What can be exported to, and the one loop that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

from ..errors import RecordError
from ..writing import spare
from .files import Writer, whole
from .records import Line, read_lines


@dataclass(frozen=True, slots=True)
class Format:
    """Where its writer is, whether it writes a folder, and what it is in a few words."""

    module: str
    writer: str
    folder: bool
    about: str

    def open(self, path: Path) -> Writer:
        """The writer to a path."""
        made: Writer = getattr(import_module(f".{self.module}", __package__), self.writer)(path)
        return made


FORMATS: Mapping[str, Format] = {
    "csv": Format("csv_tables", "CsvTables", folder=True, about="a folder of flat tables"),
    "parquet": Format("flat_parquet", "FlatParquet", folder=True, about="a folder of flat tables (needs pyarrow)"),
    "parquet-nested": Format("nested", "NestedParquet", folder=False, about="one file, a row a record, nothing left out (needs pyarrow)"),
    "sqlite": Format("sqlite_tables", "SqliteTables", folder=False, about="one database: tables, views, full-text index"),
    "spacy": Format("docbin", "DocBins", folder=True, about="a folder of DocBins"),
    "bioc": Format("bioc", "BioC", folder=False, about="one BioC JSON collection"),
    "brat": Format("brat", "Brat", folder=True, about="a folder of .txt and .ann with annotation.conf"),
    "pubannotation": Format("pubannotation", "PubAnnotation", folder=True, about="a folder of JSON, a file a document"),
    "text": Format("pages", "TextPages", folder=True, about="a folder of .txt"),
    "markdown": Format("pages", "MarkdownPages", folder=True, about="a folder of .md"),
}


@dataclass(slots=True)
class Done:
    """What became of an export."""

    documents: int = 0
    faults: int = 0


# What a writer meets in a record that is not of the schema. A wrong type deep inside shows as one of these.
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)


def export(
    paths: Sequence[str | Path],
    to: str,
    out: Path,
    *,
    on_fault: Callable[[Line], None] = lambda _: None,
    progress: Callable[[int], None] = lambda _: None,
) -> Done:
    """Write the records of files or folders to `out` in a format of FORMATS, one at a time; `progress` is told their number.

    A record that cannot be written is left out whole and told to `on_fault`; the rest goes on.
    Raises ConfigError for files that are not there, an `out` that cannot be written, or a missing package.
    """
    form, done = FORMATS[to], Done()
    spare(out, *paths)
    lines = read_lines(paths)
    first = next(lines, None)  # before anything is written, so that a wrong name leaves nothing behind
    with whole(out, folder=form.folder) as part:
        writer = form.open(part)
        try:
            for line in chain([first] if first else [], lines):
                if problem := line.problem or _attempt(writer, line.record):
                    done.faults += 1
                    on_fault(Line(line.path, line.number, None, problem))
                else:
                    done.documents += 1
                progress(done.documents)
            writer.finish()
        finally:
            writer.close()
    return done


def _attempt(writer: Writer, record: Any) -> str:
    """Add a record; what was wrong with it, or nothing."""
    try:
        writer.add(record)
    except RecordError as error:
        return str(error)
    except _MALFORMED as error:
        told = f"no {error} in it" if isinstance(error, KeyError) else str(error)
        return f"not as the schema says ({told}); see: pharmaclean validate"
    return ""
