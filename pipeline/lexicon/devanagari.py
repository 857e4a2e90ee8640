"""Generic names in Devanagari letters: "पैरासिटामोल", "मेटफॉर्मिन".

Hindi writes a name as it hears the English one: the consonants agree, the vowels only in where they stand. So both sides are brought
to an outline of consonants with "a" for every vowel; where Hindi writes none, the vowel that its letters carry may be heard or not.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from itertools import islice, product

from .guess import edits

#: Fewer consonants are too often words of the language.
_CONSONANTS = 4
_VOWEL, _PERHAPS = "a", "a?"
_SILENT = "\u094d"  # the sign that a letter is said without its vowel

_CONSONANT = {
    **dict.fromkeys("कखच", "k"), **dict.fromkeys("गघ", "g"), **dict.fromkeys("टठतथ", "t"), **dict.fromkeys("डढदध", "d"),
    **dict.fromkeys("ङञणनंँ", "n"), "म": "m", "प": "p", "फ": "fp", "ब": "b", "भ": "b", "र": "r", "ल": "l", "ळ": "l", "व": "v",
    **dict.fromkeys("शषस", "s"), "ज": "sg",
}  # fmt: skip
_SPOKEN = {  # "य" stands for the i of "diazepam"
    **dict.fromkeys("अआा", "a"), **dict.fromkeys("इईिीयऋृ", "i"), **dict.fromkeys("उऊुू", "u"),
    **dict.fromkeys("एऐऍऎेैॅॆ", "e"), **dict.fromkeys("ओऔऑऒोौॉॊ", "o"),
}  # fmt: skip
_ANY_VOWEL = frozenset({*_SPOKEN.values(), _PERHAPS})
_UNHEARD = frozenset("हः़")
_BARE = frozenset("ंँ")  # a nasal carries no vowel of its own
_WAYS = 16  # to read a word: four letters of two sounds

_vowels = re.compile("[aeiou]+").sub
_doubled = re.compile(r"(.)\1+").sub
_doubled_vowel = re.compile("aa+").sub


class DevanagariNames:
    """Tells which name a word in Devanagari stands for. readings: how names in Latin letters are read (see `foreign`), to their keys."""

    def __init__(self, readings: Mapping[str, str]) -> None:
        self._by_skeleton: dict[str, list[tuple[str, str, str]]] = {}
        for read, key in readings.items():
            outline = outline_of(read)
            self._by_skeleton.setdefault(outline.replace(_VOWEL, ""), []).append((outline, read, key))

    def __call__(self, word: str) -> str | None:
        """The key of the name that the word stands for, or None; of several with one outline the one whose vowels are nearest."""
        letters = _letters(word)
        consonants = [sounds for sounds in letters if sounds not in _ANY_VOWEL]
        if len(consonants) < _CONSONANTS:
            return None
        skeletons = {"".join(way).replace("m", "n") for way in islice(product(*consonants), _WAYS)}
        alike = [entry for skeleton in skeletons for entry in self._by_skeleton.get(skeleton, ())]
        if not alike:
            return None
        fits = re.compile(_doubled_vowel(_VOWEL, "".join(map(_piece, letters)))).fullmatch
        found = [entry for entry in alike if fits(entry[0])]
        said = "".join(sounds[0] for sounds in letters if sounds != _PERHAPS)
        ranked = sorted((edits(said, read), key) for _, read, key in found)
        return ranked[0][1] if len(ranked) == 1 or (ranked and ranked[0][0] < ranked[1][0]) else None


def outline_of(reading: str) -> str:
    """Consonants with "a" for every vowel; m and n are one, as they are before other consonants.

    >>> outline_of("parasetamol"), outline_of("isotretinoin")
    ('parasatanal', 'asatratanan')
    """
    return _doubled(r"\1", _vowels(_VOWEL, reading.replace("m", "n")))


def _letters(word: str) -> list[str]:
    """What each letter may sound like: a vowel, one or two consonants, or a vowel that is perhaps heard; empty if one is unknown.

    >>> _letters("मेटफॉर्मिन")
    ['m', 'e', 't', 'a?', 'fp', 'o', 'r', 'm', 'i', 'n']
    """
    out = list[str]()
    letters = unicodedata.normalize("NFD", word).replace("ज़", "स").replace("क्व", "क")  # a z with its dot; the qu of "quinine"
    for letter, following in zip(letters, [*letters[1:], ""], strict=True):
        if letter in _SPOKEN:
            if out[-1:] == [_PERHAPS]:
                out.pop()
            out.append(_SPOKEN[letter])
        elif letter in _CONSONANT:
            if out[-1:] != [_CONSONANT[letter]]:  # doubled
                out.append(_CONSONANT[letter])
            if letter not in _BARE and following != _SILENT:
                out.append(_PERHAPS)
        elif letter not in _UNHEARD and letter != _SILENT:
            return []
    while out and out[-1] in _ANY_VOWEL:
        out.pop()
    return out


def _piece(sounds: str) -> str:
    """What matches a letter in an outline."""
    if sounds == _PERHAPS:
        return _PERHAPS
    return _VOWEL if sounds in _ANY_VOWEL else f"[{sounds.replace('m', 'n')}]"
