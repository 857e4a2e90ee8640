"""The lines that a site repeats: learned from many of its pages, removed from each.

A page is first cleaned alone. What a site repeats and single-page cleaning still lets through is told
by three signs: on how many pages a line stands, whether the same lines stand before and behind it, and
whether single-page cleaning drops it on the site's other pages. A menu item stands between the same
neighbours everywhere; the heading "Side effects" has the article's own text behind it, so it stays.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from math import ceil, sqrt
from typing import TypeAlias

from ..boilerplate.apparatus import is_apparatus
from ..document import Block, Document, Edit
from ..rules.load import load_toml, word_set
from ..stages.find_sections import section_kind
from .lines import SitePage, key_of, keys_of, owners

NAME, REASON = "site_templates", "site-template"
EDGE = "(edge)"  # what stands before a page's first line and behind its last

MIN_PAGES = 4  # of a site; on fewer, two copies of an article look like a template
_LEAST = 3  # pages that a line must stand on, on the smallest site
_STEADY = 0.8  # of the pages with a line on which one neighbour is the same
_DROPPED, _SURELY_DROPPED = 0.5, 0.8  # shares of those pages on which single-page cleaning drops it
_EVERYWHERE = 0.8  # of the site's pages: so often even a title may be the site's
_HALF = 0.5
_SHORT = 8  # words; longer lines are no headings
_NAME_CHARS = 5
_BLOCK_LINES = 12  # of a run that pages share; so many lines in the same order are no accident
_PROSE_WORDS = 6
_LONG_CHARS = 40  # of a line that tells one article from another
_STOP = re.compile(r"[.!…。।][\"'”’)»\]]*$")


Place: TypeAlias = tuple[str | None, str | None]  # the lines before and behind a line, as keys; None for any
_ANYWHERE: list[Place] = [(None, None)]


@dataclass(frozen=True, slots=True)
class Template:
    """A line of a site: stands on `count` of `pages` pages.

    after, before: the lines it must stand between to be removed, as keys (see `key_of`); None where any will do.
    """

    site: str
    pages: int
    count: int
    text: str
    after: str | None = None
    before: str | None = None

    @property
    def rule(self) -> str:
        """What the record says of a removal."""
        return f"on-{self.count}-of-{self.pages}-pages"


class Templates:
    """Templates by site."""

    def __init__(self, rows: Iterable[Template] = ()) -> None:
        self.rows = tuple(rows)
        self._sites = defaultdict[str, dict[str, list[Template]]](lambda: defaultdict(list))
        for row in self.rows:
            self._sites[row.site][key_of(row.text)].append(row)

    def __len__(self) -> int:
        return len(self.rows)

    def remove(self, before: Document, after: Document, site: str) -> Document:
        """`after` without the site's lines.

        `before` is the document as single-page cleaning received it, `after` as it left it: neighbours are looked
        for in the whole page, also those that are gone already. The page's own title stays.
        """
        rows = self._sites.get(site)
        if not rows or not after.blocks:
            return after
        gone: list[Template | None] = [None] * len(after.blocks)
        hits = matches(keys_of(before, before.blocks), rows)
        for owner, row in zip(owners(before, after), hits, strict=True):
            if owner is not None and row and (after.blocks[owner].kind != "title" or row.count >= _EVERYWHERE * row.pages):
                gone[owner] = row
        for i, block in enumerate(after.blocks[:-1]):  # what a heading heads is the article's, so the heading is
            if block.kind == "heading" and gone[i + 1] is None and (row := gone[i]) and row.before is None:
                gone[i] = None
        if not any(gone):
            return after
        return after.edited(NAME, list(_removals(after.blocks, gone)))


def _removals(blocks: Sequence[Block], gone: Sequence[Template | None]) -> Iterator[Edit]:
    """A block goes with the gap before it, or with the gap behind it where nothing is kept before.

    That gap is an edit of its own: what was cut out of it earlier keeps its own entry and reason.
    """
    kept_before = False
    for i, (block, row) in enumerate(zip(blocks, gone, strict=True)):
        if row is None:
            kept_before = True
            continue
        yield Edit(blocks[i - 1].end if kept_before else block.start, block.end, "", row.rule, REASON)
        if not kept_before and i + 1 < len(blocks):
            yield Edit(block.end, blocks[i + 1].start, "", "block-gap", "layout")


def matches(keys: Sequence[str], rows: dict[str, list[Template]]) -> list[Template | None]:
    """For each line of a page, the template that it is an instance of."""
    around = [EDGE, *keys, EDGE]
    out: list[Template | None] = []
    for i, key in enumerate(keys):
        fits = (row for row in rows.get(key, ()) if row.after in (None, around[i]) and row.before in (None, around[i + 2]))
        out.append(next(fits, None))
    return out


def threshold(pages: int) -> int:
    """Pages on which a line must stand: 3 of up to 9, 10 of 100, 20 of 400.

    A share alone would ask too little of a small site, and miss the parts of a large one.
    """
    return max(_LEAST, ceil(sqrt(pages)))


def learn(site: str, pages: Iterable[SitePage]) -> list[Template]:
    """The templates of one site, most frequent first; none where there are fewer than MIN_PAGES pages that are no copies."""
    counts = _Counts(_without_copies([(page, [key_of(line) for line in page.lines]) for page in pages]))
    if counts.pages < MIN_PAGES:
        return []
    judge = _Judge(site, counts)
    for look in (judge.alone, judge.among_others, judge.at_the_end):
        for key in reversed(counts.lines()):
            if key not in judge.found and (places := look(key)):
                judge.found[key] = places
    rows = [
        Template(site, counts.pages, counts.on[key], counts.shown(key), *place) for key, places in judge.found.items() for place in places
    ]
    return sorted(rows, key=lambda row: (-row.count, row.text, row.after or "", row.before or ""))


class _Judge:
    """Decides which of a site's frequent lines are the site's own; `found` grows look by look."""

    def __init__(self, site: str, counts: _Counts) -> None:
        self.counts, self.name = counts, _name_of(site)
        self.found = dict[str, list[Place]]()

    def alone(self, key: str) -> list[Place]:
        """By the line itself, its neighbours, and what single-page cleaning makes of it."""
        line, counts = self.counts.shown(key), self.counts
        if is_apparatus(line) or not any(char.isalpha() for char in key):
            return []
        places, dropped = counts.places(key), 1 - counts.kept[key] / counts.on[key]
        in_run = None not in places[0]
        if counts.on[key] < counts.least:
            return places if in_run and not is_articles(line) else []
        if is_articles(line):
            listed = in_run and not _is_prose(line) and counts.on[key] >= _HALF * counts.pages
            return places if listed or (dropped >= _SURELY_DROPPED and places != _ANYWHERE) else []
        if (line.count(" ") >= _SHORT or _is_prose(line)) and line[-1] not in "?:？：":
            return _ANYWHERE
        if in_run or dropped >= (_DROPPED if places != _ANYWHERE else _SURELY_DROPPED):
            return places
        return _ANYWHERE if self.name and self.name in key.replace(" ", "") else []

    def among_others(self, key: str) -> list[Place]:
        """A line about medicines that always stands between two lines of the site, as in a list of its services."""
        often = self.counts.on[key] >= _HALF * self.counts.pages or key in self.counts.blocks
        if not often or is_apparatus(self.counts.shown(key)):
            return []
        return [place for place in self.counts.places(key) if all(other == EDGE or other in self.found for other in place)]

    def at_the_end(self, key: str) -> list[Place]:
        """A line that no line of an article ever follows: no heading, but a credit, or an item of a menu."""
        line = self.counts.shown(key)
        if is_apparatus(line) or is_articles(line) or self.counts.on[key] < self.counts.least or not any(map(str.isalpha, key)):
            return []
        return _ANYWHERE if self.counts.kept_after[key] <= self.found.keys() else []


def _name_of(site: str) -> str:
    """The name in a host, where it is long enough to be told from a word: "webmd" of "webmd.com"."""
    labels = site.split(".")
    name = max(labels[:-1], key=len, default="") if "/" not in site else ""
    return name if len(name) >= _NAME_CHARS else ""


def _is_prose(line: str) -> bool:
    return line.count(" ") + 1 >= _PROSE_WORDS and bool(_STOP.search(line))


class _Counts:
    """On how many of a site's pages a line stands, is kept, and between what."""

    def __init__(self, pages: Sequence[tuple[SitePage, list[str]]]) -> None:
        self.pages = len(pages)
        self.on = Counter[str]()
        for _, keys in pages:
            self.on.update(set(keys))
        self.least = threshold(self.pages)
        self.blocks = _block_lines([keys for _, keys in pages])
        self.on = Counter({key: count for key, count in self.on.items() if count >= self.least or (count > 1 and key in self.blocks)})
        self.kept = Counter[str]()
        self.kept_after = defaultdict[str, set[str]](set)
        self._texts = dict[str, str]()
        self._around = defaultdict[str, Counter[Place]](Counter)
        self._order = Counter[str]()
        for page, keys in pages:
            self._count(page, keys)

    def _count(self, page: SitePage, keys: Sequence[str]) -> None:
        around, kept, last = [EDGE, *keys, EDGE], set[str](), len(keys) - 1
        places = set[tuple[str, Place]]()
        for i, key in enumerate(keys):
            if key in self.on:
                before, after = around[i], around[i + 2]
                places.update([(key, (before, after)), (key, (before, None)), (key, (None, after))])
                self._order[key] += i
                self._texts[key] = min(self._texts.get(key, page.lines[i]), page.lines[i])
                if page.kept[i]:
                    kept.add(key)
                if i < last and page.kept[i + 1]:
                    self.kept_after[key].add(keys[i + 1])
        self.kept.update(kept)
        for key, place in places:
            self._around[key][place] += 1

    def lines(self) -> list[str]:
        """The frequent lines, about in the order in which they stand."""
        return sorted(self.on, key=lambda key: (self._order[key] / self.on[key], key))

    def shown(self, key: str) -> str:
        """The line as a page writes it: of several spellings the first by code point."""
        return self._texts[key]

    def places(self, key: str) -> list[Place]:
        """The neighbours between which the line stands on nearly all of its pages: both, else one, else any."""
        steady = sorted((p for p, n in self._around[key].items() if n >= _STEADY * self.on[key]), key=str)
        return [p for p in steady if None not in p] or steady[:1] or _ANYWHERE


def _block_lines(pages: Sequence[Sequence[str]]) -> set[str]:
    """Lines in long runs that two pages, or more, have in common: a menu that only a part of the site has."""
    pairs = Counter(pair for keys in pages for pair in set(pairwise(keys)))
    out = set[str]()
    for keys in pages:
        run = list[str]()
        for one, two in pairwise([*keys, EDGE]):
            run.append(one)
            if pairs[one, two] < 2:
                if len(run) >= _BLOCK_LINES:
                    out.update(run)
                run = []
    return out


def _without_copies(pages: Sequence[tuple[SitePage, list[str]]]) -> list[tuple[SitePage, list[str]]]:
    """The pages that count: those that share half of their own text with an earlier one are the same article again.

    Own text are the longer lines that stand on no more than half of the pages; of pages without any, one counts.
    """
    long_lines = [{key for line, key in zip(page.lines, keys, strict=True) if len(line) >= _LONG_CHARS} for page, keys in pages]
    common = Counter(key for keys in long_lines for key in keys)
    owner, out = dict[str, int](), list[tuple[SitePage, list[str]]]()
    bare = False
    for i, page in enumerate(pages):
        own = {key for key in long_lines[i] if common[key] <= max(2, _HALF * len(pages))}
        shared = Counter[int]()
        for key in own & owner.keys():
            shared[owner[key]] += len(key)
        if (not own and bare) or (shared and max(shared.values()) >= _HALF * sum(map(len, own))):
            continue
        bare = bare or not own
        owner.update(dict.fromkeys(own - owner.keys(), i))
        out.append(page)
    return out


@lru_cache(maxsize=8192)
def is_articles(line: str) -> bool:
    """Whether a line is of the kind that articles repeat: a drug, a dose, a condition, whom it is for, advice, a common heading.

    >>> [is_articles(line) for line in ("Side effects", "Keep out of the reach of children.", "Overview", "Share this page")]
    [True, True, True, False]
    """
    return (
        key_of(line) in word_set("site_templates.toml", "headings")
        or section_kind(line) != "other"
        or bool(_advice().search(key_of(line)))
        or _holds_facts(line)
    )


@cache
def _advice() -> re.Pattern[str]:
    return re.compile("|".join(load_toml("site_templates.toml")["advice"]))


def _holds_facts(line: str) -> bool:
    from ..lexicon.lexicon import load_lexicon
    from ..stages.extract_entities import extract_entities
    from ..stages.normalize_drugs import normalize_drugs

    found = extract_entities(normalize_drugs(Document.from_text(line), load_lexicon()))
    return any(entity.label != "DURATION" for entity in found.entities)


def learn_all(sites: Iterable[tuple[str, Iterable[SitePage]]]) -> Iterator[Template]:
    """The templates of many sites."""
    for site, pages in sites:
        yield from learn(site, pages)
