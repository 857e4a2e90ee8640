"""One walk over a fast tree: HTML to visible text, blocks with their evidence, and what the head says.

The tree is Lexbor's (selectolax) and never leaves this module. The walk keeps its own stack, so a
page nested a hundred thousand deep costs memory, not a crash. Words that the page would show, form
controls and scripts aside, are in the text, also those of hidden elements: whether they belong to
the article is judged later, from the evidence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any

from ..document import Block, Evidence

_SKIPPED = frozenset(
    "script style noscript template svg iframe object embed canvas audio video map select datalist textarea frameset".split()  # noqa: SIM905
)
_HEAD_TAGS = frozenset({"meta", "link", "title", "base", "input", "img"})
_PLAIN = frozenset("span i em u font small abbr cite time mark".split())  # noqa: SIM905  # change nothing when they have no attributes
_BLOCKS = frozenset(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset figcaption figure footer form "  # noqa: SIM905
    "h1 h2 h3 h4 h5 h6 header hgroup hr html label legend li main menu nav ol optgroup p pre search section summary table tbody td tfoot "
    "th thead tr ul".split()
)
_CONTAINERS = frozenset(
    "article aside blockquote body details div dl fieldset figure footer form header main menu nav ol section table td th ul".split()  # noqa: SIM905
)
_KINDS = {
    "h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading", "h6": "heading", "summary": "heading",
    "li": "list_item", "blockquote": "quote", "pre": "code", "figcaption": "caption", "caption": "caption", "dt": "term",
    "dd": "definition", "td": "paragraph", "th": "paragraph", "article": "paragraph", "aside": "paragraph", "nav": "paragraph",
    "tr": "paragraph", "table": "paragraph",
}  # fmt: skip
_BOLD = frozenset({"b", "strong"})
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\r\f]+")
_SUPERSCRIPTS = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_SUBSCRIPTS = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_WORDS = re.compile(r"\w+")
_RAISABLE = re.compile(r"\s*[0-9+\-−=()n]*[0-9][0-9+\-−=()n]*\s*")

_PATH_TAGS = 16  # of a block's ancestors, so many are named in its path, so many of their tokens are hints
_HINTS = 48
_ROW_CHARS, _CELL_BLOCKS = 1500, 8  # a longer row, or a cell of more blocks, is layout rather than data
_HEADING_CHARS = 90  # a bold line up to this length, without a full stop, is a heading
_STATED_CHARS = 25  # shorter blocks occur in a declared article by chance
_DEPTH = 1000  # elements open at once; browsers stop at 512 (Chromium's kMaximumHTMLParserDOMTreeDepth)


@dataclass(slots=True)
class Head:
    """What the page says of itself: raw strings, interpreted in `metadata`."""

    title: str = ""
    language: str = ""
    canonical: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    json_ld: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Page:
    """Visible text, its blocks (parted by a blank line) and the head."""

    text: str
    blocks: tuple[Block, ...]
    head: Head


class _Frame:
    """An open element; an inline element that changes nothing shares the frame around it."""

    __slots__ = (
        "block", "bold", "cells", "depth", "evidence", "groups", "hidden", "hints", "kind", "level", "link", "lists", "path", "pre",
        "raised_from", "row", "split", "tag",
    )  # fmt: skip

    def __init__(self, tag: str, above: _Frame | None = None) -> None:
        self.tag = tag
        self.evidence: Evidence | None = None
        self.row = -1  # for tr: index of its first block
        self.cells: list[int] = []  # for tr: index of each cell's first block
        self.split = False  # for tr: holds a table or heading of its own
        self.raised_from = -1  # for sup and sub: index of the first text piece inside
        self.kind: str = above.kind if above else "paragraph"
        self.level: int | None = above.level if above else None
        self.hints: tuple[str, ...] = above.hints if above else ()
        self.groups: tuple[int, ...] = above.groups if above else (0,)
        self.path: str = above.path if above else ""
        self.depth: int = above.depth + 1 if above else 0
        self.lists: int = above.lists if above else 0
        self.block = tag in _BLOCKS
        self.hidden: bool = above.hidden if above else False
        self.link: bool = (above.link if above else False) or tag == "a"
        self.bold: bool = (above.bold if above else False) or tag in _BOLD
        self.pre: bool = (above.pre if above else False) or tag == "pre"


@dataclass(slots=True)
class _Raw:
    """A block before its place in the text is known."""

    text: str
    kind: str
    level: int | None
    evidence: Evidence


def read_html(markup: str) -> Page:
    """Read a page of HTML.

    >>> page = read_html("<h1>Dose</h1><p>Take 20&nbsp;mg<td>")
    >>> page.text, [b.kind for b in page.blocks]
    ('Dose\\n\\nTake 20\\xa0mg', ['heading', 'paragraph'])
    """
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(_limit_depth(_with_table(markup)))
    walk = _Walk()
    walk.run(tree.root)
    return walk.page()


class _Walk:
    def __init__(self) -> None:
        self.head = Head()
        self.raws: list[_Raw] = []
        self.pieces: list[str] = []
        self.link_chars = self.bold_chars = 0
        self.groups = 0
        self.frame = _Frame("")
        self.stack: list[tuple[int, _Frame]] = [(0, self.frame)]

    def run(self, root: Any) -> None:
        """Visit every node once, in reading order, without recursion.

        The tree tells no ends of elements: they are seen when the next node's parent is not the open element.
        """
        if root is None:
            return
        stack, skipped, here = self.stack, set[int](), 0
        for node in root.traverse(include_text=True):
            parent = node.parent.mem_id
            if parent != here:
                if parent in skipped:
                    skipped.add(node.mem_id)
                    continue
                while len(stack) > 1 and stack[-1][0] != parent:
                    self._close()
                here = stack[-1][0]
            tag = node.tag
            if tag == "-text":
                self._text(node.text_content or "")
            elif tag in _SKIPPED:
                skipped.add(node.mem_id)
                self._note_script(tag, node)
            elif tag == "br":
                self._flush()
            elif tag in _HEAD_TAGS:
                self._note_head(tag, node)
                skipped.add(node.mem_id)
            elif node.is_element_node:
                here = node.mem_id
                self._open(tag, node, here)
        while len(stack) > 1:
            self._close()
        self._flush()

    def page(self) -> Page:
        """Lay the blocks out, a blank line between them."""
        stated = _stated_body(self.head.json_ld)
        blocks, here = [], 0
        for raw in self.raws:
            evidence = raw.evidence
            if stated and len(raw.text) >= _STATED_CHARS and _letters(raw.text) in stated:
                evidence = replace(evidence, stated=True)
            end = here + len(raw.text)
            blocks.append(Block(here, end, raw.kind, raw.level, None, evidence))
            here = end + 2
        return Page("\n\n".join([raw.text for raw in self.raws]), tuple(blocks), self.head)

    def _open(self, tag: str, node: Any, place: int) -> None:
        """Push the frame of an element that holds others."""
        above = self.stack[-1][1]
        attributes = node.attributes
        if tag in _PLAIN and not attributes:
            self.stack.append((place, above))
            return
        frame = _Frame(tag, above)
        if frame.block:
            self._flush()
            path = f"{above.path}/{tag}" if above.path else tag
            frame.path = path if above.depth < _PATH_TAGS else path.split("/", 1)[1]
            self._place(tag, frame)
        elif tag in ("sup", "sub"):
            frame.raised_from = len(self.pieces)
        if attributes and tag not in ("html", "body"):
            own = _hint_tokens(attributes)
            if own:
                frame.hints = (*own, *above.hints)[:_HINTS]
            frame.hidden = frame.hidden or _is_hidden(attributes)
            self._note_byline(tag, attributes, node)
        elif tag == "html":
            self.head.language = attributes.get("lang") or attributes.get("xml:lang") or ""
        self.stack.append((place, frame))

    def _place(self, tag: str, frame: _Frame) -> None:
        """Kind, level and group of a block element, and its part in a table row."""
        if tag in _CONTAINERS:
            self.groups += 1
            frame.groups = (self.groups, *frame.groups[: _PATH_TAGS - 1])
            frame.lists += tag in ("ul", "ol")
        kind = _KINDS.get(tag)
        if kind is None:
            return
        frame.kind = kind
        frame.level = max(1, frame.lists) if tag == "li" else (int(tag[1]) if tag[1].isdigit() else 4) if kind == "heading" else None
        if tag == "tr":
            frame.row = len(self.raws)
        elif tag in ("td", "th"):
            row = self._row()
            if row:
                row.cells.append(len(self.raws))
        elif tag == "table" or kind == "heading":
            row = self._row()
            if row:
                row.split = True

    def _row(self) -> _Frame | None:
        """The innermost open table row (looked for among the nearest ancestors)."""
        return next((frame for _, frame in self.stack[:-7:-1] if frame.tag == "tr"), None)

    def _close(self) -> None:
        frame = self.stack[-1][1]
        if frame is self.stack[-2][1]:
            self.stack.pop()
            return
        if frame.block:
            self._flush()
        elif 0 <= frame.raised_from <= len(self.pieces):
            self._raise(frame)
        self.stack.pop()
        if frame.row >= 0:
            self._merge_row(frame)

    def _raise(self, frame: _Frame) -> None:
        """Keep 10<sup>3</sup> apart from 103, and H<sub>2</sub>O from H2O."""
        inner = "".join(self.pieces[frame.raised_from :])
        if _RAISABLE.fullmatch(inner):
            self.pieces[frame.raised_from :] = [inner.translate(_SUPERSCRIPTS if frame.tag == "sup" else _SUBSCRIPTS)]
        elif inner[:1].isdigit() and frame.raised_from and self.pieces[frame.raised_from - 1][-1:].isalnum():
            self.pieces.insert(frame.raised_from, "^" if frame.tag == "sup" else "_")

    def _text(self, text: str) -> None:
        frame = self.stack[-1][1]
        if not frame.pre:
            if not self.pieces and text.isspace():
                return
            if "\n" in text or "  " in text or "\t" in text or "\r" in text:
                text = _SPACES.sub(" ", text)
        self.pieces.append(text)
        if frame.link:
            self.link_chars += len(text) - text.count(" ")
        if frame.bold:
            self.bold_chars += len(text) - text.count(" ")

    def _flush(self) -> None:
        """End the running block."""
        if not self.pieces:
            return
        frame = self.stack[-1][1]
        text = "".join(self.pieces) if len(self.pieces) > 1 else self.pieces[0]
        text = text.strip("\n\r").rstrip() if frame.pre else (_SPACES.sub(" ", text) if "  " in text else text).strip(" ")
        links, bold = self.link_chars, self.bold_chars
        self.pieces.clear()
        self.link_chars = self.bold_chars = 0
        if text and not text.isspace():
            self.raws.append(self._raw(text, frame, links, bold=bold > 0 and bold >= len(text) - text.count(" ")))

    def _raw(self, text: str, frame: _Frame, links: int, *, bold: bool) -> _Raw:
        kind, level = frame.kind, frame.level
        if bold and kind == "paragraph" and len(text) <= _HEADING_CHARS and not text.endswith((".", ",", ";", ":)")) and frame.tag != "td":
            kind, level = "heading", 5
        evidence = frame.evidence
        if evidence is None or links or bold:
            evidence = Evidence(frame.tag, frame.path, frame.hints, links, bold, frame.hidden, frame.groups[0], frame.groups)
            if not links and not bold:
                frame.evidence = evidence
        return _Raw(text, kind, level, evidence)

    def _merge_row(self, frame: _Frame) -> None:
        """Make the cells of a data row one block, parted by tabs; leave a row that only lays out the page."""
        if not frame.cells:
            return
        ends = [*frame.cells[1:], len(self.raws)]
        cells = [self.raws[a:b] for a, b in zip(frame.cells, ends, strict=True)]
        filled = [cell for cell in cells if cell]
        length = sum(len(raw.text) for cell in filled for raw in cell)
        if frame.split or len(filled) < 2 or length > _ROW_CHARS or max(map(len, filled)) > _CELL_BLOCKS:
            return
        text = "\t".join(" ".join(raw.text.replace("\n", " ") for raw in cell) for cell in cells).rstrip("\t")
        flat = [raw for cell in filled for raw in cell]
        links, bold = sum(r.evidence.link_chars for r in flat), all(r.evidence.bold for r in flat)
        self.raws[frame.cells[0] :] = [self._raw(text, frame, links, bold=bold)]
        self.raws[-1].kind, self.raws[-1].level = "table_row", None

    def _note_script(self, tag: str, node: Any) -> None:
        if tag == "script" and "ld+json" in (node.attributes.get("type") or "").lower() and len(self.head.json_ld) < 50:
            self.head.json_ld.append(node.text_content or node.text() or "")

    def _note_head(self, tag: str, node: Any) -> None:
        attributes = node.attributes
        if tag == "title":
            self.head.title = self.head.title or _SPACES.sub(" ", node.text() or "").strip()
        elif tag == "meta":
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            if name and attributes.get("content"):
                self.head.meta.setdefault(name.lower(), _SPACES.sub(" ", attributes["content"] or "").strip())
            elif (attributes.get("http-equiv") or "").lower() == "content-language":
                self.head.meta.setdefault("content-language", attributes.get("content") or "")
        elif tag == "link" and "canonical" in (attributes.get("rel") or "").lower().split():
            self.head.canonical = self.head.canonical or attributes.get("href") or ""

    def _note_byline(self, tag: str, attributes: Mapping[str, str | None], node: Any) -> None:
        """Dates and authors that the markup names as such: <time datetime>, rel=author, itemprop."""
        if tag == "time" and attributes.get("datetime") and len(self.head.times) < 8:
            self.head.times.append(attributes["datetime"] or "")
        elif len(self.head.authors) < 8 and ("author" in (attributes.get("rel") or "").split() or attributes.get("itemprop") == "author"):
            self.head.authors.append(_SPACES.sub(" ", node.text() or "").strip())


def _stated_body(json_ld: Sequence[str]) -> str:
    """The letters and digits of what the page itself declares to be its article (schema.org articleBody), else ""."""
    found = ""
    for raw in json_ld:
        if '"articleBody"' not in raw:
            continue
        try:
            body = _value_of("articleBody", json.loads(raw, strict=False), 5)
        except (ValueError, RecursionError):
            continue
        if isinstance(body, str) and len(body) > len(found):
            found = body
    return _letters(unescape(found)) if len(found) >= 4 * _STATED_CHARS else ""


def _value_of(key: str, value: Any, depth: int) -> Any:
    """The first value of `key` in nested JSON."""
    if isinstance(value, dict):
        if key in value:
            return value[key]
        value = list(value.values())
    if isinstance(value, list) and depth:
        return next((found for item in value[:50] if (found := _value_of(key, item, depth - 1))), None)
    return None


def _letters(text: str) -> str:
    return "".join(_WORDS.findall(text)).lower()


def _hint_tokens(attributes: Mapping[str, str | None]) -> list[str]:
    """Tokens of class, id, role and itemprop, lower case.

    >>> _hint_tokens({"class": "Entry-Content wide", "id": "main", "role": "main"})
    ['entry-content', 'wide', 'main', 'main']
    """
    tokens = list[str]()
    for name in ("class", "id", "role", "itemprop"):
        value = attributes.get(name)
        if value:
            tokens += value.lower().split()[:12]
    return tokens


def _is_hidden(attributes: Mapping[str, str | None]) -> bool:
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    return bool(style and _HIDDEN_STYLE.search(style))


_CELL = re.compile(r"<(table|tr|t[dh])\b", re.IGNORECASE)


def _with_table(markup: str) -> str:
    """Put cells that stand outside of a table into one: a parser drops their tags, and two doses would run together.

    >>> read_html("<td>20 mg<td>40 mg").text
    '20 mg\\t40 mg'
    """
    first = _CELL.search(markup)
    if first is None or first[1].lower() == "table":
        return markup
    return f"{markup[: first.start()]}<table>{markup[first.start() :]}"


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905


def _limit_depth(markup: str) -> str:
    """Drop opening tags that stand deeper than a browser would nest them.

    An HTML parser looks through all open elements at many tags, so its time grows with the square
    of the depth: a megabyte of nested <div> takes minutes. Pages with so few tags that even this
    would take less than a tenth of a second are left as they are.
    """
    if markup.count("<") < 10 * _DEPTH:
        return markup
    depth, here, parts = 0, 0, list[str]()
    for match in _TAG.finditer(markup):
        name = match[2].lower()
        if name in _VOID:
            continue
        if match[1]:
            depth = max(0, depth - 1)
            continue
        depth += 1
        if depth > _DEPTH:
            parts.append(markup[here : match.start()])
            end = markup.find(">", match.end())
            here = len(markup) if end < 0 else end + 1
    return "".join([*parts, markup[here:]])
