"""A document as brat stand-off: entities T, relations R, attributes A, notes #; it goes beside the text.

pharmaclean clean page.html --format text > page.txt
pharmaclean clean page.html --format brat > page.ann
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from ..document import Document, Entity


def to_brat(document: Document) -> str:
    r"""The .ann file of the document's text.

    >>> acne = Entity("", "CONDITION", 7, 11, canonical="acne vulgaris", role="indication")
    >>> print(to_brat(Document.from_text("treats acne").annotated([acne])).replace("\t", " | "))
    T1 | CONDITION 7 11 | acne
    A1 | Role T1 indication
    #1 | AnnotatorNotes T1 | acne vulgaris
    <BLANKLINE>
    """
    numbers = {e.id: f"T{i}" for i, e in enumerate(document.entities, 1)}
    lines = [f"{numbers[e.id]}\t{e.label} {_spans(document, e)}\t{_flat(document, e)}" for e in document.entities]
    lines += [f"R{i}\t{r.type} Arg1:{numbers[r.head]} Arg2:{numbers[r.tail]}" for i, r in enumerate(document.relations, 1)]
    told = [(f"{name} {numbers[e.id]} {value}") for e in document.entities for name, value in _attributes(e)]
    lines += [f"A{i}\t{attribute}" for i, attribute in enumerate(told, 1)]
    notes = [(numbers[e.id], note) for e in document.entities if (note := _note(e))]
    lines += [f"#{i}\tAnnotatorNotes {number}\t{note}" for i, (number, note) in enumerate(notes, 1)]
    return "".join(line + "\n" for line in lines)


def _spans(document: Document, entity: Entity) -> str:
    """Its stretches: one a line, since none may hold a line break."""
    out, here = list[str](), entity.start
    for line in document.text[entity.start : entity.end].split("\n"):
        if line:
            out.append(f"{here} {here + len(line)}")
        here += len(line) + 1
    return ";".join(out)


def _flat(document: Document, entity: Entity) -> str:
    return " ".join(line for line in document.text[entity.start : entity.end].split("\n") if line)


def _attributes(entity: Entity) -> Iterator[tuple[str, str]]:
    if entity.role:
        yield "Role", entity.role
    if entity.assertion != "present":
        yield "Assertion", entity.assertion


def _note(entity: Entity) -> str:
    """What the mention stands for: name, ids, value."""
    parts = [entity.canonical or "", *(f"{kind}:{value}" for kind, value in sorted(entity.ids.items()) if value)]
    if entity.value:
        parts.append(json.dumps(entity.value, ensure_ascii=False))
    return " ".join(" ".join(part.split()) for part in parts if part)
