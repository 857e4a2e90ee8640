"""Which of the names found in a text are meant, and as what: surroundings, countries, suffixes and salts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..words import read_words
from .abbreviations import defined_abbreviations, foreign_abbreviations
from .context import Surroundings, in_address, starts_sentence
from .lexicon import Lexicon
from .matcher import Match
from .tables import Name

#: Which names are known most widely, when the page does not say where it comes from.
_READERS = ("US", "GB", "IN", "CA", "AU")

#: Brands of a few letters in lower case ("pan it", "sumo") are words more often than names.
_SHORT = 5

_unlisted_suffix = re.compile(r"[-‐‑][A-Z][A-Za-z]{0,3}(?![^\W_])").match
_next_word = re.compile(r"(?:[ \u00a0]|[ ]?\r?\n)([^\W\d_]+)(?![^\W_])").match
_letters = re.compile(r"[^\W\d_]+").findall


@dataclass(frozen=True, slots=True)
class Mention:
    """`text[start:end]` stands for `name`; `kind` as in the record; ambiguous: what else it may be."""

    start: int
    end: int
    name: Name
    kind: str
    confidence: float = 1.0
    ambiguous: tuple[str, ...] = ()


def find_mentions(text: str, lexicon: Lexicon, country: str | None = None, language: str | None = None) -> list[Mention]:
    """The drugs and drug classes that the text speaks of, in reading order."""
    return _Reading(text, lexicon, country, language).mentions()


class _Reading:
    """One text being read: first what is certain, then what the certain things and the words around speak for."""

    def __init__(self, text: str, lexicon: Lexicon, country: str | None, language: str | None) -> None:
        self._text, self._lexicon, self._country = text, lexicon, country
        self._found = [match for m in self._with_foreign(lexicon.matcher.find(text), language) for match in self._possible(m)]

    def mentions(self) -> list[Mention]:
        plain, doubtful = self._parted(self._found)
        doubtful = self._without_foreign(doubtful, plain)
        around = self._surroundings(plain)
        while doubtful:
            accepted = self._accepted(doubtful, plain, self._surroundings(plain))
            inner, doubtful = self._parted(m for rejected in _without(doubtful, accepted) for m in self._inside(rejected))
            plain = sorted([*plain, *accepted, *inner])
        generics = {name.targets for match in plain for name in match.names[:1] if name.kind not in {"brand", "class"}}
        said = frozenset(target for targets in generics for target in targets)
        found = [self._mention(match, said, around) for match in plain]
        return sorted([*found, *self._abbreviations(found)], key=lambda mention: mention.start)

    def _with_foreign(self, matches: list[Match], language: str | None) -> list[Match]:
        """Also the generic names of other languages; one takes the place of a guess at what else the word could be."""
        if language and language[:2] == "en" and self._text.isascii():
            return matches
        foreign = self._lexicon.foreign
        places = [*foreign.find(read_words(self._text), language), *foreign.find_devanagari(self._text)]
        found = {start: Match(start, end, word, (name,)) for start, end, word, name in places}
        if not found:
            return matches
        kept = [match for match in matches if not (match.start in found and match.names[0].kind in {"misspelling", "unlisted"})]
        covered = {at for match in kept for at in range(match.start, match.end)}
        return sorted([*kept, *(match for match in found.values() if match.start not in covered)])

    def _parted(self, matches: Iterable[Match]) -> tuple[list[Match], list[Match]]:
        """The matches that are certain, and those that only surroundings make a drug."""
        certain, doubtful = list[Match](), list[Match]()
        for match in matches:
            (doubtful if self._needs(match) else certain).append(match)
        return certain, doubtful

    def _inside(self, match: Match) -> Iterator[Match]:
        """The names within a brand of several words that is not meant: "Voltaren" of "Voltaren Max"."""
        if " " in match.key and match.names[0].kind == "brand":
            yield from (inner for m in self._lexicon.matcher.inside(self._text, match) for inner in self._possible(m))

    def _without_foreign(self, doubtful: list[Match], plain: Sequence[Match]) -> list[Match]:
        """Without letters that the text itself explains as something else: "Open Community License (OCL)"."""
        if "(" not in self._text:
            return doubtful
        written = {self._text[match.start : match.end] for match in doubtful}
        foreign = foreign_abbreviations(self._text, written, [(match.start, match.end) for match in plain])
        return [match for match in doubtful if self._text[match.start : match.end] not in foreign]

    def _abbreviations(self, found: Sequence[Mention]) -> Iterator[Mention]:
        """What the text itself calls the drugs for short."""
        if "(" not in self._text:
            return
        drugs = [mention for mention in found if mention.kind not in {"class", "unlisted"}]
        taken = self._lexicon.words.of_release
        covered = {mention.start for mention in found}
        for i, start, end in defined_abbreviations(self._text, [(drug.start, drug.end) for drug in drugs], taken):
            if start not in covered:
                covered.add(start)
                name = Name(self._text[start:end], "abbreviation", drugs[i].name.targets)
                yield Mention(start, end, name, "abbreviation", min(0.8, drugs[i].confidence))

    def _surroundings(self, matches: Iterable[Match]) -> Surroundings:
        return Surroundings(self._text, self._lexicon.words, [(match.start, match.end) for match in matches])

    def _possible(self, match: Match) -> Iterator[Match]:
        """The match with the names that can be written so, else the names within it; none in an address."""
        if match.start and match.end < len(self._text) and in_address(self._text, match.start, match.end):
            return
        if written := self._as_written(match):
            yield written
        else:
            yield from self._inside(match)

    def _as_written(self, match: Match) -> Match | None:
        """The match with the names that can be written so: abbreviations in capitals, guesses as plain words; no enzyme, no saying."""
        if self._surroundings(()).is_other_thing(match.start, match.end, match.key):
            return None
        if match.key in self._lexicon.words.namesakes:
            match = self._told_from_namesake(match)
        written = self._text[match.start : match.end]
        kinds = {name.kind for name in match.names}
        if "abbreviation" in kinds:
            names = tuple(name for name in match.names if name.kind != "abbreviation" or _is_written_so(written, name.surface))
            short = tuple(name for name in names if name.kind == "abbreviation" or name.surface.isupper())  # "GABA" is not the brand "Gaba"
            names = short if written.isupper() and short else names
            return match._replace(names=names) if names else None
        if "unlisted" in kinds and not (written.islower() or (written[1:].islower() and starts_sentence(self._text, match.start))):
            return None
        if "misspelling" in kinds and written[0].isupper() and not written.isupper() and not self._is_brandlike(match):
            return None
        return match if match.names else None

    def _told_from_namesake(self, match: Match) -> Match:
        """The match as the substance that is called like a brand, or as the brand; no name is left where it is something else."""
        other = self._surroundings(()).is_namesake(match.start, match.end, match.key, read_words(self._text).places)
        return match._replace(names=tuple(name for name in match.names if (name.kind == "generic") == other))

    def _is_brandlike(self, match: Match) -> bool:
        """A medicine is spoken of near a word with a capital, health near a long one; else it is a person, a place or a firm."""
        around, name = self._surroundings(()), match.names[0].surface
        return around.is_near(match.start, match.end) or (name.islower() and len(name) > 8 and around.is_health(match.start, match.end))

    def _needs(self, match: Match) -> bool:
        """Only surroundings make this a drug."""
        if match.key in self._lexicon.words.substances or self._is_everyday(match):
            return True
        return _is_unconfirmed(match) and not self._is_variant(match)

    def _is_variant(self, match: Match) -> bool:
        """A longer name, written as listed, of a brand that publishers vouch for: "Abilify Discmelt"."""
        if " " not in match.key or not _has_capitals_of(self._text[match.start : match.end], match.names[0].surface):
            return False
        shorter = self._lexicon.matcher.inside(self._text, match)[:1]
        return any(base.start == match.start and base.names[0].kind == "brand" and not self._needs(base) for base in shorter)

    def _is_everyday(self, match: Match) -> bool:
        """A word that means something else more often, or so short that it does; a generic name that is a brand too is none."""
        short = len(match.key) <= 3 or (self._text[match.start].islower() and len(match.key) <= _SHORT)
        short = short or match.key in self._lexicon.words.english or self._is_loose(match)
        generic = any(name.kind not in {"brand", "abbreviation"} for name in match.names)
        doubtful = {
            name.targets
            for name in match.names
            if (name.needs and not (generic and name.kind == "brand")) or (short and name.kind in {"brand", "abbreviation"})
        }
        return bool(doubtful) and all(name.targets in doubtful for name in match.names)

    def _is_loose(self, match: Match) -> bool:
        """A letter with a number ("P 500"), or a brand that begins with a few letters, without its capitals ("no spa")."""
        if match.names[0].kind != "brand" or " " not in match.key:
            return False
        if _is_lettered(match.key):
            return True
        return match.key.index(" ") < _SHORT - 1 and not _has_capitals_of(self._text[match.start : match.end], match.names[0].surface)

    def _is_low(self, match: Match) -> bool:
        """A brand in lower case that publishers vouch for, and no everyday word: "xanax"."""
        key, words = match.key, self._lexicon.words
        if len(key) <= 3 or not self._text[match.start : match.end].islower() or match.names[0].trust < 0.9:
            return False
        return key in words.proper or not (key in words.english or any(name.needs for name in match.names))

    def _is_taken(self, match: Match, around: Surroundings) -> bool:
        """Somebody takes it, it stands in a row of drugs, or health is spoken of around a word that is nothing but a brand."""
        start, end = match.start, match.end
        if around.is_measured(end):
            return False
        nothing_else = " " not in match.key and match.key not in self._lexicon.words.proper
        return around.is_taken(start) or around.is_listed(start, end) or (nothing_else and around.is_health(start, end))

    def _accepted(self, doubtful: Sequence[Match], plain: Sequence[Match], around: Surroundings) -> list[Match]:
        """The doubtful matches that are drugs after all; one that is certain speaks for its others."""
        known = {name.targets for match in plain for name in match.names}
        accepted = [match for match in doubtful if self._is_drug(match, around, known)]
        if accepted:  # a row of substances: "calcium, iron or zinc" after "containing"
            around = self._surroundings(sorted([*plain, *accepted]))
            accepted += [match for match in _without(doubtful, accepted) if self._is_drug(match, around, known)]
        rest = _without(doubtful, accepted)
        certain = self._certain_enough(accepted, rest)
        accepted += [match for match in rest if match.key in certain and not self._text[match.start : match.end].islower()]
        return [*accepted, *self._abbreviated_together([match for match in rest if match.key not in certain])]

    def _certain_enough(self, accepted: Sequence[Match], rest: Sequence[Match]) -> set[str]:
        """Names that are drugs here so often that they are everywhere in the text; of a word said twenty times, one drug is a slip."""
        known, other = Counter(match.key for match in accepted), Counter(match.key for match in rest)
        return {key for key, count in known.items() if key not in self._lexicon.words.substances and 3 * count >= other[key]}

    def _is_drug(self, match: Match, around: Surroundings, known: set[tuple[str, ...]]) -> bool:
        start, end = match.start, match.end
        if match.key in self._lexicon.words.substances:
            return around.is_given(start, end, match.key)
        if any(name.kind == "abbreviation" for name in match.names):
            written_so = not self._text[start:end].isupper() and around.is_dosed(start, end, match.key)  # "KCl 20 mEq"
            return written_so or any(name.targets in known for name in match.names) or around.is_near(start, end)
        if len(match.key) > 3 and match.names[0].kind != "brand" and self._text[start:end].islower():
            return around.is_given(start, end, match.key)
        if not self._is_everyday(match):
            return bool(known) or around.is_health(start, end)
        if _is_lettered(match.key):
            said = {target for targets in known for target in targets}
            return said.issuperset(match.names[0].targets) or around.is_marked(end)
        if self._is_low(match) and self._is_taken(match, around):
            return True
        explained = around.is_explained(start, end) and not (match.key in self._lexicon.words.english and self._text[start].islower())
        return explained or around.is_dosed(start, end, match.key) or around.is_name(start, end, match.key)

    def _abbreviated_together(self, matches: Sequence[Match]) -> Iterator[Match]:
        """Two abbreviations as one product: "TMP-SMX", "FTC/TDF"."""
        for one, other in pairwise(matches):
            both = all(name.kind == "abbreviation" for name in (one.names[0], other.names[0]))
            if both and self._text[one.end : other.start] in {"-", "/", "+", "–"}:
                yield from (one, other)

    def _mention(self, match: Match, said: frozenset[str], around: Surroundings) -> Mention:
        name, confidence, ambiguous = self._chosen(match, said, around)
        mention = Mention(match.start, match.end, name, _kind(name), min(confidence, name.trust), ambiguous)
        if name.kind == "class" or match.plural:
            return mention
        return self._with_suffix(mention if name.kind == "brand" else self._with_salt(mention))

    def _chosen(self, match: Match, said: frozenset[str], around: Surroundings) -> tuple[Name, float, tuple[str, ...]]:
        """The name that is meant, how sure that is, and the other ingredients that it may stand for."""
        names = [name for name in match.names if name.kind == match.names[0].kind or match.names[0].kind == "brand"]
        sure = {"misspelling": 0.6, "unlisted": 0.5, "foreign": 0.9}.get(names[0].kind, 0.9 if self._needs(match) else 1.0)
        if len(names) == 1 or len({name.targets for name in names}) == 1:
            return names[0], sure, ()
        if len(told := {name.targets: name for name in names if said.issuperset(name.targets)}) == 1:
            return next(iter(told.values())), 0.9, ()
        country = self._country or around.country(match.start, match.end)
        names.sort(key=lambda name: _remoteness(name, country))
        if country and country in names[0].countries:
            return names[0], 0.9, ()
        others = dict.fromkeys(name.canonical for name in names if name.targets != names[0].targets)
        return names[0], 0.5, tuple(others)

    def _with_suffix(self, mention: Mention) -> Mention:
        """With XR, SR, Forte … that belong to the name; a suffix that nobody lists makes the name less sure."""
        if release := self._lexicon.words.release_at(self._text, mention.end):
            return replace(mention, end=release.end())
        if mention.kind == "brand" and _unlisted_suffix(self._text, mention.end):
            return replace(mention, confidence=min(mention.confidence, 0.6))
        return mention

    def _with_salt(self, mention: Mention) -> Mention:
        """With the words for the salt; "calcium channel blocker" after a name is none."""
        end, words = mention.end, list[str]()
        while (following := _next_word(self._text, end)) and following[1].lower() in self._lexicon.salts:
            words.append(following[1].lower())
            end = following.end()
        if not words or (following and following[1].lower() in self._lexicon.words.not_after):
            return mention
        kind = "salt" if mention.kind in {"generic", "synonym"} else mention.kind
        return replace(mention, end=end, kind=kind)


def _without(matches: Iterable[Match], others: Iterable[Match]) -> list[Match]:
    places = {(match.start, match.end) for match in others}
    return [match for match in matches if (match.start, match.end) not in places]


def _is_written_so(written: str, surface: str) -> bool:
    """An abbreviation stands in capitals, or as listed with its capitals; a word as long as "charcoal" is none.

    >>> [_is_written_so(*pair) for pair in (("INH", "INH"), ("inh", "inh"), ("tPA", "t-PA"), ("charcoal", "charcoal"))]
    [True, False, True, True]
    """
    letters, listed = "".join(_letters(written.removesuffix("s"))), "".join(_letters(surface))
    return letters.isupper() or len(listed) > 5 or (letters == listed and not listed.islower())


def _is_unconfirmed(match: Match) -> bool:
    """A brand that stands on our own knowledge only."""
    return all(name.kind == "brand" and name.trust < 0.9 for name in match.names)


_lettered = re.compile(r"[a-z] \d+").fullmatch


def _is_lettered(key: str) -> bool:
    """A letter and a number: a road, a vitamin, a formula or a sum of money more often than a brand.

    >>> [_is_lettered(key) for key in ("o 2", "p 500", "pan 40")]
    [True, True, False]
    """
    return bool(_lettered(key))


_runs = re.compile(r"[^\W_]+").findall


def _has_capitals_of(written: str, surface: str) -> bool:
    """Each word starts with a capital where the name in the table has one.

    >>> [_has_capitals_of(written, "T-Stat") for written in ("T-STAT", "T-stat", "t stat")]
    [True, False, False]
    """
    return not any(there[0].isupper() and here[0].islower() for here, there in zip(_runs(written), _runs(surface), strict=False))


def _kind(name: Name) -> str:
    """The kind as the record gives it: all other names of an ingredient are synonyms."""
    if len(name.targets) > 1 and name.kind not in {"brand", "misspelling"}:
        return "combination"
    return "synonym" if name.kind in {"usan", "ban", "foreign"} else name.kind


def _remoteness(name: Name, country: str | None) -> tuple[bool, bool, int, int]:
    """Smallest for the country asked for, then for names known everywhere, then for the most countries and readers."""
    order: Callable[[str], int] = _READERS.index
    first = min((order(code) for code in name.countries if code in _READERS), default=len(_READERS))
    return (not country or country not in name.countries, bool(name.countries), first, -len(name.countries))
