"""The state of a batch in its output folder: parts, the manifest, the finished files.

While a batch is under way, `.parts/` holds `configuration.json` and, for each finished shard, KEY.jsonl (documents) and KEY.json (the
entry that says what it was made of and that it is whole). At the end these become documents.jsonl, failures.jsonl, summary.json and
manifest.jsonl (the configuration, then the entries in the order of the documents), and `.parts/` goes. A later
run takes from a finished batch whatever its manifest says is still true.

In the format `parts` the documents are not put together: documents/000000.jsonl, 000001.jsonl … are the parts, moved.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from .. import __version__
from ..chain import Options
from ..errors import ConfigError
from ..reading.sources import Reading
from ..record import to_json
from .folder import Folder
from .forms import FILES, make_form
from .summary import Summary
from .work import Part, save_part

PARTS, MANIFEST, CONFIGURATION = ".parts", "manifest.jsonl", "configuration.json"
# code that changes no record
_UNRELATED = frozenset({"report", "interop", "export", "commands", "batch", "engine", "importers", "__pycache__"})


class Known(NamedTuple):
    """Where the entry of a finished shard stands, and its documents: in the parts, or in the finished files."""

    entry: int  # offset in the manifest, or -1 for an entry in the parts
    start: int
    documents: int
    failures: int


@dataclass(frozen=True)
class Store:
    """The output folder of a batch."""

    out: Folder

    @property
    def parts(self) -> Folder:
        """Where parts go."""
        return self.out / PARTS

    def unfinished(self) -> dict[str, Any] | None:
        """The configuration of a batch that broke off here."""
        found = self.parts.read(CONFIGURATION)
        return None if found is None else json.loads(found)

    def finished(self) -> dict[str, Any] | None:
        """The configuration of a batch that was finished here."""
        try:
            with self.out.open(MANIFEST) as file:
                row = json.loads(file.readline())
        except (OSError, ValueError):
            return None
        return row.get("configuration") if isinstance(row, dict) else None

    def begin(self, configuration: Mapping[str, Any]) -> None:
        """Note what the parts are made with; what a killed run left half written goes."""
        for name in self.out.names():
            if name.endswith((".tmp", ".new")) and name.split(".", 1)[0] in {"documents", "failures", "manifest", "summary"}:
                self.out.remove(name)
        self.parts.make()
        self.parts.write(CONFIGURATION, to_json(configuration, indent=2).encode("utf-8"))

    def known(self) -> dict[str, Known]:
        """The finished shards, by key: of the finished batch, then of the parts."""
        found = {}
        if (self.finished() or {}).get("format") == "parts":
            self._reopen()
        elif self.out.size("documents.jsonl") == sum(part.size for _, part in self.entries()):
            found = {part.key: Known(at, part.start, part.summary.documents, len(part.failures)) for at, part in self.entries()}
        names = set(self.parts.names())
        for name in sorted(names):
            if name.endswith(".json") and name != CONFIGURATION and f"{name}l" in names and (part := self._entry(name)):
                found[part.key] = Known(-1, 0, part.summary.documents, len(part.failures))
        return found

    def _reopen(self) -> None:
        """Make the files of a finished batch parts again. It can break off and be done once more."""
        self.parts.make()
        for number, (_, part) in enumerate(self.entries()):
            file = _numbered(number)
            if self.out.size(file) == part.size:
                self.out.move(file, f"{PARTS}/{part.key}.jsonl")
                save_part(self.parts, part)
        self.out.remove(MANIFEST)

    def entries(self) -> Iterator[tuple[int, Part]]:
        """The entries of the manifest with their offsets in it, in the order of the documents."""
        try:
            file = self.out.open(MANIFEST)
        except FileNotFoundError:
            return
        start = 0
        with file:
            at = len(file.readline())
            for line in iter(file.readline, b""):
                part = Part.load(json.loads(line), "documents.jsonl", start)
                yield at, part
                at, start = at + len(line), start + part.size

    def _entry(self, name: str) -> Part | None:
        try:
            part = Part.load(json.loads(self.parts.read(name) or b""))
        except (ValueError, KeyError, TypeError):
            return None
        return part if self.parts.size(part.file) == part.size else None

    def load(self, key: str, known: Known) -> tuple[Folder, Part]:
        """A finished shard's entry, and the folder that its documents are in."""
        if known.entry < 0:
            return self.parts, Part.load(json.loads(self.parts.read(f"{key}.json") or b""))
        with self.out.open(MANIFEST) as file:
            file.seek(known.entry)
            return self.out, Part.load(json.loads(file.readline()), "documents.jsonl", known.start)

    def assemble(self, configuration: Mapping[str, Any], order: Iterable[str], known: Mapping[str, Known], form: str) -> Summary:
        """Make the finished files of the parts, in order. They replace earlier ones at the very end."""
        summary = Summary()
        names = ["failures.jsonl", MANIFEST] + ([FILES[form]] if FILES[form] else [])
        keys = list(order)
        other = make_form(form, self.out)
        new = {name: f"{name}.new" for name in [*names, "summary.json"]}
        ended = closing(other) if other else nullcontext()
        with ended, self.out.writing(new["failures.jsonl"]) as bad, self.out.writing(new[MANIFEST]) as manifest:
            manifest.write(to_json({"configuration": configuration}).encode("utf-8") + b"\n")
            with self.out.writing(new["documents.jsonl"]) if form == "jsonl" else nullcontext(None) as good:
                for key in keys:
                    folder, part = self.load(key, known[key])
                    if other:
                        other.write_all(folder, part)
                    elif good:
                        folder.copy(part.file, part.start, part.size, good)
                    for row in part.failures:
                        bad.write(to_json(row).encode("utf-8") + b"\n")
                    manifest.write(to_json(part.row()).encode("utf-8") + b"\n")
                    summary.merge(part.summary)
        self.out.write(new["summary.json"], (to_json(summary.row(), indent=2) + "\n").encode("utf-8"))
        self._publish(new, keys if form == "parts" else [])
        return summary

    def _publish(self, new: Mapping[str, str], keys: Sequence[str]) -> None:
        """Put the finished files in place: the manifest goes first and comes last, so that it never speaks of files that are not there."""
        self.out.remove(MANIFEST)
        self._number(keys)
        for name in sorted(new, key=lambda name: name == MANIFEST):
            self.out.move(new[name], name)
        self.parts.remove_all()

    def _number(self, keys: Sequence[str]) -> None:
        """Move parts to their places in documents/, the last first, so that a part that stands there twice is moved once."""
        if keys:
            (self.out / "documents").make()
        first = {key: number for number, key in reversed(list(enumerate(keys)))}
        for number, key in reversed(list(enumerate(keys))):
            source = f"{PARTS}/{key}.jsonl"
            if number == first[key]:
                self.out.move(source, _numbered(number))
                continue
            with self.out.writing(_numbered(number)) as file:
                self.out.copy(source, 0, self.out.size(source), file)

    def summary(self) -> Summary:
        """The counts of the finished batch."""
        summary = Summary()
        for _, part in self.entries():
            summary.merge(part.summary)
        return summary


def _numbered(number: int) -> str:
    return f"documents/{number:06}.jsonl"


def configuration_of(options: Options, reading: Reading, sample: float | None, form: str, inputs: Iterable[str]) -> dict[str, Any]:
    """All that decides the results, in plain values that can be compared and shown."""
    told = {key: _plain(value) for key, value in asdict(options).items()}
    return {
        "inputs": list(inputs),
        "format": form,
        "sample": sample,
        **{key: _plain(value) for key, value in asdict(reading).items() if key not in {"max_bytes", "outside"}},
        **told,
        "lexicon": [f"{path} {_digest([Path(path)])}" for path in told["lexicon"]],
        "templates": told["templates"] and f"{told['templates']} {_digest([Path(told['templates'])])}",
        "program": f"{__version__} ({_program()})",
    }


def _plain(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def _program() -> str:
    """Stands for the code, rules and tables that make a record of a page."""
    root = Path(str(files(__package__.split(".", 1)[0])))
    return _digest(sorted(path for path in root.rglob("*") if path.is_file() and not _UNRELATED & set(path.relative_to(root).parts)))


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def salt_of(configuration: Mapping[str, Any]) -> str:
    """Stands for the configuration, as far as it decides what a shard becomes."""
    told = {key: value for key, value in configuration.items() if key not in {"inputs", "format", "passes"}}
    return hashlib.sha256(to_json(told).encode("utf-8")).hexdigest()[:20]


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between two configurations, in words.

    >>> differences({"skip": [], "usan": False}, {"skip": ["assess"], "usan": False})
    ["skip was [] and is ['assess']"]
    """
    keys = [key for key in {**before, **now} if before.get(key) != now.get(key)]
    return [f"{key} was {before.get(key)!r} and is {now.get(key)!r}" for key in keys]


def refuse(place: object, before: Mapping[str, Any], now: Mapping[str, Any], *, done: bool) -> ConfigError:
    """The error that there is another batch in the folder."""
    what = "was finished" if done else "broke off"
    return ConfigError(
        f"{place}: a batch with another configuration {what} here: {'; '.join(differences(before, now))}",
        "run it with the same options, choose another folder with -o, or start over with --fresh",
    )
