"""Find the facts about medication in the text: how much, in which form, how often, for what, for whom.

DRUG entities are there already; this stage adds STRENGTH, DOSAGE, FORM, ROUTE, FREQUENCY, DURATION,
POPULATION and CONDITION, each with what it means (`value`), and for conditions what the text says of
them (`assertion`, `role`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from ..document import Document, Entity
from ..entities.assertion import assertions
from ..entities.clause_roles import Role
from ..entities.conditions import find_conditions
from ..entities.context import Context, Found
from ..entities.cues import Cue
from ..entities.forms import find_forms, find_routes
from ..entities.lists import unlisted
from ..entities.outside import OutsideModel, merged, with_drugs
from ..entities.populations import find_populations
from ..entities.quantities import find_amounts
from ..entities.roles import roles, told_roles
from ..entities.schedule import find_durations, find_frequencies
from ..rules.load import word_set

_SHORT_PAGE = 300  # words
_SHORT_LINE = 8  # words of an item; in a longer line of a section an everyday word is one


def extract_entities(document: Document, *, model: OutsideModel | None = None) -> Document:
    """The document with its medication entities beside the drugs; `model` is a spaCy model of the user's own to lay over the rules.

    >>> page = extract_entities(Document.from_text("Take 1 tablet (20mg) twice daily for severe acne."))
    >>> [(e.label, page.text[e.start : e.end]) for e in page.entities]  # doctest: +NORMALIZE_WHITESPACE
    [('DOSAGE', '1 tablet'), ('FORM', 'tablet'), ('STRENGTH', '20mg'), ('FREQUENCY', 'twice daily'),
     ('CONDITION', 'severe acne')]
    """
    outside = model(document.text) if model else []
    document = with_drugs(document, outside)
    context = Context.of(document)
    people = find_populations(context)
    found = _doses(context, people) if _tells_of_medicine(context) else []
    conditions = _free(find_conditions(context), found)
    conditions = sorted([*conditions, *unlisted(context, [*conditions, *found])], key=lambda f: f.first)
    people = _unclaimed(people, found)
    if outside:
        both = merged(context, [*found, *conditions, *people], outside)
        found = [f for f in both if f.label not in ("CONDITION", "POPULATION")]
        conditions, people = ([f for f in both if f.label == label] for label in ("CONDITION", "POPULATION"))
    return document.annotated([*(_entity(context, f) for f in found), *_populations(context, people), *_conditions(context, conditions)])


def _tells_of_medicine(context: Context) -> bool:
    """A drug, or a word such as mg, tablet or dose; on a long page without any "daily" is no frequency of a medicine."""
    return bool(context.drugs) or len(context.page.words) < _SHORT_PAGE or not _signals().isdisjoint(context.page.places)


def _doses(context: Context, people: Sequence[Found]) -> list[Found]:
    """Amounts, forms, routes, frequencies and durations; what is inside a frequency counts as part of it, years of age are no duration."""
    found = find_amounts(context)
    context.note_doses(found)
    forms = find_forms(context)
    context.note_doses(forms)
    within = {token for a in found for token in range(a.first + 1, a.last)}  # "per hour" in "25 micrograms per hour"
    frequencies = [f for f in find_frequencies(context) if not within.issuperset(range(f.first, f.last))]
    found = [*_free((*found, *forms), frequencies), *frequencies]
    context.note_doses(frequencies)
    found += _free(find_routes(context), forms)
    return found + _free(find_durations(context), [*found, *people])


def _free(found: Iterable[Found], others: Iterable[Found]) -> list[Found]:
    """Those that share no token with the others."""
    taken = {token for o in others for token in range(o.first, o.last)}
    return [f for f in found if taken.isdisjoint(range(f.first, f.last))]


def _unclaimed(populations: Iterable[Found], others: Sequence[Found]) -> list[Found]:
    return _free(populations, (o for o in others if o.label != "FORM"))


def _entity(context: Context, f: Found, role: str | None = None, assertion: str = "present", cue: Cue | None = None) -> Entity:
    start, end = context.page.span(f.first, f.last)
    span = context.page.span(cue.first, cue.last) if cue else None
    return Entity("", f.label, start, end, f.canonical, f.kind, f.ids, f.value, role, assertion, span)


def _populations(context: Context, found: Sequence[Found]) -> Iterator[Entity]:
    """People, with the role "contraindication" where the text says that the medicine is not for them."""
    for f, role in zip(found, told_roles(context, found), strict=True):
        narrowed = context.page.words[f.last : f.last + 1] in (["with"], ["who"])  # children with dengue fever
        forbidden = role is not None and role.name == "contraindication" and not narrowed
        yield _entity(context, f, "contraindication" if forbidden else None)


def _conditions(context: Context, found: Sequence[Found]) -> list[Entity]:
    """Conditions with role and assertion; everyday words only where the text treats them as conditions."""
    out = list[Entity]()
    said = assertions(context, found)
    for i, (f, role, (assertion, cue)) in enumerate(zip(found, roles(context, found), said, strict=True)):
        if f.needs and not _is_meant(context, f, role) and not _in_list(context, found, i):
            continue
        if f.canonical in _effects_only() and role.name != "adverse_effect" and not _in_list(context, found, i):
            continue
        f = _with_degree(context, f, role)  # noqa: PLW2901  the same mention, a little longer
        out.append(_entity(context, f, role.name, assertion, cue))
    return out


def _is_meant(context: Context, f: Found, role: Role) -> bool:
    """A cue, or a short line of a section, says that the everyday word is a condition."""
    line = context.page.line(f.first)
    size = context.page.lines[line].last - context.page.lines[line].first if line >= 0 else 0
    if role.cue is not None:
        return bool(role.told and role.name) and role.cue.reach != "link"  # "he was tired after a long day and read about ibuprofen"
    return bool(role.told and role.name) and size <= _SHORT_LINE


def _in_list(context: Context, found: Sequence[Found], i: int) -> bool:
    """Next to another condition, with no more than a comma or "and" between."""
    words = context.page.words
    before = [*words[found[i - 1].last : found[i].first]] if i else ["none"]
    after = [*words[found[i].last : found[i + 1].first]] if i + 1 < len(found) else ["none"]
    return any(len(gap) <= 2 and set(gap) <= {",", "and", "or", "/"} and gap for gap in (before, after))


def _with_degree(context: Context, f: Found, role: Role) -> Found:
    """The degree belongs to what a drug is for ("severe acne"); of a side effect it is no part of the name."""
    words = context.page.words
    if role.name != "indication" or not role.told:
        return f
    for n in (5, 3, 2, 1):
        degree = " ".join(words[max(0, f.first - n) : f.first]).replace(" - ", "-")
        if f.first >= n and degree in _degrees():
            if f.first > n and words[f.first - n - 1] == "-":  # drug-resistant
                return f
            return replace(f, first=f.first - n, value={"modifiers": [degree, *(f.value or {}).get("modifiers", ())]})
    return f


_effects_only = partial(word_set, "conditions.toml", "effects_only")
_degrees = partial(word_set, "conditions.toml", "degrees")
_signals = partial(word_set, "units.toml", "signals", "words")
