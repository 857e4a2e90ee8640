"""The language of an article, by its function words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from ..rules.load import load_toml
from ..words import SIGNS

_WORD = re.compile(rf"[^\W\d_]+(?:[{SIGNS}]+[^\W\d_]*)*")
_BY_LETTER = {"zh", "ja"}  # written without spaces: single characters are counted
_LONG = 60  # characters; shorter blocks are menus and labels, often in another language
_LOOKED_AT = 4000  # characters are enough to tell
_LEAST = 3  # function words, fewer tell nothing


@cache
def _languages_of() -> dict[str, tuple[str, ...]]:
    words: dict[str, tuple[str, ...]] = {}
    for language, line in load_toml("languages.toml").items():
        for word in line.split():
            words[word] = (*words.get(word, ()), language)
    return words


@cache
def _letters_of(language: str) -> tuple[str, ...]:
    return tuple(word for word, owners in _languages_of().items() if language in owners)


def detect_language(texts: Iterable[str]) -> str | None:
    """The two-letter code of the language that most function words speak for, or None.

    >>> detect_language(["Take the tablet with a glass of water and do not lie down for an hour after that."])
    'en'
    >>> detect_language(["Tome el comprimido con un vaso de agua y no se acueste durante la hora que sigue a la toma."])
    'es'
    """
    sample = _sample(texts)
    votes = Counter[str]()
    for languages, count in Counter(map(_languages_of().get, _WORD.findall(sample))).items():
        for language in languages or ():
            votes[language] += count
    for language in _BY_LETTER:
        votes[language] = 0 if sample.isascii() else sum(map(sample.count, _letters_of(language)))
    best = max(votes, key=lambda code: (votes[code], code), default=None)
    return best if best and votes[best] >= _LEAST else None


def _sample(texts: Iterable[str]) -> str:
    """The first long blocks, in small letters."""
    parts, size = list[str](), 0
    for text in texts:
        if len(text) >= _LONG:
            parts.append(text)
            size += len(text)
            if size >= _LOOKED_AT:
                break
    return " ".join(parts)[:_LOOKED_AT].lower()


@cache
def function_words(language: str) -> frozenset[str]:
    """The function words listed for a language; none for one that is not listed, or that is written without spaces."""
    code = language[:2]
    return frozenset() if code in _BY_LETTER else frozenset(load_toml("languages.toml").get(code, "").split())
