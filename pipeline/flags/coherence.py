"""Signs that a page is not one whole text: it breaks off, changes its language or its drug, or lists search phrases."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from ..document import Document, Flag
from ..reading.language import detect_language, function_words
from ..rules.load import load_toml
from .injections import search_words

_WORDS_OF_SENTENCE = 12  # fewer are a caption or a call
_CUT = re.compile(r"(?: …| ?\.\.\.| ?\[(?:…|\.\.\.)\]|…)$")
_OPEN = re.compile(r"[\w)][,;(]$")
_STUMP = 2  # letters of a word that was cut; authors too end a sentence in points, but behind a whole word
_STOP = re.compile(r"[.!?:…।。]\W*$")
_REFERENCE = re.compile(r"\W{0,2}\d{1,3}\W|[\"'“”„«»‘’]")  # "[2] Institut …", and words of others
_BODY = ("paragraph", "quote")
_PARTS = re.compile(r"[,;|•·/\n]")
_LEAST_PARTS, _PART_WORDS, _SHARED = 4, 6, 0.6  # of a line of search phrases; the share of them that one word stands in
_SMALL = 3  # letters; shorter words are grammar
_FOREIGN_WORDS, _FOREIGN_SHARE = 15, 0.05  # words of a block, and the share of function words below which it is looked at
_TELLING_SHARE = 0.15  # of function words, from which a language is sure
_COMMAS = 0.25  # for each word: a list of names
_OTHERS = 3  # mentions of another drug, where the title's is not mentioned at all


def find_incoherence(document: Document) -> Iterator[Flag]:
    """Flags of the kinds `truncated`, `wrong-language`, `mixed-drugs`, `keyword-stuffing`."""
    yield from _truncated(document)
    yield from _foreign(document)
    yield from _mixed_drugs(document)
    yield from _stuffed(document)


def _truncated(document: Document) -> Iterator[Flag]:
    """The last block breaks off: in a word that asks for another, at a comma, or with three points."""
    if not document.blocks or document.blocks[-1].kind not in _BODY:
        return
    block = document.blocks[-1]
    text = document.block_text(block)
    words = text.split()
    if len(words) < _WORDS_OF_SENTENCE:
        return
    cut = _CUT.search(text)
    joining = _joining((document.language or "")[:2])
    last = text[: cut.start()].split()[-1] if cut else words[-1]
    if cut and (cut[0][0] in " [" or len(last) <= _STUMP or last in joining):
        yield Flag("truncated", block.start, block.end, 0.7, f"the text breaks off: … {' '.join(words[-5:])}")
    elif _OPEN.search(text) or (last in joining and last.isalpha()):
        yield Flag("truncated", block.start, block.end, 0.8, f"the text breaks off: … {' '.join(words[-5:])}")


@cache
def _joining(language: str) -> frozenset[str]:
    return frozenset(load_toml("coherence.toml")["joining"].get(language, "").split())


def _foreign(document: Document) -> Iterator[Flag]:
    """Runs of paragraphs in another language than the page's: one flag each, references left out."""
    language = (document.language or "")[:2]
    listed = function_words(language)
    run: tuple[str, int, int] | None = None
    for block in document.blocks if listed else ():
        if block.kind != "paragraph" or block.section == "references":
            continue
        found = _language_of(document.block_text(block), language, listed)
        if run and found and found != run[0]:
            yield Flag("wrong-language", run[1], run[2], 0.8, f"{run[0]} on a page in {language}")
            run = None
        if found and found != language:
            run = (found, run[1] if run else block.start, block.end)
    if run:
        yield Flag("wrong-language", run[1], run[2], 0.8, f"{run[0]} on a page in {language}")


def _language_of(text: str, language: str, listed: frozenset[str]) -> str | None:
    """The language of a paragraph, `language` where it uses its function words; None where it is too short to tell, or a list."""
    words = text.lower().split()
    if len(words) < _FOREIGN_WORDS or _REFERENCE.match(text) or text.count(",") > _COMMAS * len(words):
        return None
    own = sum(word in listed for word in words)
    if own >= _FOREIGN_SHARE * len(words):
        return language if own >= _TELLING_SHARE * len(words) else None
    found = detect_language([text])
    told = [word for word in words if len(word) > 1 and word in function_words(found or "")]
    return found if len(told) >= _TELLING_SHARE * len(words) else None


def _mixed_drugs(document: Document) -> Iterator[Flag]:
    """The title's drugs are not named in the body, and another drug is, again and again."""
    title = next((block for block in document.blocks if block.kind == "title"), None)
    drugs = [entity for entity in document.entities if entity.label == "DRUG" and entity.canonical]
    if title is None or not drugs:
        return
    named = {part for e in drugs if title.start <= e.start < title.end for part in str(e.canonical).split(" + ")}
    if not named:
        return
    body = Counter(part for e in drugs if e.start >= title.end for part in str(e.canonical).split(" + "))
    other, count = max(body.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    if count >= _OTHERS and not any(body[name] for name in named):
        note = f"the title is about {', '.join(sorted(named))}, the text about {other}"
        yield Flag("mixed-drugs", title.start, title.end, 0.8, note)


def _stuffed(document: Document) -> Iterator[Flag]:
    """A line that lists search phrases: short parts, most of them with the same word, and words of search boxes among them."""
    drugs = {word for e in document.entities if e.label == "DRUG" for word in document.text[e.start : e.end].lower().split()}
    searched = search_words()
    for block in document.blocks if drugs else ():  # nobody stuffs pages on other matters with names of medicines
        text = document.block_text(block)
        if block.kind not in ("paragraph", "list_item") or len(text) > 2000 or sum(map(text.count, ",;|•·/\n")) < _LEAST_PARTS - 1:
            continue
        parts = [part.lower().split() for part in _PARTS.split(text) if part.strip()]
        short = [part for part in parts if len(part) <= _PART_WORDS]
        if len(short) < max(_LEAST_PARTS, 0.8 * len(parts)):
            continue
        common = Counter(word for part in short for word in set(part) if len(word) > _SMALL).most_common()
        word, count = min(common, key=lambda item: (-item[1], item[0])) if common else ("", 0)
        if word in drugs and count >= _SHARED * len(parts) and not searched.isdisjoint(word for part in short for word in part):
            yield Flag("keyword-stuffing", block.start, block.end, 0.7, f"{count} of {len(parts)} phrases with {word!r}")
