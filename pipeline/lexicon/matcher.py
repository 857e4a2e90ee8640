"""Finds all names of a lexicon in a text: longest match, on word boundaries, in one pass.

Text and names are split alike into runs of letters and runs of digits, so that "Isotroin20mg",
"5-FU", "co-amoxiclav" and "Pan-D" come apart in the same way in both; the runs are compared
without regard to case and accents. Offsets are those of the text as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import filterfalse
from typing import NamedTuple

from ..words import SIGNS, Words, read_words
from .tables import Name

#: A run of letters or of digits; the small figures of "B₁₂" are digits too, the raised ones of notes and fractions are neither.
_LETTER = r"[^\W\d_¹²³⁰-₉¼-¾]"
_RUN = rf"{_LETTER}+(?:[{SIGNS}]+{_LETTER}*)*|[\d₀-₉]+"
_runs = re.compile(_RUN).finditer
_run_list = re.compile(_RUN).findall
_ascii_runs = re.compile(r"[a-z]+|[0-9]+|\n").findall

#: What may stand between two runs of one name: a sign, a mark, one line break; no blank line, and no dash between spaces.
_next_run = re.compile(
    rf"""
    ( [®™\u00ad]{{0,2}}
      (?: [ ]?[/&+\#][ ]? | [.,][ ]? | ['’] | [-‐‑–][ ]? | [ ][-‐‑–] | [ ]{{0,2}} ) [\u00ad]?
      (?: \r?\n [ ]{{0,4}} )? )                                                       # the gap
    ({_RUN})                                                                          # the next run
    """.replace("[ ]", "[ \\t\u00a0\u2009\u202f]"),
    re.VERBOSE,
).match

#: A word that a hyphen or a soft hyphen parts: "hydro-chlorothiazide", "metho-\ntrexate".
_hyphens = re.compile(rf"[-‐‑\u00ad](?={_LETTER}|\r?\n{_LETTER})").finditer
_parted_word = re.compile(rf"{_LETTER}{{2,}}(?:[-‐‑\u00ad](?:\r?\n)?{_LETTER}{{2,}}){{1,2}}(?![^\W_])").match
_word_backwards = re.compile(rf"{_LETTER}+(?![^\W_])").match
_parting = re.compile(r"[-‐‑\u00ad\r\n]+")

#: One letter for another in the same name: Greek letters and their names.
_GREEK = {"α": "alfa", "alpha": "alfa", "β": "beta", "γ": "gamma", "δ": "delta", "ω": "omega"}

#: How many words not in the lexicon are remembered as such; enough for a large crawl's common words, some 20 MB.
_REMEMBERED = 200_000


#: How far behind a match a text tells whether a name within it ends where it seems to.
_BEYOND = 40


class Match(NamedTuple):
    """`text[start:end]` is one of `names`; `key` is the name as compared."""

    start: int
    end: int
    key: str
    names: tuple[Name, ...]
    plural: bool = False


def key_of(surface: str) -> str:
    """What a name is compared by: its runs, folded.

    >>> key_of("Pan-D"), key_of("Crème  5%"), key_of("Interferon β-1b"), key_of("B₁₂")
    ('pan d', 'creme 5', 'interferon beta 1 b', 'b 12')
    """
    runs = _run_list(surface.lower())
    return " ".join(runs) if surface.isascii() and "alpha" not in runs else " ".join(map(_folded, runs))


def keys_of(surfaces: Sequence[str]) -> list[str]:
    """The keys of many names, in a fraction of the time.

    >>> keys_of(["Isotroin", "Pan-D", "Crème  5%", "Alpha", "+"])
    ['isotroin', 'pan d', 'creme 5', 'alfa', '']
    """
    keys = "\n".join(surfaces).lower().split("\n") if surfaces else []
    odd = [i for i, key in enumerate(keys) if not (key.isalpha() and key.isascii()) or key == "alpha"]
    parted = " ".join(_ascii_runs("\n".join([keys[i] for i in odd]))).split("\n")
    for i, key in zip(odd, parted, strict=False):
        keys[i] = key.strip() if keys[i].isascii() and "alpha" not in key else key_of(surfaces[i])
    return keys


@lru_cache(maxsize=10_000)
def _folded(run: str) -> str:
    """A run in lower case without accents; a mark that stands alone stays, so that no run is empty.

    >>> _folded("Curacné"), _folded("weißdorn"), _folded("α")
    ('curacne', 'weissdorn', 'alfa')
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", run) if not unicodedata.combining(c)).casefold()
    return _GREEK.get(plain, plain) or run


class _FirstRuns(dict[str, int]):
    """First run of a name -> how many runs the longest name has that starts so; 0 for words that start none.

    Below 0 where the run alone is no name: then the next word tells most others apart, for `pairs`
    holds the first two runs of all longer names. A word is looked into once, when it is first met: is it a plural, or
    close to a name? Words that are neither are remembered in `nothing`.
    """

    def __init__(self, keys: Collection[str], guess: Callable[[str], Name | None], acid: Callable[[str], Name | None]) -> None:
        self._guess, self._acid = guess, acid
        self.guessed, self.nothing = dict[str, tuple[Name, ...]](), set[str]()
        parted = [key.split(" ", 2) for key in keys if " " in key]
        self.pairs = {f"{runs[0]} {runs[1]}" for runs in parted}
        self.update(dict.fromkeys([key for key in keys if " " not in key], 1))
        for runs in parted:
            count, known = 2 if len(runs) == 2 else 3 + runs[2].count(" "), self.get(runs[0], 0)
            if count > abs(known):
                self[runs[0]] = count if known > 0 else -count

    def go_on(self, run: str, following: str) -> bool:
        """Whether a name of two and more runs may start with these two."""
        return f"{run} {following}" in self.pairs or (following[-1] == "s" and f"{run} {following[:-1]}" in self.pairs)

    def __missing__(self, run: str) -> int:
        if run in self.nothing:
            return 0
        known = self.get(run if run.isascii() else _folded(run)) or (self.get(run[:-1]) if run[-1] == "s" and len(run) > 4 else 0) or 0
        if not known and len(run) >= 7 and (name := self._guess(run)):
            self.guessed[run], known = (name,), 1
        elif not known and run.endswith("ic") and len(run) >= 7 and (name := self._acid(run)):
            self.guessed[f"{run} acid"], known = (name,), -2
            self.pairs.add(f"{run} acid")
        if known:
            self[run] = known
        elif len(self.nothing) < _REMEMBERED:
            self.nothing.add(run)
        return known


class Matcher:
    """All names of a lexicon, ready to be found.

    names: key -> names; goes_on: what makes a number at the end of a name part of something else
    ("Dolo 650 mg"), as a compiled pattern's `match`; guess: a name for a word that is none of them; acid: the same
    for a word that "acid" follows.
    """

    def __init__(
        self,
        names: Mapping[str, tuple[Name, ...]],
        goes_on: Callable[[str, int], object] = lambda _text, _at: None,
        guess: Callable[[str], Name | None] = lambda _word: None,
        acid: Callable[[str], Name | None] = lambda _word: None,
    ) -> None:
        self._names = names
        self._goes_on = goes_on
        self._first = _FirstRuns(names, guess, acid)
        if "alfa" in self._first:
            self._first["alpha"] = self._first["alfa"]

    def find(self, text: str) -> list[Match]:
        """The matches in reading order; they do not overlap.

        >>> isotroin = Name("Isotroin", "brand", ("isotretinoin",))
        >>> [(m.start, m.end) for m in Matcher({"isotroin": (isotroin,)}).find("Isotroin20mg, ISOTROIN®, Isotroinal")]
        [(0, 8), (14, 22)]
        """
        lower = _lower(text)
        matches, parted = list(self._scan(lower, read_words(text))), list(self._parted(lower))
        return _merged(matches, parted) if parted else matches

    def inside(self, text: str, match: Match) -> list[Match]:
        """The names within a match that is not meant as a whole: first the next shorter one that starts with it.

        >>> one, two = (Name(surface, "brand", ("isotretinoin",)) for surface in ("Isotroin", "Isotroin Red"))
        >>> matcher = Matcher({"isotroin": (one,), "isotroin red": (two,)})
        >>> [matcher.inside("took Isotroin Red", match)[0][:3] for match in matcher.find("took Isotroin Red")]
        [(5, 13, 'isotroin')]
        """
        first = max(0, match.start - 2)
        lower, fewer = _lower(text[first : match.end + _BEYOND]), match.key.count(" ")
        found, done = list[Match](), 0
        for run in _runs(lower, match.start - first, match.end - first):
            longest = min(fewer, abs(self._first[run[0]]))
            if run.start() >= done and longest and (shorter := self._at(lower, run.start(), run.end(), longest)):
                found.append(shorter._replace(start=first + shorter.start, end=first + shorter.end))
                done = shorter.end
        return [shorter for shorter in found if shorter.end <= match.end]

    def _scan(self, lower: str, text: Words) -> Iterator[Match]:
        done = 0
        for start, run in sorted(self._beginnings(lower, text)):
            end, longest = start + len(run), self._first[run]
            if start < done or (longest < 0 and not self._goes_on_with(lower, run, end)):
                continue
            if match := self._at(lower, start, end, abs(longest)):
                done = match.end
                yield match

    def _beginnings(self, lower: str, text: Words) -> Iterator[tuple[int, str]]:
        """(offset, run) where a name may start: each word of the text is looked at once."""
        for word in filterfalse(self._first.nothing.__contains__, text.places):
            places = text.places[word]
            if _is_run(word):
                if longest := self._first[word]:
                    yield from ((text.starts[i], word) for i in places if longest > 0 or self._may_go_on(text.words, i))
            elif len(word) > 1 or word.isalnum():
                runs = (run for i in places for run in _runs(lower, text.starts[i], text.ends[i]))
                yield from ((run.start(), run[0]) for run in runs if self._first[run[0]])

    def _may_go_on(self, words: Sequence[str], i: int) -> bool:
        """False where the next word is a run with which no name goes on."""
        following = words[i + 1 : i + 2]
        return bool(following) and (not _is_run(following[0]) or self._first.go_on(_plain(words[i]), _plain(following[0])))

    def _goes_on_with(self, lower: str, run: str, end: int) -> bool:
        """Whether a name of two and more runs may start with this one and the next."""
        following = _next_run(lower, end)
        return following is not None and self._first.go_on(_plain(run), _plain(following[2]))

    def _at(self, lower: str, start: int, end: int, longest: int) -> Match | None:
        """The longest name that starts with the run between `start` and `end`."""
        if _is_glued(lower[max(0, start - 2) : start]):
            return None
        words, ends, gaps = [_plain(lower[start:end])], [end], [""]
        while len(words) < longest and (following := _next_run(lower, ends[-1])):
            word = _plain(following[2])
            if len(words) == 1 and not self._first.go_on(words[0], word):
                break
            gaps.append(following[1])
            words.append(word)
            ends.append(following.end())
        for count in range(len(words), 0, -1):
            if found := self._named(lower, start, words[:count], ends[count - 1], gaps[1:count]):
                return found
        return None

    def _named(self, lower: str, start: int, words: Sequence[str], end: int, gaps: Sequence[str]) -> Match | None:
        """The name that these runs are, if they are one; a number that a unit follows is an amount and no part of a name."""
        key = " ".join(words)
        names = self._names.get(key) or self._first.guessed.get(key)
        if names is None:
            return self._plural(start, end, key)
        if len(words) > 1 and any("." in gap or "," in gap for gap in gaps):
            names = tuple(name for name in names if "." in name.surface or "," in name.surface)
            if not names:
                return None
        if key[-1].isdigit() and len(words) > 1 and self._goes_on(lower, end):
            return None
        return Match(start, end, key, names) if not (key[-1].isdigit() and lower[end : end + 1].isalpha()) else None

    def _plural(self, start: int, end: int, key: str) -> Match | None:
        if key[-1] != "s" or len(key) < 5:
            return None
        names = tuple(name for name in self._names.get(key[:-1], ()) if not name.needs and (len(key) > 5 or name.kind == "class"))
        if not names:
            return None
        return Match(start, end if names[0].kind == "class" else end - 1, key[:-1], names, plural=True)

    def _parted(self, lower: str) -> Iterator[Match]:
        """Long names that a hyphen parts where the lexicon has none."""
        for hyphen in _hyphens(lower):
            before = _word_backwards(lower[max(0, hyphen.start() - 30) : hyphen.start()][::-1])
            parts = _parted_word(lower, hyphen.start() - len(before[0])) if before else None
            key = _folded(_parting.sub("", parts[0])) if parts else ""
            if parts and len(key) >= 8 and (names := self._names.get(key)):
                yield Match(parts.start(), parts.end(), key, names)


def _is_glued(before: str) -> bool:
    """A letter or a digit stands right before, or the apostrophe of "isn't", the sign of "S&P".

    >>> [_is_glued(before) for before in ("x", "n'", "s&", " '", "e-")]
    [True, True, True, False, False]
    """
    last = before[-1:]
    return last.isalpha() or last.isdecimal() or (last in {"'", "’", "&"} and before[0].isalpha())


def _is_run(word: str) -> bool:
    """Nothing but letters or nothing but digits, of the plainest kind."""
    return word.isascii() and (word.isalpha() or word.isdecimal())


def _plain(run: str) -> str:
    return run if run.isascii() and run != "alpha" else _folded(run)


def _lower(text: str) -> str:
    """The text in lower case, character for character (the capital of "ı" with a dot would become two)."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)


def _merged(matches: list[Match], parted: list[Match]) -> list[Match]:
    """Matches without those inside a parted word that is a name as a whole."""
    kept = [m for m in matches if not any(p.start <= m.start and m.end <= p.end and p[:2] != m[:2] for p in parted)]
    apart = [p for p in parted if not any(m.start < p.end and p.start < m.end for m in kept)]
    return sorted({match.start: match for match in (*kept, *apart)}.values())
