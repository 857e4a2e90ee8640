"""Quality figures of the kind that corpus builders filter by, each named after its paper, with the bounds given there.

gopher: Rae et al., "Scaling Language Models: Methods, Analysis & Insights from Training Gopher", 2021, table A1 and A.1.1.
c4: Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer", 2020, 2.2.
fineweb: Penedo et al., "The FineWeb Datasets: Decanting the Web for the Finest Text Data at Scale", 2024, 3.6.
justext: Pomikálek, "Removing Boilerplate and Duplicate Content from Web Corpora", 2011, 3.2.

A line is a block; a word is a run of letters or digits. Shares are of 1, of the cleaned text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from ..document import Document
from ..reading.language import function_words

#: (least, most) that the papers let through; None where the bound is open.
BOUNDS: Mapping[str, tuple[float | None, float | None]] = {
    "gopher_words": (50, 100_000),
    "gopher_mean_word_length": (3, 10),
    "gopher_symbols_per_word": (None, 0.1),  # the greater of # and ellipses
    "gopher_bullet_lines": (None, 0.9),
    "gopher_ellipsis_lines": (None, 0.3),
    "gopher_alphabetic_words": (0.8, None),
    "gopher_stop_words": (2, None),  # of the be to of and that have with; English only
    "gopher_duplicate_lines": (None, 0.3),
    "gopher_duplicate_line_chars": (None, 0.2),
    "gopher_top_2gram_chars": (None, 0.2),
    "gopher_top_3gram_chars": (None, 0.18),
    "gopher_top_4gram_chars": (None, 0.16),
    "gopher_duplicate_5gram_chars": (None, 0.15),
    "gopher_duplicate_10gram_chars": (None, 0.1),
    "c4_punctuated_lines": (None, None),  # C4 drops other lines one by one
    "c4_lines_of_5_words": (None, None),  # likewise
    "c4_sentences": (3, None),
    "fineweb_punctuated_lines": (0.12, None),
    "fineweb_short_lines": (None, 0.67),
    "fineweb_duplicate_line_chars": (None, 0.1),
    "justext_stop_words": (None, None),  # share of function words; jusText asks .3 of a longer list; None where no list is known
}

find_words = re.compile(r"\w+").findall
find_sentence_ends = re.compile(r"(?<![.!?।。])[.!?।。]+[\"'”’)]*(?:\s|$)").findall
_GOPHER_STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
_C4_ENDS = (".", "!", "?", '"', "”", "।", "。")
_FINEWEB_ENDS = (*_C4_ENDS, "'", "’")
_C4_WORDS, _FINEWEB_SHORT = 5, 30  # words of a line that stays; characters of a short line


def quality_figures(document: Document, words: Sequence[str] | None = None) -> dict[str, Any]:
    """The figures by name, and `fails`: those outside of their paper's bounds. words: those of the text, in small letters."""
    lines = [document.block_text(block) for block in document.blocks]
    words = find_words(document.text.lower()) if words is None else words
    counts, count, chars = Counter(words), len(words), len(document.text)
    figures: dict[str, float | None] = {
        "gopher_words": count,
        "gopher_mean_word_length": _share(sum(len(word) * n for word, n in counts.items()), count),
        "gopher_symbols_per_word": _share(max(document.text.count("#"), document.text.count("…") + document.text.count("...")), count),
        "gopher_bullet_lines": _share(sum(block.kind == "list_item" for block in document.blocks), len(lines)),
        "gopher_ellipsis_lines": _share(sum(line.endswith(("…", "...")) for line in lines), len(lines)),
        "gopher_alphabetic_words": _share(sum(n for word, n in counts.items() if not word.isdigit()), count),
        "gopher_stop_words": sum(counts[word] for word in _GOPHER_STOP_WORDS) if (document.language or "en").startswith("en") else None,
        **_repeated_lines(lines, chars),
        **{f"gopher_{name}_chars": _chars(value, chars) for name, value in _repeated_ngrams(words).items()},
        "c4_punctuated_lines": _share(sum(line.endswith(_C4_ENDS) for line in lines), len(lines)),
        "c4_lines_of_5_words": _share(sum(line.count(" ") >= _C4_WORDS - 1 for line in lines), len(lines)),
        "c4_sentences": len(find_sentence_ends(document.text)),
        "fineweb_punctuated_lines": _share(sum(line.endswith(_FINEWEB_ENDS) for line in lines), len(lines)),
        "fineweb_short_lines": _share(sum(len(line) <= _FINEWEB_SHORT for line in lines), len(lines)),
        "justext_stop_words": _function_words(counts, count, document.language),
    }
    figures["fineweb_duplicate_line_chars"] = figures["gopher_duplicate_line_chars"]
    ordered = {name: figures[name] for name in BOUNDS}
    return {**ordered, "fails": [name for name, value in ordered.items() if not _within(value, *BOUNDS[name])]}


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0


def _chars(part: float, whole: float) -> float:
    """A share of the characters: n-grams that overlap may hold more of them than the text."""
    return min(1.0, _share(part, whole))


def _within(value: float | None, least: float | None, most: float | None) -> bool:
    return value is None or ((least is None or value >= least) and (most is None or value <= most))


def _repeated_lines(lines: Sequence[str], chars: int) -> dict[str, float]:
    again, seen = list[str](), set[str]()
    for line in lines:
        if line in seen:
            again.append(line)
        seen.add(line)
    return {
        "gopher_duplicate_lines": _share(len(again), len(lines)),
        "gopher_duplicate_line_chars": _share(sum(map(len, again)), chars),
    }


def _repeated_ngrams(words: Sequence[str]) -> dict[str, int]:
    """Characters in the most frequent n-gram for 2 to 4, and in all n-grams that stood before for 5 and 10.

    A run of words can only stand twice where its beginning does, so that from pair to run of ten ever fewer places are left.
    """
    out = dict[str, int]()
    runs: dict[int, tuple[str, ...]] = dict(enumerate(pairwise(words)))
    for n in (2, 3, 4, 5, 10):
        if n > 2:
            runs = {i: tuple(words[i : i + n]) for i in runs if i + n <= len(words)}
        counts = Counter(runs.values())
        runs = {i: run for i, run in runs.items() if counts[run] > 1}
        if n < 5:
            most = max(counts.values(), default=0)
            out[f"top_{n}gram"] = most * max(len(" ".join(run)) for run, m in counts.items() if m == most) if most > 1 else 0
        else:
            out[f"duplicate_{n}gram"] = _again(runs, n)
    return out


def _again(runs: Mapping[int, tuple[str, ...]], n: int) -> int:
    """Characters of the runs that stood before, overlapping ones counted once."""
    seen, chars, free = set[tuple[str, ...]](), 0, 0
    for i, run in runs.items():
        if i < free:
            continue
        if run in seen:
            chars, free = chars + len(" ".join(run)), i + n
        seen.add(run)
    return chars


def _function_words(counts: Mapping[str, int], count: int, language: str | None) -> float | None:
    """Share of function words, None for a language without a list of whole words."""
    listed = function_words(language or "")
    return _share(sum(counts.get(word, 0) for word in listed), count) if listed and count else None
