"""The names as one object: what is known of a name, and a matcher over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from . import tables
from .built import read_text, tables_of
from .context import WORD_KINDS, ContextWords
from .foreign import ForeignNames
from .guess import Guesser
from .matcher import Matcher, key_of
from .names import Ingredients, Names
from .tables import KINDS, Name, Stem

if TYPE_CHECKING:
    from importlib.abc import Traversable


class Candidate(NamedTuple):
    """A name that may be meant, and why it is offered."""

    name: Name
    reason: str


@dataclass(frozen=True)
class Lexicon:
    """Ingredients by name, names by key (see `matcher.key_of`), strongest name first; version: digest of the tables."""

    ingredients: Ingredients
    names: Names
    words: ContextWords
    salts: frozenset[str] = frozenset()
    stems: tuple[Stem, ...] = ()
    version: str = ""

    @cached_property
    def matcher(self) -> Matcher:
        """Finds the names in a text."""
        return Matcher(self.names, self.words.goes_on, self.guess, self.guess.acid)

    @cached_property
    def guess(self) -> Guesser:
        """What a word that is no name could be meant for."""
        return Guesser(self.names, self.stems, self.words.english)

    @cached_property
    def foreign(self) -> ForeignNames:
        """Generic names as other languages spell them."""
        return ForeignNames(self.names, self.ingredients, self.words.english | self.words.substances.keys(), self.words.sounds)

    @cached_property
    def usan(self) -> Mapping[str, str]:
        """Ingredient -> its American name, where it has another one."""
        found = dict[str, str]()
        for name in self.names.of_kind("usan"):
            if len(name.targets) == 1:
                old = found.get(name.targets[0])
                found[name.targets[0]] = min(old or name.surface, name.surface, key=lambda surface: (len(surface), surface))
        return found

    def ids(self, targets: Sequence[str]) -> Mapping[str, str]:
        """The ids of a single ingredient; nothing for a combination."""
        known = self.ingredients.get(targets[0]) if len(targets) == 1 else None
        return known.ids if known else {}

    def lookup(self, name: str) -> list[Candidate]:
        """All that the name may mean, as listed or told from it; empty when nothing is known."""
        key = key_of(name)
        if found := self.names.get(key):
            other = "listed in another spelling of case, accents or punctuation"
            return [Candidate(entry, "listed so" if entry.surface == name else other) for entry in found]
        one = self.foreign(name.lower())
        if foreign := [one] if one else [found for _, _, _, found in self.foreign.find_devanagari(name)]:
            return [Candidate(found, "a name as another language spells it") for found in foreign]
        matches = self.matcher.find(name)
        whole = [match for match in matches if key.startswith(match.key)]
        if not whole:
            return []
        reason = (
            "told from its spelling or ending" if whole[0].key == key else f"the part {name[whole[0].start : whole[0].end]!r} is listed"
        )
        return [Candidate(entry, "plural" if whole[0].plural else reason) for entry in whole[0].names]

    def suggest(self, name: str, count: int = 5) -> list[str]:
        """Listed names that look like this one, most alike first."""
        key = key_of(name)
        scores = [(_likeness(key, other), other) for other in self.names if abs(len(other) - len(key)) < 4 and other[:1] == key[:1]]
        close = sorted((-score, other) for score, other in scores if score > 0.74)
        return [self.names[other][0].surface for _, other in close[:count]]

    def info(self) -> dict[str, int | str]:
        """Counts of ingredients and of names by kind, and the version."""
        kinds = [name.kind for name in chain.from_iterable(self.names.values())]
        counts = {kind: kinds.count(kind) for kind in KINDS}
        return {"version": self.version, "ingredients": len(self.ingredients), "names": len(kinds), **counts, "stems": len(self.stems)}


@cache
def load_lexicon(extra: tuple[Path, ...] = ()) -> Lexicon:
    """The lexicon that is shipped, with the user's own tables laid over it; read once.

    A table has the columns of `ingredients.tsv`, `names.tsv` or `brands.tsv`. A name in it takes
    the place of the shipped name of the same spelling; tables given later win over earlier ones.
    """
    return read_lexicon(files(__package__), extra)


def read_lexicon(folder: Traversable, extra: Sequence[Path] = ()) -> Lexicon:
    """A lexicon from a folder of tables; raises TableError naming file and line when one cannot be used."""
    texts = {name: read_text(folder / name) for name in _TABLES}
    own = [table for path in extra for table in tables_of(path)]
    parts = [("ingredients.tsv", texts["ingredients.tsv"]), *((where, text) for where, text in own if _is_ingredients(text))]
    ingredients = Ingredients([tables.read_ingredients(text, where) for where, text in parts])
    listed = [tables.read_names(texts[where], where, ingredients) for where in ("names.tsv", "brands.tsv")]
    added = [tables.read_names(text, where, ingredients) for where, text in own if not _is_ingredients(text)]
    return Lexicon(
        ingredients,
        Names(ingredients, listed, added),
        ContextWords(tuple(tables.read_words(texts["context_words.tsv"].split("\n"), "context_words.tsv", WORD_KINDS))),
        frozenset(tables.read_lines(texts["salt_words.txt"].split("\n"))),
        tuple(tables.read_stems(texts["stems.tsv"].split("\n"), "stems.tsv")),
        sha256("\f".join([*texts.values(), *(text for _, text in own)]).encode()).hexdigest()[:12],
    )


_TABLES = ("ingredients.tsv", "names.tsv", "brands.tsv", "context_words.tsv", "salt_words.txt", "stems.tsv")


def _is_ingredients(text: str) -> bool:
    return "name" in tables.header(text.lstrip("\n").split("\n", 50))


def _likeness(a: str, b: str) -> float:
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() > 0.74 and matcher.quick_ratio() > 0.74 else 0.0
