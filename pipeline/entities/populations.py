"""For whom: "children aged 6 to 12 years", "adults", "pregnant women", "patients 65 and older"."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from ..rules.load import load_toml, word_set
from .context import Context, Found
from .patterns import Match, Patterns
from .phrases import Phrases
from .quantities import number, spoken, vocabulary

_OF_AGE = frozenset({"of", "old", "aged", "age", "ages", "older"})
_BOUNDS = frozenset(("over", "above", "under", "below", "younger", "≥", ">", "<"))
_OPENS, _CLOSES = frozenset("(,;:/"), frozenset("):,;/-–")


def find_populations(context: Context) -> list[Found]:
    """POPULATION in reading order; an age that stands with a group is one mention with it."""
    words = context.page.words
    ages = [f for m in _ages().find_on(context.page) if context.free(m.first, m.last) and (f := _age(context, m))]
    taken = {i for f in ages for i in range(f.first, f.last)}
    groups = [
        Found("POPULATION", first, last, {"group": name})
        for first, last, name in _groups().find_on(context.page)
        if taken.isdisjoint(range(first, last)) and context.free(first, last) and _is_group_here(words, first, last)
    ]
    return sorted([*ages, *groups], key=lambda f: f.first)


def _is_group_here(words: list[str], first: int, last: int) -> bool:
    rules = load_toml("populations.toml")
    before = {" ".join(words[max(0, first - n + 1) : last]) for n in (2, 3, 4)}
    following = words[last + 1 : last + 2] if words[last : last + 1] == ["-"] else words[last : last + 1]
    return not before & set(rules["not_after"]["words"]) and not set(following) & set(rules["not_before"]["words"])


def _age(context: Context, match: Match) -> Found | None:
    words = context.page.words
    row = load_toml("populations.toml")["pattern"][match.pattern]
    numbers = spoken([number(words[i]) for slot, i in match.slots if slot == "NUM"])
    times = [vocabulary().units[words[i]].code for slot, i in match.slots if slot == "TIME"]
    tokens = words[match.first : match.last]
    people = any(w in _people() for w in tokens)
    if words[match.last : match.last + 1] and words[match.last] in vocabulary().units:  # < 40 kg
        return None
    if not context.on_one_line(match.first, match.last):
        return None
    told = people or "age" in context.column(match.first)
    if not told and not (times and (not _OF_AGE.isdisjoint(tokens) or _stands_apart(context, match))):
        return None
    if (times and times[-1] not in ("a", "mo", "wk", "d")) or max(numbers) > 120:
        return None
    return Found("POPULATION", match.first, match.last, _age_value(row["age"], numbers, times or ["a"], tokens))


def _stands_apart(context: Context, match: Match) -> bool:
    """True for "Over 12 years" before a colon, in brackets or as the whole line, not for "over 20 years we have"."""
    words, line = context.page.words, context.page.line(match.first)
    if _BOUNDS.isdisjoint(words[match.first : match.last]):
        return False
    begins = match.first == 0 or (line >= 0 and match.first == context.page.lines[line].first)
    ends = match.last == len(words) or (line >= 0 and match.last == context.page.lines[line].last)
    return (begins or words[match.first - 1] in _OPENS) and (ends or words[match.last] in _CLOSES)


def _age_value(kind: str, numbers: list[float], units: list[str], tokens: list[str]) -> dict[str, Any]:
    """The group if one is named, and the age: from `low` (in `low_unit`, where it has one of its own) up to `high`."""
    ages = {"range": {"low": numbers[0], "high": numbers[-1]}, "low": {"low": numbers[0]}, "high": {"high": numbers[-1]}}
    ages["exact"] = {"value": numbers[0]}
    group = next((name for first, last, name in _groups().find(tokens)), None)
    mixed = {"low_unit": units[0]} if kind == "range" and units[0] != units[-1] else {}
    return ({"group": group} if group else {}) | {"age": {**ages[kind], **mixed, "unit": units[-1]}}


@cache
def _ages() -> Patterns:
    rules, known = load_toml("populations.toml"), vocabulary()
    times = [w for w, unit in known.units.items() if unit.kind == "time"]
    return Patterns(
        [row["words"] for row in rules["pattern"]], {"NUM": list(known.numbers), "TIME": times, "PEOPLE": rules["people"]["words"]}
    )


@cache
def _groups() -> Phrases[str]:
    return Phrases((w, row["name"]) for row in load_toml("populations.toml")["group"] for w in row["words"])


_people = partial(word_set, "populations.toml", "people", "words")
