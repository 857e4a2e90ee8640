"""Flags and quality figures: what an analyst should know before trusting a document. Nothing is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from ..boilerplate.prefilter import needs_of
from ..document import Document, Flag
from ..flags.coherence import find_incoherence
from ..flags.denial import is_denied
from ..flags.injections import find_injections
from ..flags.quality import quality_figures
from ..flags.substitution import find_substitutions
from ..rules.load import load_toml

NAME = "assess"

_LITTLE = 25  # words; less than this is hardly an article
_SENTENCE_END = re.compile(r"[.!?।。]+[\"'”’)]*(?:\s|$)")
_WORD = re.compile(r"\w+")
_TEMPLATES = 3  # more marks of one kind are a page about templates, or its code


def assess(document: Document) -> Document:
    """Add flags with spans and scores, and figures about the whole document."""
    flags = [*document.flags, *_patterns(document), *find_injections(document), *_little(document)]
    flags = [flag for flag in flags if not is_denied(document, flag)] + [*find_substitutions(document), *find_incoherence(document)]
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
        **quality_figures(document),
    }


def _little(document: Document) -> Iterator[Flag]:
    """A page with next to no article."""
    body = sum(len(document.block_text(b).split()) for b in document.blocks if b.kind not in ("title", "heading"))
    if body < _LITTLE:
        yield Flag("low-content", None, None, round(1 - body / _LITTLE, 2), f"{body} words beside title and headings")


@cache
def _residue() -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """(kind, words of which a text must hold one, pattern) of each row of `manufactured.toml`."""
    rows = load_toml("manufactured.toml").get("flag", [])
    return tuple((row["kind"], needs_of(pattern), pattern) for row in rows for pattern in row["patterns"])


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _patterns(document: Document) -> Iterator[Flag]:
    """Residue of language models, unfilled templates, claims: the patterns of `manufactured.toml`."""
    code = [(block.start, block.end) for block in document.blocks if block.kind == "code"]
    lower = document.text.lower()
    for kind, needs, pattern in _residue():
        if needs and not any(need in lower for need in needs):
            continue  # most pages hold none of it, and a search costs a hundred times a look
        found = [match for match in _compiled(pattern).finditer(document.text) if not any(a <= match.start() < b for a, b in code)]
        if kind != "unfilled-template" or len(found) <= _TEMPLATES:
            for match in found:
                yield Flag(kind, match.start(), match.end(), 0.8, match[0][:80])
