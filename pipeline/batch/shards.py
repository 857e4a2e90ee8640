"""A batch as shards: small, self-contained pieces of work, planned while the work goes on."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, repeat
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import words_of_error
from ..reading.sources import File, Item, Raw, Reading, find_files, items
from ..reading.sources.raw import failed
from ..reading.sources.recognise import PAGE_SUFFIXES, suffix_of

SIZE = 64  # documents a shard: 3 s of work, which is what a killed worker costs
_BYTES = 16_000_000  # of pages a shard, for pages larger than usual
_RAMP = (8,) * 4 + (16,) * 4 + (32,) * 4  # the first shards are small, so that small batches are shared out and progress shows soon
_ONE_PAGE = 4_000_000  # bytes; a larger file is looked into, whatever its name says


class Span(NamedTuple):
    """A stretch of a file: `total` documents from the `first` on, or all of them (None).

    stamp: changes when the file does. shown: the name that records carry, if not the path.
    """

    path: str
    first: int = 0
    total: int | None = None
    stamp: str = ""
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class Shard:
    """Stretches of files, in order. documents: how many are expected; bytes: their share of the files' sizes."""

    spans: tuple[Span, ...]
    documents: int = 0
    bytes: int = 0

    def key(self, salt: str) -> str:
        """A name for the work: the same inputs under the same options (the `salt`) have the same."""
        text = json.dumps([salt, [[*span] for span in self.spans]], separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]

    def halves(self, reading: Reading) -> tuple[Shard, ...]:
        """Two shards of half the documents each; none for a single document."""
        spans = self.spans
        if len(spans) == 1:
            path, first, total, stamp, shown = spans[0]
            if total is None:
                total = sum(1 for _ in items(File(path, shown=shown), reading))
            middle = total // 2
            if middle == 0:
                return ()
            return _plain([Span(path, first, middle, stamp, shown)]), _plain([Span(path, first + middle, total - middle, stamp, shown)])
        middle = len(spans) // 2
        return _plain(spans[:middle]), _plain(spans[middle:])


def _plain(spans: Sequence[Span]) -> Shard:
    return Shard(tuple(spans), sum(span.total or 1 for span in spans))


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents of the inputs, and how they are cut into shards.

    limit: at most so many, the first ones. sample: the share that is taken, by a hash of their places, so that the same ones are taken
    each time and a larger share holds the smaller. size: documents a shard. whole: each file of records is one
    shard, not looked into beforehand (for crawls in many files, on many machines).
    """

    limit: int | None = None
    sample: float | None = None
    size: int = SIZE
    whole: bool = False


def plan(
    inputs: Iterable[str | Path | File], reading: Reading, selection: Selection, passed: Counter[str] | None = None
) -> Iterator[Shard]:
    """The shards of the inputs, in order; they do not depend on the workers. `passed`: see `find_files`."""
    sizes = chain((min(size, selection.size) for size in _RAMP), repeat(selection.size))
    draft = _Draft(next(sizes))
    for number, (file, index, weight) in enumerate(_units(inputs, reading, selection, passed)):
        if number == selection.limit:
            break
        draft.add(file, index, weight)
        if draft.full:
            yield draft.shard()
            draft = _Draft(next(sizes))
    if draft.spans:
        yield draft.shard()


@dataclass(slots=True)
class _Draft:
    """A shard that is being filled."""

    room: int
    spans: list[Span] = field(default_factory=list)
    documents: int = 0
    bytes: int = 0

    def add(self, file: File, index: int | None, weight: int) -> None:
        last = self.spans[-1] if self.spans else None
        if index is None:
            self.spans.append(Span(file.path, 0, None, file.stamp, file.shown))
        elif last and last.path == file.path and last.total is not None and index >= last.first + last.total:
            self.spans[-1] = last._replace(total=index - last.first + 1)
        else:
            self.spans.append(Span(file.path, index, 1, file.stamp, file.shown))
        self.documents += 1
        self.bytes += weight

    @property
    def full(self) -> bool:
        return self.documents >= self.room or self.bytes >= _BYTES

    def shard(self) -> Shard:
        return Shard(tuple(self.spans), self.documents, self.bytes)


def _units(
    inputs: Iterable[str | Path | File], reading: Reading, selection: Selection, passed: Counter[str] | None
) -> Iterator[tuple[File, int | None, int]]:
    """(file, place of the document in it or None for all, bytes) of each document."""
    for file in find_files(inputs, reading, passed):
        page = file.size < 0 or (suffix_of(file.path) in PAGE_SUFFIXES and file.size <= _ONE_PAGE)
        if page or (selection.whole and selection.limit is None):
            if not page or is_sampled(file, 0, selection.sample):
                yield file, None, max(0, file.size)
            continue
        yield from _records(file, reading, selection)


def _records(file: File, reading: Reading, selection: Selection) -> Iterator[tuple[File, int, int]]:
    """Each document of a file of many; the bytes add up to the file's size, as far as its reader tells where it is."""
    seen = 0
    for index, item in enumerate(items(file, reading)):
        weight, seen = max(0, item.at - seen), max(seen, item.at)
        if is_sampled(file, index, selection.sample):
            yield file, index, weight


def is_sampled(file: File | Span, index: int, share: float | None) -> bool:
    """Is this document among the share that is taken?"""
    if share is None:
        return True
    digest = hashlib.sha256(f"{file.shown or file.path}\n{index}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def read_shard(shard: Shard, reading: Reading, sample: float | None = None) -> Iterator[Raw]:
    """The documents of a shard, in order; what is missing of it, because a file changed meanwhile, comes as a failure."""
    for span in shard.spans:
        found = 0
        for found, item in enumerate(_span_items(span, reading), 1):
            if is_sampled(span, span.first + found - 1, sample):
                yield _load(item, span, span.first + found)
        for missing in range(found, span.total or 0):
            place = span.first + missing + 1
            yield failed(span.shown or span.path, f"{span.path}: document {place} is gone", "the file changed during the batch", place)


def _load(item: Item, span: Span, number: int) -> Raw:
    try:
        return item.load()
    except Exception as error:  # noqa: BLE001  # damaged files raise what they like
        place = None if span.total is None else number
        return failed(span.shown or span.path, f"{span.path}: cannot be read ({words_of_error(error)})", "fetch it again", place)


@dataclass(slots=True)
class _Cursor:
    """Where reading of a file of many documents stopped, so that the next shard of it need not begin at its start."""

    what: tuple[Any, ...] = ()
    place: int = 0
    items: Iterator[Item] = field(default_factory=lambda: iter(()))


_cursor = _Cursor()


def _span_items(span: Span, reading: Reading) -> Iterator[Item]:
    file = File(span.path, 0, span.stamp, span.shown)
    if span.total is None:
        yield from items(file, reading)
        return
    what = (os.getpid(), span.path, span.stamp, reading)  # a forked process would share its place in the file with its parent
    if _cursor.what != what or _cursor.place > span.first:
        _cursor.what, _cursor.place, _cursor.items = what, 0, items(file, reading)
    for _ in count():
        if _cursor.place >= span.first + span.total:
            return
        item = next(_cursor.items, None)
        if item is None:
            _cursor.what = ()
            return
        _cursor.place += 1
        if _cursor.place > span.first:
            yield item
