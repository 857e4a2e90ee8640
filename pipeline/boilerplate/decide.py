"""What the labeller keeps, by its probabilities: items of a list together, headings with what they head."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .evidence import Reading

KEEP = 0.5  # the labeller's probability from which a block is kept
_KEEP_LINKS = 0.85  # the same for a block that is nothing but links, and for a heading with nothing under it
_KEEP_TEASER, _KEEP_LISTED = 0.99, 0.6  # the same for a link that stands alone in an article, and for one on a page of links
_LINKED, _LINK_WORDS, _LISTING = 0.85, 40, 0.3  # share of a block's characters, its words, share of the page's likely words
_is_numbered = re.compile(r"\d{1,3}[.):]\s").match  # an entry of a list of things, whatever it links to
_DOUBT = 0.1  # below this the labeller is sure that a block is no article
_FALLBACK, _FEWEST_WORDS = 0.05, 40  # the least chance, and the prose of a page on which something is kept in any case
ARTICLE_WORDS = 80  # so many words of prose outside of the comments make an article


def decide(reading: Reading, chances: Sequence[float]) -> list[bool]:
    """What the labeller keeps: items and rows of one list or table are decided together."""
    page = reading.page
    means = dict[tuple[int, str], list[float]]()
    for block, chance, words in zip(page.blocks, chances, page.words, strict=True):
        if block.kind in ("list_item", "table_row"):
            own = means.setdefault((block.evidence.group, block.kind), [0.0, 0.0])
            own[0] += chance * words
            own[1] += words
    kept, bars = [], _bars(reading, chances)
    for i, (block, chance) in enumerate(zip(page.blocks, chances, strict=True)):
        level = chance
        if block.kind in ("list_item", "table_row"):
            total, count = means[block.evidence.group, block.kind]
            level = (level + 2 * total / count) / 3
        kept.append(level >= bars[i])
    _keep_headings(reading, chances, kept)
    if not any(kept) and page.total_prose >= _FEWEST_WORDS:
        best = max(range(len(kept)), key=lambda i: chances[i])
        kept = [c >= max(_FALLBACK, 0.5 * chances[best]) and page.prose[i] > 0 for i, c in enumerate(chances)]
    return kept


def _bars(reading: Reading, chances: Sequence[float]) -> list[float]:
    """The chance from which each block is kept; higher for one that is nothing but links.

    In an article a line that is one link is a teaser of another page; on a page of links the links are what a reader came for.
    """
    page = reading.page
    linked = [page.links[i] >= _LINKED and page.words[i] <= _LINK_WORDS for i in range(len(chances))]
    likely = [i for i, chance in enumerate(chances) if chance >= KEEP]
    words = sum(page.words[i] for i in likely)
    if sum(page.words[i] for i in likely if linked[i]) > _LISTING * words:
        return [_KEEP_LISTED if link else KEEP for link in linked]
    alone = [
        words >= ARTICLE_WORDS and (block.kind == "paragraph" or (block.kind == "heading" and not _is_numbered(text)))
        for block, text in zip(page.blocks, page.texts, strict=True)
    ]
    return [KEEP if not link else _KEEP_TEASER if lone else _KEEP_LINKS for link, lone in zip(linked, alone, strict=True)]


def _keep_headings(reading: Reading, chances: Sequence[float], kept: list[bool]) -> None:
    """A heading stays with what it heads."""
    blocks = reading.page.blocks
    for i in range(len(kept) - 1, -1, -1):
        if blocks[i].kind not in ("heading", "term"):
            continue
        over_text = any(kept[i + 1 : i + 2]) and blocks[i + 1].kind != "heading"
        kept[i] = heading_stays(
            chances[i], kept=kept[i], over_text=over_text, heads=any(kept[i + 1 : i + 3]), says=bool(reading.page.prose[i])
        )


def heading_stays(chance: float, *, kept: bool, over_text: bool, heads: bool, says: bool) -> bool:
    """Whether a heading stays that is likely to (`kept`) or not.

    over_text: what stands right below stays, and is no heading; heads: one of the two below stays; says: it is a sentence.
    """
    return (heads or says or chance >= _KEEP_LINKS) if kept else (over_text and chance >= _DOUBT)
