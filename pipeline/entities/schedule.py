"""How often and for how long: "twice daily", "every 4–6 hours", "at bedtime", "for 4–8 weeks"."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping
from functools import cache, partial
from typing import Any

from ..rules.load import load_toml, word_set
from .context import Context, Found, medicine_words
from .forms import route_words
from .patterns import Match, Patterns
from .phrases import Phrases
from .quantities import is_number, number, spoken, vocabulary

_ENCODED = {"QHOURS": ("h", 96), "QDAYS": ("d", 90), "QWEEKS": ("w", 26), "QNUM": ("", 24)}  # "q8h": the sign of the unit, the most of it
_BETWEEN = 3  # words of a route between an amount and how often: "5 mg by mouth daily"
_INTAKES = 4  # a meal's tablets in "1-0-1", at most


def find_frequencies(context: Context) -> list[Found]:
    """FREQUENCY in reading order; "with food" is noted on the frequency that it belongs to."""
    found, ends = list[Found](), set[int]()
    for match in _frequencies().find_on(context.page):
        if f := _frequency(context, match, ends):
            found.append(f)
            ends.add(f.last)
    return sorted(_with_food(context, found), key=lambda f: f.first)


def find_durations(context: Context) -> list[Found]:
    """DURATION in reading order: a stretch of time for which something is taken."""
    rows = load_toml("durations.toml")["pattern"]
    out = list[Found]()
    for match in _durations().find_on(context.page):
        if context.free(match.first, match.last) and _is_duration(context, match):
            value = _value(context.page.words, match, rows[match.pattern]["value"])
            out.append(Found("DURATION", match.first, match.last, value))
    return out


def _frequency(context: Context, match: Match, ends: Collection[int]) -> Found | None:
    """`ends`: where the frequencies found so far end."""
    row = load_toml("frequencies.toml")["pattern"][match.pattern]
    words = context.page.words
    if not context.free(match.first, match.last) or not context.page.sentence(match.first)[1] >= match.last:
        return None
    if row.get("needs") == "dose" and not _is_dosed(context, match.first, ends):
        return None
    if match.first and words[match.first - 1] in row.get("not_after", ()):
        return None
    if words[match.last - 1] in ("daily", "day", "weekly", "monthly") and _follows(words, match.last) in _everyday():
        return None
    times = [vocabulary().units[words[i]].code for slot, i in match.slots if slot == "TIME"]
    if len(times) > 1 and times[0] in ("h", "min", "s"):  # open 24 hours a day: how long, not how often
        return None
    value = _intakes(words, match) if "intakes" in row["value"] else _value(words, match, row["value"])
    if value is None or not context.speaks_of_medicine(match.first, _telling(row, value)):
        return None
    return Found("FREQUENCY", match.first, match.last, value)


def _telling(row: Mapping[str, Any], value: Mapping[str, Any]) -> frozenset[str]:
    """The words of which one must stand beside the frequency, if no drug and no dose does."""
    if not row.get("bare"):
        return medicine_words()
    return frozenset() if value["period"]["unit"] == "a" else medicine_words() - _too_little()


def _is_dosed(context: Context, first: int, ends: Collection[int]) -> bool:
    """An amount, a form, a drug or another frequency ends here, but for a route: "5 mg PO"."""
    words = context.page.words
    for at in range(first, max(0, first - _BETWEEN), -1):
        if at - 1 in context.dose_tokens or at - 1 in context.taken or at in ends:
            return True
        if words[at - 1] not in route_words():
            return False
    return False


def _intakes(words: list[str], match: Match) -> dict[str, Any] | None:
    """The value of "1-0-1", tablets in the morning, at noon and in the evening; a date is none."""
    counts = [number(words[i]) for slot, i in match.slots if slot in ("NUM", "DIGITS")]
    if 0 not in counts or not any(counts) or max(counts) > _INTAKES:
        return None
    return {"times": sum(map(bool, counts)), "period": {"value": 1, "unit": "d"}}


def _follows(words: list[str], i: int) -> str:
    return words[i] if i < len(words) else ""


def _value(words: list[str], match: Match, template: Mapping[str, Any]) -> dict[str, Any]:
    """The template with each slot's name replaced by what the slot took."""
    took: dict[str, list[Any]] = {}
    for slot, i in match.slots:
        took.setdefault(slot, []).append(_meaning(slot, words[i]))
    if "NUM" in took:
        took["NUM"] = spoken(took["NUM"])
    return _filled(template, took)


def _filled(template: Mapping[str, Any], took: Mapping[str, list[Any]]) -> dict[str, Any]:
    out = dict[str, Any]()
    for key, part in template.items():
        if isinstance(part, Mapping):
            out[key] = _filled(part, took)
        elif not isinstance(part, str) or not part.isupper():
            out[key] = part
        elif part in took:
            low, high = took[part][0], took[part][-1]
            if low == high or key == "unit" or part == "TIME":
                out[key] = high
            elif key == "value":
                out |= {"low": low, "high": high}
            else:
                out[key] = {"low": low, "high": high}
    if out.keys() == {"times"} and len(took.get("NUM", ())) == 2 and "TIME" in took:  # 9 out of every 10 days
        return {"times": took["NUM"][0], "period": {"value": took["NUM"][1], "unit": took["TIME"][-1]}}
    if out.keys() == {"times"} and "TIME" in took:  # 3 days a week
        return out | {"period": {"value": 1, "unit": took["TIME"][-1]}}
    return out


def _meaning(slot: str, word: str) -> Any:
    if slot in ("NUM", "DIGITS"):
        return number(word)
    if slot == "TIME":
        return vocabulary().units[word].code
    if slot in _ENCODED:
        return int(word[1:] if slot == "QNUM" else word[1:-1])
    if slot == "FORM":
        return vocabulary().forms[word]
    return load_toml("frequencies.toml")["slots"][slot][word]


def _with_food(context: Context, found: list[Found]) -> Iterator[Found]:
    """Frequencies, each with `with_food` where the sentence says so behind it."""
    foods = sorted(_food().find_on(context.page), key=lambda hit: hit[0])
    places, starts, used = [hit[0] for hit in foods], sorted(f.first for f in found), set[int]()
    for f in found:
        end = context.page.sentence(f.first)[1]
        following = bisect_left(starts, f.last)
        limit = min(end, starts[following]) if following < len(starts) else end
        mine = set(range(bisect_left(places, f.last), bisect_left(places, limit))) - used
        used |= mine
        yield Found(f.label, f.first, f.last, {**(f.value or {}), "with_food": True}) if mine else f
    for i, (first, last, _) in enumerate(foods):
        begin = context.page.sentence(first)[0]
        told = bisect_left(starts, begin) < bisect_left(starts, first)  # a frequency stands before it in its sentence
        if i not in used and not told and {"take", "taken"} & set(context.page.words[max(begin, first - 6) : first]):
            yield Found("FREQUENCY", first, last, {"with_food": True})


def _is_duration(context: Context, match: Match) -> bool:
    words, cues = context.page.words, load_toml("durations.toml")["cues"]
    begin, end = context.page.sentence(match.first)
    before = words[max(begin, match.first - 3) : match.first]
    after = words[match.last : min(end, match.last + 2)]
    if before and (is_number(before[-1]) or before[-1] == "$"):  # $13,000 a year
        return False
    sentence = words[begin:end]
    if not _set("not_in").isdisjoint(sentence) or _set("lives").issubset(sentence):  # how long it stays in the cupboard or in the body
        return False
    if match.last > end or (words[match.last - 1] in ("d", "h", "y") and not is_number(words[match.first])):
        return False
    if {" ".join(after[:1]), " ".join(after)} & _set("not_after") or (before and before[-1] in _set("not_before")):
        return False
    if any(i in context.dose_tokens for i in range(match.first, match.last)):
        return False
    if not _set("columns").isdisjoint(context.column(match.first)):
        return True
    cued = before[-1:] in (["x"], ["×"]) and match.first - 2 in context.dose_tokens  # 500 mg bd x 5 days
    cued = cued or bool(set(before) & _set("before")) or bool(set(after[:1]) & _set("after"))
    cued = cued or (after[:1] == ["of"] and bool(set(after[1:]) & set(cues["after_of"])))
    return cued and context.speaks_of_medicine(match.first, medicine_words())


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(load_toml("durations.toml")["cues"][name])


_everyday = partial(word_set, "frequencies.toml", "not_before", "words")
_too_little = partial(word_set, "frequencies.toml", "not_for_bare", "words")


@cache
def _food() -> Phrases[str]:
    return Phrases((p, p) for p in load_toml("frequencies.toml")["with_food"]["phrases"])


@cache
def _frequencies() -> Patterns:
    rules = load_toml("frequencies.toml")
    encoded = {slot: [f"q{n}{unit}" for n in range(1, most + 1)] for slot, (unit, most) in _ENCODED.items()}
    slots = {name: list(words) for name, words in rules["slots"].items()} | _common_slots() | encoded
    return Patterns([row["words"] for row in rules["pattern"]], slots)


@cache
def _durations() -> Patterns:
    return Patterns([row["words"] for row in load_toml("durations.toml")["pattern"]], _common_slots())


def _common_slots() -> dict[str, list[str]]:
    known = vocabulary()
    times = [w for w, unit in known.units.items() if unit.kind == "time"]
    return {"NUM": list(known.numbers), "TIME": times, "FORM": list(known.forms)}
