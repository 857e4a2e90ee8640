"""Which drugs a page says to interact: "A interacts with B", "concomitant use of A and B", "A raises B levels"."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache, partial
from itertools import pairwise, product

from ..rules.load import load_toml, word_set
from .context import Context
from .drugs import Drugs, Mention
from .phrases import Phrases

_NEAR_WORDS = 4  # between "not" and a drug, a drug and "instead"
_MEASURE_WORDS = 5  # between a change and what is changed
_DENIED_WORDS = 5  # "no clinically significant adverse drug interactions"
_MOST_PAIRS = 60  # of two lists; of longer ones the last name of the one goes with the other list
Group = list[Mention]
Pair = tuple[Group, Group]  # each of the one goes with each of the other
Told = tuple[Mention, Mention, "tuple[int, int] | None", int]  # with the characters of the cue, and where the part of the sentence begins


def interactions(context: Context, drugs: Drugs) -> Iterator[Told]:
    """Pairs of drugs of a sentence, or of the drug that a section of interactions is about and those in it."""
    for begin, end in context.page.sentences:
        if drugs.within(begin, end):
            harm = _warns(context.page.words, begin, end)
            for first, last in _parts(context.page.words, begin, end):
                yield from _of_part(context, drugs, (first, last), harm=harm)


def _of_part(context: Context, drugs: Drugs, part: tuple[int, int], *, harm: bool) -> Iterator[Told]:
    words = context.page.words
    groups = _groups(context, [m for m in drugs.within(*part) if not _is_quality(words, m)])
    if not groups or _is_denied(context, part):
        return
    listed = context.page.section(part[0]) == "interactions"
    told = dict[tuple[int, int], tuple[Pair, tuple[int, int] | None]]()  # by where the two begin; what is told twice counts once
    for (one, other), cue in _cued(context, drugs, groups, part, any_cue=harm or listed):
        told.setdefault((one[0][0], other[0][0]), ((one, other), cue))
    pairs = list(told.values())
    if listed and not pairs:  # on a page about no one drug the first names go with those behind
        pairs = [(pair, None) for pair in _with_main(drugs, groups, part[0]) or list(pairwise(groups[:2]))]
    for pair, at in pairs:
        for a, b in _across(*pair):
            if _differ(words, a, b):
                yield a, b, context.page.span(*at) if at else None, part[0]


def _cued(
    context: Context, drugs: Drugs, groups: list[Group], part: tuple[int, int], *, any_cue: bool
) -> Iterator[tuple[Pair, tuple[int, int]]]:
    """The pairs that cues and changes tell, each with its cue. any_cue: also a cue that needs a warning."""
    words = context.page.words
    starts = [g[0][0] for g in groups]
    cues = [c for c in _cues().find(words, *part) if any_cue or words[c[0]] in _plain()]
    early = bisect_left(cues, starts[0], key=lambda c: c[0])  # of those before the first drug the last says most
    alone = None  # the last cue of which only the page's drug can be the other end
    for first, last, place in cues[max(0, early - 1) :]:
        pairs = _beside(words, _around(groups, starts, first), place)
        yield from ((pair, (first, last)) for pair in pairs)
        alone = (first, last) if not pairs and place != "behind" and first < starts[-1] else alone
    if alone:
        yield from ((pair, alone) for pair in _with_main(drugs, groups, alone[0]))
    for i in range(*part):
        if words[i] in _changes():
            for pair in _changed(words, _around(groups, starts, i), i, part):
                yield pair, (i, i + 1)
    for one, other in pairwise(groups):
        if words[one[-1][1] : other[0][0]] == ["with"] and _is_forbidden(words, one[0][0], part[0]):
            yield (one, other), (one[-1][1], other[0][0])


def _around(groups: list[Group], starts: list[int], token: int) -> list[Group]:
    """The list before a token, empty if there is none, and up to two behind it."""
    at = bisect_left(starts, token)
    return [groups[at - 1] if at else [], *groups[at : at + 2]]


def _parts(words: list[str], begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentence, parted at words such as "but"."""
    cuts = [i for i in range(begin, end) if words[i] in _stops()]
    for first, last in zip([begin, *(i + 1 for i in cuts)], [*cuts, end], strict=True):
        if first < last:
            yield first, last


def _is_denied(context: Context, part: tuple[int, int]) -> bool:
    """There is no interaction, or nobody knows: "did not alter", "no effect on", "have not been studied", "is unlikely"."""
    words, (first, last) = context.page.words, part
    if any(_open().find(words, first, last)):
        return True
    return any(_denies(context, i, last) for i in range(first, last) if words[i] in _denying())


def _denies(context: Context, token: int, last: int) -> bool:
    words = context.page.words
    reach = 2 if words[token + 1 : token + 2] == ["be"] else _DENIED_WORDS  # "should not be used as it increases"
    for i in range(token + 1, min(last, token + 1 + reach)):
        if words[i] in _parting() or i in context.taken:
            return False
        if words[i] in _denied() or words[i] in _changes():
            return True
    return False


def _is_quality(words: list[str], m: Mention) -> bool:
    return m[2].label == "DRUG_CLASS" and not _qualities().isdisjoint(words[m[1] : m[1] + 1])


def _groups(context: Context, mentions: Sequence[Mention]) -> list[Group]:
    """Mentions that a list joins, with a class and its members: "azoles (e.g., ketoconazole), ritonavir"."""
    words, out = context.page.words, list[Group]()
    for m in mentions:
        gap = range(out[-1][-1][1], m[0]) if out else range(0)
        if out and all(words[i] in _joints() or words[i].isdigit() or i in context.dose_tokens for i in gap):
            out[-1].append(m)
        else:
            out.append([m])
    return out


def _beside(words: list[str], around: list[Group], place: str) -> list[Pair]:
    """The pair that a cue speaks of: its place is between the two, before them or behind them."""
    front, back = around[0], around[1:]
    two = [(back[0], back[1])] if len(back) > 1 and _are_tied(words, back[0], back[1]) else []
    if place == "behind":
        return _parted(words, front)
    if place == "before" and back:
        pairs = two or _parted(words, back[0])
        if pairs:
            return pairs
    if front and back:
        return [(front, back[0])]
    return [] if place == "with" else two


def _are_tied(words: list[str], one: Group, other: Group) -> bool:
    """Something is told between two lists behind a cue: not one list with a name in it that we do not know."""
    return not _ties().isdisjoint(words[one[-1][1] : other[0][0]])


def _parted(words: list[str], group: Group) -> list[Pair]:
    """The two of "A and B": of a list whose first names are joined by a comma it is not said which goes with which."""
    if len(group) < 2:
        return []
    gap = words[group[0][1] : group[1][0]]
    return [(group[:1], group[1:])] if not _split().isdisjoint(gap) and _kin().isdisjoint(gap) else []


def _across(one: Group, other: Group) -> Iterator[tuple[Mention, Mention]]:
    return product(one if len(one) * len(other) <= _MOST_PAIRS else one[-1:], other)


def _changed(words: list[str], around: list[Group], change: int, part: tuple[int, int]) -> list[Pair]:
    """A change of what is measured, with the lists on both sides of it, else the two behind it."""
    near = words[max(part[0], change - _MEASURE_WORDS) : min(part[1], change + _MEASURE_WORDS + 1)]
    return [] if _measures().isdisjoint(near) else _beside(words, around, "between")


def _is_forbidden(words: list[str], first: int, begin: int) -> bool:
    """A denial right before two drugs with nothing but "with" between them: "never take aspirin with warfarin"."""
    return not _forbidding().isdisjoint(words[max(begin, first - _NEAR_WORDS) : first])


def _with_main(drugs: Drugs, groups: list[Group], token: int) -> list[Pair]:
    """The drug that the section is about, and the others."""
    main, inside = drugs.in_scope(token), [m for g in groups for m in g]
    if main is None:
        return []
    main = next((m for m in inside if m[2].canonical == main[2].canonical), main)
    others = [m for m in inside if m is not main]
    return [([main], others)] if others else []


def _differ(words: list[str], one: Mention, other: Mention) -> bool:
    """Two drugs, none of which is what to take instead."""
    return one[2].canonical != other[2].canonical and _alternatives().isdisjoint(words[other[1] : other[1] + _NEAR_WORDS])


def _warns(words: list[str], begin: int, end: int) -> bool:
    """The sentence tells of a harm or a change, or says "should not"; not the "not" of "it is not the first study"."""
    inside = words[begin:end]
    return not _warnings().isdisjoint(inside) or any(one in _modals() and two == "not" for one, two in pairwise(inside))


@cache
def _cues() -> Phrases[str]:
    """Phrases with the place that they have: between the drugs, before or behind them."""
    rules = load_toml("interactions.toml")
    rows = [(phrase, place) for place in ("before", "between", "with", "behind") for phrase in rules[place]]
    for place, key in (("before", "given"), ("between", "given_with")):
        rows += [(f"{one} {two}", place) for one in rules["at_once"] for two in rules[key]]
    return Phrases(rows)


@cache
def _open() -> Phrases[str]:
    return Phrases((p, p) for p in load_toml("interactions.toml")["open"])


_denying = partial(word_set, "interactions.toml", "denying")
_denied = partial(word_set, "interactions.toml", "denied")
_parting = partial(word_set, "interactions.toml", "parting")
_ties = partial(word_set, "interactions.toml", "ties")
_qualities = partial(word_set, "interactions.toml", "qualities")
_plain = partial(word_set, "interactions.toml", "plain")
_warnings = partial(word_set, "interactions.toml", "warnings")
_modals = partial(word_set, "interactions.toml", "modals")
_changes = partial(word_set, "interactions.toml", "changes")
_measures = partial(word_set, "interactions.toml", "measures")
_forbidding = partial(word_set, "interactions.toml", "forbidding")
_joints = partial(word_set, "interactions.toml", "joints")
_split = partial(word_set, "interactions.toml", "parts")
_kin = partial(word_set, "interactions.toml", "kin")
_alternatives = partial(word_set, "interactions.toml", "alternatives")
_stops = partial(word_set, "interactions.toml", "stops")
