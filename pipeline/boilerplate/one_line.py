"""Dumps without line breaks: a menu and a title in front, a preamble, the words of dialogs at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

from ..rules.folding import fold
from ..rules.load import load_toml
from .rules import BoilerplateRules
from .stubs import find_preambles
from .verdict import Verdict

_WORD_STARTS, _MENU_CHARS = re.compile(r"(?<!\S)\S"), 240  # of a menu in front of the title
_WORD, _MENU_WORDS = re.compile(r"\S+"), 60  # of a line, among which its menu stands
_MENU_ENTRIES, _MENU_OTHERS, _ENTRY_WORDS = 3, 2, 4  # known entries, unknown words between two of them, words of one
_MENU_REASONS = frozenset({"navigation", "login", "contact", "share", "footer", "promotion", "newsletter"})
_opens_twice = re.compile(r"(\S[^.!?\n]{13,160}\S) \1 ").match
_opens_anew = re.compile(r"((\w{5,})\b[^.!?\n]{10,150}[^\s.!?,;:]) \2 ").match
_SENTENCE = re.compile(r"\S[^.!?]{10,300}[.!?]\s+")
_OPENING_CHARS = 500  # of a long line, in which a preamble is looked for
_MODAL_SHARE, _MODAL_CHARS, _MODAL_GAP = 0.55, 400, 220


@cache
def _modals() -> re.Pattern[str]:
    phrases: list[str] = load_toml("hints.toml")["modals"]["phrases"]
    return re.compile("|".join(rf"\b{re.escape(phrase)}" for phrase in phrases), re.IGNORECASE)


def opening_title(texts: Sequence[str]) -> str | None:
    """The title that opens a dump without line breaks: it stands there twice, or the text starts anew with its first word.

    >>> opening_title(["Calmoxil 5 mg: A Short Guide Calmoxil is a tablet. " + "One tablet a day is enough. " * 20])
    'Calmoxil 5 mg: A Short Guide'
    """
    if not texts or len(texts[0]) < _MODAL_CHARS:
        return None
    twice = _doubled(texts[0]) or _opens_anew(texts[0])
    return twice[1] if twice else None


def _doubled(text: str) -> re.Match[str] | None:
    """A title that stands twice at the start, or behind a menu: "Home About Blog Dose of Calmoxil 5 mg Dose of Calmoxil 5 mg"."""
    for word in _WORD_STARTS.finditer(text, 0, _MENU_CHARS):
        if text[max(0, word.start() - 2) : word.start()] in (". ", "! ", "? "):  # running text has begun
            return None
        if found := _opens_twice(text, word.start()):
            return found
    return None


def _menu_end(text: str, rules: BoilerplateRules) -> int:
    """Where a menu in front of a line ends: three entries that rules know and more, few other words among them; 0 if there is none.

    >>> rules = BoilerplateRules({word: Verdict("navigation", "nav-item") for word in ("home", "about us", "contact")})
    >>> line = "PillPost Home About Us Tablets Contact Calmoxil for restless legs"
    >>> line[: _menu_end(line, rules)]
    'PillPost Home About Us Tablets Contact '
    """
    words = list(islice(_WORD.finditer(text), _MENU_WORDS))
    here = end = known = unknown = 0
    while here < len(words) and unknown <= _MENU_OTHERS and words[here][0][-1] not in ".!?:;,":
        size = next((size for size in range(_ENTRY_WORDS, 0, -1) if _is_entry(words[here : here + size + 1], size, rules)), 0)
        known, unknown = (known + 1, 0) if size else (known, unknown + 1)
        here += size or 1
        end = words[here].start() if size and here < len(words) else end
    return end if known >= _MENU_ENTRIES else 0


def _is_entry(words: Sequence[re.Match[str]], size: int, rules: BoilerplateRules) -> bool:
    """True if the first `size` of these words are an entry of a menu that rules know. A next word in small letters would go on with it."""
    if len(words) <= size or words[size][0][0].islower():
        return False
    verdict = rules.phrases.get(fold(" ".join(word[0] for word in words[:size])))
    return verdict is not None and verdict.reason in _MENU_REASONS


def sentence_cuts(text: str, rules: BoilerplateRules) -> Iterator[tuple[int, int, Verdict]]:
    """In a long line without breaks: a title that opens it twice, and sentences that a rule knows, near its start.

    >>> line = "Dose of Calmoxil 5 mg Dose of Calmoxil 5 mg Here is an article about Calmoxil. " + "One tablet a day is enough. " * 20
    >>> [line[start:end] for start, end, _ in sentence_cuts(line, BoilerplateRules())]
    ['Dose of Calmoxil 5 mg ', 'Here is an article about Calmoxil. ']
    >>> line = "Home Blog Contact " + line
    >>> next((line[start:end], v.reason) for start, end, v in sentence_cuts(line, BoilerplateRules()))
    ('Home Blog Contact ', 'navigation')
    """
    if len(text) < _MODAL_CHARS:
        return
    here = 0
    twice = _doubled(text)
    if not twice and (end := _menu_end(text, rules)):
        yield 0, end, Verdict("navigation", "menu-in-front")
    if twice:
        if twice.start():
            yield 0, twice.start(), Verdict("navigation", "above-title")
        here = twice.end()
        yield twice.end(1) + 1, here, Verdict("title-duplicate", "title-copy")
    for match in _SENTENCE.finditer(text, here, min(len(text), here + _OPENING_CHARS)):
        verdict = rules.match_text(fold(match[0]))
        if find_preambles([match[0]], None):
            verdict = Verdict("llm-preamble", "opening-line")
        if verdict and verdict.reason == "llm-preamble":
            yield match.start(), match.end(), verdict


def _end_of_words(text: str, place: int) -> int:
    """Where the last word before a place ends."""
    while place and text[place - 1].isspace():
        place -= 1
    return place


def modal_tail(text: str, rules: BoilerplateRules) -> Iterator[tuple[int, int, Verdict]]:
    """In a long line without breaks, the tail that is words of dialogs and buttons: (start, end, verdict) of each piece.

    >>> line = "One tablet a day is enough. " * 20 + "Share on Facebook Sign in Create an account"
    >>> [(line[start:end].strip(), v.reason) for start, end, v in modal_tail(line, BoilerplateRules())]
    [('Share on Facebook', 'layout'), ('Sign in', 'layout'), ('Create an account', 'layout')]
    """
    if len(text) < _MODAL_CHARS:
        return
    hits = [match.start() for match in _modals().finditer(text, int(_MODAL_SHARE * len(text)))]
    first = len(hits)
    while first and (hits[first] if first < len(hits) else len(text)) - hits[first - 1] <= _MODAL_GAP:
        first -= 1
    tail = hits[first:]
    if len(tail) < 2:
        return
    for start, end in zip(tail, [*tail[1:], len(text)], strict=True):
        yield (
            _end_of_words(text, start),
            _end_of_words(text, end),
            rules.match_text(fold(text[start:end])) or Verdict("layout", "modal-tail"),
        )
