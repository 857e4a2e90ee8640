"""The words of a text and where each of them stands: read once, shared by the stages.

A number is one word, a run of letters is one word, and every other sign stands alone, so that tables and
patterns see the same words whether a page writes "20mg", "20 mg" or "20-mg".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from operator import add

#: Signs of vowels and the like that stand beside or above the letters of India's scripts and belong to their words (Unicode's
#: categories Mn and Mc, U+0900 to U+0DFF), and the two joiners that are written between them.
SIGNS = (
    r"\u0900-\u0903\u093a-\u093c\u093e-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc\u09be-\u09c4\u09c7\u09c8\u09cb-\u09cd\u09d7\u09e2"
    r"\u09e3\u09fe\u0a01-\u0a03\u0a3c\u0a3e-\u0a42\u0a47\u0a48\u0a4b-\u0a4d\u0a51\u0a70\u0a71\u0a75\u0a81-\u0a83\u0abc\u0abe-\u0ac5\u0ac7-\u0ac9"
    r"\u0acb-\u0acd\u0ae2\u0ae3\u0afa-\u0aff\u0b01-\u0b03\u0b3c\u0b3e-\u0b44\u0b47\u0b48\u0b4b-\u0b4d\u0b55-\u0b57\u0b62\u0b63\u0b82\u0bbe-\u0bc2"
    r"\u0bc6-\u0bc8\u0bca-\u0bcd\u0bd7\u0c00-\u0c04\u0c3c\u0c3e-\u0c44\u0c46-\u0c48\u0c4a-\u0c4d\u0c55\u0c56\u0c62\u0c63\u0c81-\u0c83\u0cbc"
    r"\u0cbe-\u0cc4\u0cc6-\u0cc8\u0cca-\u0ccd\u0cd5\u0cd6\u0ce2\u0ce3\u0d00-\u0d03\u0d3b\u0d3c\u0d3e-\u0d44\u0d46-\u0d48\u0d4a-\u0d4d\u0d57\u0d62"
    r"\u0d63\u0d81-\u0d83\u0dca\u0dcf-\u0dd4\u0dd6\u0dd8-\u0ddf\u0df2\u0df3\u200c\u200d"
)

_PIECE = r"""
      [a-z]+(?![^\x00-&(-/:-@\[-`{-~])              # a word that ends before a sign or a space: the usual case, and the fastest
    | \d{1,3}(?:[\u00a0\u2009\u202f]\d{3})+(?!\d)   # 10 000 with a space that does not break
    | \d+(?:[.,]\d+)*[¼½¾⅓⅔⅛]?                      # 20   0.05   1,000   1½
    | [¼½¾⅓⅔⅛⅜⅝⅞]
    | ['’][sS]\b                                    # the s of Crohn's
    | [^\W\d_][^\W_]*(?:[SIGNS]+[^\W_]*)*(?:['’][tT]\b)?   # word   B12   doesn't   गोली
""".replace("SIGNS", SIGNS)
find_tokens = re.compile(rf"{_PIECE} | \s+ | .", re.VERBOSE | re.DOTALL).findall  # or any other sign
_find_spaced_tokens = re.compile(rf"(?: {_PIECE} | \S) \s*", re.VERBOSE).findall
_FIGURES = frozenset("0123456789¼½¾⅓⅔⅛⅜⅝⅞")
NUMBER = "0"  # what stands for every number in figures in tables of words

Places = Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class Words:
    """Words in lower case in parallel lists with the characters where they start and end, without white space.

    places: each word once, with the indices where it stands; figures: those of all numbers in figures.
    """

    words: list[str]
    starts: Sequence[int]
    ends: Sequence[int]
    places: Places
    figures: Sequence[int]


def read_words(text: str) -> Words:
    """The words of a text; of the one read last they are at hand.

    >>> read_words("Take 20mg, take it.").places
    {'take': [0, 4], '20': [1], 'mg': [2], ',': [3], 'it': [5], '.': [6]}
    """
    known, words = _last.get("text", ("", None))
    if words is None or known is not text:
        words = _read(text)
        _last["text"] = (text, words)
    return words


_last: dict[str, tuple[str, Words]] = {}  # whatever it holds, results are the same


def _read(text: str) -> Words:
    low = text.lower()
    same = len(low) == len(text)  # a few letters are longer in lower case
    pieces: list[str] = _find_spaced_tokens((low if same else text).replace("’", "'"))  # each with the white space behind it
    starts = list(accumulate(map(len, pieces), initial=len(text) - len(text.lstrip())))[:-1]
    found = list(map(str.rstrip, pieces))
    ends = list(map(add, starts, map(len, found)))
    words = found if same else [word.lower() for word in found]
    return words_of(words, starts, ends)


def words_of(words: list[str], starts: Sequence[int] = (), ends: Sequence[int] = ()) -> Words:
    """Words with their places."""
    places = places_of(words)
    return Words(words, starts, ends, places, [i for word in places if word[0] in _FIGURES for i in places[word]])


def places_of(words: Iterable[str]) -> dict[str, list[int]]:
    """Each word with the indices where it stands."""
    places = dict[str, list[int]]()
    for i, word in enumerate(words):
        if word in places:
            places[word].append(i)
        else:
            places[word] = [i]
    return places


def known_in(places: Places, words: frozenset[str]) -> Collection[str]:
    """Those of `words` that the text has; the shorter of both is passed through."""
    return places.keys() & words if len(words) < len(places) else words.intersection(places)


def places_in(places: Places, words: Collection[str]) -> list[int]:
    """Where any of these words stands, in reading order.

    >>> places_in(places_of("a b c a".split()), {"a", "c"})
    [0, 2, 3]
    """
    return sorted(chain.from_iterable(places[word] for word in places.keys() & words))


def is_figure(word: str) -> bool:
    """A number in figures: 0 to 9 or a fraction sign at the front."""
    return word[0] in _FIGURES


def marked(text: Words, marks: Mapping[str, str], blank: str) -> str:
    """One character for each word: its own in `marks`, that of NUMBER for a number in figures, else `blank`.

    >>> marked(words_of("take 20 mg 5".split()), {"mg": "u", "0": "n"}, ".")
    '.nun'
    """
    out = [blank] * len(text.words)
    for word in text.places.keys() & marks.keys():
        for i in text.places[word]:
            out[i] = marks[word]
    for i in text.figures:
        out[i] = marks[NUMBER]
    return "".join(out)


def stretches(marks: str, wanted: Iterable[str], blank: str) -> Iterator[tuple[int, int]]:
    """The stretches without a blank that hold a wanted mark, in reading order.

    >>> list(stretches("..ab..b.a", "a", "."))
    [(2, 4), (8, 9)]
    """
    end = -1
    for place in sorted(i for mark in wanted for i in _found(mark, marks)):
        if place > end:
            end = (marks.find(blank, place) + 1 or len(marks) + 1) - 1
            yield marks.rfind(blank, 0, place) + 1, end


def _found(char: str, text: str) -> Iterator[int]:
    i = text.find(char)
    while i >= 0:
        yield i
        i = text.find(char, i + 1)


def split_words(text: str) -> tuple[str, ...]:
    """The words of a phrase as the words of a page are.

    >>> split_words("Crohn’s disease, 20mg")
    ('crohn', "'s", 'disease', ',', '20', 'mg')
    """
    if text.isascii() and text.replace(" ", "").isalpha():  # nearly all phrases of the tables
        return tuple(text.lower().split())
    return tuple(w.lower().replace("’", "'") for w in find_tokens(text) if not w.isspace())
