"""Does a record hold what it promises: the schema, and what no schema can say.

Slices equal `text`; every offset lies in its text; all words lie in blocks; `map`, `removed` and `replaced` tile the source
and the text without gap or overlap; entities have ids of their own, and relations lead to them; no
two documents share an id, unless they are copies to the byte. And of a batch's folder: is every file the bytes that were written?
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any

from .export.records import Line, in_folder, read_lines
from .record import schema, source_of

_LONG = 160  # characters of a fault that are shown


@dataclass(slots=True)
class Validator:
    """Checks records; remembers the ids it has seen (16 bytes a document, and what Python adds)."""

    documents: int = 0
    faults: int = 0
    unsummed: list[str] = field(default_factory=list)  # folders of an earlier version, whose files have no sums to be compared with
    _seen: dict[bytes, bytes] = field(default_factory=dict)

    def run(self, paths: Sequence[str | Path], progress: Callable[[int], None] = lambda _: None) -> Iterator[Line]:
        """The faults of files or folders, each with its place, in order. Raises ConfigError for what is not there."""
        for path in paths:
            damaged = list(self._damaged(Path(path))) if Path(path).is_dir() else []
            self.faults += len(damaged)
            yield from damaged
            if not damaged or in_folder(Path(path)):
                yield from self._records(path, progress)

    def _damaged(self, folder: Path) -> Iterator[Line]:
        """The files of a batch that are not as they were written."""
        from .batch.folder import Folder
        from .batch.manifest import MANIFEST, Manifest

        if not (folder / MANIFEST).is_file():
            return
        manifest, whole = Manifest(Folder(str(folder))), True
        for name, problem in manifest.faults():
            whole = whole and name != MANIFEST
            yield Line(str(folder / name), 0, None, f"{problem}; the same batch command again makes it anew")
        if whole and not manifest.has_sums():
            self.unsummed.append(str(folder))

    def _records(self, path: str | Path, progress: Callable[[int], None]) -> Iterator[Line]:
        for line in read_lines([path]):
            self.documents += 1
            progress(self.documents)
            for problem in [line.problem] if line.record is None else self.check(line.record):
                self.faults += 1
                yield Line(line.path, line.number, None, problem)

    def check(self, record: Mapping[str, Any]) -> Iterator[str]:
        """The faults of one record, and of its id beside those before; those behind the schema only if it is as the schema says."""
        wrong = list(schema_faults(record))
        yield from wrong or chain(invariant_faults(record), self._shared_id(record))

    def _shared_id(self, record: Mapping[str, Any]) -> Iterator[str]:
        key, content = _short(record["id"]), _short(record["source"]["sha256"])
        if self._seen.setdefault(key, content) != content:
            yield f"id {record['id']!r} is that of another document before"


def _short(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()


def record_faults(record: Mapping[str, Any]) -> Iterator[str]:
    """The faults of one record by itself."""
    yield from list(schema_faults(record)) or invariant_faults(record)


def schema_faults(record: Mapping[str, Any]) -> Iterator[str]:
    """Where the record is not as its JSON Schema says: path and what is wrong."""
    for error in _validator().iter_errors(record):
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path)
        yield f"{path.lstrip('.') or 'record'}: {_cut(error.message)}"


@cache
def _validator() -> Any:
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(schema())


def _cut(message: str) -> str:
    """The message with its end, which says what is wrong, and not the whole of a long value before it."""
    line = " ".join(message.split())
    return line if len(line) <= _LONG else f"{line[:60]} … {line[-(_LONG - 63) :]}"


def invariant_faults(record: Mapping[str, Any]) -> Iterator[str]:
    """What no schema can say, of a record that is as the schema says."""
    yield from _spans(record)
    yield from _blocks(record)
    yield from _entities(record)
    yield from _tiles(record)
    if "source_text" in record and record["source_text"] != source_of(record):
        yield "source_text is not what text, removed and replaced make"


def _spans(record: Mapping[str, Any]) -> Iterator[str]:
    """Spans in `text`, not empty; both ends of a flag or none."""
    length = len(record["text"])
    for name in ("blocks", "sections", "entities", "relations", "flags"):
        for i, row in enumerate(record[name]):
            start, end, cue = row["start"], row["end"], row.get("cue")
            if (start is None) != (end is None):
                yield f"{name}[{i}]: of start and end one is null"
            elif start is not None and not start < end <= length:
                yield f"{name}[{i}]: {start} to {end} is no span of a text of {length} characters"
            if cue and not cue[0] < cue[1] <= length:
                yield f"{name}[{i}]: cue {cue[0]} to {cue[1]} is no span of a text of {length} characters"


def _blocks(record: Mapping[str, Any]) -> Iterator[str]:
    """Blocks in reading order, one behind the other, with nothing but blanks between them and around."""
    here, text = 0, record["text"]
    for i, block in enumerate(record["blocks"]):
        if block["start"] < here:
            yield f"blocks[{i}]: begins at {block['start']}, inside the block before it, which ends at {here}"
        elif outside := text[here : block["start"]].strip():
            yield f"blocks[{i}]: {_quoted(outside)} before it is in no block"
        here = max(here, block["end"])
    if record["blocks"] and (outside := text[here:].strip()):
        yield f"blocks: {_quoted(outside)} after the last is in no block"


def _entities(record: Mapping[str, Any]) -> Iterator[str]:
    ids = Counter(entity["id"] for entity in record["entities"])
    for i, entity in enumerate(record["entities"]):
        found = record["text"][entity["start"] : entity["end"]]
        if found != entity["text"]:
            yield f"entities[{i}]: text is {_quoted(entity['text'])}, but {entity['start']} to {entity['end']} is {_quoted(found)}"
    for name, count in ids.items():
        if count > 1:
            yield f"entities: {count} of them have the id {name}"
    for i, relation in enumerate(record["relations"]):
        for end in ("head", "tail"):
            if relation[end] not in ids:
                yield f"relations[{i}]: {end} is {relation[end]!r}, and there is no such entity"


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")


@dataclass(frozen=True, slots=True)
class _Tile:
    """A stretch of the source, and where it stands in the text; a removed one has no length there."""

    start: int
    end: int
    at: int
    length: int
    name: str


def _tiles(record: Mapping[str, Any]) -> Iterator[str]:
    """One walk over the stretches: each begins where the last one ended, in the source and in the text."""
    source = text = 0
    for tile in sorted(_stretches(record), key=lambda tile: (tile.start, tile.end)):
        if tile.start != source:
            what = "a gap" if tile.start > source else "an overlap"
            yield f"{tile.name}: {what} in the source between {min(source, tile.start)} and {max(source, tile.start)}"
        if tile.at != text:
            yield f"{tile.name}: stands at {tile.at} in the text, and the stretches before it end at {text}"
        source, text = tile.end, tile.at + tile.length
    if text != len(record["text"]):
        yield f"text has {len(record['text'])} characters, and map and replaced account for {text}"
    told = record["quality"].get("source_chars")
    if told is not None and told != source:
        yield f"quality.source_chars is {told}, and the stretches of the source make {source}"
    yield from _lengths(record)


def _stretches(record: Mapping[str, Any]) -> Iterator[_Tile]:
    for i, (start, end, there) in enumerate(record["map"]):
        yield _Tile(there, there + end - start, start, end - start, f"map[{i}]")
    for i, row in enumerate(record["removed"]):
        yield _Tile(row["start"], row["end"], row["at"], 0, f"removed[{i}]")
    for i, row in enumerate(record["replaced"]):
        yield _Tile(row["start"], row["end"], row["at"], len(row["after"]), f"replaced[{i}]")


def _lengths(record: Mapping[str, Any]) -> Iterator[str]:
    """What was removed or replaced is as long as its span, and what replaces it stands in the text."""
    for name, key in (("removed", "text"), ("replaced", "before")):
        for i, row in enumerate(record[name]):
            if len(row[key]) != (length := row["end"] - row["start"]):
                yield f"{name}[{i}]: {key} has {len(row[key])} characters, and {row['start']} to {row['end']} are {length}"
    for i, row in enumerate(record["replaced"]):
        found = record["text"][row["at"] : row["at"] + len(row["after"])]
        if found != row["after"]:
            yield f"replaced[{i}]: after is {_quoted(row['after'])}, but at {row['at']} stands {_quoted(found)}"
