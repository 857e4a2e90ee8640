"""Whether a condition is said to be there: present, negated, possible or conditional.

After ConText (Harkema et al. 2009): cue words reach forward or back within their clause. "Stop if
you get a rash; fever is unlikely" negates the fever only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial

from ..rules.load import load_toml, word_set
from .context import Context, Found
from .cues import Cue, Cues, clause

# A negation holds for what follows at once, and on through a list: "no fever, chills or rash".
_REACH = 10
_LIST_STEP = 6
_RANK = {"negated": 0, "conditional": 1, "possible": 2}


def assertions(context: Context, found: Sequence[Found]) -> list[tuple[str, Cue | None]]:
    """For each mention what is said of it, and the cue that says so."""
    out = list[tuple[str, Cue | None]]()
    begin, cues, reached = -1, list[Cue](), dict[Cue, int]()
    for f in found:
        sentence = context.page.sentence(f.first)
        if sentence[0] != begin:
            begin, reached = sentence[0], {}
            cues = [c for c in _cues().find(context.page.words, *sentence) if c.says != "pseudo"]
        cue = _decides(context, f, cues, reached, sentence) if cues else None
        out.append((cue.says if cue else "present", cue))
    return out


def _decides(context: Context, f: Found, cues: list[Cue], reached: dict[Cue, int], sentence: tuple[int, int]) -> Cue | None:
    words = context.page.words
    low, high = clause(words, (f.first, f.last), sentence, _stops())
    candidates = [c for c in cues if _reaches(words, c, f, low, high, reached) and not _is_cut(c, f, cues)]
    for c in candidates:
        reached[c] = f.last + _LIST_STEP
    return min(candidates, key=lambda c: (_RANK[c.says], abs(c.first - f.first)), default=None)


def _reaches(words: list[str], cue: Cue, f: Found, low: int, high: int, reached: dict[Cue, int]) -> bool:
    if not (low <= cue.first and cue.last <= high):
        return False
    if cue.reach == "forward":
        if cue.says == "negated" and _turns(words, cue.last, f.first):
            return False
        return cue.last <= f.first <= max(cue.last + _REACH, reached.get(cue, 0))
    return cue.reach == "back" and f.last <= cue.first and _relative().isdisjoint(words[f.last : cue.first])


def _turns(words: list[str], first: int, last: int) -> bool:
    """A new purpose begins: "scabies that did not clear with creams, and for river blindness"."""
    return any(words[i] == "for" and words[i - 1] in (",", "and") for i in range(first + 1, last))


def _is_cut(cue: Cue, f: Found, cues: list[Cue]) -> bool:
    """A later "if" or "to treat" ends the reach of a negation: "do not use if you have asthma"."""
    if cue.says != "negated" or cue.reach != "forward":
        return False
    return any(cue.last <= c.first < f.first and c.says in ("conditional", "purpose") for c in cues)


_stops = partial(word_set, "assertion.toml", "stops")
_relative = partial(word_set, "assertion.toml", "relative")


@cache
def _cues() -> Cues:
    rules = load_toml("assertion.toml")
    rows = [*rules["cue"], {"assertion": "pseudo", "reach": "none", "words": rules["pseudo"]["words"]}]
    rows.append({"assertion": "purpose", "reach": "none", "words": rules["purposes"]["words"]})
    return Cues(rows, "assertion")
