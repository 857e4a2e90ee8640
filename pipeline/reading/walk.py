"""One walk over a page's tree: visible text, blocks with their evidence, and what the head says.

The walk keeps its own stack, so a page nested a hundred thousand deep costs memory, not a crash.
Words that the page would show, form controls and scripts aside, are in the text, also those of
hidden elements: whether they belong to the article is judged later, from the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

from ..document import Block
from .context import BLOCKS, CONTAINERS, HEADINGS, Context, context_of
from .head import HEAD_TAGS, Head, letters_of

_SKIPPED = "script style noscript template svg iframe object embed canvas audio video map select datalist textarea frameset"
_PLAIN = "span i em u font small abbr cite time mark"  # change nothing when they have no attributes
_CARD = re.compile(r"\b(?:vcard|fn n)\b").search
_ROLES = {
    **dict.fromkeys((*_SKIPPED.split(), *HEAD_TAGS), "skipped"), "br": "break",
    **dict.fromkeys(BLOCKS, "block"), **dict.fromkeys(("sup", "sub"), "raised"), **dict.fromkeys(_PLAIN.split(), "plain"),
}  # fmt: skip
# In these an element of a page's own making is part of a line.
_TEXT_LEVEL = frozenset("p h1 h2 h3 h4 h5 h6 li dt dd td th a span em strong b i u label button figcaption caption summary".split())  # noqa: SIM905
_IN_ROWS = frozenset({"tr", "td", "th", "table", *HEADINGS})  # elements that begin a table row or tell that it is none

_SPACES = re.compile(r"[ \t\n\r\f]+")
_SUPERSCRIPTS = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_SUBSCRIPTS = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_raisable = re.compile(r"\s*[+\-−=()n]*[0-9][0-9+\-−=()n]*\s*").fullmatch

_ROW_CHARS, _CELL_BLOCKS = 1500, 8  # a longer row, or a cell of more blocks, is layout rather than data
_HEADING_CHARS = 90  # a bold line up to this length, without a full stop, is a heading
_NO_HEADING = (".", ",", ";", ":)")  # ends of a bold line that is none
_NEAR = 6  # so many elements between, a table or heading still tells of the row around it
_STATED_CHARS = 25  # shorter blocks occur in a declared article by chance

_LINK, _BOLD, _PRE = 1, 2, 4  # what an element means for all text in it, as bits
_MARKS = {"a": _LINK, "b": _BOLD, "strong": _BOLD, "pre": _PRE}

# An open element: its place in memory, tag, role, attributes, marks, number if it is a container
_Open: TypeAlias = tuple[int, str, "str | None", Mapping[str, "str | None"], int, int]
# A block before its place in the text is known: text, kind, level, context, link_chars, bold
_Raw: TypeAlias = tuple[str, str, "int | None", Context, int, bool]


@dataclass(slots=True)
class Page:
    """Visible text, its blocks (parted by a blank line) and the head."""

    text: str
    blocks: tuple[Block, ...]
    head: Head


class _Row:
    """An open table row: its place on the stack, the first block of each cell, whether it holds a table or heading of its own."""

    def __init__(self, place: int) -> None:
        self.place = place
        self.cells: list[int] = []
        self.split = False


class Walk:
    """What has been read so far. own_blocks: elements of the page's own making (<app-paragraph>) are blocks, and not parts of a line."""

    def __init__(self, *, own_blocks: bool = False) -> None:
        self.own_blocks = own_blocks
        self.head = Head()
        self.raws: list[_Raw] = []
        self.pieces: list[str] = []  # of the running block
        self.link_chars = self.bold_chars = 0
        self.groups = 0
        self.stack: list[_Open] = []
        self.contexts = [Context()]  # of the first elements on the stack; of the others when they are asked for
        self.rows: list[_Row] = []
        self.raised: list[int] = []  # index of the first piece in each open sup and sub

    def run(self, root: Any) -> None:
        """Visit every node once, in reading order, without recursion.

        The tree tells no ends of elements: they are seen when the next node's parent is not the open element.
        """
        stack, pieces, skipped = self.stack, self.pieces, set[int]()
        here = outermost = root.parent.mem_id
        marks = 0
        stack.append((here, "", None, {}, 0, 0))
        for node in root.traverse(include_text=True):
            parent = node.parent.mem_id
            if parent != here:
                if parent in skipped:
                    skipped.add(node.mem_id)
                    continue
                self._close_to(parent)
                here, marks = parent, stack[-1][4]
            tag = node.tag
            if tag == "-text":
                text = node.text_content or ""
                if pieces or marks & _PRE or not text.isspace():
                    self._text(text, marks)
                continue
            role = _ROLES.get(tag)
            if role is None and self.own_blocks and not pieces and tag and tag.find("-") > 0 and stack[-1][1] not in _TEXT_LEVEL:
                role = "block"
            if role == "skipped":
                skipped.add(node.mem_id)
                self.head.note(tag, node)
            elif role == "break":
                self._flush()
            elif role or node.is_element_node:
                here = node.mem_id
                marks |= _MARKS.get(tag, 0)
                self._open(here, tag, role, node, marks)
        self._close_to(outermost)
        self._flush()

    def page(self) -> Page:
        """Lay the blocks out, a blank line between them."""
        declared = self.head.stated_body()
        blocks, here = [], 0
        for text, kind, level, context, links, bold in self.raws:
            end = here + len(text)
            stated = bool(declared) and len(text) >= _STATED_CHARS and letters_of(text) in declared
            evidence = context.evidence(links, bold=bold, stated=stated)
            blocks.append(Block(here, end, kind, level, None, evidence))
            here = end + 2
        return Page("\n\n".join([raw[0] for raw in self.raws]), tuple(blocks), self.head)

    def _open(self, place: int, tag: str, role: str | None, node: Any, marks: int) -> None:
        """Push an element that holds others."""
        attributes, group = node.attributes, 0
        if role == "block":
            if self.pieces:
                self._flush()
            if tag in CONTAINERS:
                self.groups = group = self.groups + 1
            if tag in _IN_ROWS:
                self._note_row(tag)
            elif tag == "html":
                self.head.language = attributes.get("lang") or attributes.get("xml:lang") or ""
        elif role == "raised":
            self.raised.append(len(self.pieces))
        if "rel" in attributes or "itemprop" in attributes or tag == "time" or _CARD(attributes.get("class") or ""):
            self.head.note_byline(tag, attributes, node)
        if "itemtype" in attributes:
            self.head.note_types(attributes["itemtype"] or "")
        self.stack.append((place, tag, role, attributes, marks, group))

    def _note_row(self, tag: str) -> None:
        """Where a table row and its cells begin, and whether it holds a table or heading of its own."""
        place = len(self.stack)
        if tag == "tr":
            self.rows.append(_Row(place))
        elif self.rows and place - self.rows[-1].place <= _NEAR:
            if tag in ("td", "th"):
                self.rows[-1].cells.append(len(self.raws))
            else:
                self.rows[-1].split = True

    def _close_to(self, place: int) -> None:
        """Close elements up to the one at `place`."""
        stack, contexts = self.stack, self.contexts
        while stack[-1][0] != place:
            _, tag, role, _, _, _ = stack[-1]
            if role == "block":
                if self.pieces:
                    self._flush()
                if tag == "tr":
                    self._merge_row(self.rows.pop())
            elif role == "raised":
                self._raise(tag, self.raised.pop())
            stack.pop()
            if len(contexts) > len(stack):
                contexts.pop()

    def _context(self) -> Context:
        """What the open elements say, worked out from the outermost one that has not been asked yet inwards."""
        stack, contexts = self.stack, self.contexts
        for _, tag, role, attributes, _, group in stack[len(contexts) :]:
            above = contexts[-1]
            contexts.append(above if role == "plain" and not attributes else context_of(tag, attributes, group, above))
        return contexts[-1]

    def _raise(self, tag: str, start: int) -> None:
        """Keep 10<sup>3</sup> apart from 103, and H<sub>2</sub>O from H2O."""
        pieces = self.pieces
        if start > len(pieces):  # a block ended inside
            return
        inner = "".join(pieces[start:])
        if _raisable(inner):
            pieces[start:] = [inner.translate(_SUPERSCRIPTS if tag == "sup" else _SUBSCRIPTS)]
        elif inner[:1].isdigit() and start and pieces[start - 1][-1:].isalnum():
            pieces.insert(start, "^" if tag == "sup" else "_")

    def _text(self, text: str, marks: int) -> None:
        if not marks & _PRE and ("\n" in text or "  " in text or "\t" in text or "\r" in text):
            text = _SPACES.sub(" ", text)
        self.pieces.append(text)
        if marks & _LINK:
            self.link_chars += len(text) - text.count(" ")
        if marks & _BOLD:
            self.bold_chars += len(text) - text.count(" ")

    def _flush(self) -> None:
        """End the running block."""
        pieces, links, bold_chars = self.pieces, self.link_chars, self.bold_chars
        if not pieces:
            return
        text = "".join(pieces) if len(pieces) > 1 else pieces[0]
        pieces.clear()
        self.link_chars = self.bold_chars = 0
        if self.stack[-1][4] & _PRE:
            text = text.strip("\n\r").rstrip()
        elif "  " in text:
            text = _SPACES.sub(" ", text).strip(" ")
        else:
            text = text.strip(" ")
        if text and not text.isspace():
            bold = bold_chars > 0 and bold_chars >= len(text) - text.count(" ")
            context = self.contexts[-1] if len(self.contexts) == len(self.stack) else self._context()
            kind, level = context.kind, context.level
            if bold and kind == "paragraph" and context.tag != "td" and len(text) <= _HEADING_CHARS and not text.endswith(_NO_HEADING):
                kind, level = "heading", 5
            self.raws.append((text, kind, level, context, links, bold))

    def _merge_row(self, row: _Row) -> None:
        """Make the cells of a data row one block, parted by tabs; leave a row that only lays out the page."""
        cells = [self.raws[a:b] for a, b in pairwise([*row.cells, len(self.raws)])]
        filled = [cell for cell in cells if cell]
        flat = [raw for cell in filled for raw in cell]
        if row.split or len(filled) < 2 or sum(len(raw[0]) for raw in flat) > _ROW_CHARS or max(map(len, filled)) > _CELL_BLOCKS:
            return
        text = "\t".join(" ".join(raw[0].replace("\n", " ") for raw in cell) for cell in cells).rstrip("\t")
        merged = (text, "table_row", None, self._context(), sum(raw[4] for raw in flat), all(raw[5] for raw in flat))
        self.raws[row.cells[0] :] = [merged]
