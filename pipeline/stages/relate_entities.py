"""Tie each dose, form and schedule to its drug, and each drug to what it treats, causes or must not be used in.

The head of STRENGTH_OF, FORM_OF … is the attribute, its tail the drug; of TREATS, CAUSES,
CONTRAINDICATED_IN and INTERACTS_WITH the head is the drug. Evidence is the sentence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ..document import Document, Entity, Relation
from ..entities.agents import Agents, joined
from ..entities.clause_roles import Role
from ..entities.context import Context, Found
from ..entities.drugs import Drugs, Mention
from ..entities.interactions import interactions
from ..entities.references import References
from ..entities.roles import told_roles
from ..rules.load import word_set

_ATTRIBUTES = ("STRENGTH", "FORM", "ROUTE", "DOSAGE", "FREQUENCY", "DURATION")
_BY_ROLE = {"indication": "TREATS", "adverse_effect": "CAUSES", "contraindication": "CONTRAINDICATED_IN"}
_LASTING_WORDS = 4  # "persisted for at least"
_SURE = 2  # mentions by the way that weigh as much as a plain one


@dataclass(frozen=True, slots=True)
class _Placed:
    """An entity with its tokens."""

    entity: Entity
    first: int
    last: int


def relate_entities(document: Document) -> Document:
    """The document with its relations.

    >>> text = "Isotroin 20mg is used to treat acne."
    >>> drug = Entity("", "DRUG", 0, 8, canonical="isotretinoin")
    >>> dose = Entity("", "STRENGTH", 9, 13, value={"value": 20, "unit": "mg"})
    >>> acne = Entity("", "CONDITION", 31, 35, role="indication")
    >>> page = relate_entities(Document.from_text(text).annotated([drug, dose, acne]))
    >>> [(r.type, r.head, r.tail) for r in page.relations]
    [('STRENGTH_OF', 'e2', 'e1'), ('TREATS', 'e1', 'e3')]
    """
    if not any(e.label in ("DRUG", "DRUG_CLASS") for e in document.entities):
        return document
    context = Context.of(document)
    placed = [_place(context, e) for e in document.entities]
    context.dose_tokens.update(i for p in placed if p.entity.label in _ATTRIBUTES for i in range(p.first, p.last))
    drugs = Drugs(context)
    found = [*_attributes(context, drugs, placed), *_conditions(context, drugs, placed), *_interactions(context, drugs)]
    unique = {(r.type, r.head, r.tail): r for r in reversed(found)}
    order = sorted(unique.values(), key=lambda r: (r.start, r.type, _number(r.head), _number(r.tail)))
    return replace(document, relations=(*document.relations, *order))


def _number(identifier: str) -> int:
    return int(identifier[1:])


def _place(context: Context, entity: Entity) -> _Placed:
    first = context.page.token_at(entity.start)
    return _Placed(entity, first, max(first, context.page.token_at(entity.end - 1)) + 1)


def _attributes(context: Context, drugs: Drugs, placed: Sequence[_Placed]) -> Iterator[Relation]:
    """STRENGTH_OF … DURATION_OF: to the drug beside, else before, else behind, else the one the section is about."""
    ordered = _respectively(context, drugs, placed)
    amounts = _amounts(placed)
    for p in placed:
        if p.entity.label not in _ATTRIBUTES or not _is_of_drug(context, drugs, p, amounts):
            continue
        if drug := ordered.get(p.entity.id) or drugs.nearest(p.first, p.last):
            for of in _shared(context, drugs, p, drug):
                yield _relation(context, p.first, f"{p.entity.label}_OF", (p.entity.id, of[2].id))


def _is_of_drug(context: Context, drugs: Drugs, p: _Placed, amounts: set[int]) -> bool:
    """Not "placebo pills", "a two-year study", "symptoms lasted three days"; a time alone needs a sentence about taking something."""
    words, label = context.page.words, p.entity.label
    if label == "FORM":
        return not (words[p.first - 1] in _products() and context.free(p.first - 1, p.first))
    if label == "STRENGTH" and (words[p.first - 1] == "±" or words[max(0, p.first - 2) : p.first] == ["/", "-"]):
        return False  # the spread of what was measured
    behind = [word for word in words[p.last : p.last + 2] if word not in ("-", "of")]
    if label == "DURATION" and behind[:1] != [] and behind[0] in _studies():
        return False
    lead = words[max(0, p.first - _LASTING_WORDS) : p.first]
    if label == "DURATION" and not _lasting().isdisjoint(lead) and _courses().isdisjoint(lead):
        return False
    begin, end = context.page.sentence(p.first)
    if label not in ("FREQUENCY", "DURATION") or drugs.within(begin, end) or context.page.section(begin) == "dosage":
        return True
    return not (amounts.isdisjoint(range(begin, end)) and _taking().isdisjoint(words[begin:end]))


def _shared(context: Context, drugs: Drugs, p: _Placed, drug: Mention) -> list[Mention]:
    """The drugs that a strength of several parts is of: "hydrocodone/acetaminophen 5/325 mg"."""
    parts = (p.entity.value or {}).get("values", ())
    before = drugs.within(context.page.sentence(p.first)[0], p.first)
    if len(parts) > 1 and drug in before:
        together = joined(context, before, drug)
        if len(together) == len(parts):
            return together
    return [drug]


def _respectively(context: Context, drugs: Drugs, placed: Sequence[_Placed]) -> dict[str, Mention]:
    """Where a sentence says "respectively", as many amounts as drugs go with them in their order."""
    out = dict[str, Mention]()
    for i in context.page.places.get("respectively", ()):
        begin, end = context.page.sentence(i)
        inside = drugs.within(begin, end)
        for label in _ATTRIBUTES:
            own = [p for p in placed if p.entity.label == label and begin <= p.first < end]
            if len(own) == len(inside) > 1:
                out |= {p.entity.id: drug for p, drug in zip(own, inside, strict=True)}
    return out


def _conditions(context: Context, drugs: Drugs, placed: Sequence[_Placed]) -> Iterator[Relation]:
    """TREATS, CAUSES, CONTRAINDICATED_IN where the text says so and does not deny it."""
    conditions = [p for p in placed if p.entity.label == "CONDITION" or (p.entity.label == "POPULATION" and p.entity.role)]
    found = [Found(p.entity.label, p.first, p.last, None, p.entity.canonical, p.entity.kind) for p in conditions]
    inner = {m[0] for p in conditions for m in drugs.within(p.first, p.last)}
    agents = Agents(context, drugs, References(context, _topics(context, drugs, conditions), _amounts(placed)), inner)
    told = told_roles(context, found)
    said = [
        (p, role, drug)
        for p, f, role in zip(conditions, found, told, strict=True)
        if role and role.name == p.entity.role and role.name in _BY_ROLE and p.entity.assertion != "negated"
        for drug in agents.of(f, role)
    ]
    weight = Counter[tuple[str | None, str | None]]()
    for p, role, drug in said:
        weight[drug[2].canonical, p.entity.canonical] += 1 if _is_by_the_way(context, drugs, p, role) else _SURE
    for p, role, drug in said:
        if weight[drug[2].canonical, p.entity.canonical] >= _SURE:
            cue = context.page.span(role.cue.first, role.cue.last) if role.cue else None
            yield _relation(context, p.first, _BY_ROLE[p.entity.role or ""], (drug[2].id, p.entity.id), cue)


def _topics(context: Context, drugs: Drugs, conditions: Sequence[_Placed]) -> set[int]:
    """First tokens of the sentences that begin with a condition and name no drug: what follows may be about that condition."""
    sentences = ((context.page.sentence(p.first), p.first) for p in conditions if p.entity.label == "CONDITION")
    return {begin for (begin, end), first in sentences if first - begin <= 1 and not drugs.within(begin, end)}


def _amounts(placed: Sequence[_Placed]) -> set[int]:
    return {i for p in placed if p.entity.label in ("STRENGTH", "DOSAGE") for i in range(p.first, p.last)}


def _is_by_the_way(context: Context, drugs: Drugs, p: _Placed, role: Role) -> bool:
    """People "with" a condition in a sentence that names no drug: said once, and nowhere else, it does not tie it to the page's drug."""
    return bool(role.cue and role.cue.reach == "weak") and not drugs.within(*context.page.sentence(p.first))


def _interactions(context: Context, drugs: Drugs) -> Iterator[Relation]:
    """INTERACTS_WITH, of two drugs of a sentence or the page's and one of it."""
    for one, other, cue, place in interactions(context, drugs):
        yield _relation(context, place, "INTERACTS_WITH", (one[2].id, other[2].id), cue)


def _relation(context: Context, token: int, kind: str, ends: tuple[str, str], cue: tuple[int, int] | None = None) -> Relation:
    start, end = context.page.span(*context.page.sentence(token))
    return Relation(kind, *ends, start, end, cue)


_products = partial(word_set, "relations.toml", "products")
_studies = partial(word_set, "relations.toml", "studies")
_courses = partial(word_set, "relations.toml", "courses")
_lasting = partial(word_set, "relations.toml", "lasting")
_taking = partial(word_set, "relations.toml", "taking")
