"""Which drug a sentence, a line or a section speaks of."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import cache

from ..document import Entity
from ..rules.load import load_toml
from .context import Context

_TITLE_WORDS = 15
_PACE = 300  # tokens of a page for each mention of the drug that it is about, at most; articles on one drug have some 80
_BEGINNING = 120  # tokens
_LEAFLET, _SECTIONS = frozenset({"dosage", "side_effects", "contraindications", "interactions", "overdose", "storage", "mechanism"}), 2
_DEEPEST = 9  # beyond the levels of headings
Mention = tuple[int, int, Entity]


class Drugs:
    """The drug mentions of a page, by sentence and by scope."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._mentions = context.drugs
        self._starts = [m[0] for m in self._mentions]
        self._by_name = dict[str, list[Mention]]()
        for mention in self._mentions:
            if mention[2].canonical:
                self._by_name.setdefault(mention[2].canonical, []).append(mention)
        self._titled = [m[2].canonical for m in self._named() if self._is_title(m[0])]
        self._main = self._main_drug()
        self._scopes = self._heading_scopes()

    @property
    def main(self) -> str | None:
        """The ingredient that the page is about, None if it is about no one."""
        return self._main

    def within(self, first: int, last: int) -> list[Mention]:
        """Mentions between two tokens."""
        return self._mentions[bisect_left(self._starts, first) : bisect_left(self._starts, last)]

    def nearest(self, first: int, last: int) -> Mention | None:
        """The drug that tokens `first` to `last` belong to: of its sentence, or the one its section is about."""
        begin, end = self._context.page.sentence(first)
        inside = [m for m in self.within(begin, end) if "than" not in self._context.page.words[last : m[0]]]
        if not inside:  # "this spray works better than X"
            return self.in_scope(first)
        best = min(inside, key=lambda m: self._distance(m, first, last))
        added = best[0] >= last and self._context.page.words[best[0] - 1] in _rule("adding")  # "up to 100 mg a day, or add X"
        return (self.in_scope(first) if added else None) or best

    def in_scope(self, token: int) -> Mention | None:
        """The drug that the heading above names, else the one that the page is about: its mention nearest before the token."""
        name = self._scopes[max(0, self._context.page.line(token))] if self._scopes else self._main
        same = self._by_name.get(name or "", [])
        before = bisect_left(same, token, key=lambda m: m[0])
        return same[max(0, before - 1)] if same else None

    def _distance(self, mention: Mention, first: int, last: int) -> int:
        """Tokens between; a drug behind counts as far, unless only words like "of" part it from the amount."""
        words = self._context.page.words
        if mention[1] <= first:
            return first - mention[1] + (20 if words[mention[0] - 1] in _rule("skip_after") and mention[0] else 0)
        gap = words[last : mention[0]]
        touching = all(w in _rule("fillers") or last + i in self._context.dose_tokens for i, w in enumerate(gap))
        opens_bracket = bool(gap) and gap[0] in (",", "(", ";")
        return len(gap) - (2 if "of" in gap else 0) if touching and not opens_bracket else len(gap) + 40

    def _main_drug(self) -> str | None:
        """The ingredient in the title, else the one with more than half of all mentions, if the page is about a drug at all."""
        if self._titled:
            return self._titled[0]
        named = self._named()
        counts = Counter(m[2].canonical for m in named)
        name, count = min(counts.items(), key=lambda c: (-c[1], str(c[0])), default=(None, 0))
        return name if name and count * 2 > len(named) and self._is_about(self._by_name[name], count) else None

    def _named(self) -> list[Mention]:
        return [m for m in self._mentions if m[2].label == "DRUG" and m[2].canonical]

    def _is_about(self, mentions: Sequence[Mention], count: int) -> bool:
        """The page begins with the drug, or goes on speaking of it, or has a leaflet's sections: one mention on the way is not enough."""
        page = self._context.page
        if mentions[0][0] < _BEGINNING or count * _PACE >= len(page.words):
            return True
        return count > 1 and len(_LEAFLET.intersection(line.block.section for line in page.lines)) >= _SECTIONS

    def _heading_scopes(self) -> list[str | None]:
        """For each line the drug of the heading above, up to the next one as high that opens another topic; there the page's main drug."""
        scopes, current, level = list[str | None](), self._main, _DEEPEST
        has_one_title = len(set(self._titled)) == 1  # then a section of its own beside one about another drug is about the title's
        for line in self._context.page.lines:
            if line.block.kind == "heading":
                inside = [m for m in self.within(line.first, line.last) if m[2].label == "DRUG" and not self._is_other(m)]
                own = line.block.level or _DEEPEST
                if inside:
                    current, level = inside[0][2].canonical, own
                elif own <= level and (has_one_title or line.block.section in ("other", None)):
                    current, level = self._main, _DEEPEST
            scopes.append(current)
        return scopes

    def _is_other(self, mention: Mention) -> bool:
        """A drug that a heading sets against the page's own: "Advantages over warfarin", "Taking it with alcohol"."""
        first = mention[0]
        return self._main is not None and first > 0 and self._context.page.words[first - 1] in _rule("set_beside")

    def _is_title(self, token: int) -> bool:
        """In the title, or in a short first line above others."""
        i, lines = self._context.page.line(token), self._context.page.lines
        if i < 0:
            return False
        return lines[i].block.kind == "title" or (i == 0 and len(lines) > 1 and lines[0].last - lines[0].first <= _TITLE_WORDS)


@cache
def _rule(name: str) -> frozenset[str]:
    return frozenset(load_toml("relations.toml")[name])
