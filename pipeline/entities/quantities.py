"""Amounts: "20 mg", "0.5–1 mg/kg/day", "875/125 mg", "5 mg/5 mL", "½ tablet", "one or two puffs".

Amounts of substance are STRENGTH, numbers of forms, volumes and rates by weight are DOSAGE. A value
is only what the page says: no unit is converted, no number rounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from ..rules.load import load_toml, word_set
from ..words import NUMBER, marked, stretches
from .context import Context, Found, medicine_words
from .phrases import Phrases

_PARTS = 10  # a tablet is cut into no more: 1/2 tablet, but 30/500 tablets
_MANY = 25  # no one takes so many tablets: Azithral 500 Tablet
_CURRENCIES = (["$"], ["€"], ["£"], ["¥"], ["₹"], ["rs"], ["usd"])
_SCHEDULE_WORDS = 2
_TIMES = frozenset({"x", "×"})
FRACTIONS = {"¼": 0.25, "½": 0.5, "¾": 0.75, "⅓": 1 / 3, "⅔": 2 / 3, "⅛": 0.125, "⅜": 0.375, "⅝": 0.625, "⅞": 0.875}

# One letter a token: n number, w number word, u unit, k weight or area, t time, f counted form,
# p "/" or "per", h hyphen, r other range sign, c comma, o "or", & "and", a article, b "between", "." else.
# Repeats have an end, or a page of slashes and numbers would be read anew from each of them.
_find_amounts = re.compile(
    r"""
      (?P<list> n(?:u?cn){0,60}u?c?[o&]n h? (?=u) | n(?:cn){1,60}(?=h?u) )   # 10, 20 or 40 mg: each by itself
    | (?P<amount>
        (?: b n u?[r&] n h? u                         # between 10 and 20 mg
          | [nw] h? u? [hr] [nw] h? u                 # 20-40 mg, 20 mg to 40 mg
          | n (?: u? p n ){1,9} h? u                  # 875/125 mg, 5 mg/5 mL
          | n h? u | w a? u                           # 20 mg, 20-mg, half a gram
        )
        (?: p n? [ukft] ){0,9}                        # /kg/day, /5 mL, per tablet
      )
    | (?P<count>
        (?: n n p n | n p n | [nw] (?:h|r|o|&a?) [nw] | [nw] a? )   # 1 1/2, 1/2, one or two, one and a half, half a
        f
      )
    """,
    re.VERBOSE,
).finditer


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by its UCUM code, and what it measures."""

    code: str
    kind: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of amounts: each word's letter, units, times, counted forms, numbers in words."""

    letters: Mapping[str, str]
    units: Mapping[str, Unit]
    forms: Mapping[str, str]
    numbers: Mapping[str, float]


@cache
def vocabulary() -> Vocabulary:
    """The tables of `units.toml`, `durations.toml` and `forms.toml` as one."""
    rules = load_toml("units.toml")
    units = {w: Unit(row["code"], row["kind"]) for row in rules["unit"] for w in row["words"]}
    units |= {w: Unit(row["code"], "time") for row in load_toml("durations.toml")["time"] for w in row["words"] if w != "hourly"}
    forms = {s: row["name"] for row in load_toml("forms.toml")["form"] if row.get("counted") for w in row["words"] for s in plurals(w)}
    letters = {w: {"time": "t", "weight": "k", "area": "k"}.get(unit.kind, "u") for w, unit in units.items()}
    letters |= dict.fromkeys(forms, "f") | dict.fromkeys(rules["numbers"], "w")
    letters |= {
        "/": "p",
        "per": "p",
        "-": "h",
        "–": "r",
        "—": "r",
        "to": "r",
        ",": "c",
        "or": "o",
        "and": "&",
        "a": "a",
        "an": "a",
        "between": "b",
        NUMBER: "n",
    }
    return Vocabulary(letters, units, forms, rules["numbers"])


def plurals(word: str) -> tuple[str, str]:
    """The word and its plural.

    >>> plurals("suppository"), plurals("patch"), plurals("tablet")
    (('suppository', 'suppositories'), ('patch', 'patches'), ('tablet', 'tablets'))
    """
    if word.endswith("y") and word[-2] not in "aeiou":
        return word, word[:-1] + "ies"
    return word, word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


def is_number(word: str) -> bool:
    """Digits or a fraction sign at the front."""
    return word[0].isdigit() or word[0] in FRACTIONS


def number(word: str) -> float:
    """What a number token means; whole numbers come back as `int`.

    A comma before three digits parts thousands, any other is a decimal comma, as on European pages.

    >>> number("1,000"), number("0,5"), number("1½"), number("0.05"), number("two")
    (1000, 0.5, 1.5, 0.05, 2)
    """
    if word in vocabulary().numbers:
        return vocabulary().numbers[word]
    fraction = FRACTIONS.get(word[-1], 0)
    digits = word[:-1] if fraction else word
    digits = re.sub(r"[\u00a0\u2009\u202f]", "", digits)
    if re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?", digits):
        digits = digits.replace(",", "")
    elif digits.count(",") == 1 and "." not in digits:
        digits = digits.replace(",", ".")
    try:
        value = float(digits or 0) + fraction
    except ValueError:  # "1.2.3", "2,3,4": a version or a list, not one number
        return float("nan")
    return int(value) if value.is_integer() else value


def find_amounts(context: Context) -> list[Found]:
    """STRENGTH and DOSAGE in reading order."""
    words, known = context.page.words, vocabulary()
    letters = marked(context.page, known.letters, ".")
    out = list[Found]()
    for match in (m for stretch in stretches(letters, "nw", ".") for m in _find_amounts(letters, *stretch)):
        first, last = match.span()
        if not context.free(first, last) or not context.on_one_line(first, last):
            continue
        if match["count"]:
            if _is_price_or_code(context, first) or _is_part_of_name(context, first, last):
                continue
            out.append(Found("DOSAGE", first, last, _count(words[first:last], letters[first:last])))
        elif match["list"]:
            out += _list(context, letters, first, last)
        elif found := _amount(context, letters, first, last):
            out += [*_number_of(context, letters, found), found]
    return sorted([*(f for f in out if _is_sound(f.value)), *_taken(context, letters)], key=lambda f: f.first)


def _taken(context: Context, letters: str) -> Iterator[Found]:
    """A number between a verb of taking and a drug: "take 2 ibuprofen"."""
    words = context.page.words
    for first in {m[0] - 1 for m in context.drugs}:
        if first > 0 and letters[first] in "nw" and words[first - 1] in _taking() and context.free(first, first + 1):
            yield Found("DOSAGE", first, first + 1, {"value": number(words[first]), "unit": "dose"})


def _number_of(context: Context, letters: str, found: Found) -> Iterator[Found]:
    """The number before a strength with its form: "two 500 mg tablets", "2 x 500 mg tablets"."""
    at = found.first - 1
    if at > 0 and context.page.words[at] in _TIMES:
        at -= 1
    elif at < 0 or letters[at] != "w":
        return
    if letters[at] in "nw" and letters[found.last : found.last + 1] == "f" and context.free(at, found.first):
        unit = vocabulary().forms[context.page.words[found.last]]
        yield Found("DOSAGE", at, at + 1, {"value": number(context.page.words[at]), "unit": unit})


def _is_part_of_name(context: Context, first: int, last: int) -> bool:
    """The number of "Azithral 500 Tablet": right behind a drug and more than one would take."""
    words = context.page.words
    return first - 1 in context.taken and last - first == 2 and is_number(words[first]) and number(words[first]) >= _MANY


def _is_price_or_code(context: Context, first: int) -> bool:
    """The number of "a $700 tablet", "a J-1 application"."""
    page, before = context.page, context.page.words[max(0, first - 2) : first]
    return before[-1:] in _CURRENCIES or (
        len(before) == 2
        and before[1] == "-"
        and before[0].isalpha()
        and page.ends[first - 2] == page.starts[first - 1]
        and page.ends[first - 1] == page.starts[first]
    )


def _is_sound(value: Mapping[str, Any] | None) -> bool:
    """No number that is none ("1.2.3 mg")."""
    return value is not None and all(x == x for x in value.values())  # noqa: PLR0124  NaN differs from itself


def _count(words: Sequence[str], letters: str) -> dict[str, Any]:
    """The number of forms: "1 1/2 tablets" is 1.5, "one or two puffs" 1 to 2."""
    unit = vocabulary().forms[words[-1]]
    numbers = [number(w) for w, c in zip(words, letters, strict=True) if c in "nw"]
    if "p" in letters:
        numbers = [sum(numbers[:-2]) + numbers[-2] / numbers[-1]] if 0 < numbers[-1] <= _PARTS else [float("nan")]
    elif len(numbers) > 1 and "&" in letters:
        numbers = [sum(numbers)] if numbers[1] < 1 else [float("nan")]  # "one and a half", not "one and two"
    return _plain(numbers, unit)


def spoken(numbers: Sequence[float]) -> list[float]:
    """Two number words that are one number: "thirty-six", "one-half"; others as they are.

    >>> spoken([30, 6]), spoken([1, 0.5]), spoken([4, 6])
    ([36], [0.5], [4, 6])
    """
    if len(numbers) == 2 and numbers[0] > numbers[1]:
        if numbers[0] % 10 == 0 and 20 <= numbers[0] <= 90 and 1 <= numbers[1] <= 9:
            return [numbers[0] + numbers[1]]
        if numbers[1] == 0.5:
            return [numbers[0] * numbers[1]]
    return list(numbers)


def _plain(numbers: Sequence[float], unit: str) -> dict[str, Any]:
    numbers = spoken(numbers)
    if len(numbers) == 1:
        return {"value": numbers[0], "unit": unit}
    return {"low": numbers[0], "high": numbers[-1], "unit": unit}


def _list(context: Context, letters: str, first: int, last: int) -> Iterator[Found]:
    """Each number of "10, 20 or 40 mg"; the last goes with its unit."""
    words, known = context.page.words, vocabulary()
    end = letters.index("u", last - 1) + 1
    unit = known.units[words[end - 1]]
    before = words[first - 1] if first else ""
    if unit.kind not in ("mass", "activity", "share") or before in ("day", "days", "week", "phase", "grade", "type", "age", "aged", "in"):
        first = max(i for i in range(first, last) if letters[i] == "n")
    if not _is_dose(context, first, end, unit):
        return
    for i in range(first, end):
        if letters[i] == "n":
            own = known.units[words[i + 1]] if letters[i + 1] == "u" else unit
            yield Found("STRENGTH", i, i + 2 if letters[i + 1] == "u" else end if "n" not in letters[i + 1 : end] else i + 1,
                        {"value": number(words[i]), "unit": own.code})  # fmt: skip


def _amount(context: Context, letters: str, first: int, last: int) -> Found | None:
    words, known = context.page.words, vocabulary()
    first += letters[first] == "b"
    if "k" not in letters[first:last] and letters[last - 1] == "t" and words[last - 2] == "per" and words[last - 1] in _often():
        last -= 2  # 4 g per day: how often, not how strong; but 25 micrograms per hour, 25 mg/kg per day
    head = next(i for i in range(first, last) if letters[i] == "u")
    unit = known.units[words[head]]
    if not _is_dose(context, first, last, unit):
        return None
    value = _value(words[first:last], letters[first:last])
    if "per" in value and not _fluids().isdisjoint(words[slice(*context.page.sentence(first))]):  # 7 µg/mL in the blood
        return None
    return Found(_label(unit, value), first, last, value)


def _label(unit: Unit, value: Mapping[str, Any]) -> str:
    by_weight = re.search(r"/(kg|m2)/", str(value["unit"]))
    by_volume = unit.kind in ("volume", "spoon") or unit.code == "[U]"
    return "DOSAGE" if by_weight or (by_volume and "per" not in value) else "STRENGTH"


def _value(words: Sequence[str], letters: str) -> dict[str, Any]:
    """The value of an amount from its tokens and their letters.

    >>> _value(["5", "mg", "/", "5", "ml"], "nupnu")
    {'value': 5, 'unit': 'mg', 'per': {'value': 5, 'unit': 'mL'}}
    >>> _value(["0.5", "–", "1", "mg", "/", "kg", "/", "day"], "nrnupkpt")
    {'low': 0.5, 'high': 1, 'unit': 'mg/kg/d'}
    >>> _value(["875", "/", "125", "mg"], "npnu")
    {'values': [875, 125], 'unit': 'mg'}
    """
    units = vocabulary().units
    parts, i = list[list[float]]([[]]), 0
    codes, kinds, per = list[str](), list[str](), dict[str, Any]()
    joined = "h"
    while i < len(words):
        letter = letters[i]
        if letter in "nw":
            parts[-1].append(number(words[i]))
        elif letter in "hr&" and not codes:
            joined = "r"
        elif letter == "p" and not codes:
            joined = "p"
        elif letter in "ukt":
            codes.append(units[words[i]].code)
            kinds.append(units[words[i]].kind)
        elif letter == "f":
            per = {"value": 1, "unit": vocabulary().forms[words[i]]}
        if letter == "p" and codes:
            parts.append([])
        i += 1
    return _compose(parts, codes, kinds, per, joined)


def _compose(parts: list[list[float]], codes: list[str], kinds: list[str], per: dict[str, Any], joined: str) -> dict[str, Any]:
    """Put numbers and units together: what stands behind "/" is a rate, a further amount or what the amount is in."""
    numbers, code = parts[0], codes[0]
    rate, others = "", list[float]()
    for extra, unit, kind in zip(parts[1:], codes[1:], kinds[1:], strict=False):
        if kind in ("weight", "area", "time") and not (kind == "time" and extra):
            rate += f"/{unit}"
        elif kind == kinds[0] and extra:
            others += extra
        elif not per:
            per = {"value": extra[0] if extra else 1, "unit": unit}
    if joined == "p" or others:
        value: dict[str, Any] = {"values": [*numbers, *others], "unit": code + rate}
    else:
        value = _plain(numbers, code + rate)
    return value | ({"per": per} if per else {})


def _is_dose(context: Context, first: int, last: int, unit: Unit) -> bool:
    """Whether the amount is one of a medicine: no laboratory value, no glass of water, no share of patients."""
    page, rules = context.page, load_toml("units.toml")["not_a_dose"]
    words, text = page.words, page.text
    if (words[last - 2] in "/per" and words[last - 1] in rules["per"]) or (
        last + 1 < len(words) and words[last] == "/" and words[last + 1] in rules["per"]
    ):
        return False
    if unit.code == "g" and text[page.starts[last - 1]] == "G":  # 5G is no gram
        return False
    if unit.code == "[U]" and words[last : last + 2] == [".", "s"]:  # four U.S. cities
        return False
    begin, end = page.sentence(first)
    if _after().at(words, last, end) if last < end else False:
        return False
    if any(p for p in _before().find(words, max(begin, first - 5), first)):
        return False
    if unit.kind == "share":
        return _is_share_of_product(context, first, last)
    if unit.kind in ("volume", "spoon") and _is_scheduled(words, last, end):
        return True
    if unit.kind in ("volume", "spoon") or unit.code in ("g", "ng", "[U]", "mmol"):
        return context.speaks_of_medicine(first, _dose_words())
    return True


def _is_scheduled(words: list[str], last: int, end: int) -> bool:
    """Words of a schedule right behind the amount: "5 ml twice daily", "10 ml three times a day"."""
    following = words[last : min(end, last + _SCHEDULE_WORDS)]
    if following[:1] and following[0] in _schedule_words():
        return True
    return len(following) > 1 and (is_number(following[0]) or following[0] in vocabulary().numbers) and following[1] in ("times", "x")


def _is_share_of_product(context: Context, first: int, last: int) -> bool:
    """Percent of a product, as in "0.05 % cream", "Crinone 8%", "Strength: 5%"; not of patients."""
    words, forms = context.page.words, _form_words()
    following = words[last : last + 3]
    return (
        (first - 1 in context.taken)
        or last in context.taken
        or (last + 1 in context.taken and not _joins().issuperset(following[:1]))
        or bool(forms.intersection(following[:2]))
        or following[:1] == ["strength"]
        or "strength" in context.label_before(first)
    ) and not (following[:1] in (["of"], ["lower"], ["higher"], ["less"], ["more"]) or (first and words[first - 1] == "by"))


@cache
def _after() -> Phrases[str]:
    return Phrases((p, p) for p in load_toml("units.toml")["not_a_dose"]["after"])


@cache
def _before() -> Phrases[str]:
    return Phrases((p, p) for p in load_toml("units.toml")["not_a_dose"]["before"])


@cache
def _form_words() -> frozenset[str]:
    return frozenset(s for row in load_toml("forms.toml")["form"] for w in row["words"] for s in plurals(w)) | {"topical"}


@cache
def _often() -> frozenset[str]:
    return frozenset(w for w, unit in vocabulary().units.items() if unit.kind == "time" and unit.code not in ("h", "min"))


@cache
def _dose_words() -> frozenset[str]:
    return medicine_words() | {"strength", "inject", "swallow"}


_joins = partial(word_set, "units.toml", "not_a_dose", "joins")
_schedule_words = partial(word_set, "units.toml", "schedule_words")
_taking = partial(word_set, "units.toml", "taking", "words")
_fluids = partial(word_set, "units.toml", "not_a_dose", "fluids")
