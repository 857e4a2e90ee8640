"""What was put there for search engines, or left by a language model, in no widget's words.

Search phrases that stand as paragraphs ("facts of isotroin 20"), and the line with which a model hands over its text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from ..document import Block
from ..rules.folding import fold
from ..rules.load import load_toml

_OPENING_LINES, _OPENING_CHARS = 5, 300
_MOST_WORDS = 9
_LONG = 80  # characters; a stub stands among paragraphs at least this long
_WORD = re.compile(r"[^\W\d_]{4,}")
# What people type into search boxes about medicines, beside the name.
_SEARCH_WORDS = frozenset(
    """buy price cost online cheap cheapest order reviews review results uses dosage facts side effects near me generic brand india usa uk
    canada pharmacy delivery prescription benefits comprar precio donde acheter prix kaufen preis rezeptfrei preço acquistare prezzo cena
    купить цена fayde nuksan kaise""".split()  # noqa: SIM905
)
# … and what instructions are made of as well: a search only beside a word of the topic.
_DOSE_WORDS = frozenset("use dose tablet tablets capsule capsules cream gel mg before after without".split())  # noqa: SIM905
# With one of these a line with a number is an instruction: "10 mg once daily".
_SCHEDULE = re.compile(
    r"\b(daily|once|twice|every|each|per|hours?|hourly|days?|weeks?|times|maximum|kg|ml|morning|evening|night|bedtime|meals?|food|or|to|for|día|días|horas|vez|veces|jour|jours|fois|täglich|tag|tage|stunden"
    r"|dia|dias|vezes|giorno|ore|volte|dziennie|dni|razy|в день|раз|часов)\b"
)


def find_stubs(blocks: Sequence[Block], texts: Sequence[str], title: str | None) -> list[int]:
    """Indices of keyword stubs: short, all in small letters, no sentence, on the page's topic, among paragraphs."""
    topic = set(_WORD.findall(fold(title or "")))
    return [
        i
        for i, block in enumerate(blocks)
        if _is_stub(texts[i], block, topic) and (_is_search(texts[i]) or (_among_paragraphs(texts, i) and not _heads(blocks, texts, i)))
    ]


def _heads(blocks: Sequence[Block], texts: Sequence[str], i: int) -> bool:
    """A heading with running text right under it: "co-codamol 30/500" in a page without capitals."""
    return blocks[i].kind == "heading" and i + 1 < len(texts) and len(texts[i + 1]) >= _LONG


def _is_search(text: str) -> bool:
    """Two words and more that only searches have together: "tablet price and reviews"."""
    words = fold(text).split()
    return not _SEARCH_WORDS.isdisjoint(words) and len((_SEARCH_WORDS | _DOSE_WORDS).intersection(words)) >= 2


@cache
def _openings() -> re.Pattern[str]:
    patterns: list[str] = load_toml("hints.toml")["opening"]["patterns"]
    return re.compile("|".join(patterns))


def find_preambles(texts: Sequence[str], shown: int | None) -> list[int]:
    """Indices of lines near the start with which a language model hands over its text: "Here's an article exploring …"."""
    first = (shown or 0) + _OPENING_LINES
    return [i for i, text in enumerate(texts[:first]) if i != shown and len(text) < _OPENING_CHARS and _openings().search(fold(text))]


def _is_stub(text: str, block: Block, topic: set[str]) -> bool:
    if block.kind not in ("paragraph", "heading") or block.level in (1, 2):
        return False
    words = text.split()
    if not 2 <= len(words) <= _MOST_WORDS or text != text.lower() or not text[0].isalnum() or text[-1] in ".,:;!?)…":
        return False
    folded = fold(text)
    own = set(_WORD.findall(folded))
    on_topic = any(word == other or (len(word) > 5 and len(other) > 5 and word[:6] == other[:6]) for word in own for other in topic)
    searched = not _SEARCH_WORDS.isdisjoint(folded.split())
    numbered = "#" in folded
    if numbered and not searched and _SCHEDULE.search(text):
        return False
    dosed = not _DOSE_WORDS.isdisjoint(folded.split())
    return (on_topic and (searched or dosed or numbered or len(words) <= 4)) or (searched and numbered)


def _among_paragraphs(texts: Sequence[str], i: int) -> bool:
    before = any(len(text) >= _LONG for text in texts[max(0, i - 5) : i])
    after = any(len(text) >= _LONG for text in texts[i + 1 : i + 6])
    return before or after
