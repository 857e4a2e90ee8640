"""What a page abbreviates: after "inflammatory bowel disease (IBD)" each IBD is one."""

from __future__ import annotations

import re

from .context import Context, Found

_ACRONYM = re.compile(r"[A-Z][A-Za-z0-9-]*[A-Z0-9]s?")


def with_abbreviations(context: Context, found: list[Found]) -> list[Found]:
    """Add what the page abbreviates: "inflammatory bowel disease (IBD)", and each IBD from there on."""
    page, out = context.page, list(found)
    taken = {i for f in found for i in range(f.first, f.last)}
    short: dict[str, Found] = {}
    for f in found:
        span = _in_brackets(context, f.last)
        if span and f.last + 1 not in taken:
            text = page.text[page.starts[span[0]] : page.ends[span[1] - 1]]
            if _ACRONYM.fullmatch(text) and _is_short_for(text, page.words, f):
                short.setdefault(text, f)
    if not short:
        return out
    for text, f in short.items():
        for here in re.finditer(rf"(?<![\w-]){re.escape(text)}(?!\w)", page.text):
            first, last = page.token_at(here.start()), page.token_at(here.end() - 1) + 1
            if (
                first >= f.last
                and page.starts[first] == here.start()
                and taken.isdisjoint(range(first, last))
                and context.free(first, last)
            ):
                taken.update(range(first, last))
                out.append(Found("CONDITION", first, last, None, f.canonical, f.kind, f.ids))
    return sorted(out, key=lambda f: f.first)


def _is_short_for(short: str, words: list[str], f: Found) -> bool:
    """Whether it abbreviates the name, or the name with words before it: "heparin-induced thrombocytopenia (HIT)"."""
    if _abbreviates(short, words[f.first : f.last]):
        return True
    letters = [c.lower() for c in short.rstrip("s") if c.isalpha()]
    initials = [w[0] for w in words[max(0, f.first - 6) : f.last] if w[0].isalpha()]
    return len(letters) > 2 and initials[-len(letters) :] == letters


def _in_brackets(context: Context, i: int) -> tuple[int, int] | None:
    words = context.page.words
    if i + 2 >= len(words) or words[i] != "(":
        return None
    end = next((j for j in range(i + 1, min(i + 7, len(words))) if words[j] in (")", ";", ",")), None)
    return (i + 1, end) if end and end > i + 1 else None


def _abbreviates(short: str, words: list[str]) -> bool:
    """The first letters agree and the rest come in order: IBD, COPD, PWS.

    >>> _abbreviates("IBD", ["inflammatory", "bowel", "disease"]), _abbreviates("FDA", ["acne"])
    (True, False)
    """
    letters = [c.lower() for c in short.rstrip("s") if c.isalpha()]
    initials = [w[0] for w in words]
    if len(letters) > 1 and all(letters.count(c) <= initials.count(c) for c in letters):
        return True
    name = iter("".join(words))
    return bool(letters) and letters[0] in initials and all(c in name for c in letters)
