"""What a pattern needs: a text that lacks it is not searched, so it must be there in whatever the pattern matches."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.rules.load import load_toml
from pipeline.rules.needs import Text, WordIndex, may_match, needs_of

FLAGS = [pattern for row in load_toml("manufactured.toml")["flag"] for pattern in row["patterns"]]
HEADINGS = [pattern for row in load_toml("sections.toml")["section"] for pattern in row["patterns"]]
PATTERNS = FLAGS + HEADINGS
INDEX = WordIndex(PATTERNS)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])  # texts are made from the patterns
@given(st.sampled_from(PATTERNS).flatmap(lambda pattern: st.tuples(st.just(pattern), st.from_regex(pattern))))
def test_what_matches_is_searched(case: tuple[str, str]) -> None:
    """A text that a pattern of the rule files matches, with anything around it, is not passed over."""
    pattern, text = case
    lower = text.lower()
    if re.search(pattern, lower, re.IGNORECASE):  # lower case may part what the pattern joins: "İ" becomes two characters
        whole = Text(lower, re.findall(r"\w+", lower))
        assert may_match(needs_of(pattern), whole)
        assert PATTERNS.index(pattern) in INDEX.possible(whole.words)


def test_searches_are_spared() -> None:
    """On a sentence that says nothing of the kind next to no pattern is searched."""
    lower = "the tablets are taken with a glass of water, and the dose is doubled after two weeks if you feel no better."
    text = Text(lower, re.findall(r"\w+", lower))
    assert [pattern for pattern in FLAGS if needs_of(pattern) and may_match(needs_of(pattern), text)] == []
    assert len(INDEX.possible(text.words)) < len(PATTERNS) / 3
