"""Names that the tables do not hold: near misses of one letter or one sound, and endings that name a class."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property

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

    def __init__(self, names: Mapping[str, tuple[Name, ...]], stems: Sequence[Stem], english: Collection[str]) -> None:
        self._names, self._english = names, english
        self._stems = sorted(stems, key=lambda stem: -len(stem.stem))
        self._endings = tuple(stem.stem for stem in stems)

    def __call__(self, word: str) -> Name | None:
        """A name of kind `misspelling` or `unlisted` for a word in lower case, or None."""
        if word in self._english or not word.isascii():
            return None
        return self._misspelt(word) or self._unlisted(word)

    def close_to(self, word: str) -> list[str]:
        """Names that one letter more, less, other or swapped makes of the word; brands only with the same beginning and last letter."""
        names = {name for name in self._candidates(word) if is_one_edit(word, name) and not _is_inflected(word, name)}
        return sorted(name for name in names if self._names[name][0].kind != "brand" or (name[:4], name[-1]) == (word[:4], word[-1]))

    def _misspelt(self, word: str) -> Name | None:
        close = self.close_to(word) or self._sounding_like(word)
        meant = {name: self._names[name][0] for name in close}
        if len({name.targets for name in meant.values()}) != 1:
            return None
        found = next(iter(meant.values()))
        return Name(found.surface, "misspelling", found.targets)

    def _sounding_like(self, word: str) -> list[str]:
        """Generic names that are read alike and differ in two letters at most."""
        alike = self._by_sound.get(sound(word), ()) if len(word) >= _SOUND_MINIMUM else ()
        return [name for name in alike if edits(word, name) <= 2 and not _is_inflected(word, name)]

    def _unlisted(self, word: str) -> Name | None:
        if not word.endswith(self._endings):
            return None
        stem = next((s for s in self._stems if word.endswith(s.stem) and len(word) >= s.minimum), None)
        return Name(word, "unlisted", (stem.drug_class,)) if stem else None

    def _candidates(self, word: str) -> Iterator[str]:
        """One letter changed leaves the first four letters or the first and the last three as they are.

        Of those that begin or end alike, only the ones that are alike further are worth comparing.
        """
        head, rest, most, end = word[:4], word[5:], word[:-4], word[-3:]
        for length in (len(word) - 1, len(word), len(word) + 1):
            for name in self._by_letters.get((head, length), ()):
                if name.endswith(end) or name.startswith(most):
                    yield name
            for name in self._by_letters.get((word[0] + end, -length), ()):
                if name.endswith(rest):
                    yield name

    @cached_property
    def _guessable(self) -> list[str]:
        return [
            key
            for key, names in self._names.items()
            if len(key) >= _MINIMUM and key.isalpha() and names[0].kind in _GUESSED_FROM and not names[0].needs
        ]

    @cached_property
    def _by_letters(self) -> dict[tuple[str, int], list[str]]:
        index = defaultdict[tuple[str, int], list[str]](list)
        for name in self._guessable:
            index[name[:4], len(name)].append(name)
            index[name[0] + name[-3:], -len(name)].append(name)
        return dict(index)

    @cached_property
    def _by_sound(self) -> dict[str, list[str]]:
        index = defaultdict[str, list[str]](list)
        for name in self._guessable:
            if len(name) >= _SOUND_MINIMUM - 1 and self._names[name][0].kind != "brand":
                index[sound(name)].append(name)
        return dict(index)


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
    head = next((i for i, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), min(len(word), len(name)))
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
