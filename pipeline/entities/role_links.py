"""What ties a condition to a drug beside it: "isotretinoin-induced depression", "rash due to amoxicillin"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from ..rules.load import load_toml
from . import role_words as said
from .context import Context, Found
from .cues import Cue, Cues
from .role_words import LINK_WORDS

_CLOSE_WORDS = 4  # "angioedema of the tongue with"
_DENIED_LINK_WORDS = 5  # "not thought to be related to"
_ADJECTIVES = frozenset({"induced", "associated", "related"})


def compound_cue(context: Context, f: Found) -> Cue | None:
    """A drug right before the name: "isotretinoin-induced depression", "methotrexate toxicity"."""
    words, first = context.page.words, f.first
    if first >= 2 and words[first - 1] in _compounds("joined") and words[first - 2] == "-" and not is_of_other(context, first - 1):
        return Cue(first - 1, first, "adverse_effect", "forward", "CAUSES")
    if first >= 2 and words[first - 1] in _ADJECTIVES and first - 2 in context.taken:  # heparin associated bleeding
        return Cue(first - 1, first, "adverse_effect", "forward", "CAUSES")
    if not _compounds("joined").isdisjoint(words[first : f.last]) and not context.free(first, f.last):  # heparin-associated …, as a whole
        return Cue(f.last - 1, f.last, "adverse_effect", "forward", "CAUSES")
    beside = (
        first > 0 and context.page.text[context.page.ends[first - 1] : context.page.starts[first]] == " "
    )  # not in another cell or line
    if beside and first - 1 in context.taken and words[f.last - 1].endswith(tuple(sorted(_compounds("endings")))):
        return Cue(f.last - 1, f.last, "adverse_effect", "forward", "CAUSES")
    return None


def is_of_other(context: Context, joined: int) -> bool:
    """The "induced" of "exercise-induced", "combat-related": a plain word before it that is no drug and no word for one."""
    page, agent = context.page, joined - 2
    if agent < 0 or page.words[joined] not in _compounds("joined") or page.words[joined - 1] != "-":
        return False
    if not context.free(agent - 2 if page.words[agent - 1] == "-" else agent, joined):  # ritodrine-hydrochloride-induced
        return False
    written = page.text[page.starts[agent] : page.ends[agent]]  # (5-FU)-induced, PTU-induced
    return written.isalpha() and not written.isupper() and page.words[agent] not in said.medicines()


def linked_cues(context: Context, f: Found, sentence: tuple[int, int]) -> list[Cue]:
    """Links behind the name with a drug behind them: "angioedema associated with losartan"."""
    if context.taken.isdisjoint(range(f.last, sentence[1])):
        return []
    out = list[Cue]()
    for c in _links().find(context.page.words, f.last, sentence[1]):
        behind = range(c.last, min(c.last + LINK_WORDS, sentence[1]))
        first = next((i for i in behind if i in context.taken), None)
        if c.says != "skip" and first is not None and _links_to(context, f, c, first):
            out.append(c if c.reach == "strong" else replace(c, reach="link"))
    return out


def _links_to(context: Context, f: Found, link: Cue, drug: int) -> bool:
    """The words around the link leave it one: not "is treated with", "X, which was compared after", "on the metabolism of"."""
    words = context.page.words
    if not said.predicate_verbs().isdisjoint(words[link.last : drug]) or _is_other_time(words, link, drug):
        return False
    if words[link.first] == "treated" and words[link.first - 1] in said.are():
        return False
    gap = words[f.last : link.first]
    if link.reach == "strong":
        return True
    if not said.gone().isdisjoint(gap) and not said.is_left_out(words, link.first, drug):  # was reversed by
        return False
    if link.reach == "weak":
        return said.other_clause().isdisjoint(gap)
    if not context.free(f.last, link.first) or words[link.last].endswith("ing"):  # "by adding X"
        return False
    return link.first <= f.last + _CLOSE_WORDS and _near_link(gap) and said.measures().isdisjoint(words[f.last : drug])


def _near_link(between: Sequence[str]) -> bool:
    """Nothing between a name and its link tells of something else: "in gout it is a partner of", "the malaria parasite's immunity to"."""
    return said.other_topic().isdisjoint(between) and said.pathogens().isdisjoint(between)


def _is_other_time(words: list[str], link: Cue, drug: int) -> bool:
    """What was there before a drug was taken, or what is set against it: "before he took", "by 21 % compared with"."""
    at = link.first
    while at and words[at - 1] in ("had", "been"):
        at -= 1
    if at and words[at - 1] in said.persons():
        at -= 1
    if at and words[at - 1] in ("and", "so", "then"):  # "had a cold, so I took paracetamol"
        return True
    if not said.denied_link().isdisjoint(
        words[max(0, link.first - _DENIED_LINK_WORDS) : link.first]
    ):  # "unrelated to", "not thought to be due to"
        return True
    return "before" in words[max(0, link.first - 2) : link.first] or not said.set_against().isdisjoint(words[max(0, link.first - 1) : drug])


@cache
def _links() -> Cues:
    return Cues(load_toml("roles.toml")["link"], "role")


@cache
def _compounds(name: str) -> frozenset[str]:
    return frozenset(load_toml("roles.toml")["compounds"][name])
