"""Ties drug names to their ingredients: entities, the list of drugs, and the text with generic names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..document import Document, Drug, Entity
from ..lexicon.generic_text import displayed, generic_text
from ..lexicon.lexicon import Lexicon
from ..lexicon.mentions import Mention, find_mentions

#: Top-level domains that say nothing about a country, or stand for another code.
_DOMAINS = {
    "uk": "GB",
    "co": "",
    "io": "",
    "ai": "",
    "tv": "",
    "me": "",
    "cc": "",
    "ly": "",
    "eu": "",
    "to": "",
    "gg": "",
    "fm": "",
    "am": "",
}
_domain_end = re.compile(r"^(?:[a-z]+:)?//[^/?#:]*?\.([a-z]{2})\.?(?:[:/?#]|$)", re.IGNORECASE).match
_region = re.compile(r"^[a-z]{2,3}[-_]([A-Z]{2})$", re.IGNORECASE).match


def normalize_drugs(document: Document, lexicon: Lexicon, *, country: str | None = None, usan: bool = False) -> Document:
    """The document with its drugs: entities, one `Drug` per ingredient, and `normalized_text`.

    country: ISO code that decides between the meanings of a brand; else the page's own address and
    language do. usan: show American names (acetaminophen) instead of international ones (paracetamol).
    """
    mentions = find_mentions(document.text, lexicon, (country or country_of(document) or "").upper() or None, document.language)
    american = lexicon.usan if usan else {}
    annotated = document.annotated([_entity(mention, lexicon, american) for mention in mentions])
    normalized = generic_text(document.text, mentions, lexicon.words, american)
    return replace(annotated, normalized_text=normalized, drugs=_drugs(document.text, mentions, lexicon, american))


def country_of(document: Document) -> str | None:
    """The country that the page's address or language names, as ISO code.

    >>> from pipeline.document import Origin
    >>> page = Document.from_text("")
    >>> [country_of(replace(page, origin=Origin(url=url))) for url in ("https://www.nhs.uk/x", "https://1mg.co.in", "https://a.com/b.in")]
    ['GB', 'IN', None]
    """
    for url in (document.metadata.canonical_url, document.origin.url):
        if url and (found := _domain_end(url)):
            code = _DOMAINS.get(found[1].lower(), found[1].upper())
            if code:
                return code
    region = _region(document.language or "")
    return region[1].upper() if region else None


def _entity(mention: Mention, lexicon: Lexicon, usan: Mapping[str, str]) -> Entity:
    name, is_class = mention.name, mention.kind == "class"
    unlisted = mention.kind == "unlisted"
    return Entity(
        id="",
        label="DRUG_CLASS" if is_class else "DRUG",
        start=mention.start,
        end=mention.end,
        canonical=name.surface if unlisted else displayed(name.targets, usan),  # its stem tells that it is an INN
        kind=mention.kind,
        ids={} if is_class or unlisted else lexicon.ids(name.targets),
        value={"class": name.targets[0]} if unlisted else None,
        ambiguous=mention.ambiguous,
        confidence=mention.confidence,
    )


@dataclass(slots=True)
class _Tally:
    """What is said of one ingredient so far."""

    mentions: int = 0
    surfaces: dict[str, None] = field(default_factory=dict)
    brands: dict[str, None] = field(default_factory=dict)


def _drugs(text: str, mentions: Sequence[Mention], lexicon: Lexicon, usan: Mapping[str, str]) -> tuple[Drug, ...]:
    """One per ingredient, most mentioned first, ties by first mention."""
    tallies = dict[str, _Tally]()
    for mention in mentions:
        for target in mention.name.targets if mention.kind not in {"class", "unlisted"} else ():
            tally = tallies.setdefault(target, _Tally())
            tally.mentions += 1
            tally.surfaces[text[mention.start : mention.end]] = None
            if mention.name.kind == "brand":
                tally.brands[mention.name.surface] = None
    found = [
        Drug(usan.get(name, name), lexicon.ids((name,)), tally.mentions, tuple(tally.surfaces), tuple(tally.brands))
        for name, tally in tallies.items()
    ]
    return tuple(sorted(found, key=lambda drug: -drug.mentions))
