"""Author and date of a byline that is taken off the text: they belong in the metadata."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from ..document import Metadata
from ..reading.dates import find_date

# What stands before a name: en es pt fr de it pl ru hi.
_LEAD = re.compile(
    r"(?:^|[|·•–—]\s*)(?:(?:article |story |guest post |medically )?(?:written|posted|published|reported|authored|submitted|reviewed)?"
    r"\s?by\b|author:|(?:escrito|publicado|redactado|escrita|revisado)? ?por\b|autora?:|(?:écrit |publié |rédigé |proposé )?par\b|"
    r"auteure?\s?:|(?:geschrieben |veröffentlicht )?von\b|"
    r"autorin:|(?:scritto |pubblicato |a cura )?(?:di|da)\b|autore:|(?:napisał[ao]? |opracowa[łn][aeio]* )?przez\b|tekst:|автор:?|लेखक\s?:?|"
    r"द्वारा\s?:?|redaktor:)\s*:?\s*",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"(?:(?<!\s)\s+)?[|·•]\s*|(?<!\s)\s+[–—-]+\s+|(?:,|(?<!\s))\s+(?=(?:on|el|le|am|em|il|dnia|at|published|updated|posted|publicado|publié|atualizado)\b)"
    r"|[.,;:]\s+(?=(?:\w+\.? )?\d)"
    r"|,\s+(?=(?:le|el|am|em|il|contributor|staff|editor|senior)\b)|(?<!\s)\s+(?=\d)|\n",
    re.IGNORECASE,
)
_WORD = r"(?:[^\W\d_][\w’'.-]*\.?)"
_NAME = re.compile(rf"{_WORD}(?:,? {_WORD}){{0,5}}")
_PARTICLES = frozenset("de da do dos das del der den van von la le di el al bin ibn y e and und et".split())  # noqa: SIM905
_NO_NAMES = frozenset(
    "published updated posted reading read min views comments share last reviewed edited photo image source admin follow".split()  # noqa: SIM905
)
_LONGEST = 160  # characters; a byline is a line


def with_bylines(metadata: Metadata, lines: Iterable[str]) -> Metadata:
    """The metadata with author and date from bylines, where the page itself gave none.

    >>> found = with_bylines(Metadata(), ["By Angela Brightwater, RN on Aug 20, 2018 10:15 AM"])
    >>> found.author, found.published
    ('Angela Brightwater, RN', '2018-08-20')
    """
    for line in lines:
        text = line.strip()
        if len(text) > _LONGEST:
            continue
        if metadata.author is None and (author := find_author(text)):
            metadata = replace(metadata, author=author)
        if metadata.published is None and (date := find_date(text)):
            metadata = replace(metadata, published=date)
    return metadata


def find_author(line: str) -> str | None:
    """The name in a byline: behind "by", or at its start when it looks like a name.

    >>> [find_author(s) for s in ("Por Caio Brandão | Publicado em 16/05/2023", "Dr Hamish Petrie, 9 August 2022", "4 min read")]
    ['Caio Brandão', 'Dr Hamish Petrie', None]
    """
    lead = _LEAD.search(line)
    rest = line[lead.end() :] if lead else line
    name = _SEPARATOR.split(rest, maxsplit=1)[0].strip(" ,.;:|·•–—-")
    if not _NAME.fullmatch(name) or len(name) > 60:
        return None
    words = name.replace(",", "").split()
    if any(word.lower().strip(".") in _NO_NAMES for word in words) or (not lead and len(words) < 2):
        return None
    proper = [word for word in words if word.lower() not in _PARTICLES]
    cased = [word for word in proper if word.lower() != word.upper()]
    if any(word[0].islower() for word in cased) or not proper:
        return None
    return name
