"""The state of a batch in its output folder: parts, the finished files, and how these take the place of earlier ones.

While a batch is under way, `.parts/` holds `configuration.json` and, for each finished shard, KEY.jsonl (documents) and KEY.json (the
entry that says what it was made of and that it is whole). At the end these become the results, built in `.parts/new/` and then moved:
documents.jsonl (or what the format names), failures.jsonl, summary.json and manifest.jsonl (`manifest.py`). What the manifest before named
goes then, whatever its format was, and no other file does; and `.parts/` goes. A later run takes from a finished batch
whatever its manifest says is still true.

In the format `parts` the documents are not put together: documents/000000.jsonl, 000001.jsonl … are the parts, moved.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from .. import __version__
from ..bounded import pieces
from ..chain import Options
from ..errors import ConfigError
from ..reading.sources import Reading
from ..reading.sources.files import is_url
from ..reading.sources.walk import place_of
from ..record import to_json
from .folder import Folder
from .forms import ASIDE, FILES, FOLDERS, make_form, numbered
from .manifest import DAMAGE, FAILURES, MANIFEST, SUMMARY, Entry, Manifest, is_result
from .shards import Selection
from .summary import Summary
from .sums import sealed, sum_of, unsealed
from .work import Part, save_part

PARTS, CONFIGURATION = ".parts", "configuration.json"
NEW = f"{PARTS}/new"  # where the results are built
REPLACED = "replaced.jsonl"  # in the parts: the manifest of results that are being replaced
# code that changes no record
_UNRELATED = frozenset({"report", "interop", "export", "commands", "batch", "engine", "importers", "__pycache__"})


# what says which shards there are and what they are put together to, not what a shard becomes
_OF_THE_BATCH = frozenset({"inputs", "format", "passes", "limit", "shard_size", "whole_files"})


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

    @property
    def manifest(self) -> Manifest:
        """What tells of the finished results."""
        return Manifest(self.out)

    def unfinished(self) -> dict[str, Any] | None:
        """The configuration of a batch that broke off here; one that cannot be read is none, and its parts are known by their keys."""
        try:
            found = json.loads(self.parts.read(CONFIGURATION) or b"")
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def finished(self) -> dict[str, Any] | None:
        """The configuration of a batch that was finished here."""
        return self.manifest.configuration()

    def places(self, form: str) -> tuple[str, ...]:
        """Where no inputs may lie: the folder, then what there are results in it or will be."""
        names = {PARTS, MANIFEST, FAILURES, SUMMARY, FILES[form] or FOLDERS[0]}
        if (before := self.finished()) is not None:
            names |= {FILES.get(str(before.get("format"))) or FOLDERS[0], ASIDE, FOLDERS[1]}
        return tuple(map(place_of, [self.out.place, *map(self.out.path, sorted(names))]))

    def begin(self, configuration: Mapping[str, Any]) -> None:
        """Note what the parts are made with."""
        self.parts.make()
        self.parts.write(CONFIGURATION, to_json(configuration, indent=2).encode("utf-8"))

    def start_over(self) -> None:
        """Forget a batch that broke off. Finished results stay, unless they were just being replaced: then old and new ones are mixed."""
        if self.out.size(MANIFEST) < 0:
            for manifest in (Manifest(self.parts, REPLACED), Manifest(self.out / NEW)):
                self._remove(name for name, _ in manifest.files())
        self.parts.remove_all()

    def known(self) -> dict[str, Known]:
        """The finished shards, by key: of the finished batch, then of the parts."""
        found = {entry.part.key: _known(entry) for entry in self._usable()}
        sizes = self.parts.sizes()
        for name in sorted(sizes):
            if not (name.endswith(".json") and name != CONFIGURATION and f"{name}l" in sizes):
                continue
            if (part := self._entry(name)) and _is_sound(self.parts, part):
                found[part.key] = Known(-1, 0, part.summary.documents, len(part.failures))
        return found

    def _usable(self) -> Iterator[Entry]:
        """The shards of the finished batch whose documents can be taken from its results."""
        form = (self.finished() or {}).get("format")
        found: Iterator[Entry] = iter(())
        if form == "parts":
            sizes = {f"{FOLDERS[0]}/{name}": size for name, size in (self.out / FOLDERS[0]).sizes().items()}
            found = (entry for entry in self.manifest.entries() if sizes.get(entry.part.file) == entry.part.size)
        elif form == "jsonl" and self.out.size(FILES[form]) == sum(entry.part.size for entry in self.manifest.entries()):
            found = (entry for entry in self.manifest.entries() if not entry.apart)
        yield from (entry for entry in found if _is_sound(self.out, entry.part))

    def _entry(self, name: str) -> Part | None:
        try:
            part = Part.load(unsealed(self.parts.read(name) or b""))
        except DAMAGE:
            return None
        return part if self.parts.size(part.file) == part.size else None

    def load(self, key: str, known: Known) -> tuple[Folder, Part]:
        """A finished shard's entry, and the folder that its documents are in. Raises OSError when it is not there any more."""
        if known.entry >= 0:
            return self.out, self.manifest.entry(known.entry, known.start)
        if (part := self._entry(f"{key}.json")) is None:
            raise OSError(f"{self.parts.path(key)} is gone or was changed: is another batch at work there?")
        return self.parts, part

    def assemble(
        self,
        configuration: Mapping[str, Any],
        order: Iterable[str],
        known: Mapping[str, Known],
        form: str,
        *,
        aside: bool = False,
        more: Mapping[str, Any] | None = None,
    ) -> Summary:
        """Make the finished files of the parts, in order. They replace earlier ones at the very end.

        aside: see `make_form`; more: what summary.json tells besides counts.
        """
        keys, summary, new = list(order), Summary(), self.out / NEW
        new.remove_all()
        new.make()
        with new.writing(MANIFEST) as manifest:
            manifest.write(sealed({"configuration": configuration}))
            with closing(make_form(form, new, aside=aside)) as documents, new.writing(FAILURES) as bad:
                for key in keys:
                    folder, part = self.load(key, known[key])
                    manifest.write(sealed({**part.row(), **documents.write_all(folder, part)}))
                    bad.writelines(map(_line, part.failures))
                    summary.merge(part.summary)
            counts = (to_json({**summary.row(), **(more or {})}, indent=2) + "\n").encode("utf-8")
            new.write(SUMMARY, counts)
            sums = {**documents.sums, FAILURES: bad.sum, SUMMARY: sum_of(counts)}
            manifest.write(sealed({"files": {name: size for name, size in sorted(new.sizes().items()) if is_result(name)}, "sums": sums}))
        self._publish(new, keys, known, form)
        return summary

    def _publish(self, new: Folder, keys: Sequence[str], known: Mapping[str, Known], form: str) -> None:
        """Put the finished files in place: the manifest goes first and comes last, so that it never speaks of files that are not there."""
        names = {name for name, _ in Manifest(new).files()}
        old = {name for manifest in (self.manifest, Manifest(self.parts, REPLACED)) for name, _ in manifest.files()}
        if form == "parts":
            self._take_back(keys, known)
        if self.out.size(MANIFEST) >= 0:
            self.out.move(MANIFEST, f"{PARTS}/{REPLACED}")
        self._remove(old - names)
        if form == "parts":
            self._number(keys)
            names = {name for name in names if "/" not in name}
        for folder in {name.rpartition("/")[0] for name in names if "/" in name}:
            (self.out / folder).make()
        for name in [*sorted(names), MANIFEST]:
            self.out.move(f"{NEW}/{name}", name)
        self.parts.remove_all()

    def _remove(self, names: Iterable[str]) -> None:
        """Take away files of results, and their folders if nothing else is in them."""
        folders = set()
        for name in names:
            self.out.remove(name)
            folders.add(name.rpartition("/")[0])
        for folder in folders - {""}:
            (self.out / folder).remove_empty()

    def _take_back(self, keys: Iterable[str], known: Mapping[str, Known]) -> None:
        """Make files of a finished batch parts again, so that they can be given other numbers. Can break off and be done once more."""
        for key in dict.fromkeys(keys):
            if known[key].entry >= 0:
                _, part = self.load(key, known[key])
                save_part(self.parts, part)
                self.out.move(part.file, f"{PARTS}/{key}.jsonl")

    def _number(self, keys: Sequence[str]) -> None:
        """Move parts to their places in documents/, the last first, so that a part that stands there twice is moved once."""
        if keys:
            (self.out / FOLDERS[0]).make()
        first = {key: number for number, key in reversed(list(enumerate(keys)))}
        for number, key in reversed(list(enumerate(keys))):
            source = f"{PARTS}/{key}.jsonl"
            if number == first[key]:
                self.out.move(source, numbered(number))
                continue
            with self.out.writing(numbered(number)) as file:
                self.out.copy(source, 0, self.out.size(source), file)

    def holds_work(self) -> bool:
        """Has something been done here, finished or broken off?"""
        return self.unfinished() is not None or self.count() > 0

    def count(self) -> int:
        """The documents and failures of the finished batch."""
        return sum(entry.part.summary.documents + len(entry.part.failures) for entry in self.manifest.entries())

    def summary(self) -> Summary:
        """The counts of the finished batch."""
        summary = Summary()
        for entry in self.manifest.entries():
            summary.merge(entry.part.summary)
        return summary


def _known(entry: Entry) -> Known:
    return Known(entry.at, entry.part.start, entry.part.summary.documents, len(entry.part.failures))


def _is_sound(folder: Folder, part: Part) -> bool:
    """Are a part's documents the bytes that were written? Behind a URL, where that would mean to fetch them all, sizes have to do."""
    return not part.sum or folder.remote or folder.sum(part.file, part.start, part.size) == part.sum


def _line(row: Mapping[str, Any]) -> bytes:
    return to_json(row).encode("utf-8") + b"\n"


def configuration_of(options: Options, reading: Reading, selection: Selection, form: str, inputs: Iterable[str]) -> dict[str, Any]:
    """All that decides the results, in plain values that can be compared and shown."""
    told = {key: _plain(value) for key, value in asdict(options).items()}
    return {
        "inputs": list(inputs),
        "format": form,
        "sample": selection.sample,
        "limit": selection.limit,
        "shard_size": selection.size,
        "whole_files": selection.whole,
        **{key: _plain(value) for key, value in asdict(reading).items() if key not in {"max_bytes", "outside"}},
        **told,
        "lexicon": [f"{path} {_digest_of(Path(path))}" for path in told["lexicon"]],
        "templates": told["templates"] and f"{told['templates']} {_digest_of(Path(told['templates']))}",
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


def _digest_of(table: Path) -> str:
    digest = hashlib.sha256()
    for piece in pieces(table):
        digest.update(piece)
    return digest.hexdigest()[:12]


def salt_of(configuration: Mapping[str, Any]) -> str:
    """Stands for the configuration, as far as it decides what a shard becomes."""
    told = {key: value for key, value in configuration.items() if key not in _OF_THE_BATCH}
    return hashlib.sha256(to_json(told).encode("utf-8")).hexdigest()[:20]


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What differs between two configurations, in words.

    >>> differences({"skip": [], "usan": False}, {"skip": ["assess"], "usan": False})
    ["skip was [] and is ['assess']"]
    """
    keys = [key for key in {**before, **now} if before.get(key) != now.get(key)]
    return [f"{key} was {before.get(key)!r} and is {now.get(key)!r}" for key in keys]


def lost(before: Mapping[str, Any], count: int, now: Mapping[str, Any]) -> list[str]:
    """What another batch would leave out of finished results, in words; `count` documents and failures are there.

    >>> before = {"inputs": ["a", "b/"], "sample": None}
    >>> lost(before, 60, {"inputs": ["a", "./b", "c"], "sample": None, "limit": 100})
    []
    >>> lost(before, 60, {"inputs": ["a"], "sample": 0.1, "limit": 5})
    ["input 'b/'", 'all but 5 documents', 'all but a sample of 0.1']
    """
    given, limit, sample = {_place(item) for item in now["inputs"]}, now["limit"], now["sample"]
    words = [f"input {item!r}" for item in map(str, before["inputs"]) if _place(item) not in given]
    if limit is not None and limit < count:
        words.append(f"all but {limit} documents")
    if sample is not None and sample < (before.get("sample") or 1):
        words.append(f"all but a sample of {sample}")
    return words


def _place(item: str) -> str:
    """An input as it can be compared: a folder has many names."""
    return item if item.startswith(("-", "@")) or is_url(item) else os.path.abspath(item)  # noqa: PTH100  # links are as they are told


def refuse(place: object, before: Mapping[str, Any], now: Mapping[str, Any], *, done: bool) -> ConfigError:
    """The error that there is another batch in the folder."""
    what = "was finished" if done else "broke off"
    return ConfigError(
        f"{place}: a batch with another configuration {what} here: {'; '.join(differences(before, now))}",
        "run it with the same options, choose another folder with -o, or start over with --fresh",
    )
