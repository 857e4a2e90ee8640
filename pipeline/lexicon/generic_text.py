"""The text with generic names in place of brands and synonyms, where it stays readable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from .context import ContextWords, line_around, starts_sentence
from .mentions import Mention

#: Names that are less sure than this are left as they stand.
_SURE = 0.7
_REPLACED = frozenset({"brand", "synonym", "abbreviation", "combination"})

#: Between two names of one row: "Accutane, Claravis® or Amnesteem".
_in_a_row = re.compile(
    r"[®™]?\s*(?:\([^()]{0,20}\)\s*)?(?:[,/&+]\s*)?(?:(?:and/or|and|or|und|et)\s*)?(?:the\s+)?[\"'“‘]?", re.IGNORECASE
).fullmatch
#: Between two names of one thing: "Isotroin 20 mg (isotretinoin", "paracetamol, also known as acetaminophen".
_same_thing = re.compile(
    r"""
    [®™]?[^.\n()]{0,15}[(\[/=][^().\n]{0,30}                                                       # "Isotroin 20 mg (", "("
    | [®™)]?,?\s*(?:
        (?:\(\s*)?(?:is\s+|are\s+)?(?:also|better|formerly|otherwise|commonly)\s+\w+\s+(?:as|under)    # "also known as"
        | or | aka | i\.e\. | that\ is
      )[^.\n]{0,25}
    """,
    re.IGNORECASE | re.VERBOSE,
).fullmatch
_number = re.compile(r"\d").search
_strength = re.compile(r"(?<=[^\W\d_])[ \u00a0-](\d.*)$", re.DOTALL).search
_mark = re.compile(r"\s?(?:®|™|\(R\)|\(TM\))").match
_article = re.compile(r"\b([Aa])(n?)([ \u00a0])$").search
_VOWELS = frozenset("aeiou")


def generic_text(text: str, mentions: Sequence[Mention], words: ContextWords, usan: Mapping[str, str]) -> str:
    """The text with generic names; usan: ingredient -> American name, empty to write international names."""
    drugs = [mention for mention in mentions if mention.kind != "class"]
    kept = _kept_as_written(text, drugs, words)
    parts, here = list[str](), 0
    for mention in drugs:
        if mention not in kept and (new := _replacement(text, mention, usan)):
            before = text[here : mention.start]
            parts += [before if mention.name.kind == "foreign" else _with_article(before, new), new]
            here = mark.end() if (mark := _mark(text, mention.end)) else mention.end
    return "".join([*parts, text[here:]])


def displayed(targets: Sequence[str], usan: Mapping[str, str]) -> str:
    """Ingredients as one string, under their American names where these are asked for.

    >>> displayed(("paracetamol", "codeine"), {"paracetamol": "acetaminophen"})
    'acetaminophen + codeine'
    """
    return " + ".join(usan.get(target, target) for target in targets)


def _kept_as_written(text: str, drugs: Sequence[Mention], words: ContextWords) -> set[Mention]:
    """Names that explain each other or stand in a row of trade names."""
    kept = set[Mention]()
    for row in _rows(text, drugs):
        brands = [mention for mention in row if mention.kind == "brand"]
        if len(brands) > 1 or (brands and words.naming_before(text[max(0, row[0].start - 40) : row[0].start])):
            kept.update(row)
    for one, other in pairwise(drugs):
        if set(one.name.targets) & set(other.name.targets) and _same_thing(text[one.end : other.start]):
            kept.update((one, other))
        elif one in kept and one.name.targets == other.name.targets and _in_a_row(text[one.end : other.start]):
            kept.add(other)
    return kept


def _rows(text: str, drugs: Sequence[Mention]) -> Iterator[list[Mention]]:
    """The drugs, those of one enumeration together."""
    row = list[Mention]()
    for mention in drugs:
        between = text[row[-1].end : mention.start] if row else ""
        if row and not (between.strip(" \n®™") and len(between) < 40 and _in_a_row(between)):
            yield row
            row = []
        row.append(mention)
    if row:
        yield row


def _replacement(text: str, mention: Mention, usan: Mapping[str, str]) -> str | None:
    """The generic name as it is to stand here, or None where the text stays as it is.

    A strength in a brand name stays ("Augmentin 625 Duo"); other names with numbers stay as they are ("5-FU", "vitamin B12").
    """
    written = text[mention.start : mention.end]
    if mention.confidence < _SURE or (mention.kind not in _REPLACED and not (usan and mention.kind == "generic")):
        return None
    new = displayed(mention.name.targets, usan)
    strength = _strength(written) if mention.kind == "brand" else None
    name, tail = (written[: strength.start()], strength[1]) if strength else (written, "")
    if new == name.lower() or _number(name) or _number(new):
        return None
    return " ".join(filter(None, (_in_case(text, mention, new), tail)))


def _in_case(text: str, mention: Mention, new: str) -> str:
    """With a capital at the start of a sentence, in capitals in a line of capitals."""
    line = line_around(text, mention.start, mention.end)
    if line.isupper() and sum(map(str.isalpha, line)) > mention.end - mention.start + 3:
        return new.upper()
    return new[0].upper() + new[1:] if text[mention.start].isupper() and starts_sentence(text, mention.start) else new


def _with_article(before: str, new: str) -> str:
    """The text before a new name, its article fitted: "a Roaccutane course" -> "an isotretinoin course".

    >>> _with_article("took a ", "isotretinoin"), _with_article("Took an ", "paracetamol"), _with_article("Hepatitis A ", "x")
    ('took an ', 'Took a ', 'Hepatitis A ')
    """
    if not (found := _article(before)) or (found[1] == "A" and not starts_sentence(before, found.start())):
        return before
    return f"{before[: found.start()]}{found[1]}{'n' if new[0].lower() in _VOWELS else ''}{found[3]}"
