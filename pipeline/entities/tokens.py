"""Tokens and sentences of a page, made for doses.

The usual English tokenizer leaves "20mg", "5mg/5mL" and "20-40" in odd pieces. Here a number is one
token, a word is one token, and every other sign stands alone, so that patterns see the same tokens
whether a page writes "20mg", "20 mg" or "20-mg". `DoseTokenizer` gives the same tokens to spaCy; the
stages read them without it, which is four times faster and saves its import.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from ..document import Block, Document
from ..rules.load import load_toml, word_set
from ..words import Words, find_tokens, is_figure, places_in, read_words, words_of

if TYPE_CHECKING:
    from spacy.tokens import Doc


class DoseTokenizer:
    """A spaCy tokenizer: text to `Doc`, nothing lost."""

    def __init__(self, vocab: Any) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The text as a `Doc` of numbers, words and single signs."""
        from spacy.tokens import Doc

        words, spaces = list[str](), list[bool]()
        for word in find_tokens(text):
            if word == " " and words and not spaces[-1] and not words[-1].isspace():
                spaces[-1] = True
            else:
                words.append(word)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)


@dataclass(frozen=True, slots=True)
class Line:
    """A block as tokens: `words[first:last]` of the page."""

    block: Block
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Page(Words):
    """The words of a document as its tokens, with its lines and sentences; these never leave their block."""

    text: str
    lines: list[Line]
    sentences: list[tuple[int, int]]
    sentence_starts: Sequence[int] = field(default_factory=list)
    line_starts: Sequence[int] = field(default_factory=list)

    def sentence(self, token: int) -> tuple[int, int]:
        """Token range of the sentence that holds the token."""
        return self.sentences[max(0, bisect_right(self.sentence_starts, token) - 1)]

    def line(self, token: int) -> int:
        """Number of the line that holds the token, -1 if none does."""
        i = bisect_right(self.line_starts, token) - 1
        return i if i >= 0 and token < self.lines[i].last else -1

    def section(self, token: int) -> str | None:
        """Kind of the section that the token stands in."""
        i = self.line(token)
        return self.lines[i].block.section if i >= 0 else None

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Characters of the tokens `first` to `last`, end exclusive.

        >>> page = read_page(Document.from_text("Take 20mg daily."))
        >>> page.words, page.span(1, 3)
        (['take', '20', 'mg', 'daily', '.'], (5, 9))
        """
        return self.starts[first], self.ends[last - 1]

    def token_at(self, offset: int) -> int:
        """Index of the token at or after the offset."""
        i = bisect_right(self.starts, offset) - 1
        return i if i >= 0 and offset < self.ends[i] else i + 1


def read_page(document: Document) -> Page:
    """Tokens, lines and sentences of the document's text; the stages of one document share them."""
    text, blocks, page = _last.get("page", ("", (), None))
    if page is None or text is not document.text or blocks is not document.blocks:
        page = _read(document)
        _last["page"] = (document.text, document.blocks, page)
    return page


_last: dict[str, tuple[str, tuple[Block, ...], Page | None]] = {}  # the page read last; whatever it holds, results are the same


def _read(document: Document) -> Page:
    read = _mended(read_words(document.text))
    words, starts, ends = read.words, read.starts, read.ends
    lines = list(_lines(document, starts))
    enders = places_in(read.places, _ENDERS)
    found = (s for line in lines for s in _sentences(document.text, words, starts, ends, enders, line))
    sentences = [(at, min(at + _LONG_SENTENCE, last)) for first, last in found for at in range(first, last, _LONG_SENTENCE)]
    firsts, tops = [sentence[0] for sentence in sentences], [line.first for line in lines]
    return Page(words, starts, ends, read.places, read.figures, document.text, lines, sentences, firsts, tops)


# Tokens. What has no full stop for so long is a list or noise: parts of it count as sentences of their own, for every mention
# looks through its sentence, and time would grow with the square of the length.
_LONG_SENTENCE = 250


def _mended(read: Words) -> Words:
    """Misspelt words of instructions beside a number, as they should be: "1 tabet 3 tiems a dya"."""
    meant = _misspelt()
    if read.places.keys().isdisjoint(meant):
        return read
    words = list(read.words)
    for i in places_in(read.places, meant.keys()):
        if any(map(is_figure, words[max(0, i - 3) : i + 3])) or not _counting().isdisjoint(words[max(0, i - 2) : i]):
            words[i] = meant[words[i]]
    return words_of(words, read.starts, read.ends)


@cache
def _misspelt() -> dict[str, str]:
    """Words of `often_misspelt` with two neighbours swapped, or of six letters and more with one inside left out."""
    rules = load_toml("frequencies.toml")["misspelt"]
    out = dict[str, str]()
    for word in rules["words"]:
        swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
        shorter = {word[:i] + word[i + 1 :] for i in range(1, len(word) - 1)} if len(word) > 5 else set()
        for wrong in sorted((swapped | shorter) - set(rules["words"]) - set(rules["are_words"])):
            out.setdefault(wrong, word)
    return out


_counting = partial(word_set, "frequencies.toml", "misspelt", "after")


def _lines(document: Document, starts: Sequence[int]) -> Iterator[Line]:
    blocks = document.blocks or tuple(_line_blocks(document.text))
    for block in blocks:
        first, last = bisect_right(starts, block.start - 1), bisect_right(starts, block.end - 1)
        if first < last:
            yield Line(block, first, last)


def _line_blocks(text: str) -> Iterator[Block]:
    here = 0
    for line in text.split("\n"):
        if line.strip():
            yield Block(here, here + len(line), "paragraph")
        here += len(line) + 1


def _sentences(
    text: str, words: list[str], starts: Sequence[int], ends: Sequence[int], enders: list[int], line: Line
) -> Iterator[tuple[int, int]]:
    """Token ranges of the sentences of a line; `enders` are the tokens of the page that may end one."""
    first, end = line.first, line.last - 1
    several = "\n" in text[starts[first] : ends[end]]
    for i in range(first, end) if several else enders[bisect_left(enders, first) : bisect_left(enders, end)]:
        gap = text[ends[i] : starts[i + 1]]
        if not gap:
            continue
        word = words[i]
        if (
            ("\n" in gap and not _is_wrapped(text, word, starts[first], ends[i], starts[i + 1]))
            or word in _ALWAYS
            or (word in ".!?" and _ends_sentence(text, words, starts, i))
            or (word in "\"”')]" and i > first and words[i - 1] in ".!?" and text[starts[i + 1]].isupper())
        ):
            yield first, i + 1
            first = i + 1
    yield first, line.last


def _is_wrapped(text: str, word: str, first: int, end: int, following: int) -> bool:
    """A line break that only wraps the text: before a small letter, behind a long line or a word that asks for more."""
    line = max(first, text.rfind("\n", first, end) + 1)
    return text[following].islower() and (end - line >= _LONG_LINE or word in _UNFINISHED)


_LONG_LINE = 50
_UNFINISHED = frozenset({",", "and", "or", "of", "the", "a", "an", "with", "for", "in", "to", "by", "is", "are"})
_ALWAYS = frozenset("।॥")  # full stops of Hindi and its neighbours, which stand nowhere else
_ENDERS = frozenset(".!?\"”')]") | _ALWAYS


def _ends_sentence(text: str, words: list[str], starts: Sequence[int], i: int) -> bool:
    """Whether the sign at `i`, which has a space after it, ends a sentence."""
    if words[i] != ".":
        return True
    before = words[i - 1] if i else ""
    if (len(before) == 1 and before.isalpha()) or before in _abbreviations():
        return False
    return not text[starts[i + 1]].islower()


_abbreviations = partial(word_set, "assertion.toml", "abbreviations")
