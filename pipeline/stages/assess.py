"""Flags and quality figures: what an analyst should know before trusting a document. Nothing is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

from ..document import Document, Flag
from ..flags.coherence import find_incoherence
from ..flags.denial import is_denied
from ..flags.injections import find_injections
from ..flags.quality import find_sentence_ends, find_words, quality_figures
from ..flags.substitution import find_substitutions
from ..rules.load import load_toml
from ..rules.needs import Text, WordIndex, may_match, needs_of

NAME = "assess"

_LITTLE = 25  # words; less than this is hardly an article
_TEMPLATES = 3  # more marks of one kind are a page about templates, or its code


def assess(document: Document) -> Document:
    """Add flags with spans and scores, and figures about the whole document."""
    words = find_words(document.text)
    small = [word.lower() for word in words]
    text = Text(document.text.lower(), small)
    flags = [*document.flags, *_patterns(document, text), *find_injections(document), *_little(document)]
    flags = [flag for flag in flags if not is_denied(document, flag)] + [*find_substitutions(document), *find_incoherence(document)]
    return replace(document, flags=tuple(flags), quality={**_quality(document, words), **quality_figures(document, small)})


def _quality(document: Document, words: Sequence[str]) -> dict[str, Any]:
    removed = sum(c.end - c.start for c in document.log if c.reason)
    kept = sum(end - start for start, end, _ in document.kept())
    return {
        "source_chars": len(document.source),
        "kept_chars": kept,
        "removed_chars": removed,
        "replaced_chars": len(document.source) - kept - removed,
        "kept_share": round(kept / len(document.source), 4) if document.source else 0.0,
        "words": len(words),
        "sentences": sum(max(1, len(find_sentence_ends(document.block_text(b)))) for b in document.blocks if b.kind == "paragraph"),
        "blocks": len(document.blocks),
    }


def _little(document: Document) -> Iterator[Flag]:
    """A page with next to no article."""
    body = 0
    for block in document.blocks:
        if block.kind not in ("title", "heading"):
            body += len(document.block_text(block).split())
            if body >= _LITTLE:
                return
    yield Flag("low-content", None, None, round(1 - body / _LITTLE, 2), f"{body} words beside title and headings")


@dataclass(frozen=True)
class _Sign:
    """A pattern of `manufactured.toml`."""

    kind: str
    pattern: str

    @cached_property
    def find(self) -> Any:
        """All matches of the pattern in a text."""
        return re.compile(self.pattern, re.IGNORECASE).finditer


@cache
def _signs() -> tuple[_Sign, ...]:
    return tuple(_Sign(row["kind"], pattern) for row in load_toml("manufactured.toml").get("flag", []) for pattern in row["patterns"])


@cache
def _index() -> WordIndex:
    return WordIndex([sign.pattern for sign in _signs()])


def _patterns(document: Document, text: Text) -> Iterator[Flag]:
    """Residue of language models, unfilled templates, claims: the patterns of `manufactured.toml`."""
    code = [(block.start, block.end) for block in document.blocks if block.kind == "code"]
    for sign in map(_signs().__getitem__, _index().possible(text.words)):
        if not may_match(needs_of(sign.pattern), text):
            continue
        found = [match for match in sign.find(document.text) if not any(a <= match.start() < b for a, b in code)]
        if sign.kind != "unfilled-template" or len(found) <= _TEMPLATES:
            for match in found:
                yield Flag(sign.kind, match.start(), match.end(), 0.8, match[0][:80])
