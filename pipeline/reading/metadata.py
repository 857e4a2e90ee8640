"""What a page says of itself: <head>, OpenGraph, JSON-LD and bylines, brought into one shape."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..document import Metadata
from ..rules.folding import fold
from .dates import find_date, find_month
from .head import Head

_ARTICLE_TYPES = ("article", "newsarticle", "blogposting", "medicalwebpage", "webpage", "report", "scholarlyarticle", "drug", "product")
# Spaces have an end, or a title of no-break spaces would be searched anew from each of them.
_SEPARATOR = re.compile(r"\s{1,50}[|»«·•–—:/-]{1,2}\s{1,50}|\s{0,50}[|»«·•]\s{0,50}")
_ELLIPSIS = re.compile(r"\s{0,50}(?:…|\.\.\.)$")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_TYPE = re.compile(r'"@type"\s{0,50}:\s{0,50}\[?\s{0,50}"(\w{3,40})"')
_TYPES_KEPT = 50
_LD_DEPTH = 6  # graphs nest an article in a page in a list; deeper is noise


def read_metadata(head: Head, first_heading: str | None) -> tuple[str | None, str | None, Metadata]:
    """(title, language as declared, metadata).

    The title is the page's main heading where it agrees with one that the head gives, else the
    head's own: og:title, JSON-LD headline, <title> less the site's name.
    """
    linked = _article(head.json_ld)
    meta = head.meta
    site = _first(meta, "og:site_name", "application-name", "al:android:app_name") or _name(linked.get("publisher"))
    keywords = meta.get("keywords") or meta.get("news_keywords") or ""
    times = [date for raw in head.times if (date := find_date(raw))]
    published = _first(
        meta,
        "article:published_time",
        "datepublished",
        "date",
        "pubdate",
        "dc.date",
        "dc.date.issued",
        "citation_publication_date",
        "sailthru.date",
        "parsely-pub-date",
    )
    modified = _first(meta, "article:modified_time", "datemodified", "og:updated_time", "last-modified")
    metadata = Metadata(
        author=_author(meta, linked, head.authors),
        published=_date(published) or _date(linked.get("datePublished")) or (times[0] if times else None),
        modified=_date(modified) or _date(linked.get("dateModified")),
        site_name=site,
        description=_first(meta, "og:description", "description", "dc.description", "twitter:description"),
        canonical_url=head.canonical or meta.get("og:url") or None,
        image=_first(meta, "og:image", "twitter:image") or _text(linked.get("image")),
        keywords=tuple(word.strip() for word in keywords.split(",") if word.strip())[:50],
    )
    title = best_title(
        first_heading,
        [meta.get("og:title"), _text(linked.get("headline")), meta.get("dc.title"), meta.get("twitter:title"), head.title],
        site,
    )
    language = head.language or meta.get("content-language") or meta.get("og:locale") or meta.get("dc.language") or None
    return title, _language(language), metadata


def declared_types(head: Head) -> tuple[str, ...]:
    """The types that a page gives itself, lower case: the OpenGraph type behind "og:", the program that made it behind "by:", the types of
    its JSON-LD objects, and those of its microdata behind "item:".

    >>> declared_types(Head(meta={"og:type": "product.item"}, json_ld=['{"@graph": [{"@type": "Product"}, {"@type": "WebPage"}]}']))
    ('og:product', 'product', 'webpage')
    >>> declared_types(Head(meta={"generator": "Discourse 3.3"}, types={"discussionforumposting": None}))
    ('by:discourse', 'item:discussionforumposting')
    """
    found = dict.fromkeys([f"og:{head.meta['og:type'].lower().split('.')[0]}"] if head.meta.get("og:type") else [])
    for maker in head.meta.get("generator", "").lower().split()[:1]:
        found[f"by:{maker}"] = None
    for raw in head.json_ld:
        found.update(dict.fromkeys(kind.lower() for kind in _TYPE.findall(raw)))
    return (*tuple(found)[:_TYPES_KEPT], *(f"item:{kind}" for kind in head.types))


def best_title(heading: str | None, candidates: Sequence[str | None], site: str | None) -> str | None:
    """The heading if a candidate tells it is the title, else the first candidate less the site's name.

    >>> best_title("Dose of X", ["Dose of X | Example Health"], None)
    'Dose of X'
    >>> best_title(None, ["Dose of X | Example Health"], "Example Health")
    'Dose of X'
    """
    given = [c for c in candidates if c and c.strip()]
    if heading and (not given or any(same_title(heading, c) or _begins(c, heading, site) for c in given)):
        return heading
    if not given:
        return heading
    return strip_site(given[0], site)


def _begins(title: str, heading: str, site: str | None) -> bool:
    """True for "Dose of X" before "Dose of X | Example Health", whatever the length; a heading that is the site's name is no title."""
    first = _SEPARATOR.split(title)[0]
    return fold(first) == fold(heading) != fold(site or "")


def strip_site(title: str, site: str | None) -> str:
    """The title without the site's name at its start or end; where the name is not known, without a short part.

    >>> strip_site("Seven Ways to Eat Less | Koia", "Drink Koia Online")
    'Seven Ways to Eat Less'
    >>> strip_site("Isotretinoin: Uses, Dosage & Side Effects - Drugs", None), strip_site("Dose of X | Example Health", None)
    ('Isotretinoin: Uses, Dosage & Side Effects', 'Dose of X | Example Health')
    """
    parts = [part for part in _SEPARATOR.split(title) if part.strip()]
    if len(parts) < 2:
        return title.strip()
    if site:
        for i in (-1, 0):
            if fold(parts[i]) == fold(site) or (i and _is_like_site(parts[i], site)):
                span = title.rfind(parts[-1]) if i else title.find(parts[1])
                return _SEPARATOR.sub("", title[:span][::-1], count=1)[::-1].strip() if i else title[span:].strip()
        return title.strip()
    longest = max(parts, key=len)
    return longest.strip() if len(longest) > 0.6 * len(title) else title.strip()


def _is_like_site(part: str, site: str) -> bool:
    """A few words at the end that hold the site's name, or stand in it: "Koia" of "Drink Koia Online"."""
    one, other = (re.sub(r"[\W_]", "", text.lower()) for text in (part, site))
    short, long = sorted((one, other), key=len)
    return len(short) >= _SITE_LETTERS and short in long and len(part.split()) <= _SITE_WORDS


_SITE_LETTERS, _SITE_WORDS = 4, 5


def same_title(one: str, other: str) -> bool:
    """True when two lines are the same title: equal, one begins the other (site name, cut with …), or nearly all words shared.

    Titles that name different numbers are different: a page on 20 mg may have a heading on 40 mg.

    >>> same_title("Isotretinoin 20 mg: Transforming Acne", "ISOTRETINOIN 20 MG – Transforming acne")
    True
    >>> same_title("Isotretinoin 20 mg: uses, doses, war…", "Isotretinoin 20 mg: Uses, Doses, Warnings and More")
    True
    >>> same_title("Side effects", "Side effects of isotretinoin in adults")
    False
    >>> same_title("Heart and vesselsStatins: how they work", "Statins: how they work")
    True
    """
    a, b = _words(one), _words(other)
    if not a or not b or not _numbers_agree(one, other):
        return False
    if a == b:
        return True
    short, long = sorted((a, b), key=len)
    cut = _ELLIPSIS.search(one) or _ELLIPSIS.search(other)
    if cut and len(short) >= 3 and " ".join(long).startswith(" ".join(short)[:-1]):
        return True
    if len(short) >= 4 and (long[: len(short)] == short or long[-len(short) :] == short) and len(short) >= 0.5 * len(long):
        return True
    if 3 <= len(short) <= len(long) < 2 * len(short) and long[len(long) - len(short) + 1 :] == short[1:] and short[0] != long[-len(short)]:
        glued = _GLUED.search(one) or _GLUED.search(other)
        if glued and long[-len(short)].endswith(short[0]):  # a kicker stuck to its front: "HeartStatins: how they work"
            return True
    shared = len(set(a) & set(b))
    return len(short) >= 4 and shared >= 0.8 * len(set(a) | set(b))


_GLUED = re.compile(r"[a-zß-öø-ÿ](?=[A-ZÀ-ÖØ-Þ])")


def _numbers_agree(one: str, other: str) -> bool:
    """One names no number that the other, if it names any, leaves out."""
    a, b = (set(_NUMBER.findall(text)) for text in (one, other))
    return not a or not b or a <= b or b <= a


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(_ELLIPSIS.sub("", text)).replace("#", "0"))


def _article(json_ld: Sequence[str]) -> Mapping[str, Any]:
    """The most article-like object of all JSON-LD."""
    found: list[Mapping[str, Any]] = []
    for raw in json_ld:
        try:
            found += _objects(json.loads(raw, strict=False), _LD_DEPTH)
        except (ValueError, RecursionError):
            continue
    return min(found, key=_rank, default={})


def _objects(value: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for item in value[:100]:
            yield from _objects(item, depth)
    elif isinstance(value, dict) and depth:
        if _rank(value) < len(_ARTICLE_TYPES):
            yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            if key in value:
                yield from _objects(value[key], depth - 1)


def _rank(value: Mapping[str, Any]) -> int:
    kinds = value.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    ranks = [_ARTICLE_TYPES.index(k.lower()) for k in kinds if isinstance(k, str) and k.lower() in _ARTICLE_TYPES]
    return min(ranks, default=len(_ARTICLE_TYPES))


def _author(meta: Mapping[str, str], linked: Mapping[str, Any], authors: Sequence[str]) -> str | None:
    named = _name(linked.get("author")) or _first(
        meta, "author", "article:author", "dc.creator", "byl", "parsely-author", "citation_author", "sailthru.author"
    )
    if named and not named.startswith("http"):
        return _without_by(named)
    return next((_without_by(name) for name in authors if name and len(name) < 80 and not _LINKS.search(name)), None)


_LINKS = re.compile("[→»›]")  # of "all posts →"


def _without_by(name: str) -> str:
    return re.sub(r"^by\s+", "", name, flags=re.IGNORECASE)


def _name(value: Any, depth: int = _LD_DEPTH) -> str | None:
    """A schema.org Person or Organization, a list of them, or plain text."""
    if isinstance(value, list):
        names = [name for item in value[:10] if depth and (name := _name(item, depth - 1))]
        return ", ".join(names) or None
    if isinstance(value, dict):
        return _text(value.get("name"))
    return _text(value)


def _text(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("url") or value.get("@value")
    if isinstance(value, list):
        value = value[0] if value else None
        return _text(value) if not isinstance(value, list) else None
    return value.strip() or None if isinstance(value, str) else None


def _first(meta: Mapping[str, str], *names: str) -> str | None:
    return next((meta[name] for name in names if meta.get(name)), None)


def _date(value: Any) -> str | None:
    text = _text(value)
    return (find_date(text) or find_month(text) or text[:40]) if text else None


def _language(value: str | None) -> str | None:
    """Primary tag and region, as BCP 47 writes them: en, pt-BR."""
    match = re.match(r"\s*([a-zA-Z]{2,3})(?:[-_]([a-zA-Z]{2}))?\b", value or "")
    if not match:
        return None
    return match[1].lower() + (f"-{match[2].upper()}" if match[2] else "")
