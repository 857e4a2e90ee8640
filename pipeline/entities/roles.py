"""What a condition is to the page's medicines: what they treat, what they cause, where they are not to be used.

The sentence decides first, by cues; then the line that introduces a list; then the section; then what
other mentions of the same condition are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from ..rules.load import load_toml
from .context import Context, Found
from .cues import Cue, Cues, clause

_YIELDING = ("weak", "near")  # cues that say less than the section does: "people with an allergy" under "Who should not take it"
_LEAD_WORDS = 25  # a longer line introduces no list
_TAIL_WORDS = 2  # "Do not take it if you have": what may stand behind the cue of a heading
_ITEM_WORDS = 16  # a longer line is no item


@dataclass(frozen=True, slots=True)
class Role:
    """A role, the cue that gave it, and whether the sentence itself says so."""

    name: str | None
    cue: Cue | None = None
    told: bool = False


def roles(context: Context, found: Sequence[Found]) -> list[Role]:
    """A role for each condition."""
    own = told_roles(context, found)
    usual = _usual_roles(found, own)
    return [role or Role(usual.get(f.canonical or "")) for f, role in zip(found, own, strict=True)]


def told_roles(context: Context, found: Sequence[Found]) -> list[Role | None]:
    """The role that the sentence, the line above a list or the section gives; None where none of them does."""
    leads, cues, sections = _leads(context), dict[int, list[Cue]](), _line_sections(context, found)
    own = [_own_role(context, f, cues) for f in found]
    return [
        role
        if role and role.cue and role.cue.reach not in _YIELDING
        else _lead_role(context, f, leads) or _section_role(context, f, sections) or role
        for f, role in zip(found, own, strict=True)
    ]


def _own_role(context: Context, f: Found, known: dict[int, list[Cue]]) -> Role | None:
    """The role that the clause gives: by what ends right before the mention or starts right behind it, else by the nearest cue."""
    words, sentence = context.page.words, context.page.sentence(f.first)
    low, high = clause(words, (f.first, f.last), sentence, _stops())
    cues = known.get(sentence[0])
    if cues is None:
        cues = known[sentence[0]] = _cues().find(words, *sentence)
    if f.first >= 2 and words[f.first - 1] == "induced" and words[f.first - 2] == "-":
        return Role("adverse_effect", Cue(f.first - 1, f.first, "adverse_effect", "forward", "CAUSES"), told=True)
    fitting = [c for c in cues if low <= c.first and c.last <= high and _fits(c, f, doses=_has_doses(context, sentence))]
    best = min(fitting, key=lambda c: _distance(c, f), default=None)
    if best is None:
        return None
    if best.reach == "risk" and not _lowering().isdisjoint(words[low:high]):
        best = Cue(best.first, best.last, "indication", "forward", "TREATS")
    if best.says == "indication" and best.first > low and words[best.first - 1] in _denials():  # not used in, not for
        best = Cue(best.first, best.last, "contraindication", "forward", "CONTRAINDICATED_IN")
    return Role(None if best.says == "none" else best.says, best, told=True)


def _has_doses(context: Context, sentence: tuple[int, int]) -> bool:
    inside = range(*sentence)
    return not (
        context.dose_tokens.isdisjoint(inside)
        and context.taken.isdisjoint(inside)
        and _using().isdisjoint(context.page.words[sentence[0] : sentence[1]])
    )


def _fits(cue: Cue, f: Found, *, doses: bool) -> bool:
    if cue.reach == "near":  # "20 mg twice daily for severe acne"
        return doses and cue.last <= f.first <= cue.last + 2
    if cue.reach in ("forward", "weak", "risk"):
        return cue.last <= f.first
    if cue.reach == "next":
        return cue.first == f.last
    return cue.reach == "back" and f.last <= cue.first


def _distance(cue: Cue, f: Found) -> int:
    if cue.reach == "next":
        return -1
    if cue.reach in ("weak", "near"):  # "patients with" yields to "should not be used in"
        return 1000
    return f.first - cue.last if cue.reach != "back" else cue.first - f.last + 5  # what stands before says more


def _leads(context: Context) -> dict[int, tuple[str, Cue]]:
    """Lines by their first token, with the role that an introduction above them gives."""
    out, lead = dict[int, tuple[str, Cue]](), None
    words = context.page.words
    for line in context.page.lines:
        size = line.last - line.first
        if words[line.last - 1] == ":" and size <= _LEAD_WORDS:
            cues = [c for c in _cues().find(words, line.first, line.last) if c.reach == "forward" and c.says != "none"]
            lead = (cues[-1].says, cues[-1]) if cues else None
        elif line.block.kind == "heading":
            cues = [c for c in _cues().find(words, line.first, line.last) if c.reach == "forward" and line.last - c.last <= _TAIL_WORDS]
            lead = (cues[-1].says, cues[-1]) if cues and cues[-1].says != "none" else None
        elif lead and (line.block.kind == "list_item" or size <= _ITEM_WORDS):
            out[line.first] = lead
        else:
            lead = None
    return out


def _lead_role(context: Context, f: Found, leads: dict[int, tuple[str, Cue]]) -> Role | None:
    if not leads:
        return None
    line = context.page.line(f.first)
    lead = leads.get(context.page.line_starts[line]) if line >= 0 else None
    return Role(lead[0], lead[1], told=True) if lead else None


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
    return Role(name, told=True) if name else None


def _usual_roles(found: Sequence[Found], own: Sequence[Role | None]) -> dict[str, str]:
    """The role that most mentions of a condition have, of those that have one."""
    counts: dict[str, Counter[str]] = {}
    for f, role in zip(found, own, strict=True):
        if role and role.name and f.canonical:
            counts.setdefault(f.canonical, Counter())[role.name] += 1
    return {name: min(c, key=lambda r: (-c[r], r)) for name, c in counts.items()}


@cache
def _cues() -> Cues:
    return Cues(load_toml("roles.toml")["cue"], "role")


@cache
def _lowering() -> frozenset[str]:
    return frozenset(load_toml("roles.toml")["lowering"])


@cache
def _using() -> frozenset[str]:
    return frozenset(load_toml("roles.toml")["using"])


@cache
def _denials() -> frozenset[str]:
    return frozenset(load_toml("roles.toml")["denials"])


@cache
def _sections() -> dict[str, str]:
    return dict(load_toml("roles.toml")["sections"])


@cache
def _stops() -> frozenset[str]:
    return frozenset({";", "but", "however", "although", "though", "whereas", "while", "—"})
