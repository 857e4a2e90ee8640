"""The role that the clause of a mention gives it: the nearest cue, links to a drug behind it, and what other words make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from ..rules.load import load_toml
from ..words import is_figure
from . import role_words as said
from .context import Context, Found
from .cues import Cue, Cues, clause, cuts_of
from .phrases import Phrases
from .role_doubts import is_had_on, misleads, of_disease
from .role_links import compound_cue, linked_cues
from .role_turns import gets_better, leads_to, turned
from .role_words import HAD_WORDS, LINK_WORDS

# Cues that say less than the section does: "people with an allergy" under "Who should not take it".
YIELDING = ("weak", "near", "people", "link")
_FRONT_WORDS = 5
_USING_WORDS = 6  # "used it twice for"
_PEOPLE_WORDS = 4  # "patients with first-episode"
_BACK_WORDS = 14  # what stands before "may occur"


@dataclass(frozen=True, slots=True)
class Role:
    """A role, the cue that gave it, and whether the sentence itself says so."""

    name: str | None
    cue: Cue | None = None
    told: bool = False


@dataclass(frozen=True, slots=True)
class SentenceCues:
    """A sentence's cues; where its clauses end; whether it names a drug or a dose; whether it tells whose dose is changed."""

    cues: list[Cue]
    cuts: list[int]
    doses: bool
    limits: bool


def own_role(context: Context, f: Found, known: dict[int, SentenceCues], diseases: Mapping[int, int]) -> Role | None:
    """The role that the clause gives: by what ends right before the mention or starts right behind it, else by the nearest cue.

    known: by the first token of a sentence, filled here. diseases: where each mention of a condition ends and begins.
    """
    words, sentence = context.page.words, context.page.sentence(f.first)
    if _names_something_else(words[f.last : f.last + 3]):
        return Role(None)
    behind = words[f.last : f.last + 3]
    if words[max(0, f.first - 2) : f.first] == ["non", "-"] and (_tells_people(behind) or not said.substances().isdisjoint(behind[:1])):
        return Role(None)  # non-diabetic patients, non-glaucoma medications
    if sentence[0] not in known:
        cues = _with_purposes(words, role_cues().find(words, *sentence))
        cuts = cuts_of(words, sentence, _stops())
        known[sentence[0]] = SentenceCues(cues, cuts, _has_doses(context, sentence), _limits_doses(words, *sentence))
    told = known[sentence[0]]
    low, high = clause((f.first, f.last), sentence, told.cuts)
    if told.doses and _tells_people(words[f.last : f.last + 3]):
        return Role("indication", Cue(f.last, f.last + 1, "indication", "weak", "TREATS"), told=True)
    compound = compound_cue(context, f)
    if compound:
        return Role("adverse_effect", compound, told=True)
    fitting = [c for c in told.cues if low <= c.first and c.last <= high and _fits(words, c, f, doses=told.doses)]
    fitting += [c for c in told.cues if c.reach == "drug" and c.first >= low and _forbids_in(context, c, f)]
    linked = [c for c in linked_cues(context, f, sentence) if c.last <= high or c.reach == "strong"]
    if told.limits:
        fitting, linked = ([c for c in cues if c.reach not in YIELDING] for cues in (fitting, linked))
    distance = partial(_distance, f=f)
    # nearest first, as those of a long sentence are not all looked at closely
    likely = sorted(((_beside_drug(context, c, f), c) for c in fitting), key=lambda pair: distance(pair[0]))
    nearest = next((of_disease(context, cue, low, diseases) for cue, found in likely if _holds(context, found, f, low)), None)
    best = min([nearest, *linked] if nearest else linked, key=distance, default=None)
    if best is None:
        return None
    if best.reach == "weak" and best.relation and words[best.first] in said.people() and _warns(words, told.cues):
        return None
    if best.says == "adverse_effect" and best.reach == "forward" and is_state(f.canonical) and not leads_to(words, best, f):
        return None
    if best.says == "indication" and f.canonical in said.organs() and best.reach in YIELDING:
        return None  # "in patients with cirrhosis"
    if best.says == "indication" and f.canonical in said.states() and (best.reach in YIELDING or words[f.first - 1] in ("in", "during")):
        return None  # "in pregnancy it is taken only when", "can be used in pregnancy"
    if best.says == "adverse_effect" and best.reach == "forward" and gets_better(words[best.last : f.first]):
        return Role(None, best, told=True)  # "results in decreased fever", "experienced remission or mild apnoea"
    best = turned(context, best, f, low, high)
    return Role(None if best.says == "none" else best.says, best, told=True)


def _beside_drug(context: Context, cue: Cue, f: Found) -> Cue:
    """The "for" between a drug and a name says as much as a verb: "drugs linked to tremor include lithium for bipolar disorder"."""
    direct = cue.reach == "near" and context.page.words[cue.first] == "for" and cue.last == f.first
    return replace(cue, reach="purpose") if direct and cue.first - 1 in context.taken else cue


def _names_something_else(following: Sequence[str]) -> bool:
    """The name is part of another: "depression rating scale", "cancer research", "cancer-protective"."""
    if following[:1] == ["-"]:
        return following[1:2] != [] and following[1] in said.hyphened()
    return following[:1] != [] and following[0] in said.things()


def _tells_people(following: Sequence[str]) -> bool:
    """The name says who is meant, not what happens to them: "obese patients", "overweight or obese adults"."""
    people = said.people()
    joined = len(following) > 2 and following[0] in ("or", "and") and following[1] not in said.places()
    return following[:1] != [] and (following[0] in people or (joined and following[2] in people))


def _has_doses(context: Context, sentence: tuple[int, int]) -> bool:
    inside = range(*sentence)
    return not (
        context.dose_tokens.isdisjoint(inside)
        and context.taken.isdisjoint(inside)
        and said.using().isdisjoint(context.page.words[sentence[0] : sentence[1]])
    )


def _limits_doses(words: list[str], begin: int, end: int) -> bool:
    """The sentence tells whose dose is changed, or who is watched."""
    return not said.dose_limits().isdisjoint(words[begin:end]) or any(_limit_phrases().find(words, begin, end))


def _warns(words: list[str], cues: Sequence[Cue]) -> bool:
    """The sentence says what may happen: "in people with asthma it may cause wheezing"."""
    told = (words[max(0, c.first - 1) : c.last] for c in cues if c.says == "adverse_effect" and c.reach in ("forward", "risk", "back"))
    return any(not said.warning().isdisjoint(near) for near in told)


def _with_purposes(words: list[str], cues: Sequence[Cue]) -> list[Cue]:
    """Where a verb of using stands before "for", the purpose goes on to the end of the clause: "use it for scabies and for …"."""
    out, purpose = list[Cue](), False
    for c in cues:
        if c.reach == "near" and words[c.first] in said.purposes():
            before = words[max(0, c.first - _USING_WORDS) : c.first]
            purpose = not said.using().isdisjoint(before) or (purpose and before[-1:] in ([","], ["and"], ["or"]))
            out.append(replace(c, reach="purpose") if purpose else c)
        else:
            out.append(c)
    return out


def _forbids_in(context: Context, cue: Cue, f: Found) -> bool:
    """A drug right behind the cue, and then where: "avoid metoclopramide in Parkinson's disease"."""
    if cue.last not in context.taken or f.first <= cue.last:
        return False
    between = context.page.words[cue.last + 1 : f.first]
    return len(between) <= LINK_WORDS and not {"in", "if", "with", "during"}.isdisjoint(between)


def _fits(words: list[str], cue: Cue, f: Found, *, doses: bool) -> bool:
    if cue.reach == "near":  # "20 mg twice daily for severe acne"
        return doses and cue.last <= f.first <= cue.last + 2 and not any(map(is_figure, words[cue.last : f.first]))
    if cue.reach == "people":  # "children from six years with ADHD"
        return cue.last == f.first and doses and not said.people().isdisjoint(words[max(0, cue.first - _USING_WORDS) : cue.first])
    if cue.reach in ("forward", "weak", "risk", "purpose", "had"):
        return cue.last == f.first if words[cue.first] == "anti" else cue.last <= f.first  # anti-phospholipid antibodies, liver disease
    if cue.reach == "front":  # "if you are pregnant, do not use isotretinoin"
        return f.last <= cue.first <= f.last + _FRONT_WORDS and "if" in words[max(0, f.first - _FRONT_WORDS) : f.first]
    if cue.reach == "stop":
        return cue.last <= f.first and not said.stopping().isdisjoint(words[max(0, cue.first - HAD_WORDS) : cue.first])
    if cue.reach == "next":
        return cue.first == f.last
    if cue.reach == "both" and cue.last <= f.first:
        return True
    if cue.reach not in ("back", "both") or not f.last <= cue.first <= f.last + _BACK_WORDS:
        return False
    own = f.last + (words[f.last : f.last + 2] in ([",", "which"], [",", "that"])) * 2  # gout, which is treated with
    return said.relative().isdisjoint(words[own : cue.first])


def _holds(context: Context, cue: Cue, f: Found, low: int) -> bool:
    """The cue speaks of the mention, and of what a drug does."""
    return (cue.reach != "had" or is_had_on(context, cue)) and not misleads(context, cue, f, low)


def _distance(cue: Cue, f: Found) -> int:
    if cue.reach == "next":
        return -1
    if cue.reach == "link":
        return 500 + cue.first - f.last
    if cue.reach in YIELDING:  # "patients with" yields to "should not be used in", but right before the name not to a mere "after"
        if cue.reach == "people":  # "children with ADHD begin with 30 mg of"
            return 450
        return 400 if cue.reach == "weak" and cue.relation and 0 <= f.first - cue.last <= _PEOPLE_WORDS else 1000
    if cue.reach == "strong":
        return cue.first - f.last
    return f.first - cue.last if cue.last <= f.first else cue.first - f.last + 5  # what stands before says more


@cache
def role_cues() -> Cues:
    """The cues of `roles.toml`."""
    return Cues(load_toml("roles.toml")["cue"], "role")


@cache
def _limit_phrases() -> Phrases[str]:
    return Phrases((p, p) for p in load_toml("roles.toml")["limit_phrases"])


def is_state(name: str | None) -> bool:
    """What is no illness, such as pregnancy or an overdose."""
    return name in said.states()


@cache
def _stops() -> frozenset[str]:
    return frozenset({";", "but", "however", "although", "though", "whereas", "while", "—"})
