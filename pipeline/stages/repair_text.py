"""Mend the characters: mojibake, entities, soft hyphens, odd spaces, and the blank lines between blocks.

Every repair is a recorded edit, made line by line and as small as can be, so that most of the text
stays mapped to its source character by character. NFC only, never NFKC: that would turn 10³ into
103, which in a dose is a harm.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import cache, lru_cache
from itertools import accumulate
from operator import ne
from typing import Any

from ..document import Block, Document, Edit
from ..reading.lines import OPENING, is_closing
from ..reading.markdown import markdown_marks

NAME = "repair_text"

_SUSPECT = re.compile("[Ââ€ÃÐÑÅÄ\x80-\x9fРСвï\ufffd]")  # characters that mojibake cannot do without
_LEFT_OVER = re.compile("(?<![^\\W\\d_])Â(?=[\u00a0°µ±²³¹½¼¾·×®©])")  # before a sign, and after no letter, it is never a letter of its own
_ENTITY = re.compile(r"&(?:(#\d{2,7}|#[xX][0-9a-fA-F]{2,6})|[a-zA-Z]{2,8}\d{0,2});")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff\u180e\x00-\x08\x0e-\x1f\x7f\ufffe\uffff]+")
_JOINERS = re.compile("[\u200c\u200d]")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_OTHER_SPACES = "\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2028\u2029\x85\x0b\x0c"
_SPACES = re.compile(f"[ {_OTHER_SPACES}](?:[ {_OTHER_SPACES}]+|(?<=[{_OTHER_SPACES}]))")  # several, or one that is none of the keyboard
_WRAP = re.compile(r"(?:(?<![ \t\u00a0])[ \t\u00a0]+)?(?:\r\n|\r|\n)[ \t\u00a0]*")
_MINIMAL = 400  # characters; beyond this a repaired line is compared word by word only
_FEW, _WORDS = 8, 1000  # with more damaged words, or more words at all, a line is compared one word at a time
_LONGEST = 4000  # signs and words; beyond this there is one edit for all
_PAIRS = 64  # so many pairs of equal pieces for each piece likewise: of ordinary text there are 10 to 25


def repair_text(document: Document) -> Document:
    """Mend what is broken in the characters, then the gaps between blocks.

    >>> from pipeline.document import Block
    >>> repair_text(Document.from_text("20\\u00a0µg, isotret\\u00adinoin", (Block(0, 20, "paragraph"),))).text
    '20 µg, isotretinoin'
    """
    repaired = document.edited(NAME, list(_mojibake(document)))
    repaired = repaired.edited(NAME, list(_entities(repaired)))
    repaired = repaired.edited(NAME, list(_markdown(repaired)))
    repaired = repaired.edited(NAME, list(_characters(repaired)))
    repaired = repaired.edited(NAME, list(_gaps(repaired)))
    title = _plain(repaired.title or "")
    return replace(repaired, title=title) if repaired.title and title != repaired.title else repaired


@cache
def _config() -> Any:
    """What ftfy may do: mend mojibake, and nothing that changes right text (no NFKC, no uncurled quotes)."""
    import ftfy

    return ftfy.TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        remove_control_chars=False,
        normalization=None,
        explain=False,
    )


def _mojibake(document: Document) -> Iterator[Edit]:
    """Lines that were decoded with the wrong charset, mended by ftfy."""
    for block in _blocks_with(document, _SUSPECT):
        import ftfy

        line = document.block_text(block)
        fixed = _LEFT_OVER.sub("", ftfy.fix_text(line, _config()))
        if fixed != line:
            yield from _smallest(line, fixed, block.start, "mojibake")


def _entities(document: Document) -> Iterator[Edit]:
    """Entities left as text; what they stand for may be a space or a soft hyphen, which is mended after."""
    for block in _blocks_with(document, _ENTITY):
        from html import unescape
        from html.entities import html5

        for match in _ENTITY.finditer(document.block_text(block)):
            if match[1] or match[0][1:] in html5:  # unescape also takes "&notice;" for "¬ice;"
                yield Edit(block.start + match.start(), block.start + match.end(), unescape(match[0]), "entity")


def _markdown(document: Document) -> Iterator[Edit]:
    """What Markdown puts around the words of a plain text."""
    if "](" in document.text or "--|" in document.text:
        for block in document.blocks:
            if block.evidence.tag == "line":
                for start, end, rule in markdown_marks(document.block_text(block)):
                    yield Edit(block.start + start, block.start + end, "", rule)


def _characters(document: Document) -> Iterator[Edit]:
    """Invisible characters, odd spaces, decomposed accents, wrapped lines."""
    text = document.text
    composed = text.isascii() or unicodedata.is_normalized("NFC", text)
    for block in document.blocks:
        line = text[block.start : block.end]
        if not (composed and line.isprintable() and "  " not in line):  # most are: of all spaces " " alone is printable
            yield from _line_edits(line, block.start, code=block.kind == "code", cells=block.kind == "table_row")


def _blocks_with(document: Document, pattern: re.Pattern[str]) -> Iterator[Block]:
    """The blocks in which a pattern of single signs is found: most pages have few, so only those are looked into."""
    blocks, i = document.blocks, 0
    for match in pattern.finditer(document.text):
        while i < len(blocks) and blocks[i].end <= match.start():
            i += 1
        if i < len(blocks) and blocks[i].start <= match.start():
            yield blocks[i]
            i += 1


def _line_edits(line: str, offset: int, *, code: bool, cells: bool) -> Iterator[Edit]:
    taken = 0
    for start, end, after, rule in sorted(_candidates(line, code=code, cells=cells)):
        if start >= taken and line[start:end] != after:
            yield Edit(offset + start, offset + end, after, rule)
            taken = end


def _candidates(line: str, *, code: bool, cells: bool) -> Iterator[tuple[int, int, str, str]]:
    if not line.isprintable() or not line.isascii():
        for match in _INVISIBLE.finditer(line):
            yield (
                *match.span(),
                _left(match[0], line[match.start() - 1 : match.start()], line[match.end() : match.end() + 1]),
                "invisible-character",
            )
        if not unicodedata.is_normalized("NFC", line):
            for edit in _smallest(line, unicodedata.normalize("NFC", line), 0, "nfc"):
                yield edit.start, edit.end, edit.replacement, edit.rule
    if code:
        return
    if "\n" in line or "\r" in line:
        for match in _WRAP.finditer(line):
            yield (*match.span(), "" if is_closing(line, match.end()) or line[match.start() - 1] in OPENING else " ", "wrapped-line")
    for match in _SPACES.finditer(line):
        yield (*match.span(), "\t" if cells and "\t" in match[0] else " ", "spaces")


def _left(signs: str, before: str, after: str) -> str:
    """What is left of invisible signs: nothing, unless they mean something where they stand.

    Joiners between letters of Arabic and Indic scripts and in emoji stay. A soft hyphen or a control
    character between digits is what became of a dash: without it "5-10 mg" would be 510 mg.
    """
    if _JOINERS.search(signs) and before and after and ord(before) > 0x5FF and ord(after) > 0x5FF:
        return signs
    if before.isdigit() and after.isdigit():
        return "\ufffd" if _CONTROL.search(signs) else "\u00ad" if "\u00ad" in signs else ""
    return ""


def _smallest(before: str, after: str, offset: int, rule: str) -> Iterator[Edit]:
    """The edits from one line to the other, each as small as a word or less."""
    whole_words = len(before) > _MINIMAL
    olds, news = before.split(" "), after.split(" ")
    if len(olds) != len(news) or (len(olds) <= _WORDS and sum(map(ne, olds, news)) <= _FEW):
        olds, news = [before], [after]
    for old, new in zip(olds, news, strict=True):
        if old != new:
            differences = _differences_of_words if len(old) <= _MINIMAL else _differences
            for start, end, replacement in differences(old, new, whole_words):
                yield Edit(offset + start, offset + end, replacement, rule)
        offset += len(old) + 1


def _differences(before: str, after: str, whole_words: bool) -> Sequence[tuple[int, int, str]]:
    """What to replace, and by what, by a longest common subsequence; its time grows with the pairs of equal pieces, or faster."""
    pieces = re.compile(r"\w+|\W" if whole_words else r"(?s:.)")
    old, new = pieces.findall(before), pieces.findall(after)
    counts = Counter(old)
    if len(old) > _LONGEST or sum(counts[piece] for piece in new) > _PAIRS * (len(old) + len(new)):
        return [(0, len(before), after)]
    places = [0, *accumulate(map(len, old))]
    found = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(places[a], places[b], "".join(new[c:d])) for tag, a, b, c, d in found if tag != "equal"]


@lru_cache(maxsize=1024)  # the same words are damaged again and again
def _differences_of_words(before: str, after: str, whole_words: bool) -> Sequence[tuple[int, int, str]]:
    return _differences(before, after, whole_words)


def _gaps(document: Document) -> Iterator[Edit]:
    """One blank line between blocks, nothing before the first and after the last."""
    text, here, wanted = document.text, 0, ""
    for block in document.blocks:
        if text[here : block.start] != wanted:
            yield Edit(here, block.start, wanted, "block-gap")
        here, wanted = block.end, "\n\n"
    if here < len(text):
        yield Edit(here, len(text), "", "block-gap")


def _plain(title: str) -> str:
    """A title, mended the same way (it is no part of the text, so no edits)."""
    fixed = title
    if _SUSPECT.search(title):
        import ftfy

        fixed = ftfy.fix_text(title, _config())
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", fixed)).split())
