"""Which drugs a page says to interact: "A interacts with B", "concomitant use of A and B", "A raises B levels"."""

from __future__ import annotations

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
_MOST_PAIRS = 60  # of two lists; of longer ones the last name is paired with the other list
Pair = tuple[Mention, Mention]
Group = list[Mention]
Told = tuple[Mention, Mention, "tuple[int, int] | None", int]  # with the characters of the cue, and where the part of the sentence begins


def interactions(context: Context, drugs: Drugs) -> Iterator[Told]:
    """Pairs of drugs of a sentence, or of the drug that a section of interactions is about and those in it."""
    for begin, end in context.page.sentences:
        if drugs.within(begin, end):
            harm = _warns(context.page.words, begin, end)
            for first, last in _parts(context.page.words, begin, end):
                yield from _of_part(context, drugs, (first, last), harm=harm)


def _of_part(context: Context, drugs: Drugs, part: tuple[int, int], *, harm: bool) -> Iterator[Told]:
    words, groups = context.page.words, _groups(context, drugs.within(*part))
    if not groups or _is_denied(context, part):
        return
    listed = context.page.section(part[0]) == "interactions"
    told = [
        (pair, cue)
        for *cue, place in _cues().find(words, *part)
        if harm or listed or words[cue[0]] in _plain()
        for pair in _beside(context, drugs, groups, (cue[0], cue[1]), place)
    ]
    told += [(pair, [i, i + 1]) for i in range(*part) if words[i] in _changes() for pair in _changed(words, groups, i, part)]
    told += [(pair, [pair[0][1], pair[1][0]]) for pair in _forbidden(words, groups, part[0])]
    for (one, other), (first, last) in told:
        if _differ(words, one, other):
            yield one, other, context.page.span(first, last), part[0]
    if listed and not told:
        for one, other in _with_main(drugs, groups, part[0]):
            if _differ(words, one, other):
                yield one, other, None, part[0]


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


def _groups(context: Context, mentions: Sequence[Mention]) -> list[Group]:
    """Mentions that a list joins, with a class and its members: "azoles (e.g., ketoconazole), ritonavir"."""
    words, out = context.page.words, list[Group]()
    for m in mentions:
        gap = range(out[-1][-1][1], m[0]) if out else range(0)
        if out and all(words[i] in _joints() or i in context.dose_tokens for i in gap):
            out[-1].append(m)
        else:
            out.append([m])
    return out


def _beside(context: Context, drugs: Drugs, groups: list[Group], cue: tuple[int, int], place: str) -> list[Pair]:
    """The pairs that a cue speaks of: its place is between them, before them or behind them."""
    words = context.page.words
    front, back = [g for g in groups if g[0][0] < cue[0]], [g for g in groups if g[0][0] >= cue[0]]
    if place == "behind":
        return _parted(words, front[-1]) if front else []
    if place == "before" and back:
        pairs = _across(back[0], back[1]) if len(back) > 1 else _parted(words, back[0])
        if pairs:
            return pairs
    if front and back:
        return _across(front[-1], back[0])
    if len(back) > 1:
        return _across(back[0], back[1])
    return (_with_main(drugs, groups, cue[0]) or _parted(words, back[0])) if back else []


def _parted(words: list[str], group: Group) -> list[Pair]:
    """The pairs of "A and B": of a list whose first names are joined by a comma it is not said which goes with which."""
    if len(group) < 2:
        return []
    gap = words[group[0][1] : group[1][0]]
    return _across(group[:1], group[1:]) if not _split().isdisjoint(gap) and _kin().isdisjoint(gap) else []


def _across(one: Group, other: Group) -> list[Pair]:
    return list(product(one if len(one) * len(other) <= _MOST_PAIRS else one[-1:], other))


def _changed(words: list[str], groups: list[Group], change: int, part: tuple[int, int]) -> list[Pair]:
    """A change of what is measured, with the lists on both sides of it, else the two behind it."""
    near = words[max(part[0], change - _MEASURE_WORDS) : min(part[1], change + _MEASURE_WORDS + 1)]
    if _measures().isdisjoint(near):
        return []
    front, back = [g for g in groups if g[0][0] < change], [g for g in groups if g[0][0] >= change]
    if front and back:
        return _across(front[-1], back[0])
    return _across(back[0], back[1]) if len(back) > 1 else []


def _forbidden(words: list[str], groups: list[Group], begin: int) -> Iterator[Pair]:
    """Nothing but "with" between two drugs that must not be taken so: "never take aspirin with warfarin"."""
    for one, other in pairwise(groups):
        if words[one[-1][1] : other[0][0]] == ["with"] and not _forbidding().isdisjoint(
            words[max(begin, one[0][0] - _NEAR_WORDS) : one[0][0]]
        ):
            yield from _across(one, other)


def _with_main(drugs: Drugs, groups: list[Group], token: int) -> list[Pair]:
    """The drug that the section is about, and the others; on a page about none the first names and those behind."""
    main, inside = drugs.in_scope(token), [m for g in groups for m in g]
    if main is None:
        return [pair for g in groups[1:] for pair in _across(groups[0], g)]
    main = next((m for m in inside if m[2].canonical == main[2].canonical), main)
    return [(main, m) for m in inside if m is not main]


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
    rows = [(phrase, place) for place in ("before", "between", "behind") for phrase in rules[place]]
    return Phrases([*rows, *((f"{one} {two}", "before") for one in rules["at_once"] for two in rules["given"])])


@cache
def _open() -> Phrases[str]:
    return Phrases((p, p) for p in load_toml("interactions.toml")["open"])


_denying = partial(word_set, "interactions.toml", "denying")
_denied = partial(word_set, "interactions.toml", "denied")
_parting = partial(word_set, "interactions.toml", "parting")
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
