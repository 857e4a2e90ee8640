"""One document as one HTML page: its text with the entities coloured, relations, what was removed and why."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from string import Template

from ..document import Block, Change, Document, Entity
from .html import asset, framed, shown

_FOLDED = 600  # a longer stretch of removed text is folded away
_SHOWN_SURFACES = 6


def to_html(document: Document) -> str:
    r"""The report of a document.

    >>> page = Document.from_text("<b>20 mg</b>").annotated([Entity("", "STRENGTH", 3, 8)])
    >>> html = to_html(page)
    >>> "<b>20 mg" in html, '&lt;b&gt;<span class="e STRENGTH' in html
    (False, True)
    """
    title = _title(document)
    return framed(body(document), title=title, language=document.language or "en", styles=("base.css",), scripts=("document.js", "page.js"))


def body(document: Document) -> str:
    """The same without the frame, for a page that shows several."""
    return Template(asset("document.html")).substitute(
        title=shown(_title(document)),
        about=_about(document),
        drugs=_drugs(document),
        flags=_flags(document),
        legend=_legend(document),
        text=_Text(document).html(),
    )


def _title(document: Document) -> str:
    return " ".join((document.title or document.origin.path or "Untitled").split())


def _about(document: Document) -> str:
    kept = sum(end - start for start, end, _ in document.kept())
    parts = [
        document.origin.url or document.origin.path or "text",
        f"kept {kept:,} of {len(document.source):,} characters",
        f"{len(document.entities)} entities, {len(document.relations)} relations",
        document.language or "language unknown",
    ]
    return shown(" · ".join(parts))


def _drugs(document: Document) -> str:
    if not document.drugs:
        return '<p class="quiet">none found</p>'
    rows = "".join(
        f"<tr><td>{shown(d.name)}</td><td>{d.mentions}</td><td>{shown(', '.join(d.surfaces[:_SHOWN_SURFACES]))}</td></tr>"
        for d in document.drugs
    )
    return f"<table><tr><th>ingredient</th><th>mentions</th><th>as written</th></tr>{rows}</table>"


def _flags(document: Document) -> str:
    if not document.flags:
        return '<p class="quiet">none</p>'
    rows = "".join(f"<tr><td>{shown(f.kind)}</td><td>{shown(f.note)}</td></tr>" for f in document.flags)
    return f"<table><tr><th>kind</th><th>note</th></tr>{rows}</table>"


def _legend(document: Document) -> str:
    counts = Counter(e.label for e in document.entities)
    return "".join(f'<li class="{label}">{label.lower().replace("_", " ")} {n}</li>' for label, n in sorted(counts.items()))


class _Text:
    """The text as blocks of HTML, with marks around entities and removed stretches where they stood."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._removed = [c for c in document.log if c.reason and c.before.strip()]
        self._entities = _nested(document.entities)
        self._starts = [entity.start for entity in self._entities]
        self._to: dict[str, list[str]] = {}
        for r in document.relations:
            self._to.setdefault(r.head, []).append(f"{r.type}:{r.tail}")

    def html(self) -> str:
        """All blocks in reading order, and what was removed between them."""
        text, out, here = self._document.text, list[str](), 0
        changes = iter([*self._removed, None])
        waiting = next(changes)
        for block in self._document.blocks or (Block(0, len(text), "paragraph"),):
            while waiting and waiting.at <= block.start:
                out.append(_gone_block(waiting))
                waiting = next(changes)
            inside = list[Change]()
            while waiting and waiting.at < block.end:
                inside.append(waiting)
                waiting = next(changes)
            out.append(f'<p class="b {shown(block.kind)}">{"".join(self._pieces(block, inside))}</p>')
            here = block.end
        while waiting:
            out.append(_gone_block(waiting))
            waiting = next(changes)
        return "".join([*out, shown(text[here:].strip())])

    def _pieces(self, block: Block, removed: Sequence[Change]) -> Iterator[str]:
        """A block's text cut where an entity begins or ends and where something was removed."""
        inside = self._entities[bisect_left(self._starts, block.start) : bisect_left(self._starts, block.end)]
        entities = [e for e in inside if e.end <= block.end]
        ends, starts = deque(sorted(e.end for e in entities)), deque(entities)
        here, gone = block.start, deque(removed)
        for at in sorted({*(e.start for e in entities), *(e.end for e in entities), *(c.at for c in gone), block.end}):
            yield shown(self._document.text[here:at])
            here = at
            while ends and ends[0] == at:
                ends.popleft()
                yield "</span>"
            while gone and gone[0].at == at:
                yield _gone(gone.popleft())
            while starts and starts[0].start == at:
                yield self._opening(starts.popleft())

    def _opening(self, entity: Entity) -> str:
        to = " ".join(self._to.get(entity.id, ()))
        return (
            f'<span class="e {entity.label} {entity.assertion}" tabindex="0" data-id="{entity.id}" data-to="{shown(to)}"'
            f' title="{shown(_told(entity))}">'
        )


def _nested(entities: Sequence[Entity]) -> list[Entity]:
    """Entities that can be marks: of two that cross each other the first."""
    out, open_ends = list[Entity](), list[int]()
    for e in entities:
        open_ends = [end for end in open_ends if end > e.start]
        if not open_ends or e.end <= open_ends[-1]:
            out.append(e)
            open_ends.append(e.end)
    return out


def _told(entity: Entity) -> str:
    """What is known of it, for a tip: label, name, value, role, assertion."""
    value = json.dumps(entity.value, ensure_ascii=False) if entity.value else None
    ids = " ".join(f"{kind}:{code}" for kind, code in sorted(entity.ids.items()) if code)
    parts = [entity.label.lower().replace("_", " "), entity.canonical, value, entity.role, entity.assertion, ids]
    return " · ".join(part for part in parts if part)


def _gone(change: Change) -> str:
    return f'<del title="{shown(f"{change.reason} · {change.rule}")}">{shown(change.before.strip())}</del>'


def _gone_block(change: Change) -> str:
    if len(change.before) <= _FOLDED:
        return f'<p class="b gone">{_gone(change)}</p>'
    lead = " ".join(change.before.split())[:80]
    return f"<details><summary>{shown(str(change.reason))}: {shown(lead)} …</summary>{_gone(change)}</details>"
