"""Abbreviations that a text makes for itself: "cyclophosphamide (CYC) … CYC was stopped"."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

_in_brackets = re.compile(r"[®™]?[ \u00a0]?\(([A-Z][A-Za-z0-9-]{1,6})[);,]").match


def defined_abbreviations(text: str, names: Sequence[tuple[int, int]], taken: Collection[str] = ()) -> Iterator[tuple[int, int, int]]:
    """(index of the name, start, end) of each abbreviation in brackets after a name, and of its later uses.

    taken: words in capitals that mean something else after a name.

    >>> text = "Cyclophosphamide (CYC) is old. CYC is toxic. Aspirin (USA)"
    >>> [(name, text[start:end]) for name, start, end in defined_abbreviations(text, [(0, 16), (45, 52)])]
    [(0, 'CYC'), (0, 'CYC')]
    """
    known = set(taken)
    for i, (start, end) in enumerate(names):
        found = _in_brackets(text, end)
        if found and found[1] not in known and _abbreviates(found[1], text[start:end]):
            known.add(found[1])
            for use in re.finditer(rf"(?<![\w-]){re.escape(found[1])}(?!\w)", text[found.start(1) :]):
                yield i, found.start(1) + use.start(), found.start(1) + use.end()


def foreign_abbreviations(text: str, letters: Collection[str], names: Sequence[tuple[int, int]]) -> set[str]:
    """Those of `letters` that the text explains in brackets as something that is none of the names (spans).

    >>> text = "The nucleus accumbens (NAC) and phenobarbital (PB), odds ratios (ORs)"
    >>> sorted(foreign_abbreviations(text, {"NAC", "PB", "ORs"}, [(32, 45)]))
    ['NAC', 'ORs']
    """
    found = set[str]()
    for short in letters:
        if len(short) < 2 or not short[:2].isupper() or not short.isalpha() or (at := text.find(f"({short})")) < 0:
            continue
        words = _words_in(text[max(0, at - 80) : at])[-len(short) :]
        spelt = any(_spells(short.rstrip("s").lower(), words[-count:]) for count in range(2, len(words) + 1))
        if spelt and not any(at - 3 < end <= at for _, end in names):
            found.add(short)
    return found


_words_in = re.compile(r"[^\W\d_]+").findall


def _spells(short: str, words: Sequence[str]) -> bool:
    """The first word begins with the first letter, the letters follow in order, and most of them begin a word.

    >>> [_spells(*pair) for pair in (("nac", ["nucleus", "accumbens"]), ("acc", ["cingulate", "cortex"]))]
    [True, False]
    """
    initials = [word[0].lower() for word in words]
    rest = iter("".join(words).lower())
    return initials[0] == short[0] and all(letter in rest for letter in short) and sum(map(short.count, set(initials))) * 2 > len(short)


def _abbreviates(short: str, name: str) -> bool:
    """The letters stand in the name in this order, and it starts with the first; two capitals at least.

    >>> [_abbreviates(*pair) for pair in (("CYC", "cyclophosphamide"), ("IV", "isotretinoin"), ("MMF", "mycophenolate mofetil"))]
    [True, False, True]
    """
    letters = iter(name.lower())
    return (
        short[0].lower() == name[0].lower() and sum(map(str.isupper, short)) > 1 and all(c in letters for c in short.lower() if c.isalpha())
    )
