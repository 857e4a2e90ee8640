"""French names of substances, brought nearer to English: "CHLORHYDRATE DE SERTRALINE" is sertraline."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_salt = re.compile(
    r"""
    (?P<anion> (?: chlor|brom|dichlor )hydrate | (?:hydrogeno?)?tartrate
      | \w*(?: sulf|phosph|acet|fumar|male|mesil|besil|succin|palmit|propion|valer|decano|cit|mal|ox|undecyl|benzo|hexaceton|aceton
             | alumin|carbon|glucon|lact|nitr|pamo|tosil|furo|metasulfobenzo|methanesulfon|aspart|hydrogenomal )[ai][td][ei]d?e?
      | \w*bromure | \w*chlorure | \w*iodure | \w*hydroxyde | oxyde | embonate )
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
    text = _turned(r"\2 \1", _plain(name))
    text = _water("", re.sub(r"\((?!acide).*$", "", text)).split(",")[0].strip()
    salt = _salt(text)
    base = text[salt.end() :] if salt else text
    if salt and base in _METALS:
        return f"{base} {re.sub('ure$', 'ide', salt['anion']).replace('oxyde', 'oxide')}"
    acid = _acid(base)
    return f"{acid[1] or acid[2]}ic acid" if acid else base


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.replace("’", "'").replace("œ", "oe").replace("Œ", "OE"))
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).lower().split())
