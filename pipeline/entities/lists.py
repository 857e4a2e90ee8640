"""What a line's place says of it: an introduction above a list, a table's header, a grade of frequency in front.

"It is used to treat:" gives its items a role, so do the column "Side effect" of a table and the label
in "Very common: nausea, headache". On a page about one drug a list of complaints that nothing
introduces tells its side effects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial

from ..rules.load import load_toml, word_set
from ..stages.find_sections import section_kind
from .context import Context, Found
from .cues import Cue, Cues
from .drugs import Drugs
from .phrases import Phrases
from .role_doubts import tells_what_is_given
from .tokens import Line

_LEAD_WORDS = 25  # a longer line introduces no list
_TAIL_WORDS = 2  # "Do not take it if you have": what may stand behind the cue of a heading
_ITEM_WORDS = 16  # a longer line is no item
_LABEL_WORDS = 16  # "Common (may affect up to 1 in 10 people):"
_LIST_ITEMS = 3  # a list of complaints has at least so many
_UNLISTED_WORDS = 4  # a longer item is a sentence
Given = tuple[str, Cue | None]


class Lines:
    """The role that its line gives a mention."""

    def __init__(self, context: Context, cues: Cues, sections: Mapping[str, str]) -> None:
        self._context, self._cues, self._sections = context, cues, sections
        self._leads = dict(self._introduced()) | dict(self._graded())
        self._columns = dict(self._tabled())

    def role(self, f: Found) -> Given | None:
        """Of the table's column, else of the introduction or the grade in front."""
        number = self._context.page.line(f.first)
        if number < 0:
            return None
        columns = self._columns.get(number)
        if columns:
            row = self._context.page.lines[number].block
            cell = self._context.page.text.count("\t", row.start, self._context.page.starts[f.first])
            if cell in columns:
                return columns[cell]
        return self._leads.get(number)

    def _introduced(self) -> Iterator[tuple[int, Given]]:
        """Lines below one that ends in a colon, or below a heading, that holds a cue."""
        words, lead = self._context.page.words, None
        for number, line in enumerate(self._context.page.lines):
            size = line.last - line.first
            if words[line.last - 1] == ":" and size <= _LEAD_WORDS:
                lead = self._told(line, range(size + 1))
            elif line.block.kind == "heading":
                lead = self._told(line, range(_TAIL_WORDS + 1))
            elif lead and (line.block.kind in ("list_item", "table_row") or size <= _ITEM_WORDS):
                yield number, lead
            else:
                lead = None

    def _told(self, line: Line, tail: range) -> Given | None:
        """The last cue of the line with no more behind it than `tail` allows."""
        found = self._cues.find(self._context.page.words, line.first, line.last)
        cues = [c for c in found if c.reach == "forward" and line.last - c.last in tail and not tells_what_is_given(self._context, c)]
        return (cues[-1].says, cues[-1]) if cues and cues[-1].says != "none" else None

    def _graded(self) -> Iterator[tuple[int, Given]]:
        """Lines with a grade of frequency in front, set off by a colon or as a table's cell: "Rare: rash"."""
        page = self._context.page
        for number, line in enumerate(page.lines):
            if page.words[line.first] not in _grade_words():
                continue
            hit = _grades().at(page.words, line.first, line.last)
            if hit and self._is_set_off(line, line.first + hit[0]):
                yield number, ("adverse_effect", Cue(line.first, line.first + hit[0], "adverse_effect", "forward", "CAUSES"))

    def _is_set_off(self, line: Line, last: int) -> bool:
        page = self._context.page
        if last >= line.last:
            return False
        if line.block.kind == "table_row" and "\t" in page.text[page.ends[last - 1] : page.starts[last]]:
            return True
        label = page.words[last : min(line.last, last + _LABEL_WORDS)]
        return ":" in label and (label[0] == ":" or label[0] == "(" or label[0] in _effect_words())

    def _tabled(self) -> Iterator[tuple[int, dict[int, Given]]]:
        """Table rows, with the role that the header gives to each column."""
        columns: dict[int, Given] = {}
        inside = False
        for number, line in enumerate(self._context.page.lines):
            if line.block.kind != "table_row":
                inside = False
                continue
            if not inside:
                columns, inside = self._header(line), True
            elif columns:
                yield number, columns

    def _header(self, line: Line) -> dict[int, Given]:
        """Cells of the first row that name a kind of section: "Side effect", "Used for"."""
        cells = self._context.page.text[line.block.start : line.block.end].split("\t")
        kinds = [self._sections.get(section_kind(cell)) for cell in cells] if len(cells) > 1 else []
        return {i: (role, None) for i, role in enumerate(kinds) if role}


def complaints(context: Context, found: Sequence[Found], lines: Sequence[Line], sections: Sequence[str | None]) -> set[int]:
    """Numbers of the lines of lists of complaints in no section of their own, on a page about one drug."""
    if not found or not Drugs(context).main:
        return set()
    symptoms = {context.page.line(f.first) for f in found if f.kind in ("symptom", "finding", "composed", "injury")}
    out = set[int]()
    for run in _runs(lines, sections):
        many = len(run) >= _LIST_ITEMS and len(symptoms.intersection(run)) * 3 >= len(run) * 2
        if many and not _is_about_illness(context, lines, run[0]):
            out.update(run)
    return out


def unlisted(context: Context, found: Sequence[Found]) -> Iterator[Found]:
    """Short items that no table knows, in a list of side effects most items of which are known: "sudden bowel movements"."""
    page = context.page
    known = {page.line(f.first) for f in found}
    for run in _runs(page.lines, [None if line.block.section == "side_effects" else "-" for line in page.lines]):
        if len(run) < _LIST_ITEMS or len(known.intersection(run)) * 5 < len(run) * 3:
            continue
        for line in (page.lines[i] for i in run if i not in known):
            first = next((i for i in range(line.first, line.last) if page.words[i][0].isalpha()), line.last)
            words = page.words[first : line.last]
            end = next((i for i, w in enumerate(words) if not (w[0].isalpha() or w in ("-", "'s"))), len(words))
            if 0 < end <= _UNLISTED_WORDS and _sentence_words().isdisjoint(words) and context.free(line.first, line.last):
                name = " ".join(page.text[page.starts[first] : page.ends[first + end - 1]].lower().split())
                yield Found("CONDITION", first, first + end, None, name, "unlisted")


def _runs(lines: Sequence[Line], sections: Sequence[str | None]) -> Iterator[list[int]]:
    """List items that follow each other."""
    run = list[int]()
    for i, line in enumerate(lines):
        if line.block.kind == "list_item" and sections[i] in (None, "other"):
            run.append(i)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _is_about_illness(context: Context, lines: Sequence[Line], first: int) -> bool:
    """The line above, or the heading above that, speaks of symptoms, causes or kinds."""
    above = [i for i in range(first - 1, max(-1, first - 4), -1) if i == first - 1 or lines[i].block.kind == "heading"]
    return any(not _illness_words().isdisjoint(context.page.words[lines[i].first : lines[i].last]) for i in above)


@cache
def _grades() -> Phrases[str]:
    return Phrases((p, p) for p in load_toml("roles.toml")["lists"]["grades"])


@cache
def _grade_words() -> frozenset[str]:
    return frozenset(p.split()[0] for p in load_toml("roles.toml")["lists"]["grades"])


_effect_words = partial(word_set, "roles.toml", "lists", "effect_words")
_illness_words = partial(word_set, "roles.toml", "lists", "about_illness")
_sentence_words = partial(word_set, "roles.toml", "lists", "sentence_words")
