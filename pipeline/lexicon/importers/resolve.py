"""From an ingredient as a publisher writes it to ours: "LOSARTAN POTASSIUM", "Amoxycillin (500mg)", "X (as Y)"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain

from ..lexicon import Lexicon
from ..matcher import key_of
from ..tables import Name

#: What a surface must be in the lexicon to speak of ingredients.
GENERIC_KINDS = frozenset({"generic", "usan", "ban", "synonym", "salt", "abbreviation"})

_METALS = frozenset({
    "aluminium", "aluminum", "bismuth", "calcium", "chromium", "copper", "ferric", "ferrous", "fluoride", "iodine", "iron", "lithium",
    "magnesium", "manganese", "phosphate", "phosphorus", "potassium", "selenium", "silver", "sodium", "zinc",
})  # fmt: skip
_dose = re.compile(
    r"[\s,(]{0,9}(?<![^\W\d_])\d[\d.,]{0,20}\s?(?:(?:mg|mcg|µg|ug|g|gm|ml|iu|units?|u|meq|mmol|million|billion|lakh)\b|%)(?:\s?/\s?[\d.]{0,12}\s?\w{1,20})?[\s.)]*"
    r"(?:[wv]/[wv])?$",
    re.IGNORECASE,
).sub
_bracket = re.compile(r"(?:(?<!\s)\s+)?[(\[]([^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*)(?:[)\]]\s*)?$").search
_as = re.compile(
    r"(?:(?<!\s)\s+)?(?:[(,]\s*)?\b(?:as|equivalent to|eq\.? to|corresponding to|in the form of|sous forme de)\b.*$", re.IGNORECASE
).sub
_suffix = re.compile(r"(?<=[a-z]{3})-[a-z]{4}$").sub
_dressing = re.compile(
    r"\b(?:recombinant|micronized|micronised|purified|synthetic|biosynthetic|unspecified|conjugate[ds]?"
    r"|usp|bp|ip|ep|racemic|rdna|base|free acid|live|inactivated|adsorbed|human)\b|\((?:rdna|human)[^()]*\)",
    re.IGNORECASE,
).sub
_spellings = ((re.compile("sulph"), "sulf"), (re.compile("oe|ae"), "e"), (re.compile("oxyc"), "oxic"))
_last_e = (re.compile(r"^([^\W\d_]*[^\Waeiou])e\b"), re.compile(r"(?<=[^\Waeiou])()e\b"))
_handed = re.compile(r"^(?:[dl]|dl)-| [dl]$").sub


class Resolver:
    """Leads written ingredients to ours; new ones can be added while a lexicon is built."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._added = dict[str, tuple[str, ...]]()
        self._form = lru_cache(maxsize=200_000)(self._find)

    def add(self, name: str, targets: tuple[str, ...]) -> None:
        """Another name; those that are known already stay as they are."""
        if not self.exact(name) and (key := key_of(name)):
            self._added[key] = targets
            self._form.cache_clear()

    def exact(self, written: str) -> tuple[str, ...]:
        """The ingredients of a generic name that is listed just so."""
        key = key_of(written)
        names: tuple[Name, ...] = self._lexicon.names.get(key, ())
        for name in names:
            if name.kind in GENERIC_KINDS:
                return name.targets
        return self._added.get(key, ())

    def resolve(self, written: str, *, lenient: bool = False) -> tuple[str, ...]:
        """Our ingredients, or nothing when the name is not known; lenient: a unique near miss will do ("Tazobactum")."""
        return self._form(written) or (self._guess(written) if lenient else ())

    def all_of(self, written: Sequence[str], *, lenient: bool = False) -> tuple[tuple[str, ...], str]:
        """(the ingredients of a row, the first that is not known)."""
        found = list[str]()
        for name in written:
            targets = self.resolve(name, lenient=lenient)
            if not targets:
                return (), name
            found += targets
        return tuple(dict.fromkeys(found)), ""

    def _find(self, written: str) -> tuple[str, ...]:
        name = " ".join(written.split()).lower()
        forms = dict.fromkeys(filter(None, self._forms(name)))
        for form in chain(forms, chain.from_iterable(map(_respelt, forms))):
            if targets := self.exact(form):
                return targets
        return self._either(name)

    def _either(self, name: str) -> tuple[str, ...]:
        """Two names with a slash: of one ingredient ("Isophane/NPH") or of two ("trimethoprim/sulfamethoxazole")."""
        parts = _dose("", name).split("/")
        if len(parts) < 2 or len(parts) > 6:
            return ()
        known = [(part, self._form(part.strip())) for part in parts]
        if any(not targets and len(part.strip()) > 4 for part, targets in known):
            return ()
        return tuple(dict.fromkeys(target for _, targets in known for target in targets))

    def _forms(self, name: str) -> Iterator[str]:
        """The name as it stands, then with less and less around it."""
        yield name
        bare = _dose("", name)
        found = _bracket(bare)
        outer, inner = (bare[: found.start()], _dose("", found[1].strip())) if found else (bare, "")
        if inner and outer in _METALS and not inner.startswith("as "):
            yield from self._without_salt(inner)
        for form in (bare, _as("", bare), outer, _dose("", outer)):
            yield from self._without_salt(form)
        for form in (inner.removeprefix("as "), outer.split(",")[0], " ".join(reversed(outer.split(", ", 1))), _handed("", outer)):
            yield from self._without_salt(form)

    def _without_salt(self, name: str) -> Iterator[str]:
        """The name, without a biologic's suffix, without words for its making, without salts."""
        plain = " ".join(_dressing(" ", name).replace(" ,", ",").split()).strip(" ,-")
        yield from (name, plain, _suffix("", plain))
        words = re.split(r"[\s,]+", plain)
        salts = self._lexicon.salts
        while len(words) > 1 and (words[0] in salts or words[-1] in salts or _sounds_like_salt(words)):
            words = words[1:] if words[0] in salts and words[-1] not in salts else words[:-1]
            yield " ".join(words).removesuffix(" de")

    def _guess(self, written: str) -> tuple[str, ...]:
        for form in self._without_salt(_dose("", written.lower())):
            if form.isalpha() and len(form) > 6 and (name := self._lexicon.guess(form)) and name.kind == "misspelling":
                known = self.exact(name.surface)
                if known:
                    return known
        return ()


def _sounds_like_salt(words: Sequence[str]) -> bool:
    """A salt that the list of salts lacks; after a metal it is what makes the compound.

    >>> [_sounds_like_salt(name.split()) for name in ("emedastine difumarate", "silver nitrate", "insulin glargine")]
    [True, False, False]
    """
    return words[-1].endswith(("ate", "ide")) and len(words[-1]) > 5 and words[0] not in _METALS


def _respelt(name: str) -> Iterator[str]:
    """Other spellings of the same name: British, French and older ones.

    >>> list(_respelt("sulphadiazine")), list(_respelt("insuline glargine"))
    (['sulfadiazine', 'sulphadiazin', 'sulfadiazin'], ['insulin glargine', 'insulin glargin'])
    """
    spelt = [name]
    for pattern, other in _spellings:
        spelt += [changed for one in spelt if (changed := pattern.sub(other, one)) != one]
    yield from spelt[1:]
    for one in spelt:
        yield from dict.fromkeys(changed for pattern in _last_e if (changed := pattern.sub(r"\1", one)) != one)
