"""Which column of a table, or field of a JSON object, holds the page: given, or guessed from its name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...errors import ConfigError, ReadError
from .raw import Raw, Reading, too_large

#: Names by role, the likelier first: Scrapy, news-please, trafilatura, Common Crawl's and Hugging Face's sets, CMS exports.
NAMES: dict[str, tuple[str, ...]] = {
    "html": ("html", "raw_html", "rawhtml", "page_html", "html_content", "content_html", "body_html", "page_source", "source_code",
             "markup"),
    "either": ("body", "raw_content", "response", "response_body", "page", "raw"),
    "text": ("text", "content", "raw_text", "plain_text", "maintext", "main_text", "article_text", "full_text", "fulltext", "article_body",
             "articlebody", "article", "markdown", "document", "post_content"),
    "id": ("id", "_id", "doc_id", "docid", "document_id", "uuid", "guid", "identifier", "warc_record_id"),
    "url": ("url", "link", "uri", "href", "source_url", "page_url", "original_url", "final_url", "response_url", "permalink",
            "warc_target_uri"),
    "title": ("title", "headline", "page_title", "post_title", "name"),
    "published": ("published", "date_published", "datepublished", "published_at", "publish_date", "pub_date", "pubdate", "date_publish",
                  "post_date", "date"),
}  # fmt: skip
ROLES = ("text", "html", "id", "url", "title", "published")


def parse_field(told: str) -> tuple[str, str]:
    """ROLE=COLUMN as a pair. Raises ConfigError.

    >>> parse_field("text=article body")
    ('text', 'article body')
    """
    role, found, column = told.partition("=")
    if not found or role not in ROLES or not column:
        raise ConfigError(f"--field {told}: not ROLE=NAME", f"for example text=article_body; roles: {', '.join(ROLES)}")
    return role, column


def columns(names: list[str], given: tuple[tuple[str, str], ...] = ()) -> dict[str, str]:
    """The column of each role among `names`; roles without one are missing.

    >>> columns(["URL", "Body", "Title"])
    {'either': 'Body', 'url': 'URL', 'title': 'Title'}
    """
    known = {name.lower().replace("-", "_").replace(" ", "_"): name for name in reversed(names)}
    guessed = {role: next((known[guess] for guess in guesses if guess in known), "") for role, guesses in NAMES.items()}
    if any(role in {"text", "html"} for role, _ in given):
        guessed.update(html="", either="", text="")
    return {role: name for role, name in {**guessed, **dict(given)}.items() if name}


def to_raw(row: Mapping[str, Any], path: str, number: int, reading: Reading, unit: str) -> Raw:
    """A row with the page's text or markup in it; `problem` says when there is none. unit: line, row, object, as the place is told."""
    found = columns([name for name, value in row.items() if isinstance(name, str) and value is not None], reading.fields)
    told = {role: _string(row.get(name)) for role, name in found.items() if role in {"id", "url", "title", "published"}}
    raw = replace(Raw(b"", path, number), **told)  # type: ignore[arg-type]
    place = f"{path}, {unit} {number}"
    for role, kind in (("html", "html"), ("either", None), ("text", "text")):
        value = row.get(found.get(role, ""))
        if isinstance(value, (str, bytes)):
            large = len(value) > reading.max_bytes
            return replace(raw, problem=too_large(place, reading.max_bytes)) if large else replace(raw, data=value, kind=kind)
    names = ", ".join(str(name) for name in list(row)[:8]) or "none"
    missing = [column for role, column in reading.fields if role in {"text", "html"}]
    what = f"no field {missing[0]}" if missing else "neither text nor html"
    advice = "call the page's field text or html, or name it: pharmaclean batch … --field text=NAME"  # which the other commands lack
    return replace(raw, problem=ReadError(f"{place}: {what} in it (fields: {names})", advice))


def _string(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)
