"""From a printed product name to the brand: "ISOTROIN 20MG CAPSULES" is Isotroin, "Apo-Metformin" is no brand at all."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from ..matcher import key_of
from ..tables import rows

#: A longer name is a description of the product, not what people call it.
_MOST_WORDS = 6

_marks = re.compile(r"[®™©†*]|\((?:R|TM|r|tm)\)").sub
_brackets = re.compile(r"(?:(?<!\s)\s+)?[(\[][^()\[\]]*(?:[)\]]\s*)?$").sub
_no_name = re.compile(
    r"(?:n\.?/?a\.?|none|nil|null|nan|unknown|tbd|tba|test|various|placeholder.*|do not use.*"
    r"|not (?:applicable|available|assigned|specified)|[\W\d_]*)",
    re.IGNORECASE,
).fullmatch
_strength = re.compile(
    r"""
    [\s,;-]{0,9} \b\d[\d.,/\s-]{0,40} \s?
    (?: mg|mcg|µg|ug|g|gm|gms|kg|ml|l|iu|ui|u|unt|unit|units|meq|mmol|mci|mbq|gbq|%|cc|ppm|million
      | m|mui|million[ ]iu|lakh|ch|dh|x|ku|bau|au|hr|hrs|hour
      | microgrammes? | unités? | unites? | u\.i\.? | ui | pour[ ]cent | millions?[ ]d'unités )
    (?: \s?(?:/|per) \s?[\d.,]{0,12} \s?(?:mg|g|gm|ml|l|h|hr|hour|heures?|dose|actuation|spray|vial|tablet|kg|24h)? ){0,4}
    (?![^\W\d_]) (?: \s?[wv]/[wv] )?
    [\s.,;-]*$
    """,
    re.VERBOSE | re.IGNORECASE,
).sub
_bare_number = re.compile(r"(?<=[^\W\d_])[\s-]+\d[\d.,/x-]*$").sub
_last_word = re.compile(r"(?<![\s,;/-])[\s,;/-]+([^\W\d_][\w'/]{0,60})[.\s]*$").search
_pieces = re.compile(r"(?:(?<!\s)\s+)?(?:\bw/|/|\+|&|,|;|\band\b|\bwith\b|\bet\b)\s*", re.IGNORECASE).split


class Surface(NamedTuple):
    """A name that a product goes by; weak: what is left of it without a number, which may be part of the brand."""

    text: str
    weak: bool = False


@cache
def product_words() -> Mapping[str, str]:
    """Word -> kind, from `product_words.tsv`."""
    text = (files(__package__) / "product_words.tsv").read_text(encoding="utf-8")
    return {word: kind for _, (word, kind) in rows(text.split("\n"), "product_words.tsv", ("word", "kind"), ("word", "kind"))}


def surfaces(printed: str) -> list[Surface]:
    """What a product is called, without strength and form; nothing where the name is a placeholder or a long description.

    >>> surfaces("ISOTROIN 20MG CAPSULES"), surfaces("Azithral 500 Tablet"), surfaces("PLACEHOLDER 12")
    ([Surface(text='Isotroin', weak=False)], [Surface(text='Azithral 500', weak=False), Surface(text='Azithral', weak=True)], [])
    """
    name = " ".join(_marks("", printed).split())
    if _no_name(name):
        return []
    bare = _without_form(_brackets("", name) or name)
    if len(bare.split()) > _MOST_WORDS or sum(c.isalpha() for c in bare) < 2:
        return []
    bare = _in_title_case(bare)
    stem = _without_form(_bare_number("", bare))
    enough = sum(c.isalpha() for c in stem) > 2 and stem != bare
    return [Surface(bare), Surface(stem, weak=True)] if enough else [Surface(bare)]


def pieces(surface: str) -> list[str]:
    """What a name is made of, without makers: "Apo-Metformin", "Paracetamol and Codeine Teva".

    >>> pieces("Apo-Metformin"), pieces("Paracetamol and Codeine Teva"), pieces("Co-Codamol")
    (['Metformin'], ['Paracetamol', 'Codeine'], ['Co-Codamol'])
    """
    words = product_words()

    def is_maker(word: str) -> bool:
        return words.get(word.lower().strip(".,")) in {"company", "form"}

    found = []
    for piece in _pieces(surface):
        parts = re.split(r"(\s+|-)", piece)
        while len(parts) > 2 and is_maker(parts[0]):
            parts = parts[2:]
        while len(parts) > 2 and is_maker(parts[-1]):
            parts = parts[:-2]
        if "".join(parts).strip():
            found.append("".join(parts).strip())
    return found


def is_description(surface: str) -> bool:
    """Only words that tell what the product is for or like: "Cold & Flu Relief"."""
    words = re.findall(r"[^\W\d_][^\W\d_'’]*", surface.lower())
    known = product_words()
    return bool(words) and all(known.get(word) in {"describing", "form"} for word in words)


def is_everyday(surface: str, more: Collection[str] = ()) -> bool:
    """A short name, or one of words that mean other things."""
    key = key_of(surface)
    known = product_words()
    return len(key) < 5 or key in more or all(_means_more(word, known) or word in more for word in key.split())


def _means_more(word: str, known: Collection[str]) -> bool:
    return len(word) < 3 or word.isdecimal() or word in known or word.removesuffix("s") in known


def _without_form(name: str) -> str:
    """The name without strengths, forms and brackets at its end, as long as something is left."""
    words = product_words()
    while True:
        last = _last_word(name)
        shorter = _strength("", name)
        if shorter == name and last and words.get(last[1].lower()) == "form":
            shorter = name[: last.start()]
        shorter = shorter.strip(" ,;-.")
        if shorter == name or not any(c.isalpha() for c in shorter):
            return name
        name = shorter


def _in_title_case(name: str) -> str:
    """Capitals only where a name has them: "TYLENOL PM" is printed Tylenol PM."""
    if not name.isupper():
        return name
    return re.sub(r"[^\W\d_]+", lambda word: word[0] if _is_abbreviation(word[0]) else word[0].capitalize(), name)


def _is_abbreviation(word: str) -> bool:
    return len(word) < 3 or (len(word) < 5 and not re.search("[AEIOUY]", word))
