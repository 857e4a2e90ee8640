"""The drugs of which a sentence tells what a condition is to them: "X and Y are used for gout", "Side effects: nausea"."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import pairwise

from ..rules.load import word_set
from . import role_words as said
from .clause_roles import Role
from .context import Context, Found
from .cues import Cue
from .drugs import Drugs, Mention
from .references import References

_LIST_GAPS = ([","], [",", "and"], ["and"])
_JOINTS = frozenset(
    {",", "and", "or", "/", "&", "(", ")", "+", "with", "®", "™", "combination", "in", "plus", "versus", "vs", "-", "either"}
)
_OPENING_WORDS = 2  # "Even in epilepsy"
_NEXT_WORDS = 3  # "the acne treatment of choice is X"
_LEAD_WORDS = 3  # "than with X", "while taking X"


class Agents:
    """The drugs that treat, cause or are forbidden in a condition of the page."""

    def __init__(self, context: Context, drugs: Drugs, references: References, inner: AbstractSet[int]) -> None:
        """inner: first tokens of drugs that are part of a condition's name, as in "vitamin D deficiency"."""
        self._context, self._drugs, self._references, self._inner = context, drugs, references, inner

    def of(self, f: Found, role: Role | None) -> list[Mention]:
        """The drugs of the role that a condition has: of its sentence, else those of the section."""
        if role is None or role.name is None:
            return []
        begin, end = self._context.page.sentence(f.first)
        named = self._drugs.within(begin, end)
        inside = [m for m in named if not self._is_quality(m)]
        if role.name == "contraindication":  # "Do not use it if you are allergic to penicillin, have kidney disease"
            inside = [m for m in inside if not _is_allergen(self._context.page.words, m)]
        if role.name == "indication":
            inside = [m for m in inside if m[0] not in self._inner and not self._does_the_harm(m, f)]
            if not inside and named:  # "deaths from opioid overdose" are not treated with opioids
                return []
        if role.cue is None or not begin <= role.cue.first < end:
            return self._of_place(f, role, inside)
        if not inside:
            told = role.cue.relation and self._references.in_sentence((begin, end), role.cue)
            return self._of_section(f) if told else []
        return self._of_sentence(f, role.cue, inside)

    def _of_place(self, f: Found, role: Role, inside: Sequence[Mention]) -> list[Mention]:
        """Where the section, the table or the line above gives the role: the drug in front, else that of the section."""
        before = [m for m in inside if m[1] <= f.first]
        forbidden = self._of_section(f) if role.name == "contraindication" else []  # "if you took X, or if you have anaemia"
        if forbidden:
            return [m for m in before if m[2].canonical == forbidden[0][2].canonical][-1:] or forbidden
        if before:
            return joined(self._context, before, before[-1])
        page, line = self._context.page, self._context.page.line(f.first)
        in_row = line >= 0 and page.lines[line].block.kind == "table_row"
        own = [] if inside and in_row else self._of_section(f)
        if own and (role.cue is None or role.cue.relation):
            return own
        return self._following(inside if in_row else [m for m in inside if page.words[m[0] - 1] in _leads()])

    def _of_section(self, f: Found) -> list[Mention]:
        one = self._drugs.in_scope(f.first)
        return [one] if one else []

    def _of_sentence(self, f: Found, cue: Cue, inside: Sequence[Mention]) -> list[Mention]:
        """Before the cue, else behind it; behind a link ("caused by", "after") and right behind "the gout drug" first."""
        words = self._context.page.words
        behind = [m for m in inside if m[0] >= cue.last]
        points_on = cue.reach == "back" and words[cue.last - 1] in _prepositions()  # is treated with, responded to
        if points_on and behind and not said.relative().isdisjoint(words[cue.last : behind[0][0]]):  # … drugs that lower X
            return []
        if cue.reach in ("strong", "link") or (behind and (points_on or (cue.reach == "next" and behind[0][0] == cue.last))):
            return self._following(behind)
        within = [m for m in inside if cue.first <= m[0] < cue.last]  # a vaccine against it
        if within:
            return within
        before = [m for m in inside if m[1] <= cue.first]
        if before and (self._has_own_subject(before[-1][1], cue) or self._was_there(before[-1], cue)):
            return []
        before = [m for m in before if not _is_compared(words, m)] or [m for m in before if words[m[0] - 1 : m[0]] != ["than"]]
        if before:
            subject = [
                m for m in before[:1] if m[2].label == "DRUG" and before[-1][2].label == "DRUG_CLASS"
            ]  # X, like other statins, may cause …
            if self._in_own_bracket(before[-1], cue):
                return before[-1:]
            return subject or joined(self._context, before, before[-1])
        begin = self._context.page.sentence(f.first)[0]
        if self._references.pronoun_before(begin, cue.first):
            return self._of_section(f) or self._following(inside)
        if cue.reach == "near" and cue.first - begin > _OPENING_WORDS:  # "for pain, take X", not "a programme in HIV care and X"
            return []
        return [] if self._stands_aside(inside[0], f, cue) else self._following(inside)

    def _has_own_subject(self, first: int, cue: Cue) -> bool:
        """Another clause begins behind the drug, and its subject is something else: "…, and long illness leads to weakness"."""
        words = self._context.page.words
        between = words[first : cue.first]
        if between in _LIST_GAPS and words[cue.first] in _actions():  # "bronchodilators, treatment of infection"
            return True
        then = not _times().isdisjoint(between) or ("the", "time") in pairwise(between)
        if cue.reach == "weak" and then:  # "whether to go on with X when you are diagnosed with"
            return True
        if ")" in between:
            between = between[len(between) - between[::-1].index(")") :]
        bound = next((i for i in range(len(between) - 1, -1, -1) if between[i] in _bounds()), None)
        if bound is None or cue.reach not in ("forward", "weak") or words[cue.first] not in _verbs():
            return False
        subject = [word for word in between[bound + 1 :] if word[0].isalpha()]
        if not subject or subject[0] in _auxiliaries() or subject[0] in _adverbials():
            return False
        return _of_medicine().isdisjoint(subject)

    def _was_there(self, m: Mention, cue: Cue) -> bool:
        """What befell someone before they took the drug, unless it was stopped for it: "started X after she developed a rash"."""
        words = self._context.page.words
        near = words[max(m[1], cue.first - _LEAD_WORDS) : cue.first]
        begin = self._context.page.sentence(cue.first)[0]
        then = cue.says == "adverse_effect" and not _earlier().isdisjoint(near) and not said.persons().isdisjoint(near)
        return then and said.stopping().isdisjoint(words[begin : cue.first])

    def _in_own_bracket(self, m: Mention, cue: Cue) -> bool:
        """The last drug of a list, and what a bracket says of it alone: "senna, aloe and vitamin A (large doses can cause …)"."""
        gap = self._context.page.words[m[1] : cue.first]
        return gap[:1] == ["("] and ")" not in gap and _all_of_them().isdisjoint(gap)

    def _stands_aside(self, m: Mention, f: Found, cue: Cue) -> bool:
        """A drug behind a condition that neither treats nor causes it: "better than X", "while taking X", "…, so X is given"."""
        words = self._context.page.words
        if cue.relation is None and cue.reach == "weak" and m[0] >= f.last:  # "fewer cases of gout"
            return True
        if cue.says == "contraindication":  # "not to be used in asthma by those who take X"
            return words[m[0] - 1] in said.on()
        if cue.says == "adverse_effect":
            remedy = not _remedies().isdisjoint(words[f.last : m[0]]) and not said.is_left_out(words, f.last, m[0])
            return remedy or words[m[0] - 1] == "than"
        if cue.says != "indication" or cue.reach in ("weak", "people"):  # a boy with epilepsy had a fever while taking X
            return False
        goes_on = words[f.last : m[0]]
        if not _unties().isdisjoint(goes_on) or (
            goes_on[:1] == ["and"] and not _steps().isdisjoint(goes_on[1:2])
        ):  # "treat gout and go on with Y"
            return True
        lead = words[max(cue.last, m[0] - _LEAD_WORDS) : m[0]]
        gap = words[cue.last : m[0]]
        far = cue.reach == "next" and len(gap) > _NEXT_WORDS and _ties().isdisjoint(gap)
        return far or not _asides().isdisjoint(lead) or (cue.reach == "next" and not said.relative().isdisjoint(gap))

    def _is_quality(self, m: Mention) -> bool:
        """The drug says what someone or something is: "penicillin-allergic", "vancomycin resistant"."""
        words, last = self._context.page.words, m[1]
        last += words[last : last + 1] == ["-"]
        return not _qualities().isdisjoint(words[last : last + 1])

    def _does_the_harm(self, m: Mention, f: Found) -> bool:
        """The drug is part of the name: "opioid overdose", "cannabis use disorder" are not treated with it."""
        last = self._context.page.words[f.last - 1]
        return m[1] == f.first and last in _harms()

    def _following(self, mentions: Sequence[Mention]) -> list[Mention]:
        """The first mention and those that "and", a comma or a bracket joins behind it."""
        out = list(mentions[:1])
        for m in mentions[1:]:
            gap = range(out[-1][1], m[0])
            known = _JOINTS | _kinds() if out[-1][2].label == "DRUG_CLASS" else _JOINTS  # the antiretroviral drug nevirapine
            if not all(self._context.page.words[i] in known or i in self._context.dose_tokens for i in gap):
                break
            out.append(m)
        return list({m[2].canonical: m for m in reversed(out)}.values())[::-1]


def joined(context: Context, mentions: Sequence[Mention], chosen: Mention) -> list[Mention]:
    """The mention and those that "and", a comma or a bracket joins to it; each ingredient once, where the sentence names it first."""
    out, words = [chosen], context.page.words
    for m in reversed([m for m in mentions if m[0] < chosen[0]]):
        gap = words[m[1] : out[0][0]]
        if not set(gap) <= _JOINTS and not all(i in context.dose_tokens or words[i] in _JOINTS for i in range(m[1], out[0][0])):
            break
        out.insert(0, m)
    names = dict.fromkeys(m[2].canonical for m in out)
    return [next(m for m in mentions if m[2].canonical == name) for name in names]


def _is_compared(words: list[str], mention: Mention) -> bool:
    """The drug that another is set against: "unlike sedating antihistamines, loratadine"."""
    lead = words[max(0, mention[0] - _LEAD_WORDS) : mention[0]]
    if "," in lead:
        lead = lead[len(lead) - lead[::-1].index(",") :]
    return "unlike" in lead or lead[-1:] == ["than"] or (lead[-1:] in (["with"], ["to"]) and "compared" in lead)


def _is_allergen(words: list[str], mention: Mention) -> bool:
    """The drug that someone is allergic to."""
    first = mention[0]
    return words[max(0, first - 1) : first] == ["to"] and not _allergies().isdisjoint(words[max(0, first - 2) : first - 1])


_allergies = partial(word_set, "relations.toml", "allergies")
_asides = partial(word_set, "relations.toml", "asides")
_harms = partial(word_set, "relations.toml", "harms")
_kinds = partial(word_set, "relations.toml", "kinds")
_prepositions = partial(word_set, "relations.toml", "prepositions")
_qualities = partial(word_set, "relations.toml", "qualities")
_unties = partial(word_set, "relations.toml", "unties")
_steps = partial(word_set, "relations.toml", "steps")
_times = partial(word_set, "relations.toml", "times")
_bounds = partial(word_set, "relations.toml", "bounds")
_actions = partial(word_set, "relations.toml", "actions")
_verbs = partial(word_set, "relations.toml", "verbs")
_auxiliaries = partial(word_set, "relations.toml", "auxiliaries")
_adverbials = partial(word_set, "relations.toml", "adverbials")
_of_medicine = partial(word_set, "relations.toml", "of_medicine")
_leads = partial(word_set, "relations.toml", "leads")
_ties = partial(word_set, "relations.toml", "ties")
_all_of_them = partial(word_set, "relations.toml", "all_of_them")
_earlier = partial(word_set, "relations.toml", "earlier")
_remedies = partial(word_set, "relations.toml", "remedies")
