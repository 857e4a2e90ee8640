"""The rules of `rules/boilerplate.toml`, ready to match blocks.

Phrases are looked up in a dict and prefixes by their first word, so that a page's cost hardly grows
with the number of rules; only short blocks are shown to the patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ..document import REASONS
from ..errors import ConfigError
from ..rules.folding import fold
from ..rules.load import load_toml
from .prefilter import HEAD, needs_of, starts_of
from .verdict import Verdict

FILE = "boilerplate.toml"
_KEYS = frozenset("id reason phrases prefixes patterns hints span starts_zone max_words lang removes keeps".split())  # noqa: SIM905
_STARTS_KEPT = 5000  # beginnings of texts: so many are remembered with their patterns
_MIDDLING = 45  # words; longer texts are shown only to the few patterns that are meant for them
_COMMON_THREES = frozenset("the and ing ion our thi his you for ent tio her ate ter res con com are ver est all ati men".split())  # noqa: SIM905
_PREFIX_WORDS, _PATTERN_WORDS = 12, 25  # a rule's max_words, unless it says otherwise


@dataclass(frozen=True, slots=True)
class _Pattern:
    source: str
    max_words: int
    verdict: Verdict
    starts: tuple[str, ...] | None = None  # what a matching text can begin with; None: anything
    needs: tuple[str, ...] = ()  # of which one must occur in a matching text, where that can be told
    by_three: bool = False  # found by the first three characters of its needs
    whole: bool = False  # a span that takes a whole block


@dataclass(slots=True)
class BoilerplateRules:
    """All rules, by the way they match."""

    phrases: dict[str, Verdict] = field(default_factory=dict)
    prefixes: dict[str, list[tuple[str, int, Verdict]]] = field(default_factory=dict)
    patterns: list[_Pattern] = field(default_factory=list)
    spans: list[_Pattern] = field(default_factory=list)
    hints: dict[str, Verdict] = field(default_factory=dict)
    hint_prefixes: dict[str, list[tuple[str, Verdict]]] = field(default_factory=dict)
    by_start: dict[str, tuple[list[int], frozenset[int]]] = field(default_factory=dict)
    by_three: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    inner_spans: list[_Pattern] = field(default_factory=list)  # the spans that do not take whole blocks
    long_ones: list[int] = field(default_factory=list)  # numbers of the patterns that are shown to long texts
    count: int = 0

    def match_text(self, folded: str) -> Verdict | None:
        """The first rule that removes a block of this folded text."""
        return self.match_words(folded) or self.match_pattern(folded)

    def match_words(self, folded: str) -> Verdict | None:
        """The rule that has this text among its phrases, or its beginning among its prefixes: found at once, without a search."""
        found = self.phrases.get(folded)
        if found:
            return found
        words = folded.count(" ") + 1
        for prefix, most, verdict in self.prefixes.get(folded.split(" ", 1)[0], ()):
            if words <= most and folded.startswith(prefix) and (len(folded) == len(prefix) or not folded[len(prefix)].isalnum()):
                return verdict
        return None

    def match_pattern(self, folded: str) -> Verdict | None:
        """The first rule with a pattern that fits this text."""
        words = folded.count(" ") + 1
        for number in self._candidates(folded) if words <= _MIDDLING else self.long_ones:
            pattern = self.patterns[number]
            if words <= pattern.max_words and _holds(folded, pattern.needs) and _search(pattern.source)(folded):
                return pattern.verdict
        return None

    def _candidates(self, folded: str) -> Iterable[int]:
        """Numbers of the patterns that can match this text, in the order of the rules."""
        start = folded[:HEAD]
        found = self.by_start.get(start)
        if found is None:
            if len(self.by_start) >= _STARTS_KEPT:
                self.by_start.clear()
            open_ones = [i for i, p in enumerate(self.patterns) if p.starts is None or start.startswith(p.starts)]
            found = self.by_start[start] = ([i for i in open_ones if not self.patterns[i].by_three], frozenset(open_ones))
        always, possible = found
        if len(possible) == len(always):
            return always
        hits = set[int]()
        threes = set(map("".join, zip(folded, folded[1:], folded[2:], strict=False)))
        for three in threes.intersection(self.by_three):
            for need, number in self.by_three[three]:
                if number in possible and need in folded:
                    hits.add(number)
        return sorted((*always, *hits)) if hits else always

    def match_hint(self, token: str) -> Verdict | None:
        """The rule that a class or id token is a sign of."""
        found = self.hints.get(token)
        if found:
            return found
        return next((verdict for prefix, verdict in self.hint_prefixes.get(token[:3], ()) if token.startswith(prefix)), None)

    def cuts(self, text: str) -> Iterator[tuple[int, int, Verdict]]:
        """Pieces of a block that go while the rest stays: (start, end, verdict)."""
        lower, words = text.lower(), text.count(" ") + 1
        for pattern in self.spans if words <= _MIDDLING else self.inner_spans:
            if pattern.whole and words > pattern.max_words or not _holds(lower, pattern.needs):
                continue
            match = _search(pattern.source)(text)
            if match and match.end() > match.start():
                yield match.start(), match.end(), pattern.verdict


@cache
def load_rules() -> BoilerplateRules:
    """The shipped rules. Raises ConfigError that names the rule and the remedy."""
    return build_rules(load_toml(FILE).get("rule", []))


def build_rules(rows: Iterable[Mapping[str, Any]]) -> BoilerplateRules:
    """Rules of TOML tables, checked."""
    rules, seen = BoilerplateRules(), set[str]()
    for row in rows:
        _check(row, seen)
        seen.add(row["id"])
        rules.count += 1
        _add(rules, row, Verdict(row["reason"], row["id"], bool(row.get("starts_zone"))))
    return rules


def _check(row: Mapping[str, Any], seen: set[str]) -> None:
    name = row.get("id", "(without id)")
    unknown = sorted(set(row) - _KEYS)
    if unknown:
        raise ConfigError(f"{FILE}: rule {name} has unknown keys {', '.join(unknown)}", f"known are: {', '.join(sorted(_KEYS))}")
    if not row.get("id") or name in seen:
        raise ConfigError(f"{FILE}: rule {name} needs an id of its own", "give it one")
    if row.get("reason") not in REASONS:
        raise ConfigError(f"{FILE}: rule {name} has the unknown reason {row.get('reason')!r}", f"known are: {', '.join(REASONS)}")


def _add(rules: BoilerplateRules, row: Mapping[str, Any], verdict: Verdict) -> None:
    for phrase in row.get("phrases", ()):
        rules.phrases.setdefault(fold(phrase), verdict)
    for prefix in row.get("prefixes", ()):
        folded = fold(prefix)
        rules.prefixes.setdefault(folded.split(" ", 1)[0], []).append((folded, row.get("max_words", _PREFIX_WORDS), verdict))
    for kind, target in (("patterns", rules.patterns), ("span", rules.spans)):
        for source in row.get(kind, ()):
            try:
                tests = starts_of(source), needs_of(source)
            except re.error as error:
                raise ConfigError(f"{FILE}: rule {verdict.rule} has a broken pattern {source!r} ({error})", "mend the pattern") from error
            starts, needs = tests
            if kind == "patterns":
                rules.long_ones += [len(target)] if row.get("max_words", 0) > _MIDDLING else []
            by_three = kind == "patterns" and bool(needs) and min(map(len, needs)) >= 3
            if by_three:
                for need in needs:
                    place = min(range(len(need) - 2), key=lambda i: (need[i : i + 3] in _COMMON_THREES, " " in need[i : i + 3], -i))
                    rules.by_three.setdefault(need[place : place + 3], []).append((need, len(target)))
            whole = source.startswith("^") and source.endswith("$")
            target.append(_Pattern(source, row.get("max_words", _PATTERN_WORDS), verdict, starts, needs, by_three, whole))
            if kind == "span" and not (whole and target[-1].max_words <= _MIDDLING):
                rules.inner_spans.append(target[-1])
    for hint in row.get("hints", ()):
        if hint.endswith("*"):
            rules.hint_prefixes.setdefault(hint[:3], []).append((hint[:-1], verdict))
        else:
            rules.hints.setdefault(hint.lower(), verdict)


def _holds(text: str, needs: tuple[str, ...]) -> bool:
    for need in needs:
        if need in text:
            return True
    return not needs


@cache
def _search(source: str) -> Any:
    """The search of a pattern, compiled when it is first needed: most pages need few of them."""
    return re.compile(source, re.IGNORECASE).search
