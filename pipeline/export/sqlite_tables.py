"""One SQLite file: the flat tables with keys and indexes, views for the usual questions, a full-text index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path

from ..errors import ConfigError, RecordError
from .files import Record, Writer
from .tables import TABLES, flatten

_PRIMARY = {
    "documents": "document", "drugs": "document, name", "entities": "document, entity", "relations": "document, relation",
    "removed": "document, removal", "flags": "document, flag",
}  # fmt: skip
_BATCH = 200  # records a transaction


class SqliteTables(Writer):
    """Writer of one database file, which is not there yet."""

    def __init__(self, path: Path) -> None:
        self._db = _new_database(path)
        self._insert = {
            name: f"INSERT INTO {name} VALUES ({', '.join('?' * len(columns))})"  # noqa: S608
            for name, columns in TABLES.items()
        }
        self._count = 0
        self._db.execute("BEGIN")

    def add(self, record: Record) -> None:
        """Insert the rows of a record; all of them or, if keys clash or lead nowhere, none."""
        rows = flatten(record, self._count + 1)
        self._db.execute("SAVEPOINT record")
        try:
            for name in TABLES:
                self._db.executemany(self._insert[name], rows[name])
        except sqlite3.OperationalError as error:  # a full disk and the like
            raise OSError(f"SQLite: {error}") from error
        except (sqlite3.Error, ValueError, OverflowError) as error:
            self._db.execute("ROLLBACK TO record")
            self._db.execute("RELEASE record")
            raise RecordError(f"the database refuses it ({error})", "see: pharmaclean validate") from error
        self._db.execute("RELEASE record")
        self._count += 1
        if self._count % _BATCH == 0:
            self._db.execute("COMMIT")
            self._db.execute("BEGIN")

    def finish(self) -> None:
        """Make indexes, views and the full-text index."""
        try:
            self._db.execute("COMMIT")
            self._db.executescript((files(__package__) / "views.sql").read_text(encoding="utf-8"))
            self._db.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if "fts5" not in str(error):
                raise OSError(f"SQLite: {error}") from error
            raise ConfigError(
                "the SQLite of this Python has no full-text search (FTS5)", "use a Python from python.org or conda"
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def _new_database(path: Path) -> sqlite3.Connection:
    """A database with empty tables. Raises OSError."""
    with ExitStack() as undo:
        try:
            db = sqlite3.connect(path, isolation_level=None)
            undo.callback(db.close)
            for line in ("page_size = 8192", "journal_mode = MEMORY", "synchronous = OFF", "foreign_keys = ON", "cache_size = -32768"):
                db.execute(f"PRAGMA {line}")  # a file that is renamed only when whole needs none on disk; 32 MiB of cache
            for statement in _tables():
                db.execute(statement)
        except sqlite3.OperationalError as error:  # no right to write there, a full disk
            raise OSError(f"SQLite: {error}") from error
        undo.pop_all()
    return db


def _tables() -> Iterator[str]:
    for name, columns in TABLES.items():
        parts = [f"{column} {kind.upper()}{' NOT NULL' if column == 'document' else ''}" for column, kind in columns]
        if name == "documents":
            parts[0] = "document INTEGER PRIMARY KEY"
        else:
            parts += [f"PRIMARY KEY ({_PRIMARY[name]})", "FOREIGN KEY (document) REFERENCES documents (document)"]
        if name == "relations":
            parts += [f"FOREIGN KEY (document, {end}) REFERENCES entities (document, entity)" for end in ("head", "tail")]
        yield f"CREATE TABLE {name} (\n  " + ",\n  ".join(parts) + "\n)"
