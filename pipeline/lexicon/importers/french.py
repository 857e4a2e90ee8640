"""French names of substances, brought nearer to English: "CHLORHYDRATE DE SERTRALINE" is sertraline."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from ..tables import rows

_salt = re.compile(
    r"""
    (?P<anion> (?: chlor|brom|dichlor )hydrate | (?:hydrogeno?)?tartrate
      | \w*(?: sulf|phosph|acet|fumar|male|mesil|besil|succin|palmit|propion|valer|decano|cit|mal|ox|undecyl|benzo|hexaceton|aceton
             | alumin|carbon|glucon|lact|nitr|pamo|tosil|furo|metasulfobenzo|methanesulfon|aspart|hydrogenomal )[ai][td][ei]d?e?
      | \w*bromure | \w*chlorure | \w*fluorure | \w*iodure | \w*hydroxyde | oxyde | embonate )
    (?: [ ]\w*(?: sodique|potassique|calcique|acide ) )?
    [ ](?: de[ ] | d' )
    """,
    re.VERBOSE,
).match
_water = re.compile(
    r" (?:base|anhydre|(?:mono|di|tri|hemi|sesqui|hepta|hemipenta|tetra|penta)?hydrate?e?"
    r"|(?:mono|di|tetra)?(?:sodique|potassique|calcique|magnesique)|micronisee?|leger|lourd)\b",
).sub
_turned = re.compile(r"^(\w+) \((\w+ (?:de|d'))\)$").sub
_acid = re.compile(r"acide (\w+)ique|(\w+)ique \(acide\)").fullmatch
_METALS = frozenset({"aluminium", "calcium", "lithium", "magnesium", "potassium", "sodium", "strontium", "zinc"})


@lru_cache(maxsize=10_000)
def in_english(name: str) -> str:
    """A French name without its salt, its acid and its metal turned round.

    >>> in_english("CHLORHYDRATE DE SERTRALINE"), in_english("ZOLÉDRONIQUE (ACIDE)"), in_english("CALCIUM (CARBONATE DE)")
    ('sertraline', 'zoledronic acid', 'calcium carbonate')
    """
    plain = _plain(name)
    if known := _names().get(plain):
        return known
    text = _turned(r"\2 \1", plain)
    text = _water("", re.sub(r"\((?!acide).*$", "", text)).split(",")[0].strip()
    salt = _salt(text)
    base = text[salt.end() :] if salt else text
    if salt and base in _METALS:
        return f"{base} {re.sub('ure$', 'ide', salt['anion']).replace('oxyde', 'oxide')}"
    if acid := _acid(base):
        return f"{acid[1] or acid[2]}ic acid"
    return _names().get(base) or base.removesuffix(" acide")


@cache
def _names() -> Mapping[str, str]:
    """French name -> English name, from `french_names.tsv`."""
    text = (files(__package__) / "french_names.tsv").read_text(encoding="utf-8")
    return {french: name for _, (french, name) in rows(text.split("\n"), "french_names.tsv", ("french", "name"), ("french", "name"))}


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.replace("’", "'").replace("œ", "oe").replace("Œ", "OE"))
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).lower().split())
