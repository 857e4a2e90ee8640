"""Cues and their reach: words that say something of what stands before or behind them in the clause."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .phrases import Phrases


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue where it stands: tokens `first` to `last`, what it says, and which way it reaches."""

    first: int
    last: int
    says: str
    reach: str
    relation: str | None = None


class Cues:
    """The cues of a rule file: rows with `words`, `reach` and what they say."""

    def __init__(self, rows: Iterable[Mapping[str, Any]], says: str) -> None:
        phrases = [(w, (row[says], row["reach"], row.get("relation"))) for row in rows for w in row["words"]]
        self._phrases = Phrases(phrases)

    def find(self, words: list[str], first: int = 0, last: int | None = None) -> list[Cue]:
        """Cues between two tokens, in reading order."""
        return [Cue(a, b, *payload) for a, b, payload in self._phrases.find(words, first, last)]


def cuts_of(words: list[str], sentence: tuple[int, int], stops: frozenset[str]) -> list[int]:
    """Where stop words cut a sentence into clauses."""
    return [i for i in range(*sentence) if words[i] in stops and not _goes_on(words, i)]


def clause(span: tuple[int, int], sentence: tuple[int, int], cuts: Sequence[int]) -> tuple[int, int]:
    """The stretch of a sentence around a span of tokens that is not cut.

    >>> words = "stop if you get a rash ; fever is unlikely".split()
    >>> clause((7, 8), (0, 10), cuts_of(words, (0, 10), frozenset(";")))
    (7, 10)
    """
    before, behind = bisect_left(cuts, span[0]), bisect_left(cuts, span[1])
    return cuts[before - 1] + 1 if before else sentence[0], cuts[behind] if behind < len(cuts) else sentence[1]


def _goes_on(words: list[str], i: int) -> bool:
    """The "but" of "include, but are not limited to" and "are rare but include" parts nothing."""
    return words[i] == "but" and not {"limited", "include", "includes"}.isdisjoint(words[i + 1 : i + 4])
