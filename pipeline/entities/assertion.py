"""Whether a condition is said to be there: present, negated, possible or conditional.

After ConText (Harkema et al. 2009): cue words reach forward or back within their clause. "Stop if
you get a rash; fever is unlikely" negates the fever only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache, partial

from ..rules.load import load_toml, word_set
from .context import Context, Found
from .cues import Cue, Cues, clause, cuts_of

# A negation holds for what follows at once, and on through a list: "no fever, chills or rash".
_REACH = 10
_LIST_STEP = 6
_RANK = {"negated": 0, "conditional": 1, "possible": 2}


class _Sentence:
    """A sentence's cues, how far lists carry each on, and the places that end the reach of a negation."""

    def __init__(self, words: list[str], first: int, last: int) -> None:
        self.words, self.first, self.last = words, first, last
        self.cues = [c for c in _cues().find(words, first, last) if c.says != "pseudo"]
        self.parted = cuts_of(words, (first, last), _stops()) if self.cues else []
        self.reached = dict[int, int]()  # by the cue's first token
        # a new purpose or instruction begins: "scabies that did not clear with creams, and for river blindness"
        turning = _others() | {"for"}
        self.turns = [i for i in range(first + 1, last) if words[i] in turning and words[i - 1] in (",", "and", "but")] if self.cues else []
        # a later "if" or "to treat": "do not use if you have asthma"
        self.cuts = sorted(c.first for c in self.cues if c.says in ("conditional", "purpose"))

    def ends(self, cue: Cue, f: Found) -> bool:
        """True if what follows a negation ends its reach before the mention."""
        return _holds(self.turns, cue.last + 1, f.first) or _holds(self.cuts, cue.last, f.first)


def _holds(places: Sequence[int], first: int, last: int) -> bool:
    at = bisect_left(places, first)
    return at < len(places) and places[at] < last


def assertions(context: Context, found: Sequence[Found]) -> list[tuple[str, Cue | None]]:
    """For each mention what is said of it, and the cue that says so."""
    out = list[tuple[str, Cue | None]]()
    sentence: _Sentence | None = None
    for f in found:
        first, last = context.page.sentence(f.first)
        if sentence is None or sentence.first != first:
            sentence = _Sentence(context.page.words, first, last)
        cue = _decides(f, sentence) if sentence.cues else None
        out.append((cue.says if cue else "present", cue))
    return out


def _decides(f: Found, sentence: _Sentence) -> Cue | None:
    low, high = clause((f.first, f.last), (sentence.first, sentence.last), sentence.parted)
    candidates = [c for c in sentence.cues if low <= c.first and c.last <= high and _reaches(c, f, sentence)]
    for c in candidates:
        sentence.reached[c.first] = f.last + _LIST_STEP
    return min(candidates, key=lambda c: (_RANK[c.says], abs(c.first - f.first)), default=None)


def _reaches(cue: Cue, f: Found, sentence: _Sentence) -> bool:
    if cue.reach == "forward":
        near = cue.last <= f.first <= max(cue.last + _REACH, sentence.reached.get(cue.first, 0))
        return near and not (cue.says == "negated" and sentence.ends(cue, f))
    return cue.reach == "back" and f.last <= cue.first and _relative().isdisjoint(sentence.words[f.last : cue.first])


_others = partial(word_set, "assertion.toml", "others", "words")
_stops = partial(word_set, "assertion.toml", "stops")
_relative = partial(word_set, "assertion.toml", "relative")


@cache
def _cues() -> Cues:
    rules = load_toml("assertion.toml")
    rows = [*rules["cue"], {"assertion": "pseudo", "reach": "none", "words": rules["pseudo"]["words"]}]
    rows.append({"assertion": "purpose", "reach": "none", "words": rules["purposes"]["words"]})
    return Cues(rows, "assertion")
