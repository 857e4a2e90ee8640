"""Bytes to `Document`: charset, HTML or plain text by content, visible text, blocks, metadata."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ..document import Document, Metadata, Origin
from ..errors import ReadError
from .decode import decode
from .language import detect_language
from .plain import read_plain
from .sources import Raw, read_file

if TYPE_CHECKING:
    from bs4 import Tag

__all__ = ["Raw", "Source", "as_raw", "is_html", "read"]

#: What holds a page: text or markup, bytes, a path, a soup, a record of a crawl.
Source: TypeAlias = "str | bytes | Path | Tag | Raw"

_DOCUMENT_TAG = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:p|div|span|br|a|ul|ol|li|dl|dt|dd|table|tr|td|th|h[1-6]|article|section|main|header|footer|nav|aside|blockquote|pre|figure|details"
    r"|strong|em|b|i|u|sup|sub|small|img|hr|meta|title|link|script|style|center|font|form|iframe)\b[^<>]{0,400}>",
    re.IGNORECASE,
)
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_SHOWN = re.compile("[^\ufeff\x00 \t\r\n]")
_PROBE = 20_000


def is_html(text: str) -> bool:
    """True for a page or a piece of one, by content: a document tag, a tag at the very start, or several tags for its length.

    >>> is_html("<p>Take <b>one</b> tablet"), is_html("Take it if 5 < 7 and <b> is bold")
    (True, False)
    """
    probe = text.lstrip("\ufeff \t\r\n")[:_PROBE]
    if _DOCUMENT_TAG.search(probe) or _TAG.match(probe):
        return True
    tags = len(_TAG.findall(probe))
    return tags >= 2 and (probe.startswith("<") or tags * 400 > len(probe))


def read(source: Source) -> Document:
    """A document of anything that holds a page: text or markup, bytes, a path, a soup, a `Raw` record.

    Raises ReadError, with advice, for what is missing, empty or no text.
    """
    raw = as_raw(source)
    if raw.problem:
        raise raw.problem
    if isinstance(raw.data, str):
        data, encoding = raw.data.encode("utf-8", "surrogatepass"), None
        text = _HALF_CHARACTER.sub("\ufffd", raw.data)  # bytes cannot hold them
    else:
        data = raw.data
        text, encoding = decode(data, raw.charset)
    if not _SHOWN.search(text):
        raise ReadError("the input is empty", "give a page or text")
    html = raw.kind == "html" or (raw.kind is None and is_html(text))
    digest = hashlib.sha256(data).hexdigest()
    origin = Origin(raw.path, raw.record, raw.url, "text/html" if html else "text/plain", encoding, len(data), digest)
    document = _from_html(text) if html else _from_plain(text)
    if not document.source or document.source.isspace():
        raise ReadError("the page shows no text", "is it drawn by a script? save it from a browser")
    told = _told(document, raw) if raw.title or raw.published else document
    return replace(told, id=raw.id or digest[:16], origin=origin)


def _told(document: Document, raw: Raw) -> Document:
    """What stood beside the page in its record, where the page itself does not say."""
    metadata = document.metadata
    if raw.published and not metadata.published:
        metadata = replace(metadata, published=raw.published)
    return replace(document, title=document.title or raw.title, metadata=metadata)


def as_raw(source: Any) -> Raw:
    """Anything that holds a page as a `Raw`. Raises TypeError for what can hold none."""
    if isinstance(source, Raw):
        return source
    if isinstance(source, Path):
        return read_file(source)
    if isinstance(source, (str, bytes)):
        return Raw(source)
    if hasattr(source, "find_all"):  # a BeautifulSoup or Tag, without importing bs4
        return Raw(str(source), kind="html")
    raise TypeError(f"cannot read a {type(source).__name__}; give str, bytes, Path, BeautifulSoup or Raw")


def _from_html(markup: str) -> Document:
    from .html import read_html
    from .metadata import declared_types, read_metadata

    page = read_html(markup)
    heading = next(
        (page.text[b.start : b.end] for b in page.blocks if b.kind == "heading" and b.level == 1 and not b.evidence.hidden), None
    )
    title, declared, metadata = read_metadata(page.head, heading)
    detected = detect_language(page.text[b.start : b.end] for b in page.blocks)
    language = declared if declared and (not detected or declared[:2] == detected) else detected
    return replace(
        Document.from_text(page.text, page.blocks), title=title, language=language, metadata=metadata, declared=declared_types(page.head)
    )


def _from_plain(text: str) -> Document:
    blocks = read_plain(text)
    document = Document.from_text(text, blocks)
    return replace(document, language=detect_language(document.block_text(b) for b in blocks), metadata=Metadata())
