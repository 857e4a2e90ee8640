"""The rules of `rules/boilerplate.toml`, ready to match blocks.

Phrases are looked up in a dict and prefixes by their first word, so that a page's cost hardly grows
with the number of rules; only short blocks are shown to the patterns.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from ..document import REASONS
from ..errors import ConfigError
from ..rules.folding import fold
from ..rules.load import load_toml
from .prefilter import Pattern, PatternIndex, count_pieces
from .verdict import Verdict

FILE = "boilerplate.toml"
_KEYS = frozenset("id reason phrases prefixes patterns hints span starts_zone max_words lang removes keeps".split())  # noqa: SIM905
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
    count: int = 0

    def match_text(self, folded: str) -> Verdict | None:
        """The first rule that removes a block of this folded text."""
        return self.match_words(folded) or self.match_patterns([folded])[0]

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

    def match_patterns(self, folded: Sequence[str]) -> list[Verdict | None]:
        """For each folded text the first rule with a pattern that fits it."""
        return [first_match(patterns, text) for patterns, text in zip(self.index.candidates(folded), folded, strict=True)]

    def match_whole(self, texts: Sequence[str]) -> list[Verdict | None]:
        """For each text, as it stands, the first rule with a span that takes the whole of it."""
        found = self.whole_index.candidates([text.lower() for text in texts])
        return [first_match(patterns, text) for patterns, text in zip(found, texts, strict=True)]

    def cuts(self, texts: Sequence[str]) -> list[list[tuple[int, int, Verdict]]]:
        """For each block the pieces that go while the rest stays: (start, end, verdict)."""
        found = self.inner_index.candidates([text.lower() for text in texts])
        return [list(_spans(patterns, text)) for patterns, text in zip(found, texts, strict=True)]

    def match_hint(self, token: str) -> Verdict | None:
        """The rule that a class or id token is a sign of."""
        found = self.hints.get(token)
        if found:
            return found
        return next((verdict for prefix, verdict in self.hint_prefixes.get(token[:3], ()) if token.startswith(prefix)), None)

    @cached_property
    def _common(self) -> Counter[str]:
        return count_pieces(self.phrases)

    @cached_property
    def index(self) -> PatternIndex:
        """The patterns, by what they need."""
        return PatternIndex(self.patterns, self._common)

    @cached_property
    def inner_index(self) -> PatternIndex:
        """The spans that cut a piece of a block, likewise."""
        return PatternIndex([span for span in self.spans if not span.whole], self._common)

    @cached_property
    def whole_index(self) -> PatternIndex:
        """The spans that take whole blocks, likewise."""
        return PatternIndex([span for span in self.spans if span.whole], self._common)


def first_match(patterns: Iterable[Pattern], text: str) -> Verdict | None:
    """What the first of these patterns that fits the text says of it."""
    return next((pattern.verdict for pattern in patterns if pattern.search(text)), None)


def _spans(patterns: Sequence[Pattern], text: str) -> Iterator[tuple[int, int, Verdict]]:
    for pattern in patterns:
        match = pattern.search(text)
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
                target.append(Pattern(source, row.get("max_words", _PATTERN_WORDS), verdict))
                if kind == "span" and not target[-1].whole:
                    target[-1].max_words = sys.maxsize  # a piece may be cut out of a block of any length
            except re.error as error:
                raise ConfigError(f"{FILE}: rule {verdict.rule} has a broken pattern {source!r} ({error})", "mend the pattern") from error
    for hint in row.get("hints", ()):
        if hint.endswith("*"):
            rules.hint_prefixes.setdefault(hint[:3], []).append((hint[:-1], verdict))
        else:
            rules.hints.setdefault(hint.lower(), verdict)
