"""Flags and quality figures: what an analyst should know before trusting a document. Nothing is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from ..document import Block, Document, Flag
from ..rules.load import load_toml

NAME = "assess"

_LITTLE = 25  # words; less than this is hardly an article
_SENTENCE_END = re.compile(r"[.!?।。]+[\"'”’)]*(?:\s|$)")
_WORD = re.compile(r"\w+")
_CAPITALIZED = re.compile(r"(?<=[a-z,] )(?:[A-Z][a-z]+)(?: (?:of|for|in|and|to|the|[A-Z][a-z]+)){1,5}")
_SMALL = frozenset({"of", "for", "in", "and", "to", "the"})
_NEXT_WORD = re.compile(r" ([a-z]+)")


def assess(document: Document) -> Document:
    """Add flags with spans and scores, and figures about the whole document."""
    flags = [*document.flags, *_patterns(document), *_injections(document), *_little(document)]
    return replace(document, flags=tuple(flags), quality=_quality(document))


def _quality(document: Document) -> dict[str, Any]:
    removed = sum(c.end - c.start for c in document.log if c.reason)
    kept = sum(end - start for start, end, _ in document.kept())
    return {
        "source_chars": len(document.source),
        "kept_chars": kept,
        "removed_chars": removed,
        "replaced_chars": len(document.source) - kept - removed,
        "kept_share": round(kept / len(document.source), 4) if document.source else 0.0,
        "words": len(_WORD.findall(document.text)),
        "sentences": sum(max(1, len(_SENTENCE_END.findall(document.block_text(b)))) for b in document.blocks if b.kind == "paragraph"),
        "blocks": len(document.blocks),
    }


def _little(document: Document) -> Iterator[Flag]:
    """A page with next to no article."""
    body = sum(len(document.block_text(b).split()) for b in document.blocks if b.kind not in ("title", "heading"))
    if body < _LITTLE:
        yield Flag("low-content", None, None, round(1 - body / _LITTLE, 2), f"{body} words beside title and headings")


@cache
def _residue() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = load_toml("manufactured.toml").get("flag", [])
    return tuple((row["kind"], re.compile(pattern, re.IGNORECASE)) for row in rows for pattern in row["patterns"])


def _patterns(document: Document) -> Iterator[Flag]:
    """Residue of language models, unfilled templates, claims: the patterns of `manufactured.toml`."""
    for kind, pattern in _residue():
        for match in pattern.finditer(document.text):
            yield Flag(kind, match.start(), match.end(), 0.8, match[0][:80])


@cache
def _search() -> re.Pattern[str]:
    """Phrases that people type into search boxes: "buy … online", "… price in india"."""
    words = load_toml("search_phrases.toml")
    patterns = [re.escape(p).replace(r"\ ", " ") for p in words["phrases"]] + list(words["patterns"])
    return re.compile(r"(?<!\w)(?:" + "|".join(patterns) + r")(?!\w)")


def _injections(document: Document) -> Iterator[Flag]:
    """Keywords and anchors put inside a sentence: a title-cased phrase, or a search phrase, where grammar has no place for it."""
    lower = set(re.findall(r"(?<=[a-z,;] )[a-z]{4,}", document.text))
    drugs = {(e.start, e.end) for e in document.entities if e.label in ("DRUG", "DRUG_CLASS")}
    for block in document.blocks:
        if block.kind in ("paragraph", "list_item"):
            text = document.block_text(block)
            yield from _titled(text, block, lower, drugs)
            yield from _searched(text, block)


def _titled(text: str, block: Block, lower: set[str], drugs: set[tuple[int, int]]) -> Iterator[Flag]:
    """As in "The standard Treatment of Acne dosage": capitals inside a sentence, of words that the page writes small elsewhere."""
    for match in _CAPITALIZED.finditer(text):
        phrase = re.sub(r"(?: (?:of|for|in|and|to|the))+$", "", match[0])
        words = [word for word in phrase.split() if word not in _SMALL]
        start, end = block.start + match.start(), block.start + match.start() + len(phrase)
        following = _NEXT_WORD.match(text, match.start() + len(phrase))
        plain = sum(word.lower() in lower for word in words)
        if len(words) < 2 or not following or any(a < end and start < b for a, b in drugs):
            continue
        if plain == len(words) or (plain and " of " in phrase and following[1] not in _SMALL):
            yield Flag("keyword-injection", start, end, 0.7, f"title case inside a sentence: {phrase}")


def _searched(text: str, block: Block) -> Iterator[Flag]:
    """A search phrase in small letters inside a sentence."""
    if len(text) < 60:
        return
    for match in _search().finditer(text):
        if match.start():
            yield Flag("keyword-injection", block.start + match.start(), block.start + match.end(), 0.6, f"search phrase: {match[0]}")
