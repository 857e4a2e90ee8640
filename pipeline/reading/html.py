"""One walk over a fast tree: HTML to visible text, blocks with their evidence, and what the head says.

The tree is Lexbor's (selectolax) and never leaves this module. The walk keeps its own stack, so a
page nested a hundred thousand deep costs memory, not a crash. Words that the page would show, form
controls and scripts aside, are in the text, also those of hidden elements: whether they belong to
the article is judged later, from the evidence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..document import Block, Evidence

_SKIPPED = frozenset(
    "script style noscript template svg iframe object embed canvas audio video map select datalist textarea head frameset".split()  # noqa: SIM905
)
_BLOCKS = frozenset(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hgroup hr html label legend li main menu nav ol optgroup p pre search section summary table tbody td tfoot "
    "th thead tr ul".split()  # noqa: SIM905
)
_CONTAINERS = frozenset(
    "article aside blockquote body details div dl fieldset figure footer form header main menu nav ol section table td th ul".split()  # noqa: SIM905
)
_KINDS = {
    "h1": "heading", "h2": "heading", "h3": "heading", "h4": "heading", "h5": "heading", "h6": "heading", "summary": "heading",
    "li": "list_item", "blockquote": "quote", "pre": "code", "figcaption": "caption", "caption": "caption", "dt": "term",
    "dd": "definition", "td": "paragraph", "th": "paragraph", "article": "paragraph", "aside": "paragraph", "nav": "paragraph",
}  # fmt: skip
_BOLD = frozenset({"b", "strong"})
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\n\r\f]+")
_SUPERSCRIPTS = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")  # noqa: RUF001
_SUBSCRIPTS = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")  # noqa: RUF001
_RAISABLE = re.compile(r"\s*[0-9+\-−=()n]*[0-9][0-9+\-−=()n]*\s*")

_PATH_TAGS = 16  # of a block's ancestors, so many are named in its path, so many of their tokens are hints
_HINTS = 48
_ROW_CHARS, _CELL_BLOCKS = 1500, 8  # a longer row, or a cell of more blocks, is layout rather than data
_HEADING_CHARS = 90  # a bold line up to this length, without a full stop, is a heading
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


@dataclass(slots=True)
class _Frame:
    """An open element."""

    tag: str
    block: bool
    kind: str
    level: int | None
    hints: tuple[str, ...]
    hidden: bool
    group: int
    link: bool
    bold: bool
    pre: bool
    row: int = -1  # for tr: index of its first block
    cells: list[int] = field(default_factory=list)  # for tr: index of each cell's first block
    split: bool = False  # for tr: holds a table or heading of its own
    evidence: Evidence | None = None
    raised_from: int = -1  # for sup and sub: index of the first text piece inside


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

    tree = LexborHTMLParser(_limit_depth(markup))
    walk = _Walk()
    walk.run(tree.root)
    return walk.page()


class _Walk:
    def __init__(self) -> None:
        self.head = Head()
        self.raws: list[_Raw] = []
        self.pieces: list[str] = []
        self.link_chars = self.bold_chars = self.chars = 0
        self.groups = 0
        self.stack: list[_Frame] = [_Frame("", True, "paragraph", None, (), False, 0, False, False, False)]

    def run(self, root: Any) -> None:
        """Visit every node once, in reading order, without recursion."""
        node, up = root, list[Any]()
        while node is not None:
            child = self._open(node)
            if child is not None:
                up.append(node)
                node = child
                continue
            following = node.next
            while following is None and up:
                node = up.pop()
                self._close()
                following = node.next
            node = following
        self._flush()

    def page(self) -> Page:
        """Lay the blocks out, a blank line between them."""
        blocks, here = [], 0
        for raw in self.raws:
            blocks.append(Block(here, here + len(raw.text), raw.kind, raw.level, None, raw.evidence))
            here += len(raw.text) + 2
        return Page("\n\n".join(raw.text for raw in self.raws), tuple(blocks), self.head)

    def _open(self, node: Any) -> Any:
        """Take a node in; its first child if the walk should go into it, with a frame pushed."""
        if node.is_text_node:
            self._text(node.text_content or "")
            return None
        if not node.is_element_node:
            return None
        tag = node.tag
        if tag == "br":
            self._flush()
            return None
        if tag in _SKIPPED and tag != "head":
            self._note_script(tag, node)
            return None
        if tag in ("meta", "link", "title", "base", "input", "img"):
            self._note_head(tag, node)
            return None
        attributes = node.attributes
        if tag == "html":
            self.head.language = self.head.language or attributes.get("lang") or attributes.get("xml:lang") or ""
        child = node.first_child
        if tag in _BLOCKS:
            self._flush()
        if child is not None:
            self._push(tag, attributes)
            self._note_byline(tag, attributes, node)
        return child

    def _push(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        above = self.stack[-1]
        block = tag in _BLOCKS
        hints, hidden = above.hints, above.hidden
        if attributes and tag not in ("html", "body"):
            own = _hint_tokens(attributes)
            hints = (*own, *hints)[:_HINTS] if own else hints
            hidden = hidden or _is_hidden(attributes)
        group = above.group
        if tag in _CONTAINERS:
            self.groups += 1
            group = self.groups
        kind, level = _KINDS.get(tag, above.kind), above.level
        if tag == "li":
            level = 1 + sum(frame.tag in ("ul", "ol") for frame in self.stack[-_PATH_TAGS:-1])
        elif tag in _KINDS:
            level = int(tag[1]) if kind == "heading" and tag != "summary" else 4 if kind == "heading" else None
        frame = _Frame(
            tag, block, kind, level, hints, hidden, group, above.link or tag == "a", above.bold or tag in _BOLD, above.pre or tag == "pre"
        )
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
        elif tag in ("sup", "sub"):
            frame.raised_from = len(self.pieces)
        self.stack.append(frame)

    def _row(self) -> _Frame | None:
        """The innermost open table row (looked for among the nearest ancestors)."""
        return next((frame for frame in self.stack[:-7:-1] if frame.tag == "tr"), None)

    def _close(self) -> None:
        frame = self.stack[-1]
        if frame.block:
            self._flush()
        elif frame.raised_from >= 0 and frame.raised_from <= len(self.pieces):
            self._raise(frame)
        self.stack.pop()
        if frame.tag == "tr":
            self._merge_row(frame)

    def _raise(self, frame: _Frame) -> None:
        """Keep 10<sup>3</sup> apart from 103, and H<sub>2</sub>O from H2O."""
        inner = "".join(self.pieces[frame.raised_from :])
        if _RAISABLE.fullmatch(inner):
            self.pieces[frame.raised_from :] = [inner.translate(_SUPERSCRIPTS if frame.tag == "sup" else _SUBSCRIPTS)]
        elif inner[:1].isdigit() and frame.raised_from and self.pieces[frame.raised_from - 1][-1:].isalnum():
            self.pieces.insert(frame.raised_from, "^" if frame.tag == "sup" else "_")

    def _text(self, text: str) -> None:
        frame = self.stack[-1]
        if not frame.pre:
            text = _SPACES.sub(" ", text)
        self.pieces.append(text)
        solid = len(text) - text.count(" ")
        self.chars += solid
        if frame.link:
            self.link_chars += solid
        if frame.bold:
            self.bold_chars += solid

    def _flush(self) -> None:
        """End the running block."""
        if not self.pieces:
            return
        frame = self.stack[-1]
        text = "".join(self.pieces)
        text = text.strip("\n\r") .rstrip() if frame.pre else _SPACES.sub(" ", text).strip(" ")
        links, bold, chars = self.link_chars, self.bold_chars, self.chars
        self.pieces.clear()
        self.link_chars = self.bold_chars = self.chars = 0
        if not chars or not text.strip():
            return
        self.raws.append(self._raw(text, frame, links, bold=bold >= chars))

    def _raw(self, text: str, frame: _Frame, links: int, *, bold: bool) -> _Raw:
        kind, level = frame.kind, frame.level
        if bold and kind == "paragraph" and len(text) <= _HEADING_CHARS and not text.endswith((".", ",", ";", ":)")) and frame.tag != "td":
            kind, level = "heading", 5
        evidence = frame.evidence
        if evidence is None or links or bold:
            path = "/".join(f.tag for f in self.stack[-_PATH_TAGS:])
            evidence = Evidence(frame.tag, path, frame.hints, links, bold, frame.hidden, frame.group)
            if not links and not bold:
                frame.evidence = evidence
        return _Raw(text, kind, level, evidence)

    def _merge_row(self, frame: _Frame) -> None:
        """Make the cells of a data row one block, parted by tabs; leave a row that only lays out the page."""
        ends = [*frame.cells[1:], len(self.raws)]
        cells = [self.raws[a:b] for a, b in zip(frame.cells, ends, strict=True)]
        filled = [cell for cell in cells if cell]
        length = sum(len(raw.text) for cell in filled for raw in cell)
        if frame.split or len(filled) < 2 or length > _ROW_CHARS or max(map(len, filled)) > _CELL_BLOCKS:
            return
        text = "\t".join(" ".join(raw.text.replace("\n", " ") for raw in cell) for cell in cells).rstrip("\t")
        flat = [raw for cell in filled for raw in cell]
        links, bold = sum(r.evidence.link_chars for r in flat), all(r.evidence.bold for r in flat)
        self.raws[frame.row :] = [self._raw(text, frame, links, bold=bold)]
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


def _hint_tokens(attributes: Mapping[str, str | None]) -> list[str]:
    """Tokens of class, id, role and itemprop, lower case.

    >>> _hint_tokens({"class": "Entry-Content wide", "id": "main", "role": "main"})
    ['entry-content', 'wide', 'main', 'main']
    """
    return [
        token
        for name in ("class", "id", "role", "itemprop")
        if (value := attributes.get(name))
        for token in value.lower().split()[:12]
    ]


def _is_hidden(attributes: Mapping[str, str | None]) -> bool:
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    return bool(style and _HIDDEN_STYLE.search(style))


_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905


def _limit_depth(markup: str) -> str:
    """Drop opening tags that stand deeper than a browser would nest them.

    An HTML parser looks through all open elements at many tags, so its time grows with the square
    of the depth: a megabyte of unclosed <div> takes minutes. The exact count is made only for
    pages with thousands more opening than closing tags.
    """
    closing = markup.count("</")
    if markup.count("<") - 2 * closing < 4 * _DEPTH:
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
