"""Tokens and sentences of a page, by spaCy with a tokenizer that knows doses.

The usual English tokenizer leaves "20mg", "5mg/5mL" and "20-40" in odd pieces. Here a number is one
token, a word is one token, and every other sign stands alone, so that patterns see the same tokens
whether a page writes "20mg", "20 mg" or "20-mg".
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from ..document import Block, Document
from ..rules.load import load_toml

if TYPE_CHECKING:
    from spacy.tokens import Doc

_find_tokens = re.compile(
    r"""
      \d{1,3}(?:[\u00a0\u2009\u202f]\d{3})+(?!\d)   # 10 000 with a space that does not break
    | \d+(?:[.,]\d+)*[¼½¾⅓⅔⅛]?                      # 20   0.05   1,000   1½
    | [¼½¾⅓⅔⅛⅜⅝⅞]
    | ['’]s\b                                       # the s of Crohn's
    | [^\W\d_][^\W_]*(?:['’]t\b)?                   # word   B12   doesn't
    | \s+
    | .                                             # any other sign
    """,
    re.VERBOSE | re.DOTALL,
).findall


class DoseTokenizer:
    """A spaCy tokenizer: text to `Doc`, nothing lost."""

    def __init__(self, vocab: Any) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The text as a `Doc` of numbers, words and single signs."""
        from spacy.tokens import Doc

        words, spaces = list[str](), list[bool]()
        for word in _find_tokens(text):
            if word == " " and words and not spaces[-1] and not words[-1].isspace():
                spaces[-1] = True
            else:
                words.append(word)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)


@cache
def pipeline() -> Any:
    """Blank English with the dose tokenizer: one object for the process, made at first use.

    Its vocabulary works out no shapes and flags of words: nobody asks for them, and they take most of the time.
    """
    import spacy
    from spacy.vocab import Vocab

    nlp = spacy.blank("en", vocab=Vocab())
    nlp.tokenizer = DoseTokenizer(nlp.vocab)
    nlp.max_length = sys.maxsize
    return nlp


@dataclass(frozen=True, slots=True)
class Line:
    """A block as tokens: `words[first:last]` of the page."""

    block: Block
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Page:
    """The tokens of a document in parallel lists, without white space; sentences never leave their block."""

    text: str
    words: list[str]
    masked: list[str]
    starts: list[int]
    ends: list[int]
    lines: list[Line]
    sentences: list[tuple[int, int]]
    sentence_starts: list[int] = field(default_factory=list)
    line_starts: list[int] = field(default_factory=list)

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
    """Tokens, lines and sentences of the document's text."""
    words, masked, starts, ends = _words(document.text)
    lines = list(_lines(document, starts))
    sentences = [s for line in lines for s in _sentences(document.text, words, starts, ends, line)]
    return Page(document.text, words, masked, starts, ends, lines, sentences, [s[0] for s in sentences], [ln.first for ln in lines])


@lru_cache(maxsize=1)  # the stages of one document ask for the same text
def _words(text: str) -> tuple[list[str], list[str], list[int], list[int]]:
    """Words in lower case, the same with numbers masked, where they start and end."""
    nlp = pipeline()
    words, starts, ends = list[str](), list[int](), list[int]()
    with nlp.memory_zone():  # a crawl's numbers and names do not stay in the vocabulary
        places = nlp.make_doc(text).to_array(["IDX", "LENGTH"]).tolist()
    for start, length in places:
        word = text[start : start + length]
        if not word.isspace():
            words.append(word.lower().replace("’", "'"))
            starts.append(start)
            ends.append(start + length)
    return words, masked_numbers(words), starts, ends


def _lines(document: Document, starts: list[int]) -> Iterator[Line]:
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


def _sentences(text: str, words: list[str], starts: list[int], ends: list[int], line: Line) -> Iterator[tuple[int, int]]:
    first = line.first
    for i in range(line.first, line.last - 1):
        gap = text[ends[i] : starts[i + 1]]
        if not gap:
            continue
        word = words[i]
        if (
            "\n" in gap
            or (word in ".!?" and _ends_sentence(text, words, starts, i))
            or (word in "\"”')]" and i > first and words[i - 1] in ".!?" and text[starts[i + 1]].isupper())
        ):
            yield first, i + 1
            first = i + 1
    yield first, line.last


def _ends_sentence(text: str, words: list[str], starts: list[int], i: int) -> bool:
    """Whether the sign at `i`, which has a space after it, ends a sentence."""
    if words[i] != ".":
        return True
    before = words[i - 1] if i else ""
    if (len(before) == 1 and before.isalpha()) or before in _abbreviations():
        return False
    return not text[starts[i + 1]].islower()


@cache
def _abbreviations() -> frozenset[str]:
    return frozenset(load_toml("assertion.toml")["abbreviations"])


def masked_numbers(words: Sequence[str]) -> list[str]:
    """The words with every number in digits as "0", so that a table of words has it.

    >>> masked_numbers(["take", "20", "mg", "½"])
    ['take', '0', 'mg', '0']
    """
    return ["0" if w[0] in "0123456789¼½¾⅓⅔⅛⅜⅝⅞" else w for w in words]


def split_words(text: str) -> tuple[str, ...]:
    """The words of a phrase as the words of a page are.

    >>> split_words("Crohn’s disease, 20mg")
    ('crohn', "'s", 'disease', ',', '20', 'mg')
    """
    return tuple(w.lower().replace("’", "'") for w in _find_tokens(text) if not w.isspace())
