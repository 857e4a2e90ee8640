"""The page's title: which block it is, and which blocks are further copies of it."""

from __future__ import annotations

from collections.abc import Sequence

from ..document import Block, Document
from ..reading.metadata import same_title
from ..rules.folding import fold

_SHARED = 1 / 3  # of the words of a main heading stand in the page's title
_TITLE_WORDS, _TITLE_CHARS = 30, 220  # a longer line is no title
_SHORTEST, _LONGEST, _BRIEF = 0.4, 3.0, 12  # of the title's length, of which a copy is not less or more unless it is cut short; characters


def find_title(document: Document, texts: Sequence[str], dropped: Sequence[bool]) -> tuple[str | None, int | None, list[int]]:
    """(the title, index of the block that shows it, indices of all blocks that are like it), as far as there are any.

    The title is known from the page's head and its main heading; of its copies the highest
    heading stands for it.
    """
    title = document.title
    if title is None:
        return None, None, []
    alike = like_title(texts, title)
    copies = [i for i in alike if not _inside_line(document.blocks[i])]
    if not copies:
        return title, None, alike
    main = [i for i in copies if document.blocks[i].kind == "heading" and not document.blocks[i].evidence.hidden]
    best = min(main or copies, key=lambda i: (document.blocks[i].level or 9, dropped[i], i) if main else (9, dropped[i], i))
    return title, best, alike


def main_heading(document: Document, texts: Sequence[str], title: str) -> int | None:
    """The only <h1> that is shown, if it has some of the title's words: pages often say the same in other words in their head."""
    found = [
        i for i, block in enumerate(document.blocks)
        if block.kind == "heading" and block.level == 1 and not block.evidence.hidden and "nav" not in block.evidence.path.split("/")
    ]  # fmt: skip
    if len(found) != 1 or not is_short(texts[found[0]]):
        return None
    own, told = set(fold(texts[found[0]]).split()), set(fold(title).split())
    return found[0] if len(own) > 1 and len(own & told) >= _SHARED * len(own) else None


def like_title(texts: Sequence[str], title: str) -> list[int]:
    """Indices of the texts that are the title, exactly or nearly; most are ruled out by their length or by having too few of its words."""
    words, size = set(title.lower().split()), len(title)
    few, low, high = 0.35 * len(words), size * _SHORTEST, min(_TITLE_CHARS, max(size * _LONGEST, _BRIEF))
    out = []
    for i, text in enumerate(texts):
        length = len(text)
        if length > high or (length < low and (length < _BRIEF or not text.endswith(("…", "...")))):
            continue
        own = text.lower().split()
        if len(own) <= _TITLE_WORDS and (len(words.intersection(own)) >= few or len(own) == len(words)) and same_title(text, title):
            out.append(i)
    return out


def is_short(text: str) -> bool:
    """True for a line that is no longer than titles are."""
    return len(text) <= _TITLE_CHARS and len(text.split()) <= _TITLE_WORDS


def _inside_line(block: Block) -> bool:
    """Menu entries and breadcrumbs repeat titles; they do not show them."""
    return block.kind in ("list_item", "table_row", "caption")


def plain_title(text: str) -> str:
    """The title without the marks of plain text."""
    return text.strip("#*_ \t")


def looks_like_title(text: str) -> bool:
    """A few words, no sentence, not in small letters."""
    words = text.split()
    return 2 <= len(words) <= 25 and is_short(text) and not text.endswith((".", ",", ";", ":")) and not text[0].islower()
