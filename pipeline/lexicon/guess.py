"""Names that the tables do not hold: near misses of one letter or one sound, and endings that name a class."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from .names import Names
from .tables import Name, Stem

#: Shorter names have too many English words one letter away.
_MINIMUM = 7
_SOUND_MINIMUM = 9

_ENGLISH_ENDINGS = ("ing", "ed", "ion", "ions", "ive", "ly", "or", "ors", "er", "ers", "ity", "ism", "ist", "ous", "ian", "ness")
_GUESSED_FROM = frozenset({"generic", "usan", "ban", "synonym", "brand"})

#: Letters that sound alike, so that "amitryptiline" and "amitriptyline" come out the same.
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ph", "f"), (r"th", "t"), (r"ch|ck|qu|[kq]", "c"), (r"c(?=[eiy])|[zx]", "s"), (r"(.)\1+", r"\1"),
        (r"(?<=.)[aeiouy]+", "a"), (r"a$", ""),
    )
]  # fmt: skip


class Guesser:
    """Tells what a word that is no name could be meant for; the index is made when the first word is asked about."""

    def __init__(self, names: Names, stems: Sequence[Stem], english: Collection[str]) -> None:
        self._names, self._english = names, english
        self._stems = sorted(stems, key=lambda stem: -len(stem.stem))
        self._endings = tuple(stem.stem for stem in stems)
        self._last_three = frozenset(stem.stem[-3:] for stem in stems)

    def __call__(self, word: str) -> Name | None:
        """A name of kind `misspelling` or `unlisted` for a word in lower case, or None."""
        if word in self._english or not word.isascii():
            return None
        return self._misspelt(word) or self._unlisted(word)

    def acid(self, word: str) -> Name | None:
        """The acid that is meant where the word "acid" follows: "mefanamic acid"."""
        close = [key for first, key in self._acids if word[0] == first[0] and is_one_edit(word, first)] if word.endswith("ic") else []
        meant = [self._names[key][0] for key in close]
        return Name(meant[0].surface, "misspelling", meant[0].targets) if len(meant) == 1 and word not in self._english else None

    @cached_property
    def _acids(self) -> list[tuple[str, str]]:
        return [(key.removesuffix(" acid"), key) for key in self._names.acids() if len(key) >= _MINIMUM + len(" acid")]

    def close_to(self, word: str) -> list[str]:
        """Names that one letter more, less, other or swapped makes of the word; brands only with the same beginning and last letter."""
        return sorted(name for name, kind in self._candidates(word) if _is_slip(word, name, kind))

    def _misspelt(self, word: str) -> Name | None:
        close = self.close_to(word) or self._with_letters_of(word) or self._sounding_like(word)
        meant = [self._names[name][0] for name in close]
        if not meant or any(name.targets != meant[0].targets for name in meant):
            return None
        return Name(meant[0].surface, "misspelling", meant[0].targets)

    def _with_letters_of(self, word: str) -> list[str]:
        """Generic names whose letters changed places, or lost one of two like syllables: "metmorfin", "atorvastin"."""
        moved = [name for name in self._by_all_letters.get("".join(sorted(word)), ()) if _is_moved(word, name)]
        return moved or self._by_lost_syllable.get(word, [])

    def _sounding_like(self, word: str) -> list[str]:
        """Generic names that are read alike and differ in two letters at most."""
        if len(word) < _SOUND_MINIMUM or outline(word) not in self._outlines:
            return []
        return [name for name in self._by_sound.get(sound(word), ()) if edits(word, name) <= 2 and not _is_inflected(word, name)]

    def _unlisted(self, word: str) -> Name | None:
        if word[-3:] not in self._last_three or not word.endswith(self._endings):
            return None
        stem = next((s for s in self._stems if word.endswith(s.stem) and len(word) >= s.minimum), None)
        return Name(word, "unlisted", (stem.drug_class,)) if stem else None

    def _candidates(self, word: str) -> set[tuple[str, str]]:
        """(name, kind) of names that share what one changed letter leaves: five letters of the beginning, four of it and the
        last two, or the first letter and the end.
        """
        index = self._by_letters
        head, middle, end = index.get(word[:5]), index.get(f"{word[:4]} {word[-2:]}"), index.get(f"{word[0]} {word[_end_of(word) :]}")
        if head or middle or end:
            return {entry for entry in (*(head or ()), *(middle or ()), *(end or ())) if -2 < len(entry[0]) - len(word) < 2}
        return set()

    @cached_property
    def _guessable(self) -> list[tuple[str, str]]:
        return list(self._names.guessable(_GUESSED_FROM, _MINIMUM))

    @cached_property
    def _by_letters(self) -> dict[str, tuple[tuple[str, str], ...]]:
        index = defaultdict[str, list[tuple[str, str]]](list)
        for entry in self._guessable:
            name = entry[0]
            index[name[:5]].append(entry)
            index[f"{name[:4]} {name[-2:]}"].append(entry)
            if entry[1] != "brand":  # brands keep their first four letters
                for end in {name[-3:], name[-4:]} if len(name) <= _MINIMUM + 1 else (name[-4:],):
                    index[f"{name[0]} {end}"].append(entry)
        return {letters: tuple(entries) for letters, entries in index.items()}  # tuples of strings: the garbage collector leaves them alone

    @cached_property
    def _by_sound(self) -> dict[str, list[str]]:
        index = defaultdict[str, list[str]](list)
        for name in self._generic:
            index[sound(name)].append(name)
        return dict(index)

    @cached_property
    def _by_all_letters(self) -> dict[str, tuple[str, ...]]:
        index = defaultdict[str, list[str]](list)
        for name, kind in self._guessable:
            if kind != "brand":
                index["".join(sorted(name))].append(name)
        return {letters: tuple(names) for letters, names in index.items()}

    @cached_property
    def _by_lost_syllable(self) -> dict[str, list[str]]:
        index = defaultdict[str, list[str]](list)
        for name in self._generic:
            for word in without_syllable(name):
                index[word].append(name)
        return dict(index)

    @cached_property
    def _outlines(self) -> frozenset[str]:
        return frozenset(map(outline, self._generic))

    @property
    def _generic(self) -> Iterator[str]:
        return (name for name, kind in self._guessable if kind != "brand" and len(name) >= _SOUND_MINIMUM - 1)


def _is_slip(word: str, name: str, kind: str) -> bool:
    if kind == "brand" and (name[:4] != word[:4] or name[-1] != word[-1]):
        return False
    return is_one_edit(word, name) and not _is_inflected(word, name)


def _is_moved(word: str, name: str) -> bool:
    """Letters changed places behind the first one: two neighbours, in long names two or three anywhere.

    >>> [_is_moved(*pair) for pair in (("codiene", "codeine"), ("carcasa", "cascara"), ("metropolol", "metoprolol"))]
    [True, False, True]
    """
    differing = [i for i, (a, b) in enumerate(zip(word, name, strict=True)) if a != b]
    if not differing or differing[0] == 0:
        return False
    return len(differing) <= 3 if len(name) >= _SOUND_MINIMUM else differing[-1] - differing[0] == 1


def without_syllable(name: str) -> list[str]:
    """A long name with one of two like syllables lost.

    >>> without_syllable("atorvastatin")
    ['atorvastin']
    """
    lost = (name[:i] + name[i + 2 :] for i in range(3, len(name) - 3) if name[i] == name[i + 2])
    return [word for word in dict.fromkeys(lost) if len(word) >= _SOUND_MINIMUM]


_ALIKE = str.maketrans(dict.fromkeys("kqczx", "s") | {"f": "p"} | dict.fromkeys("aeiouyh"))


def outline(word: str) -> str:
    """The consonants of a word in the order in which they first appear; words that sound alike have the same.

    >>> outline("amitryptiline") == outline("amitriptyline") == "mtrpln"
    True
    """
    return "".join(dict.fromkeys(word.translate(_ALIKE)))


def _end_of(word: str) -> int:
    """Where the end of a word begins that a changed letter near its beginning leaves: four letters, of short words three."""
    return -3 if len(word) == _MINIMUM else -4


def sound(word: str) -> str:
    """What is left of a word when letters that sound alike are one.

    >>> sound("amitryptiline") == sound("amitriptyline"), sound("esomeprasol") == sound("esomeprazole")
    (True, True)
    """
    for pattern, same in _SOUNDS:
        word = pattern.sub(same, word)
    return word


def is_one_edit(word: str, name: str) -> bool:
    """One letter more, less or other, or two neighbours swapped.

    >>> [is_one_edit("liptor", name) for name in ("lipitor", "liptro", "lipton", "lipitors")]
    [True, True, True, False]
    """
    if abs(len(word) - len(name)) > 1:
        return False
    head = 0
    for a, b in zip(word, name, strict=False):
        if a != b:
            break
        head += 1
    a, b = word[head:], name[head:]
    return a[1:] == b[1:] or a == b[1:] or a[1:] == b or (a[2:] == b[2:] and a[:2] == b[1::-1])


def edits(word: str, name: str) -> int:
    """How many letters must be changed, added or taken away.

    >>> edits("furosimid", "furosemide"), edits("amoxasillin", "amoxicillin")
    (2, 2)
    """
    row = list(range(len(name) + 1))
    for i, a in enumerate(word, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(name, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


def _is_inflected(word: str, name: str) -> bool:
    """Another form of the name or an English ending, not a slip: "aspiring", "secretion".

    >>> [_is_inflected(*pair) for pair in (("aspiring", "aspirin"), ("secretion", "secretin"), ("gabapentine", "gabapentin"))]
    [True, True, False]
    """
    if word.endswith(_ENGLISH_ENDINGS) and word[-3:] != name[-3:]:
        return True
    return (word.startswith(name) and word[len(name) :] != "e") or (name.startswith(word) and name[len(word) :] != "e")
