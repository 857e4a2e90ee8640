"""Pieces of sentences: dumps that break the text at each link and each bold word, joined to lines again."""

from __future__ import annotations

from collections.abc import Sequence

from .lines import OPENING, Span, is_closing, touch

_ENDS = ".!?:;…。।"  # after these a sentence, or a line that leads into a list, is over
_FEWEST = 2  # lines that begin with the sign that ends a sentence or a clause: no text that was written so has them
_LONG, _LONGER = 25, 40  # characters of running text, and of text that a capital letter may follow
_FEW_WORDS, _MOST_LINKS, _PARTICLE = 6, 6, 4  # words of a link; links and words between them; letters of a word such as "with"


def join_fragments(text: str, lines: Sequence[Span]) -> list[Span]:
    """Lines with the pieces of a sentence in one, where a text is broken so; `lines`: (start, end) of each.

    >>> text = "Ask your doctor or nurse before you go on with\\nIsotroin\\n, or any other\\nretinoid\\n."
    >>> import re
    >>> lines = [(match.start(), match.end()) for match in re.finditer(r".+", text)]
    >>> [text[start:end].replace("\\n", " ") for start, end in join_fragments(text, lines)]
    ['Ask your doctor or nurse before you go on with Isotroin , or any other retinoid .']
    """
    closing = [bool(is_closing(text[start:end])) for start, end in lines]
    if sum(closing) < _FEWEST:
        return list(lines)
    out: list[Span] = []
    for i, (start, end) in enumerate(lines):
        if out and touch(text, out[-1], (start, end)) and (closing[i] or _goes_on(text, out[-1], lines, closing, i)):
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def _goes_on(text: str, before: Span, lines: Sequence[Span], closing: Sequence[bool], i: int) -> bool:
    """True if a line goes on with the sentence before it, which began in capitals: so does no list of words in small letters."""
    if text[before[1] - 1] in OPENING:
        return True
    if text[before[1] - 1] in _ENDS or text[before[0]].islower():
        return False
    if text[lines[i][0]].islower():
        return _is_long(lines[i]) or _leads_on(text, lines, closing, i)
    last = text[max(before[0], before[1] - _LONGER) : before[1]].rsplit(None, 1)[-1]  # "of", "with": few headings end so
    on_its_way = last.endswith(",") or (last.islower() and len(last) <= _PARTICLE)
    return before[1] - before[0] >= _LONGER and on_its_way and _leads_on(text, lines, closing, i)


def _leads_on(text: str, lines: Sequence[Span], closing: Sequence[bool], i: int) -> bool:
    """True for a link, or a few of them with a word between, behind which the sentence goes on or ends."""
    for j in range(i, min(i + _MOST_LINKS, len(lines) - 1)):
        if text.count(" ", *lines[j]) >= _FEW_WORDS or not touch(text, lines[j], lines[j + 1]):
            return False
        if closing[j + 1] or (text[lines[j + 1][0]].islower() and _is_long(lines[j + 1])):
            return True
    return False


def _is_long(line: Span) -> bool:
    return line[1] - line[0] >= _LONG
