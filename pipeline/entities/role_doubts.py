"""Whether a cue speaks of a drug at all: of bacteria, of another disease, or of those who had the drug."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from . import role_words as said
from .context import Context, Found
from .cues import Cue
from .role_links import is_of_other
from .role_words import HAD_WORDS, LINK_WORDS

_OPENING_WORDS = 1  # "untreated hypertension can lead to"
_WHERE_WORDS = 6  # "in patients with severe"
_OTHERS_WORDS = 3  # "with any other medicines"
_CAUSING_WORDS = 4  # "bacteria that may often cause"
_WERE = ("was", "were", "been")
_ENDS = frozenset({",", "-", "–", ";", "because"})


def is_had_on(context: Context, cue: Cue) -> bool:
    """People on a drug right before: "patients on sertraline had", "I took X and got"."""
    near = range(max(0, cue.first - HAD_WORDS), cue.first)
    drug = next((i for i in reversed(near) if i in context.taken), None)
    words = context.page.words
    lead = words[near.start : drug] if drug is not None else []
    if "if" in lead:  # do not take it if you are taking X or have
        return False
    return not ((said.people().isdisjoint(lead) and said.persons().isdisjoint(lead)) or said.on().isdisjoint(lead))


def tells_what_is_given(context: Context, cue: Cue) -> bool:
    """A drug right behind "treatment with", a case in other languages, is what is given, not what it is for."""
    return cue.says == "indication" and cue.last in context.taken


def misleads(context: Context, cue: Cue, f: Found, low: int) -> bool:
    """The cue tells of something else than a drug, or the mention is of those who had the drug."""
    told = cue.says == "adverse_effect" and cue.reach in ("forward", "risk")
    if cue.reach == "forward" and f.first > cue.last and tells_what_is_given(context, cue):
        return True
    if cue.reach == "near" and cue.first and context.page.words[cue.first - 1] in said.pathogens():
        return True  # "the bacteria in the wound"
    if cue.reach == "near" and context.page.words[cue.first] == "in" and "if" in context.page.words[low : cue.first]:
        return True  # "if the level rises in kidney disease"
    if cue.reach == "weak" and not said.circumstances().isdisjoint(
        context.page.words[cue.last : f.first]
    ):  # who have taken it when they get
        return True
    if cue.says == "indication" and cue.reach == "forward" and cue.last - cue.first == 1 and context.page.words[cue.last] in _ENDS:
        return True  # "less likely to heal, because"
    if cue.reach == "weak" and context.page.words[cue.first - 1] in _WERE and is_had_on(context, cue):
        return True  # "of those on X 20 were diagnosed with"
    if cue.says == "contraindication" and _is_for_others(context, cue, f):
        return True
    if told and _is_given_for(context.page.words, cue):
        return True
    return is_of_other(context, cue.first) or (told and (_is_of_pathogen(context.page.words, cue, low) or _is_where(context, cue, f)))


def _is_of_pathogen(words: list[str], cue: Cue, low: int) -> bool:
    """The cue tells what bacteria, genes, other medicines … do: "germs that can cause acne"."""
    subject = _subject(words, cue, low)
    if subject <= low:
        return False
    of_others = words[subject - 1] in said.substances() and not said.others().isdisjoint(words[max(low, subject - _OTHERS_WORDS) : subject])
    return words[subject - 1] in said.pathogens() or of_others


def _is_given_for(words: list[str], cue: Cue) -> bool:
    """What those have whom a drug is for: "drugs for patients who develop"."""
    lead = words[max(0, cue.first - 3) : cue.first]
    return lead[:1] == ["for"] and lead[1:2] != [] and lead[1] in said.people() | {"those"} and lead[2:] in (["who"], ["that"])


def _is_for_others(context: Context, cue: Cue, f: Found) -> bool:
    """Forbidden to those who take another drug too, or what that causes: "in patients receiving X who have", "with X, which causes"."""
    words, behind = context.page.words, range(cue.last + 1, min(cue.last + LINK_WORDS, f.first))
    taken = next((i for i in behind if i in context.taken and words[i - 1] in said.on()), None)
    if taken is not None and {",", "or"}.isdisjoint(words[taken : taken + _OTHERS_WORDS]):
        return True
    return not said.leading().isdisjoint(words[max(cue.last, f.first - _OTHERS_WORDS) : f.first])


def _subject(words: list[str], cue: Cue, low: int) -> int:
    """Where the subject of a cue ends, but for words such as "that may often"."""
    at = cue.first
    while at > max(low, cue.first - _CAUSING_WORDS) and words[at - 1] in said.causing():
        at -= 1
    return at


def of_disease(context: Context, cue: Cue, low: int, diseases: Mapping[int, int]) -> Cue:
    """The cue, saying nothing where it tells what a disease does: "sleep apnea can lead to stroke", not "paracetamol overdose can"."""
    words = context.page.words
    if cue.says != "adverse_effect" or cue.reach != "forward":
        return cue
    at = _subject(words, cue, low)
    named = at > low and at in diseases and diseases[at] <= low + _OPENING_WORDS and context.free(low, at)
    called = at > low and words[at - 1] in said.illnesses() and not said.leading().isdisjoint(words[cue.first : cue.last])
    return replace(cue, says="none") if named or (called and at not in diseases) else cue


def _is_where(context: Context, cue: Cue, f: Found) -> bool:
    """Behind "adverse effects of sulfasalazine in patients with" stands what was treated, not an effect."""
    near = context.page.words[max(cue.last, f.first - _WHERE_WORDS) : f.first]
    if "if" in context.page.words[cue.last : f.first]:  # "hypertension if the level rises too fast in kidney disease"
        near = context.page.words[cue.last : f.first]
        near = near[near.index("if") :]
    if _is_circumstance(near) and said.happens().isdisjoint(context.page.words[f.last : f.last + 1]):
        return True
    if "in" not in near:
        return False
    place = len(near) - near[::-1].index("in")
    if near[-1] == "with" and not said.people().isdisjoint(near[place:]):  # angioedema, and in patients with
        return True
    return not context.free(cue.last, f.first - len(near) + place) and said.predicates().isdisjoint(near[place:])


def _is_circumstance(near: Sequence[str]) -> bool:
    """When it happens, not what: "causes birth defects if taken during pregnancy", "bleeding in cases of dengue"."""
    opened = next((i for i in range(len(near) - 1, -1, -1) if near[i] in said.circumstances()), None)
    if opened is None or (near[opened] in said.occasions() and not {"in", "the"}.intersection(near[max(0, opened - 1) : opened])):
        return False
    behind = near[opened + 1 + (near[opened + 1 : opened + 2] == ["of"]) :]
    return "," not in behind and said.predicates().isdisjoint(behind)
