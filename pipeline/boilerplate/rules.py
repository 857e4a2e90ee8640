"""The rules of `rules/boilerplate.toml`, ready to match blocks.

Phrases are looked up in a dict and prefixes by their first word, so that a page's cost hardly grows
with the number of rules; only short blocks are shown to the patterns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from ..document import REASONS
from ..errors import ConfigError
from ..rules.folding import fold
from ..rules.load import load_toml
from .prefilter import Pattern, PatternIndex, count_threes
from .verdict import Verdict

FILE = "boilerplate.toml"
_KEYS = frozenset("id reason phrases prefixes patterns hints span starts_zone max_words lang removes keeps".split())  # noqa: SIM905
_TEXTS_KEPT = 50_000  # a bound on memory over a long crawl
_PREFIX_WORDS, _PATTERN_WORDS = 12, 25  # a rule's max_words, unless it says otherwise


@dataclass
class BoilerplateRules:
    """All rules, by the way they match."""

    phrases: dict[str, Verdict] = field(default_factory=dict)
    prefixes: dict[str, list[tuple[str, int, Verdict]]] = field(default_factory=dict)
    patterns: list[Pattern] = field(default_factory=list)
    spans: list[Pattern] = field(default_factory=list)
    hints: dict[str, Verdict] = field(default_factory=dict)
    hint_prefixes: dict[str, list[tuple[str, Verdict]]] = field(default_factory=dict)
    inner_spans: list[Pattern] = field(default_factory=list)  # the spans that cut a piece, not a whole block
    count: int = 0
    seen: dict[str, Verdict | None] = field(default_factory=dict)  # folded texts and what the patterns said: sites repeat themselves

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
        if folded in self.seen:
            return self.seen[folded]
        words = folded.count(" ") + 1
        found = next((p.verdict for p in self.index.candidates(folded, words) if p.search(folded)), None)
        if len(self.seen) >= _TEXTS_KEPT:
            self.seen.clear()
        self.seen[folded] = found
        return found

    def match_whole(self, text: str) -> Verdict | None:
        """The first rule with a span that takes the whole of this text, as it stands."""
        words = text.count(" ") + 1
        return next((p.verdict for p in self.whole_index.candidates(text.lower(), words) if p.search(text)), None)

    def match_hint(self, token: str) -> Verdict | None:
        """The rule that a class or id token is a sign of."""
        found = self.hints.get(token)
        if found:
            return found
        return next((verdict for prefix, verdict in self.hint_prefixes.get(token[:3], ()) if token.startswith(prefix)), None)

    def cuts(self, text: str) -> Iterator[tuple[int, int, Verdict]]:
        """Pieces of a block that go while the rest stays: (start, end, verdict)."""
        lower = text.lower()
        for pattern in self.inner_spans:
            match = pattern.search(text) if pattern.may_match(lower) else None
            if match and match.end() > match.start():
                yield match.start(), match.end(), pattern.verdict

    @cached_property
    def index(self) -> PatternIndex:
        """The patterns, by what they need."""
        return PatternIndex(self.patterns, count_threes(self.phrases))

    @cached_property
    def whole_index(self) -> PatternIndex:
        """The spans that take whole blocks, likewise."""
        return PatternIndex([span for span in self.spans if span.whole], count_threes(self.phrases))


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
                target.append(Pattern(source, row.get("max_words", _PATTERN_WORDS), verdict))
            except re.error as error:
                raise ConfigError(f"{FILE}: rule {verdict.rule} has a broken pattern {source!r} ({error})", "mend the pattern") from error
            if kind == "span" and not target[-1].whole:
                rules.inner_spans.append(target[-1])
    for hint in row.get("hints", ()):
        if hint.endswith("*"):
            rules.hint_prefixes.setdefault(hint[:3], []).append((hint[:-1], verdict))
        else:
            rules.hints.setdefault(hint.lower(), verdict)
