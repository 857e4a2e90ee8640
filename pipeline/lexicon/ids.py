"""Identifiers of substances: whether they have the form of their registry."""

from __future__ import annotations

import re
from collections.abc import Callable

#: Registry -> (its form, how to say it).
_FORMS: dict[str, tuple[Callable[[str], object], str]] = {
    "rxcui": (re.compile(r"[1-9]\d{0,7}").fullmatch, "digits, such as 6064"),
    "unii": (re.compile(r"[A-Z0-9]{10}").fullmatch, "ten capitals and digits, such as EH28UP18IF"),
    "drugbank": (re.compile(r"DB\d{5}").fullmatch, "DB and five digits, such as DB00982"),
    "cas": (re.compile(r"\d{2,7}-\d\d-\d").fullmatch, "digits with two hyphens, such as 4759-48-2"),
    "mesh": (re.compile(r"[CD]\d{6,9}").fullmatch, "C or D and six to nine digits, such as D015474"),
    "atc": (re.compile(r"[A-Z](?:\d\d(?:[A-Z](?:[A-Z](?:\d\d)?)?)?)?").fullmatch, "such as D10BA01"),
}


def wrong_id(registry: str, value: str) -> str:
    """What is wrong with an identifier, or nothing; several ATC codes may stand together, parted by semicolons.

    >>> wrong_id("unii", "EH28UP18IF"), wrong_id("cas", "4759-48-3")
    ('', 'the check digit of 4759-48-3 should be 2')
    """
    is_right, form = _FORMS[registry]
    for one in value.split(";") if registry == "atc" else [value]:
        if not is_right(one):
            return f"{one!r} is no {registry}: it should be {form}"
        if registry == "cas" and (digit := _check_digit(one)) != one[-1]:
            return f"the check digit of {one} should be {digit}"
    return ""


def _check_digit(cas: str) -> str:
    """Each digit times its place, counted from the right, modulo ten."""
    digits = cas[:-2].replace("-", "")
    return str(sum(place * int(digit) for place, digit in enumerate(reversed(digits), 1)) % 10)
