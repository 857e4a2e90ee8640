"""Phrases found by their first word: as fast for ten thousand as for ten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

from .tokens import split_words

T = TypeVar("T")


class Phrases(Generic[T]):
    """Phrases and what they stand for; at each place the longest counts.

    >>> phrases = Phrases([("oral", 1), ("oral suspension", 2)])
    >>> phrases.find(["an", "oral", "suspension", "oral", "dose"])
    [(1, 3, 2), (3, 4, 1)]
    """

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._by_first: dict[str, list[tuple[list[str], T]]] = {}
        for phrase, payload in phrases:
            words = list(split_words(phrase))
            self._by_first.setdefault(words[0], []).append((words, payload))
        for rows in self._by_first.values():
            rows.sort(key=lambda row: -len(row[0]))

    def find(self, words: list[str], first: int = 0, last: int | None = None) -> list[tuple[int, int, T]]:
        """(first, last, payload) for the phrases between two tokens; they do not overlap."""
        out, here = list[tuple[int, int, T]](), first
        last = len(words) if last is None else last
        by_first = self._by_first
        for i in [i for i in range(first, last) if words[i] in by_first]:
            if i >= here and (hit := self.at(words, i, last)):
                here = i + hit[0]
                out.append((i, here, hit[1]))
        return out

    def exact(self, phrase: str) -> T | None:
        """What the whole phrase stands for."""
        words = list(split_words(phrase))
        hit = self.at(words, 0, len(words))
        return hit[1] if hit and hit[0] == len(words) else None

    def at(self, words: list[str], i: int, last: int) -> tuple[int, T] | None:
        """Length and payload of the longest phrase that starts at token `i`."""
        for phrase, payload in self._by_first.get(words[i], ()):
            n = len(phrase)
            if i + n <= last and (n == 1 or words[i : i + n] == phrase):
                return n, payload
        return None
