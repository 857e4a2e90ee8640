"""Generic names as other languages spell them: "ibuprofeno", "isotrétinoïne", "amoksycylina", "ибупрофена", "आइबुप्रोफेन".

An international name is written in each language as it is spoken there, so both are brought to one reading: letters that sound alike
are one, silent ones go, and so does a vowel or a case ending at the end. A reading counts only if it is that of one ingredient.
Brands stay as they are where the letters are Latin; in Cyrillic they are read likewise ("вольтарен").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain

from ..words import Words
from .devanagari import DevanagariNames
from .names import Ingredients, Names
from .tables import Name

#: Shorter words, and shorter readings, are too often words of some language.
_MINIMUM, _READ_MINIMUM = 7, 6
_BRAND_MINIMUM = 6  # "золофт"
_MAXIMUM = 40  # longer ones are noise
_NO_MEDICINES = frozenset(
    {"herbal", "nutrient", "mineral", "veterinary", "joint supplement", "topical agent", "probiotic", "contrast agent"}
)
_READ_FROM = frozenset({"generic", "usan", "ban", "synonym"})
#: Words that an English text of a few lines has, and others hardly ever.
_ENGLISH = frozenset({"the", "of", "and", "with", "for", "to", "was"})

#: Where brands are written in Cyrillic letters.
_CYRILLIC_COUNTRIES = frozenset({"BG", "BY", "KZ", "RU", "UA"})

_ACIDS = frozenset({"acide", "acido", "ácido"})

_CYRILLIC = str.maketrans({
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "e", "э": "e", "ж": "z", "з": "z", "и": "i",
    "і": "i", "ї": "i", "й": "i", "ы": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
    "у": "u", "ф": "f", "х": "k", "ц": "s", "ч": "c", "ш": "s", "щ": "s", "ъ": "", "ь": "", "ю": "u", "я": "ia",
})  # fmt: skip
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "æ": "e", "œ": "e", "ß": "ss", "ı": "i", "ç": "s"})

#: One after the other: what sounds alike in the languages that use the names.
_SOUNDS = [
    ("ph", "f"), ("ae", "e"), ("oe", "e"), ("ch", "k"), ("qu", "k"), ("q", "k"), ("kv", "k"), ("kw", "k"), ("ce", "se"), ("ci", "si"),
    ("cy", "si"), ("c", "k"), ("x", "ks"),
]  # fmt: skip
_ALIKE = str.maketrans({"z": "s", "y": "i", "j": "i", "w": "v", "h": ""})
_nasal = re.compile(r"m(?=[^aeioum])").sub  # "anlodipino"
_doubled = re.compile(r"(.)\1+").sub
_silent = re.compile(r"г(?=[аеиоуі])").sub  # the h of "хлоргексидин"
_holds_devanagari = re.compile("[\u0901-\u097f]").search  # a third of the time that looking for words takes
_devanagari_words = re.compile("[\u0901-\u0963\u0971-\u097f]{5,60}").finditer
_is_cyrillic = re.compile("[а-яё]+").fullmatch
_without_case = re.compile(r"(?:ami|am|ak|em|om|ov|oi)$").sub  # after a last vowel is gone: "ибупрофеном", "paracetamolem"


class ForeignNames:
    """Tells which ingredient a word of another language names; the readings are made when the first word is asked about.

    left_out: words, and names of ingredients, that are none without the right surroundings; sounds: everyday words whose whole family
    sounds like an ingredient ("examine", "examina": hexamine).
    """

    def __init__(self, names: Names, ingredients: Ingredients, left_out: Collection[str], sounds: Iterable[str]) -> None:
        self._names, self._ingredients, self._left_out = names, ingredients, left_out
        self._everyday = frozenset(map(reading, sounds))
        self._known = dict[str, Name | None]()

    def find(self, words: Words, language: str | None) -> Iterator[tuple[int, int, str, Name]]:
        """(start, end, word, name) of each such word; in an English text only words with letters that English has not."""
        foreign = is_foreign(words.places, language)
        for word in words.places:
            if _BRAND_MINIMUM <= len(word) <= _MAXIMUM and (foreign or not word.isascii()) and (name := self(word)):
                yield from ((words.starts[i], words.ends[i], word, name) for i in words.places[word])
        for acid in _ACIDS.intersection(words.places) if foreign else ():
            for i in words.places[acid]:
                following = words.words[i + 1 : i + 2]
                if following and (key := self._acids.get(reading(following[0]))):
                    word = f"{acid} {following[0]}"
                    yield words.starts[i], words.ends[i + 1], word, self._named(word, key)

    def find_devanagari(self, text: str) -> Iterator[tuple[int, int, str, Name]]:
        """The same of the words in Devanagari letters."""
        for match in _devanagari_words(text) if _holds_devanagari(text) else ():
            if key := self._devanagari(match[0]):
                yield match.start(), match.end(), match[0], self._named(match[0], key)

    def __call__(self, word: str) -> Name | None:
        """A name of kind `foreign`, or a brand in Cyrillic letters, for a word in lower case that no table holds, or None."""
        if word not in self._known:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            self._known[word] = self._read(word) if word.isalpha() and word not in self._left_out and word not in self._names else None
        return self._known[word]

    def _read(self, word: str) -> Name | None:
        """As it is read, without a case ending, and with a Russian "г" that stands for a silent h."""
        read = reading(word)
        tried = [read, _without_case("", read), *([reading(_silent("", word))] if "г" in word else [])]
        key = next((self._readings[form] for form in tried if form in self._readings), None) if len(word) >= _MINIMUM else None
        if key:
            return self._named(word, key)
        return self._brand(word, tried) if _is_cyrillic(word) else None

    def _brand(self, word: str, tried: Sequence[str]) -> Name | None:
        """A brand; one that is not sold where this is written counts only in the right surroundings: "вольтарен"."""
        key = next((self._brands[form] for form in tried if form in self._brands), None)
        if not key:
            return None
        meant = self._names[key][0]
        return Name(word, "brand", meant.targets, meant.countries, _CYRILLIC_COUNTRIES.isdisjoint(meant.countries), meant.sources)

    def _named(self, word: str, key: str) -> Name:
        meant = self._names[key][0]
        return Name(word, "foreign", meant.targets, sources=meant.sources)

    @cached_property
    def _acids(self) -> dict[str, str]:
        """Reading of the first word of an acid -> its key: "acide valproïque"."""
        keys = [key for key in self._names.acids() if self._is_medicine(key, self._names[key][0].targets[0])]
        return {reading(key.removesuffix(" acid")): key for key in keys if len(self._names[key][0].targets) == 1}

    @cached_property
    def _devanagari(self) -> DevanagariNames:
        return DevanagariNames(self._readings)

    @cached_property
    def _readings(self) -> dict[str, str]:
        """Reading -> the key of the name, of one ingredient only."""
        return self._told_apart((key for key, _ in self._names.guessable(_READ_FROM, _READ_MINIMUM)), self._is_read)

    def _is_read(self, read: str, key: str) -> bool:
        meant = self._names[key][0].targets
        return read not in self._everyday and len(meant) == 1 and self._is_medicine(key, meant[0])

    @cached_property
    def _brands(self) -> dict[str, str]:
        """Reading -> the key of the brand, of those of one word that publishers vouch for or that are sold where it is written so."""
        known = (key for key, _ in self._names.guessable({"brand"}, _READ_MINIMUM))
        return self._told_apart(chain(self._names.sold_in(_CYRILLIC_COUNTRIES, _READ_MINIMUM), known), lambda _read, _key: True)

    def _told_apart(self, keys: Iterable[str], counts: Callable[[str, str], bool]) -> dict[str, str]:
        """Reading -> the first key that `counts` lets through, where all names that are read so mean the same."""
        found, targets = dict[str, str](), dict[str, set[tuple[str, ...]]]()
        for key in keys:
            read = reading(key)
            targets.setdefault(read, set()).add(self._names[key][0].targets)
            if len(read) >= _READ_MINIMUM and counts(read, key):
                found.setdefault(read, key)
        return {read: key for read, key in found.items() if len(targets[read]) == 1}

    def _is_medicine(self, key: str, target: str) -> bool:
        """A plant or a food has names in each language that are words of it."""
        return not (key in self._left_out or target in self._left_out or self._ingredients[target].drug_class in _NO_MEDICINES)


_REMEMBERED = 50_000


def is_foreign(words: Collection[str], language: str | None) -> bool:
    """The text is in another language than English; where nobody says which, it has no small words of English.

    >>> is_foreign({"tomar", "con", "agua"}, None), is_foreign({"the", "agua"}, None), is_foreign({"tomar"}, "en-GB")
    (True, False, False)
    """
    return language[:2].lower() != "en" if language else _ENGLISH.isdisjoint(words)


def reading(word: str) -> str:
    """What a word is read as.

    >>> {reading(word) for word in ("amoxicillin", "amoksycylina", "amoxicilina", "амоксициллина")}
    {'amoksisilin'}
    >>> {reading(word) for word in ("isotrétinoïne", "izotretynoina", "изотретиноин")}
    {'isotretinoin'}
    """
    if not word.isascii():
        word = unicodedata.normalize("NFKD", word.translate(_CYRILLIC).translate(_LETTERS))
        word = "".join(letter for letter in word if letter.isascii())
    for letters, sound in _SOUNDS:
        word = word.replace(letters, sound)
    return _doubled(r"\1", _nasal("n", word.translate(_ALIKE))).rstrip("aeiou")
