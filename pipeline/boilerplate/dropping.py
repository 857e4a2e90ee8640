"""What goes as a whole: readers' comments, consent dialogs, other posts, headings with nothing under them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from ..rules.load import load_toml
from .decide import ARTICLE_WORDS, KEEP
from .declared import declared_as, is_article
from .evidence import Reading
from .names import MASS
from .verdict import Verdict

_SURE, _SURE_LISTED = 0.97, 0.9  # the labeller's probability from which a heading stays whatever stands under it; in a directory of links
_LISTING = 0.5  # share of the likely words in links from which a page is one
_CONSENT_GROUPS, _CONSENT_WORDS, _CONSENT_SHARE = 4, 3, 0.25  # containers around a line of a consent dialog; its words; share of such lines
_PLACES, _SECTION_WORDS = 2, 8  # containers around a heading that hold its section; words of the heading
_POST = re.compile(r"post-\d+")  # of WordPress, an id of each post


def drop_bare_headings(reading: Reading, chances: Sequence[float], verdicts: list[Verdict | None]) -> None:
    """A heading goes with what it heads, when all of that goes; one that is a sentence says something itself."""
    blocks, prose = reading.page.blocks, reading.page.prose
    doubtful = any(block.kind == "heading" and _SURE_LISTED <= chance < _SURE for block, chance in zip(blocks, chances, strict=True))
    sure = _SURE_LISTED if doubtful and _is_directory(reading, chances) else _SURE
    following: Verdict | None = None  # the verdict on the block below, None when it stays
    for i in range(len(verdicts) - 1, -1, -1):
        own = verdicts[i]
        if (
            own is None
            and following is not None
            and blocks[i].kind == "heading"
            and i != reading.shown
            and chances[i] < sure
            and not prose[i]
        ):
            end = next((j for j in range(i + 1, len(blocks)) if blocks[j].kind == "heading"), len(blocks))
            if all(verdicts[j] for j in range(i + 1, end)):
                own = verdicts[i] = following
        following = own


def _is_directory(reading: Reading, chances: Sequence[float]) -> bool:
    """True for a page of links, whose headings say what it is about even where the links go."""
    page = reading.page
    words = [count if chance >= KEEP else 0 for count, chance in zip(page.words, chances, strict=True)]
    return sum(count * links for count, links in zip(words, page.links, strict=True)) > _LISTING * sum(words)


def drop_comments(reading: Reading, verdicts: list[Verdict | None]) -> None:
    """What readers wrote goes wherever an article stands beside it, also when the comments are the greater part of the page."""
    page = reading.page
    article = sum(page.prose[i] for i, v in enumerate(verdicts) if v is None and not reading.comments[i])
    if article < ARTICLE_WORDS:
        return
    for i, verdict in enumerate(verdicts):
        if verdict is None and reading.comments[i] and i != reading.shown:
            verdicts[i] = Verdict("user-comment", "name-user-comment")


def drop_consent(reading: Reading, verdicts: list[Verdict | None]) -> None:
    """A container without the title, much of which rules know for a consent dialog, is one as a whole."""
    if reading.shown is None:
        return
    words, known, total = reading.page.words, Counter[int](), Counter[int]()
    ruled = (reading.rule[i] or verdict for i, verdict in enumerate(verdicts))
    lines = [i for i, rule in enumerate(ruled) if rule and rule.reason == "cookie" and words[i] >= _CONSENT_WORDS]
    if not lines:
        return
    groups = [block.evidence.groups[:_CONSENT_GROUPS] for block in reading.page.blocks]
    for i in lines:
        known.update(groups[i])
    for of in groups:
        total.update(known.keys() & of)
    dialogs = {group for group in known if known[group] > 1 and known[group] >= _CONSENT_SHARE * total[group]}
    dialogs.difference_update(reading.page.blocks[reading.shown].evidence.groups)
    stay = [i for i, verdict in enumerate(verdicts) if verdict is None]
    inside = {i for i in stay if not dialogs.isdisjoint(groups[i])}
    if any(reading.page.prose[i] for i in stay if i not in inside):
        for i in inside:
            verdicts[i] = Verdict("cookie", "consent-dialog")


def drop_other_posts(reading: Reading, verdicts: list[Verdict | None]) -> None:
    """Blogs number their posts in the markup: what stands in a post other than the title's is another article."""
    if reading.shown is None:
        return
    own = _post(reading.hints[reading.shown])
    for i, verdict in enumerate(verdicts if own else ()):
        if verdict is None and (post := _post(reading.hints[i])) and post != own:
            verdicts[i] = Verdict("related", "other-post")


def _post(hints: Sequence[str]) -> str | None:
    return next((token for token in hints if _POST.fullmatch(token)), None)


def drop_sections(reading: Reading, verdicts: list[Verdict | None]) -> None:
    """What stands under "Author information" or "Customer reviews" goes with its heading, up to the next one of its level.

    Where a greater part of the page stands under it, the page is about that, and it stays.
    """
    page, declared = reading.page, reading.page.document.declared
    kinds = ["sections"] if is_article(declared) or not declared_as("product", declared) else ["sections", "product_sections"]
    heads = [i for i, block in enumerate(page.blocks) if block.kind == "heading" and i > (reading.shown or 0)]
    for place, i in enumerate(heads):
        if page.words[i] > _SECTION_WORDS:
            continue
        reason = next(
            (reason for kind in kinds for reason, named in _sections(kind) if named.fullmatch(reading.folded[i].removesuffix(" #"))), None
        )
        if reason is None:
            continue
        places, level = frozenset(page.blocks[i].evidence.groups[:_PLACES]), page.blocks[i].level or 0
        ends = (heads[k] for k in range(place + 1, len(heads)) if (page.blocks[heads[k]].level or 0) <= level)
        inside = [j for j in range(i, next(ends, len(verdicts))) if j == i or not places.isdisjoint(page.blocks[j].evidence.groups)]
        if sum(page.prose[j] for j in inside) <= MASS * page.total_prose:
            for j in inside:
                verdicts[j] = verdicts[j] or Verdict(reason, "section-under-heading")


@cache
def _sections(kind: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """(reason, what a heading of it says) of `hints.toml`."""
    return tuple((reason, re.compile(pattern)) for reason, pattern in load_toml("hints.toml")[kind].items())
