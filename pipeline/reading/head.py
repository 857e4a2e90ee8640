"""What a page says of itself, as raw strings: its title, `<meta>`, JSON-LD, and the dates and authors that markup names."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any

#: Elements that say something of the page and hold no text of it.
HEAD_TAGS = frozenset({"meta", "link", "title", "base", "input", "img"})

_SPACES = re.compile(r"[ \t\n\r\f]+")
_WORDS = re.compile(r"\w+")
_TOLD = frozenset({"title", "meta", "script", "link"})
_SCRIPTS, _BYLINES = 50, 8  # more of them are comments or a list of teasers
_ITEM_TYPES, _TYPE_CHARS = 50, 40
_STATED_CHARS = 100  # shorter article bodies are summaries


@dataclass(slots=True)
class Head:
    """What the page says of itself: raw strings, interpreted in `metadata`."""

    title: str = ""
    language: str = ""
    canonical: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    json_ld: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    types: dict[str, None] = field(default_factory=dict)  # of its microdata, last words of their addresses

    def note(self, tag: str, node: Any) -> None:
        """Keep what an element without text of its own says."""
        if tag not in _TOLD:
            return
        attributes = node.attributes
        if tag == "title":
            self.title = self.title or _spaced(node.text() or "")
        elif tag == "meta":
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            if name and attributes.get("content"):
                self.meta.setdefault(name.lower(), _spaced(attributes["content"] or ""))
            elif (attributes.get("http-equiv") or "").lower() == "content-language":
                self.meta.setdefault("content-language", attributes.get("content") or "")
        elif tag == "script" and "ld+json" in (attributes.get("type") or "").lower() and len(self.json_ld) < _SCRIPTS:
            self.json_ld.append(node.text_content or node.text() or "")
        elif tag == "link" and "canonical" in (attributes.get("rel") or "").lower().split():
            self.canonical = self.canonical or attributes.get("href") or ""

    def note_byline(self, tag: str, attributes: Mapping[str, str | None], node: Any) -> None:
        """Dates and authors that the markup names as such: <time datetime>, rel=author, itemprop, the author's hCard."""
        if tag in ("html", "body"):
            return
        if tag == "time" and attributes.get("datetime") and len(self.times) < _BYLINES:
            self.times.append(attributes["datetime"] or "")
        elif len(self.authors) < _BYLINES and (
            "author" in (attributes.get("rel") or "").split()
            or attributes.get("itemprop") == "author"
            or _is_card((attributes.get("class") or "").split())
        ):
            self.authors.append(_spaced(node.text() or ""))

    def note_types(self, addresses: str) -> None:
        """The types of an element (microdata's itemtype: addresses parted by spaces)."""
        for address in addresses.lower().split():
            if len(self.types) < _ITEM_TYPES:
                self.types[address.rsplit("/", 1)[-1][:_TYPE_CHARS]] = None

    def stated_body(self) -> str:
        """The letters and digits of what the page itself declares to be its article (schema.org articleBody), else ""."""
        found = ""
        for raw in self.json_ld:
            body = _article_body(raw) if '"articleBody"' in raw else None
            if isinstance(body, str) and len(body) > len(found):
                found = body
        return letters_of(unescape(found)) if len(found) >= _STATED_CHARS else ""


_ESCAPED = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|amp|quot|apos|[lr][sd]quo|[mn]dash|hellip|reg|trade|copy);")


def letters_of(text: str) -> str:
    """Letters and digits alone, in small letters.

    >>> letters_of("Take 20 mg, daily.")
    'take20mgdaily'
    """
    return "".join(_WORDS.findall(text)).lower()


def _spaced(text: str) -> str:
    """On one line; a sign that was escaped twice is itself, but for those that a text on HTML may mean.

    >>> _spaced("Python &#x26; SQL,\\n&rsquo;tis <br> and &lt;p&gt;")
    'Python & SQL, ’tis <br> and &lt;p&gt;'
    """
    if "&" in text:
        text = _ESCAPED.sub(lambda match: unescape(match[0]), text)
    return _SPACES.sub(" ", text).strip()


def _article_body(raw: str) -> Any:
    try:
        return _value_of("articleBody", json.loads(raw, strict=False), 5)
    except (ValueError, RecursionError):
        return None


def _value_of(key: str, value: Any, depth: int) -> Any:
    """The first value of `key` in nested JSON."""
    if isinstance(value, dict):
        if key in value:
            return value[key]
        value = list(value.values())
    if isinstance(value, list) and depth:
        return next((found for item in value[:50] if (found := _value_of(key, item, depth - 1))), None)
    return None


def _is_card(names: Sequence[str]) -> bool:
    """True for the classes of an author's hCard, as WordPress writes it: `author vcard`, and `url fn n` on the name in it."""
    return ("vcard" in names and "author" in names) or ("fn" in names and "n" in names)
