"""What a condition is to the page's medicines: what they treat, what they cause, where they are not to be used.

The sentence decides first, by cues; then the line that introduces a list; then the section; then what
other mentions of the same condition are.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import cache, partial

from ..document import Section
from ..rules.load import load_toml, word_set
from .clause_roles import YIELDING, Role, SentenceCues, is_state, own_role, role_cues
from .context import Context, Found
from .lists import Given, Lines, complaints
from .tokens import Line

_JOINT_WORDS = 4  # ", and also"
_NESTED = 12  # sections looked at above a place
_ITEM_WORDS = 14  # of a list of warnings
_LEAD_WORDS, _TAIL_WORDS = 30, 1  # of a sentence, in which it may say "not", or what may happen


def roles(context: Context, found: Sequence[Found]) -> list[Role]:
    """A role for each condition."""
    own = told_roles(context, found)
    usual = _usual_roles(found, own)
    return [role or Role(usual.get(f.canonical or "")) for f, role in zip(found, own, strict=True)]


def told_roles(context: Context, found: Sequence[Found]) -> list[Role | None]:
    """The role that the sentence, the line's place or the section gives; None where none of them does."""
    if not found:
        return []
    lines, sections, told = Lines(context, role_cues(), _sections()), _line_sections(context, found), dict[int, SentenceCues]()
    diseases = {f.last: f.first for f in found if f.label == "CONDITION"}
    own = [own_role(context, f, told, diseases) for f in found]
    out = [
        role
        if role and role.cue and role.cue.reach not in YIELDING
        else _given(lines.role(f)) or _section_role(context, f, sections) or role
        for f, role in zip(found, own, strict=True)
    ]
    listed = complaints(context, found, context.page.lines, sections)
    out = [
        Role("adverse_effect", told=True) if role is None and context.page.line(f.first) in listed else role
        for f, role in zip(found, out, strict=True)
    ]
    return _spread(context, found, out)


def _given(role: Given | None) -> Role | None:
    return Role(role[0], role[1], told=True) if role else None


def _spread(context: Context, found: Sequence[Found], told: Sequence[Role | None]) -> list[Role | None]:
    """A mention of which nothing is told goes with the one that a comma, "and" or "followed by" joins it to."""
    out, order = list(told), range(len(found))
    for steps in (order[1:], order[-2::-1]):
        for i in steps:
            other = i - 1 if steps.step > 0 else i + 1
            role = out[other]
            if out[i] is None and role and role.cue and _is_joined(context, found[min(i, other)], found[max(i, other)]):
                out[i] = role
    return out


def _is_joined(context: Context, one: Found, two: Found) -> bool:
    gap = context.page.words[one.last : two.first]
    joined = 0 < len(gap) <= _JOINT_WORDS and _joints().issuperset(gap)
    return (joined or gap[-2:] == ["followed", "by"]) and two.first < context.page.sentence(one.first)[1]


def _line_sections(context: Context, found: Sequence[Found]) -> list[str | None]:
    """The section of each line.

    A "heading" that is nothing but a condition is an item of the list that it stands in: where a page
    has lost its structure, "Nausea" before a longer line looks like a heading.
    """
    out, stands_in = list[str | None](), dict[int, int]()
    for f in found:
        at = context.page.line(f.first)
        stands_in[at] = stands_in.get(at, 0) + f.last - f.first
    kept: str | None = None
    for i, line in enumerate(context.page.lines):
        section = line.block.section
        if line.block.kind == "heading":
            is_item = section == "other" and line.block.evidence.tag == "line" and stands_in.get(i, 0) * 2 >= line.last - line.first
            kept = out[-1] if is_item and out else None
        out.append(kept if kept and section == "other" else section)
    return out


def _section_role(context: Context, f: Found, sections: Sequence[str | None]) -> Role | None:
    line = context.page.line(f.first)
    name = _sections().get(sections[line] or "") if line >= 0 else None
    if name == "contraindication" and not _forbids(context, f, context.page.lines[line]):
        return None
    if name == "adverse_effect" and is_state(f.canonical):  # what is told under "Overdose" is not that a medicine causes one
        return None
    return Role(name, told=True) if name else None


def _forbids(context: Context, f: Found, line: Line) -> bool:
    """A heading such as "Do not take it if you have" forbids what stands under it; one such as "Precautions" the items of its lists."""
    above = _heading_above(context.document.sections, context.page.starts[f.first])
    if above and _patterns("alarming").search(above.lower()):
        return False
    if above and _patterns("forbidding").search(above.lower()):
        return not _tells_reason(context, f)
    return f.label == "CONDITION" and line.block.kind == "list_item" and line.last - line.first <= _ITEM_WORDS


def _tells_reason(context: Context, f: Found) -> bool:
    """The sentence tells what may happen, or why, and does not say "not", "avoid" … before the mention."""
    page, (begin, end) = context.page, context.page.sentence(f.first)
    first = max(begin, f.first - _LEAD_WORDS)
    lead = page.text[page.starts[first] : page.starts[f.first]]
    told = not _reasons().isdisjoint(page.words[first : min(end, f.last + _TAIL_WORDS)])
    return told and not _patterns("forbidding").search(lead.lower())


def _heading_above(sections: Sequence[Section], place: int) -> str | None:
    """The heading of the innermost section of warnings around a place."""
    at = bisect_right(sections, place, key=lambda section: section.start)
    near = reversed(sections[max(0, at - _NESTED) : at])
    return next((s.heading for s in near if s.kind == "contraindications" and place < s.end), None)


def _usual_roles(found: Sequence[Found], own: Sequence[Role | None]) -> dict[str, str]:
    """The role that most mentions of a condition have, of those that have one."""
    counts: dict[str, Counter[str]] = {}
    for f, role in zip(found, own, strict=True):
        if role and role.name and f.canonical:
            counts.setdefault(f.canonical, Counter())[role.name] += 1
    return {name: min(c, key=lambda r: (-c[r], r)) for name, c in counts.items()}


@cache
def _sections() -> dict[str, str]:
    return dict(load_toml("roles.toml")["sections"])


@cache
def _patterns(name: str) -> re.Pattern[str]:
    return re.compile("|".join(load_toml("roles.toml")[name]))


_reasons = partial(word_set, "roles.toml", "reasons")
_joints = partial(word_set, "roles.toml", "lists", "joints")
