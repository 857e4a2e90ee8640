"""The verdict on each block of an HTML page: the labeller's, with the rules where they are surer.

A rule that knows a whole line wins over the labeller; names of elements win where they are telling
(captions, bylines, comments); references and disclaimers near the article stay. The reason of what
the labeller drops comes from the rules, the names, or the place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from ..rules.load import load_toml
from .apparatus import is_apparatus, keep_apparatus
from .evidence import Reading
from .features import NAMES
from .labeller import load_labeller
from .rules import BoilerplateRules
from .verdict import Verdict

KEEP = 0.5  # the labeller's probability from which a block is kept
_KEEP_LINKS = 0.85  # the same for a block that is nothing but links, and for a heading with nothing under it
_DOUBT = 0.1  # below this the labeller is sure that a block is no article
_PATTERN_WORDS = 60
_FALLBACK, _FEWEST_WORDS = 0.05, 40  # the least chance, and the prose of a page on which something is kept in any case
_ARTICLE_WORDS = 80  # so many words of prose outside of the comments make an article
_TELLING = {  # reasons that names give and how sure the labeller may be of the contrary
    "caption": 0.97, "byline": 0.9, "user-comment": 0.995, "comment-form": 0.97, "share": 0.97, "author-box": 0.9, "newsletter": 0.9,
    "cookie": 0.97, "advert": 0.8, "related": 0.8, "pagination": 0.8, "breadcrumb": 0.97, "navigation": 0.7, "reaction": 0.8, "login": 0.8,
}  # fmt: skip
_SHORT_ONLY = frozenset({"byline", "share", "reaction", "pagination", "breadcrumb"})
_SURE = 0.97
_GAP, _DOUBTED, _NEAR_NAMES = 8, 0.25, 4  # blocks in a gap that is filled, with at least this probability; names looked at
_NEAR_TITLE = 3  # blocks below the title
_SHORT = 30  # words


def judge(reading: Reading, rules: BoilerplateRules) -> list[Verdict | None]:
    """A verdict for each block, None for what stays."""
    chances = load_labeller().probabilities(reading.rows, reading.hints).tolist()
    kept = decide(reading, chances)
    verdicts = [None if keep else _UNNAMED for keep in kept]
    _keep_standfirst(reading, chances, verdicts)
    _apply_rules(reading, rules, chances, verdicts)
    _drop_comments(reading, verdicts)
    _drop_bare_headings(reading, chances, verdicts)
    keep_apparatus(reading, chances, verdicts, _UNNAMED)
    _fill_gaps(reading, chances, verdicts)
    if reading.shown is not None:
        verdicts[reading.shown] = None
    _explain(reading, rules, chances, verdicts)
    return verdicts


_UNNAMED = Verdict("layout", "labeller")
_IN_MAIN = NAMES.index("in_main")


def decide(reading: Reading, chances: Sequence[float]) -> list[bool]:
    """What the labeller keeps: items and rows of one list or table are decided together."""
    page = reading.page
    means = dict[tuple[int, str], list[float]]()
    for block, chance, words in zip(page.blocks, chances, page.words, strict=True):
        if block.kind in ("list_item", "table_row"):
            own = means.setdefault((block.evidence.group, block.kind), [0.0, 0.0])
            own[0] += chance * words
            own[1] += words
    kept = []
    for i, (block, chance) in enumerate(zip(page.blocks, chances, strict=True)):
        level = chance
        if block.kind in ("list_item", "table_row"):
            total, count = means[block.evidence.group, block.kind]
            level = (level + 2 * total / count) / 3
        kept.append(level >= (KEEP if page.links[i] < 0.85 or page.words[i] > 40 else _KEEP_LINKS))
    _keep_headings(reading, chances, kept)
    if not any(kept) and page.total_prose >= _FEWEST_WORDS:
        best = max(range(len(kept)), key=lambda i: chances[i])
        kept = [c >= max(_FALLBACK, 0.5 * chances[best]) and page.prose[i] > 0 for i, c in enumerate(chances)]
    return kept


def _keep_headings(reading: Reading, chances: Sequence[float], kept: list[bool]) -> None:
    """A heading stays with what it heads."""
    blocks = reading.page.blocks
    for i in range(len(kept) - 1, -1, -1):
        if blocks[i].kind not in ("heading", "term"):
            continue
        heads = any(kept[i + 1 : i + 3])
        if not kept[i] and chances[i] >= _DOUBT and heads and kept[i + 1] and blocks[i + 1].kind != "heading":
            kept[i] = True
        elif kept[i] and not heads and chances[i] < _KEEP_LINKS:
            kept[i] = False


def _keep_standfirst(reading: Reading, chances: Sequence[float], verdicts: list[Verdict | None]) -> None:
    """The sentence under the title belongs to the article, also when it stands in the page's <header>."""
    if reading.shown is None:
        return
    page = reading.page
    for i in range(reading.shown + 1, min(reading.shown + 1 + _NEAR_TITLE, len(verdicts))):
        named, words = reading.named[i][0], page.words[i]
        if verdicts[i] is None or page.links[i] >= 0.3 or not 6 <= words <= 60 or (named and named.reason not in ("navigation", "layout")):
            continue
        if chances[i] >= (0.05 if page.prose[i] and page.texts[i].endswith((".", "!", "?", "…", "”", '"')) else 0.35):
            verdicts[i] = None


@cache
def _folded() -> re.Pattern[str]:
    return re.compile(load_toml("hints.toml")["folded"]["names"])


def _fill_gaps(reading: Reading, chances: Sequence[float], verdicts: list[Verdict | None]) -> None:
    """Between kept blocks of the main container, what the labeller merely doubts stays, and so do the parts of accordions."""
    page = reading.page
    kept = [i for i, verdict in enumerate(verdicts) if verdict is None]
    for one, two in pairwise(kept):
        for i in range(one + 1, two if two - one <= _GAP + 1 else one + 1):
            named, hints = reading.named[i][0], page.blocks[i].evidence.hints[:_NEAR_NAMES]
            if reading.rule[i] or verdicts[i] not in (_UNNAMED, named) or (named and named.reason != "layout") or reading.comments[i]:
                continue
            accordion = any(_folded().search(token) for token in hints)
            doubted = chances[i] >= _DOUBTED and page.links[i] < 0.5
            if reading.rows[i][_IN_MAIN] and (accordion or doubted):
                verdicts[i] = None


def _drop_bare_headings(reading: Reading, chances: Sequence[float], verdicts: list[Verdict | None]) -> None:
    """A heading goes with what it heads, when all of that goes."""
    blocks = reading.page.blocks
    following: Verdict | None = None  # the verdict on the block below, None when it stays
    for i in range(len(verdicts) - 1, -1, -1):
        own = verdicts[i]
        if own is None and following is not None and blocks[i].kind == "heading" and i != reading.shown and chances[i] < _SURE:
            end = next((j for j in range(i + 1, len(blocks)) if blocks[j].kind == "heading"), len(blocks))
            if all(verdicts[j] for j in range(i + 1, end)):
                own = verdicts[i] = following
        following = own


def _drop_comments(reading: Reading, verdicts: list[Verdict | None]) -> None:
    """What readers wrote goes wherever an article stands beside it, also when the comments are the greater part of the page."""
    page = reading.page
    article = sum(page.prose[i] for i, v in enumerate(verdicts) if v is None and not reading.comments[i])
    if article < _ARTICLE_WORDS:
        return
    for i, verdict in enumerate(verdicts):
        if verdict is None and reading.comments[i] and i != reading.shown:
            verdicts[i] = Verdict("user-comment", "name-user-comment")


def _apply_rules(reading: Reading, rules: BoilerplateRules, chances: Sequence[float], verdicts: list[Verdict | None]) -> None:
    """What stays is shown to the rules, and to the names of elements, which may know better."""
    page = reading.page
    kept = [i for i, verdict in enumerate(verdicts) if verdict is None and i != reading.shown]
    short = [i for i in kept if page.words[i] <= _PATTERN_WORDS and reading.rule[i] is None]
    found = dict(zip(short, rules.match_patterns([reading.folded[i] for i in short]), strict=True))
    whole = dict(zip(short, rules.match_whole([page.texts[i] for i in short]), strict=True))
    for i in kept:
        block, named = page.blocks[i], reading.named[i][0]
        rule = reading.rule[i] or found.get(i) or whole.get(i)
        if rule:
            verdicts[i] = rule
        elif block.evidence.tag == "figcaption" or (block.kind == "caption" and block.evidence.tag != "caption"):
            verdicts[i] = Verdict("caption", "tag-figcaption")
        elif (
            named
            and not (named.reason == "share" and "blockquote" in block.evidence.path)
            and chances[i] < _TELLING.get(named.reason, 0)
            and (page.words[i] <= _SHORT or named.reason not in _SHORT_ONLY)
            and not is_apparatus(page.texts[i])
        ):
            verdicts[i] = named


def _explain(reading: Reading, rules: BoilerplateRules, chances: Sequence[float], verdicts: list[Verdict | None]) -> None:
    """Give each block that only the labeller drops its reason."""
    kept = [i for i, verdict in enumerate(verdicts) if verdict is None]
    first, last = (kept[0], kept[-1]) if kept else (0, -1)
    near = {j for i in kept for j in range(i - 2, i + 3)}
    unnamed = [i for i, verdict in enumerate(verdicts) if verdict is _UNNAMED]
    asked = [i for i in unnamed if i in near and reading.rule[i] is None and reading.page.words[i] <= _PATTERN_WORDS and chances[i] > 0.01]
    found = dict(zip(asked, rules.match_patterns([reading.folded[i] for i in asked]), strict=True))
    for i in unnamed:
        rule = reading.rule[i] or found.get(i)
        verdicts[i] = rule or reading.named[i][0] or Verdict(_reason(reading, i, first, last), "labeller")


def _reason(reading: Reading, i: int, first: int, last: int) -> str:
    """What a dropped block most likely is, from its place and its links."""
    linked = reading.page.links[i] > 0.5
    if i < first or last < 0:
        return "navigation"
    if linked:
        return "related" if i < 0.9 * len(reading.folded) else "footer"
    return "footer" if i > last and i > 0.85 * len(reading.folded) else "layout"
