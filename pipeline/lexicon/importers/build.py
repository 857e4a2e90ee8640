"""One lexicon from the publishers' files: entries are led to ingredients, merged, and weighed against the shipped names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ...errors import ConfigError
from ..ids import wrong_id
from ..lexicon import Lexicon
from ..matcher import key_of
from ..tables import ID_COLUMNS, Ingredient
from . import SOURCES, code_of, read_source
from .account import Built, Tally
from .merge import Printed, merged
from .resolve import Resolver
from .source import Entry, Files
from .surfaces import is_description, is_everyday, pieces, surfaces

#: So short a name is known by hand or not at all.
_SHORT = 3
#: Sources that list foods, metabolites and chemicals among the medicines: what they alone know counts only where it is given as one.
_MIXED = frozenset({"drugbank"})


def parse_source(text: str, options: Mapping[str, str] | None = None) -> Files:
    """`SOURCE:PATH` as typed."""
    source, colon, path = text.partition(":")
    if not colon or not path:
        raise ConfigError(f"{text!r} is not SOURCE:PATH", f"for example ndc:product.txt; sources: {', '.join(SOURCES)}")
    if source not in SOURCES:
        raise ConfigError(f"unknown source {source!r} in {text!r}", f"known: {', '.join(SOURCES)}")
    if not Path(path).exists():
        raise ConfigError(f"{path}: no such file or folder", f"{source} expects {SOURCES[source].expects}")
    return Files(source, Path(path), options or {})


def build(sources: Sequence[Files], lexicon: Lexicon) -> Built:
    """The lexicon that the sources make together, to be laid over `lexicon`."""
    builder = _Builder(lexicon)
    for files in sources:
        builder.read(files)
    return builder.built()


class _Builder:
    """Takes in all ingredients first, then the names that need them."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._resolver = Resolver(lexicon)
        self._tallies = list[Tally]()
        self._waiting = list[tuple[Entry, str, Tally]]()
        self._ingredients = dict[str, Ingredient]()
        self._printed = list[Printed]()
        self._doubtful = set[str]()
        self._endings = tuple(stem.stem for stem in lexicon.stems)

    def read(self, files: Files) -> None:
        """Take in the ingredients of a source; its names wait until all ingredients are known."""
        tally, code = Tally(files.source), code_of(files.source)
        self._tallies.append(tally)
        for entry in read_source(files):
            tally.read += 1
            if entry.left_out:
                tally.refuse(entry.left_out, entry)
            elif entry.kind == "ingredient":
                self._take_ingredient(entry, code, tally)
            else:
                self._waiting.append((entry, code, tally))
        tally.files = [(part.name, part.date, part.digest()) for part in files.used]

    def built(self) -> Built:
        """All rows, once every source has been read."""
        for entry, code, tally in self._waiting:
            if entry.kind == "synonym":
                self._take_synonym(entry, code, tally)
        for entry, code, tally in self._waiting:
            if entry.kind == "brand":
                self._take_brand(entry, code, tally)
        names, weighed, contradictions = merged(self._printed, self._lexicon)
        return Built(list(self._ingredients.values()), names, self._tallies, weighed, contradictions)

    # ---------------------------------------------------------------- ingredients

    def _take_ingredient(self, entry: Entry, code: str, tally: Tally) -> None:
        known = self._resolver.exact(entry.surface) or self._by_other_names(entry)
        if len(known) == 1:
            tally.accept("ingredient known")
            self._lend(known[0], entry, code, tally)
            self._take_other_names(entry, known, code)
        elif known or self._resolver.resolve(entry.surface):
            tally.accept("salt or mixture of known ingredients")
        elif why := self._no_ingredient(entry.surface):
            tally.refuse(why, entry)
        else:
            tally.accept("ingredient new")
            name = " ".join(entry.surface.lower().split())
            self._ingredients[name] = Ingredient(name, entry.drug_class, self._right_ids(entry, tally), code)
            self._resolver.add(name, (name,))
            if code in _MIXED and not name.endswith(self._endings):
                self._doubtful.add(name)
                self._printed.append(Printed(name, "generic", (name,), (), code, needs=True))
            self._take_other_names(entry, (name,), code)

    def _by_other_names(self, entry: Entry) -> tuple[str, ...]:
        """By its synonyms, if all that are known lead to one ingredient and one of them is its very name."""
        found = {targets for name in entry.also if (targets := self._resolver.exact(name))}
        own = {key_of(name) for name in entry.also}
        return next(iter(found)) if len(found) == 1 and any(key_of(name) in own for name in next(iter(found))) else ()

    def _no_ingredient(self, name: str) -> str:
        if is_everyday(name, self._lexicon.words.english) or key_of(name) in self._lexicon.words.substances:
            return "everyday word"
        if " + " in name or len(name) > 80 or not name[0].isalnum():
            return "no name of one ingredient"
        return "a brand in the shipped tables" if key_of(name) in self._lexicon.names else ""

    def _take_other_names(self, entry: Entry, targets: tuple[str, ...], code: str) -> None:
        for name in entry.also:
            key = key_of(name)
            usable = (
                len(key) > 5 and len(name) <= 60 and key not in self._lexicon.names and not is_everyday(name, self._lexicon.words.english)
            )
            if usable and not (name.isupper() and name.isalpha()) and not self._resolver.exact(name):
                self._resolver.add(name, targets)
                self._printed.append(Printed(name, "synonym", targets, (), code, needs=not self._doubtful.isdisjoint(targets)))

    def _lend(self, name: str, entry: Entry, code: str, tally: Tally) -> None:
        """Ids that the ingredient lacks; one that differs from ours is told and not taken."""
        ours = self._ingredients.get(name) or self._lexicon.ingredients.get(name)
        if ours is None or not entry.exact:
            return
        ids = dict(ours.ids)
        for key, value in self._right_ids(entry, tally).items():
            if key == "atc":
                ids[key] = ";".join(sorted({*filter(None, ids.get(key, "").split(";")), value}))
            elif ids.setdefault(key, value) != value:
                tally.note(f"{key} differs from the one we have: ours is kept", f"{entry.surface!r}: {value}, ours {ids[key]}")
        drug_class = ours.drug_class or entry.drug_class
        if ids != ours.ids or drug_class != ours.drug_class:
            self._ingredients[name] = Ingredient(name, drug_class, ids, _joined(ours.sources, code))

    def _right_ids(self, entry: Entry, tally: Tally) -> dict[str, str]:
        right = dict[str, str]()
        for key in ID_COLUMNS:
            if value := entry.ids.get(key):
                if problem := wrong_id(key, value):
                    tally.note("wrong id", f"{entry.surface!r}: {problem}")
                else:
                    right[key] = value
        return right

    # ---------------------------------------------------------------- names

    def _take_synonym(self, entry: Entry, code: str, tally: Tally) -> None:
        targets, unknown = self._resolver.all_of(entry.ingredients)
        if not targets:
            tally.refuse("ingredient unknown", entry, unknown)
        elif self._resolver.resolve(entry.surface):
            tally.accept("synonym known")
        elif is_everyday(entry.surface, self._lexicon.words.english):
            tally.refuse("everyday word", entry)
        else:
            tally.accept("synonym new")
            self._resolver.add(entry.surface, targets)
            self._printed.append(Printed(entry.surface, "synonym", targets, (), code))

    def _take_brand(self, entry: Entry, code: str, tally: Tally) -> None:
        found = surfaces(entry.surface)
        targets, unknown = self._resolver.all_of(entry.ingredients, lenient=code == "table")
        if not found:
            tally.refuse("no name: a placeholder or a long description", entry)
        elif not entry.ingredients:
            tally.refuse("no ingredients given", entry)
        elif not targets:
            tally.refuse("ingredient unknown", entry, unknown)
        elif len(targets) > 12:  # a multivitamin's parts tell nothing of what it is taken for
            tally.refuse("more than 12 ingredients", entry)
        elif self._is_generic(found[-1].text):
            tally.accept("generic name, with or without a maker's")
        elif is_description(found[-1].text) or is_description(found[0].text):
            tally.refuse("a description, not a name", entry)
        elif len(key_of(found[0].text)) <= _SHORT:
            tally.refuse("up to three letters: too many other meanings", entry)
        else:
            tally.accept("brand")
            told = [name for name in found if len(key_of(name.text)) > _SHORT]
            self._printed += [Printed(name.text, "brand", targets, entry.countries, code, name.weak) for name in told]

    def _is_generic(self, surface: str) -> bool:
        """Ingredients by their generic names, perhaps with a maker: "Apo-Metformin", "Codeine and Paracetamol Teva"."""
        parts = pieces(surface)
        return (
            bool(parts)
            and all(self._resolver.resolve(part) or is_description(part) for part in parts)
            and not all(map(is_description, parts))
        )


def _joined(sources: str, code: str) -> str:
    return ";".join(dict.fromkeys([*(source for source in sources.split(";") if source not in {"", "own", "checked"}), code]))
