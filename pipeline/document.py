"""The data that flows through the pipeline: frozen, standard library only.

A page's visible text is read once and never changed (`Document.source`). An editing stage returns
a new document made by `edited()`, which notes every change against the source; an annotating stage
adds entities, relations or flags. `Document.undone()` gives the source back from the text and the
notes alone, so nothing is ever lost.

All offsets are Unicode code points, end exclusive.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from .reasons import REASONS as REASONS  # noqa: PLC0414  # other modules take it from here

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `text[start:end]`; coordinates of the text that the stage received.

    With a `reason` (one of REASONS) it is a removal, without one it is a repair.
    """

    start: int
    end: int
    replacement: str
    rule: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of the source that does not stand in the text as it was.

    `source[start:end] == before` became `text[at:at + len(after)] == after`.
    """

    start: int
    end: int
    at: int
    before: str
    after: str
    stage: str
    rule: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a page's markup says of a block, gathered in the one walk (empty for plain text).

    tag: the element that holds the block; path: tags from the root, joined by "/";
    hints: class, id and role tokens of the block and its ancestors, nearest first, lower case;
    link_chars: characters inside links; hidden: hidden by markup; group: number of the nearest
    container element (blocks of one list, table or section share it).
    """

    tag: str = ""
    path: str = ""
    hints: tuple[str, ...] = ()
    link_chars: int = 0
    bold: bool = False
    hidden: bool = False
    group: int = 0
    groups: tuple[int, ...] = ()
    stated: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list item, table row …: `text[start:end]`.

    level: 1 to 6 for headings, nesting depth from 1 for list items, else None.
    section: kind of the section that the block belongs to, once sections are found.
    """

    start: int
    end: int
    kind: str
    level: int | None = None
    section: str | None = None
    evidence: Evidence = Evidence()


@dataclass(frozen=True, slots=True)
class Section:
    """From a heading to the next one of its rank: `text[start:end]`, the heading included."""

    heading: str
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Entity:
    """A mention in the text. `value` is JSON-ready; `cue` is the span of the word that decided the assertion."""

    id: str
    label: str
    start: int
    end: int
    canonical: str | None = None
    kind: str | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    value: Mapping[str, Any] | None = None
    role: str | None = None
    assertion: str = "present"
    cue: tuple[int, int] | None = None
    ambiguous: tuple[str, ...] = ()
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Relation:
    """Two entities by id, the span of the evidence, and the span of the word that says so."""

    type: str
    head: str
    tail: str
    start: int
    end: int
    cue: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """Something an analyst should know; it never changes the text. score: 0 to 1."""

    kind: str
    start: int | None = None
    end: int | None = None
    score: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Drug:
    """One ingredient of the document; `surfaces` and `brands` in order of first mention."""

    name: str
    ids: Mapping[str, str]
    mentions: int
    surfaces: tuple[str, ...]
    brands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the bytes came from. record: place within a file of many (line number, WARC offset …)."""

    path: str | None = None
    record: int | None = None
    url: str | None = None
    media_type: str = "text/plain"
    encoding: str | None = None
    bytes: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the page says of itself. Dates as ISO 8601 where they could be read, else as written."""

    author: str | None = None
    published: str | None = None
    modified: str | None = None
    site_name: str | None = None
    description: str | None = None
    canonical_url: str | None = None
    image: str | None = None
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One page on its way through the stages. `declared`: what it says that it is (`reading.metadata.declared_types`).

    >>> page = Document.from_text("Take  20 mg. Share this")
    >>> clean = page.edited("repair_text", [Edit(4, 6, " ", "spaces")])
    >>> clean = clean.edited("strip_boilerplate", [Edit(11, 22, "", "share-this", "share")])
    >>> clean.text, clean.undone()
    ('Take 20 mg.', 'Take  20 mg. Share this')
    >>> [(c.rule, c.start, c.end, c.at) for c in clean.changes()]
    [('spaces', 4, 6, 4), ('share-this', 12, 23, 11)]
    """

    source: str
    text: str
    log: tuple[Change, ...] = ()
    blocks: tuple[Block, ...] = ()
    id: str = ""
    origin: Origin = Origin()
    title: str | None = None
    language: str | None = None
    metadata: Metadata = Metadata()
    declared: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    normalized_text: str | None = None
    drugs: tuple[Drug, ...] = ()
    entities: tuple[Entity, ...] = ()
    relations: tuple[Relation, ...] = ()
    flags: tuple[Flag, ...] = ()
    quality: Mapping[str, Any] = field(default_factory=dict)
    pipeline: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_text(cls, text: str, blocks: Sequence[Block] = ()) -> Document:
        """A document whose source is `text`, as yet unchanged."""
        return cls(source=text, text=text, blocks=tuple(blocks))

    def edited(self, stage: str, edits: Sequence[Edit]) -> Document:
        """A new document with the edits made and on record; blocks and flags move along.

        Raises ValueError when edits overlap, leave the text, or when entities are there already
        (editing stages come before annotating ones).
        """
        edits = sorted(edits, key=attrgetter("start", "end"))
        _check(edits, len(self.text))
        edits = [e for e in edits if self.text[e.start : e.end] != e.replacement]
        if not edits:
            return self
        if self.entities or self.sections:
            raise ValueError(f"stage {stage} edits the text, so it must run before the text is annotated")
        moves = _Moves(edits)
        return replace(
            self,
            text=_apply(self.text, edits, 0, len(self.text)),
            log=_compose(self, stage, edits),
            blocks=tuple(moves.blocks(self.blocks)),
            flags=tuple(moves.flags(self.flags)),
        )

    def annotated(self, entities: Sequence[Entity]) -> Document:
        """A new document with these entities beside those it has: in reading order, numbered e1, e2, …

        Relations refer to entities by id, so they are added when all entities are there.
        """
        merged = sorted((*self.entities, *entities), key=lambda e: (e.start, -e.end, e.label))
        return replace(self, entities=tuple(replace(e, id=f"e{i}") for i, e in enumerate(merged, 1)))

    def changes(self, stage: str | None = None) -> tuple[Change, ...]:
        """All changes in reading order, or those that one stage made last."""
        return tuple(c for c in self.log if stage is None or c.stage == stage)

    def undone(self) -> str:
        """The source, rebuilt from the text and the changes."""
        parts, here = [], 0
        for change in self.log:
            parts += [self.text[here : change.at], change.before]
            here = change.at + len(change.after)
        return "".join([*parts, self.text[here:]])

    def kept(self) -> Iterator[tuple[int, int, int]]:
        """(text_start, text_end, source_start) of the stretches that stand as they were."""
        here = there = 0
        for change in self.log:
            if change.start > there:
                yield here, change.at, there
            here, there = change.at + len(change.after), change.end
        if there < len(self.source):
            yield here, len(self.text), there

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]` came from; a replaced stretch counts as a whole.

        >>> page = Document.from_text("a  b").edited("repair_text", [Edit(1, 3, " ", "spaces")])
        >>> page.source_span(2, 3), page.source_span(1, 2)
        ((3, 4), (1, 3))
        """
        if end <= start:
            here = self._source_start(start)
            return here, here
        last = self._source_start(end - 1)
        inside = self._change_at(end - 1)
        return self._source_start(start), inside.end if inside else last + 1

    def block_text(self, block: Block) -> str:
        """The text of a block."""
        return self.text[block.start : block.end]

    def record(self, *, with_source: bool = False) -> dict[str, Any]:
        """The JSON-ready record, keys in the order of the contract."""
        from .record import to_record

        return to_record(self, with_source=with_source)

    def to_spacy(self, nlp: Any = None) -> Doc:
        """A spaCy `Doc` of the text; entities in `doc.ents` where they do not overlap, all in `doc.spans["entities"]`."""
        from .interop import to_spacy

        return to_spacy(self, nlp)

    def _change_at(self, offset: int) -> Change | None:
        """The change whose `after` holds the character at `offset`."""
        i = bisect_right(self.log, offset, key=lambda c: c.at) - 1
        while i >= 0 and not self.log[i].after and self.log[i].at == offset:
            i -= 1
        return self.log[i] if i >= 0 and self.log[i].at <= offset < self.log[i].at + len(self.log[i].after) else None

    def _source_start(self, offset: int) -> int:
        i = bisect_right(self.log, offset, key=lambda c: c.at) - 1
        if i < 0:
            return offset
        inside = self._change_at(offset)
        return inside.start if inside else self.log[i].end + offset - self.log[i].at - len(self.log[i].after)


def _check(edits: Sequence[Edit], length: int) -> None:
    here = 0
    for edit in edits:
        if not here <= edit.start <= edit.end <= length:
            raise ValueError(f"edit {edit.rule} at {edit.start}:{edit.end} overlaps another or leaves the text (0:{length})")
        if edit.reason is not None and edit.reason not in REASONS:
            raise ValueError(f"unknown reason {edit.reason!r} of rule {edit.rule}; known: {', '.join(REASONS)}")
        here = edit.end


def _apply(text: str, edits: Sequence[Edit], start: int, end: int) -> str:
    """`text[start:end]` with the edits, which lie inside, made."""
    parts = list[str]()
    for edit in edits:
        parts += (text[start : edit.start], edit.replacement)
        start = edit.end
    return "".join([*parts, text[start:end]])


def _compose(document: Document, stage: str, edits: Sequence[Edit]) -> tuple[Change, ...]:
    """The old changes and the new edits as one list of changes against the source.

    An edit that meets an earlier replacement takes it in, whole: its source is then the source of
    both. An earlier removal at the very edge of an edit stays an entry of its own.
    """
    old, source, out = document.log, document.source, list[Change]()
    i = j = shift = grown = 0  # next old change, next edit; source ahead of text; new text ahead of old
    while j < len(edits):
        edit = edits[j]
        low, high = edit.start, edit.end
        while i < len(old) and _after_end(old[i]) <= low:
            out.append(_moved(old[i], grown))
            shift = old[i].end - _after_end(old[i])
            i += 1
        first, last = shift, j
        j += 1
        while True:
            if i < len(old) and old[i].at < high and _after_end(old[i]) > low:
                low, high = min(low, old[i].at), max(high, _after_end(old[i]))
                shift = old[i].end - _after_end(old[i])
                i += 1
            elif j < len(edits) and edits[j].start < high:
                high = max(high, edits[j].end)
                j += 1
            else:
                break
        met = edits[last:j]
        after = edit.replacement if (low, high) == (edit.start, edit.end) else _apply(document.text, met, low, high)
        start, end = low + first, high + shift
        reason = None if after else next((e.reason for e in met if e.reason), None)
        out.append(Change(start, end, low + grown, source[start:end], after, stage, met[-1].rule, reason))
        grown += len(after) - (high - low)
    out += [_moved(change, grown) for change in old[i:]]
    return tuple(out)


def _moved(change: Change, by: int) -> Change:
    """The change at its new place (made by hand: `dataclasses.replace` takes twice as long)."""
    if not by:
        return change
    at = change.at + by
    return Change(change.start, change.end, at, change.before, change.after, change.stage, change.rule, change.reason)


def _after_end(change: Change) -> int:
    return change.at + len(change.after)


class _Moves:
    """Where offsets of the received text stand in the edited text."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._starts = [e.start for e in edits]
        self._ends = [e.end for e in edits]
        self._new_starts, self._new_ends = list[int](), list[int]()
        grown = 0
        self._grown = [0]  # how much the text grows by the first edits
        for edit in edits:
            self._new_starts.append(edit.start + grown)
            grown += len(edit.replacement) - (edit.end - edit.start)
            self._new_ends.append(edit.end + grown)
            self._grown.append(grown)

    def start(self, offset: int) -> int:
        """New place of a span's start: behind an edit that ends there, at the front of one around it."""
        i = bisect_right(self._ends, offset) - 1
        if i + 1 < len(self._starts) and self._starts[i + 1] < offset:
            return self._new_starts[i + 1]
        return offset if i < 0 else self._new_ends[i] + offset - self._ends[i]

    def end(self, offset: int) -> int:
        """New place of a span's end: before an edit that starts there, at the back of one around it."""
        i = bisect_left(self._starts, offset) - 1
        if i < 0:
            return offset
        return self._new_ends[i] + max(0, offset - self._ends[i])

    def blocks(self, blocks: Sequence[Block]) -> Iterator[Block]:
        """Blocks with text left."""
        starts, ends, grown = self._starts, self._ends, self._grown
        for block in blocks:
            start, end = block.start, block.end
            i = bisect_right(ends, start)
            if start < end and (i == len(starts) or starts[i] >= end):  # no edit inside, as in most blocks
                start, end = start + grown[i], end + grown[i]
            else:
                start, end = self.start(start), self.end(end)
            if start == block.start and end == block.end:
                yield block
            elif start < end:  # built by hand: dataclasses.replace takes three times as long, and pages have hundreds of blocks
                yield Block(start, end, block.kind, block.level, block.section, block.evidence)

    def flags(self, flags: Sequence[Flag]) -> Iterator[Flag]:
        """Flags whose text is left, and those about the whole document."""
        for flag in flags:
            if flag.start is None or flag.end is None:
                yield flag
            elif (start := self.start(flag.start)) < (end := self.end(flag.end)):
                yield replace(flag, start=start, end=end)
