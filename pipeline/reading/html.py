"""HTML to visible text, blocks with their evidence, and what the head says.

The tree is Lexbor's (selectolax) and never leaves `walk`. Before it is made, markup that a parser
would lose text over, or time, is put right here.
"""

from __future__ import annotations

import re
from itertools import islice

from .walk import Page, Walk


def read_html(markup: str) -> Page:
    """Read a page of HTML.

    >>> page = read_html("<h1>Dose</h1><p>Take 20&nbsp;mg<td>")
    >>> page.text, [b.kind for b in page.blocks]
    ('Dose\\n\\nTake 20\\xa0mg', ['heading', 'paragraph'])

    A page that shows next to nothing without its scripts, and says more to readers who have none, is read as those see it.

    >>> read_html("<body>Loading<noscript><p>Take one tablet in the evening, with a glass of water.</p></noscript>").blocks[-1].kind
    'paragraph'
    """
    page = _read(markup)
    if len(page.text) < _NO_TEXT and (bare := _NOSCRIPT.sub("", markup)) != markup:
        other = _read(bare)
        return other if len(other.text) > _MORE * len(page.text) else page
    return page


_NOSCRIPT = re.compile(r"</?noscript\b[^<>]{0,200}>", re.IGNORECASE)
_NO_TEXT, _MORE = 600, 4  # characters that a page of menus alone may show; so many times as much makes the difference


def _read(markup: str) -> Page:
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    try:
        tree = LexborHTMLParser(_limit_depth(_limit_attributes(_with_table(markup))))
    except SelectolaxError as error:  # it takes any markup: it is memory that it could not have
        raise MemoryError(str(error)) from error
    walk = Walk(own_blocks=sum(1 for _ in islice(_PARAGRAPH.finditer(markup), _PARAGRAPHS)) < _PARAGRAPHS)
    if tree.root is not None:
        walk.run(tree.root)
    return walk.page()


_PARAGRAPH = re.compile(r"<p[\s>]", re.IGNORECASE)  # and no <path>, <picture> or <pre>
_PARAGRAPHS = 3  # a page with fewer makes its paragraphs of elements of its own: <app-paragraph>
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


_DEPTH = 1000  # elements open at once; browsers stop at 512 (Chromium's kMaximumHTMLParserDOMTreeDepth)
_OPTIONS = 5000  # of all lists of a page
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
_CLOSED_BY_THE_NEXT = frozenset("p tr td th thead tbody tfoot".split())  # noqa: SIM905  # often left open, and never deep
_ITEMS = {"li": "li", "dt": "dt", "dd": "dt"}  # closed by the next of their kind, and nested by one of the other
_LISTS = frozenset(("ul", "ol", "dl"))


def _limit_depth(markup: str) -> str:
    """Drop opening tags that stand deeper than a browser would nest them, and options beyond what a reader would scroll through.

    An HTML parser looks through all open elements at many tags, and Lexbor through all options of a list at each of them, so its
    time grows with the square: a megabyte of nested <div> takes minutes. Pages with so few tags that even this
    would take less than a tenth of a second are left as they are.
    """
    if markup.count("<") < 10 * _DEPTH:
        return markup
    depth, here, parts = _Depth(), 0, list[str]()
    for match in _TAG.finditer(markup):
        if depth.is_too_deep(match[2].lower(), closes=bool(match[1])):
            parts.append(markup[here : match.start()])
            end = markup.find(">", match.end())
            if end < 0:
                return "".join(parts)
            here = end + 1
    return "".join([*parts, markup[here:]])


class _Depth:
    """How deep the elements are nested, by their tags; what is left open as usual does not count."""

    def __init__(self) -> None:
        self.open = self.options = self.items = 0
        self.item = ""  # the kind of item that is open

    def is_too_deep(self, name: str, *, closes: bool) -> bool:
        """Take note of the next tag; True for an opening one that is to be dropped."""
        if name in ("option", "optgroup"):
            self.options += not closes
            return not closes and self.options > _OPTIONS
        if name in _ITEMS or (closes and name in _LISTS):
            return self._is_item_too_deep(_ITEMS.get(name, ""), closes=closes, of_list=name in _LISTS)
        if name in _VOID or name in _CLOSED_BY_THE_NEXT:
            return False
        if name in _LISTS:
            self.item = ""
        self.open = max(0, self.open - 1) if closes else self.open + 1
        return not closes and self.open > _DEPTH

    def _is_item_too_deep(self, kind: str, *, closes: bool, of_list: bool) -> bool:
        if closes:
            self.item, self.items = "", max(0, self.items - 1)
            self.open = max(0, self.open - of_list)
            return False
        self.items += bool(self.item) and kind != self.item
        self.item = kind
        return self.items > _DEPTH


_ATTRIBUTES = 1000  # of one element
_LONG_TAG = 8000  # characters; a shorter one holds too few attributes to take time
_OPENING = re.compile(r"<[a-zA-Z][^\s>]*")
# Only plain attributes: what looks like a long tag may be a script, and nothing of that may be cut.
_attribute_at = re.compile(r"""\s+[a-zA-Z][\w:.-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=]+))?(?=[\s/>]|$)""").match


def _limit_attributes(markup: str) -> str:
    """Drop attributes beyond the first thousand of an element: a parser compares each one with all before it."""
    here, looked, parts = 0, 0, list[str]()
    for place in range(0, len(markup), _LONG_TAG // 2):
        if place < here or markup.find(">", place, place + _LONG_TAG // 2) >= 0:
            continue
        start = markup.rfind("<", max(here, looked), place + 1)  # no ">" for so long: a script, a long text, or a tag
        looked = place
        tag = _OPENING.match(markup, start) if start >= 0 else None
        cut = _after_attributes(markup, tag.end()) if tag else None
        if cut is not None:
            parts.append(markup[here:cut])
            end = markup.find(">", cut)
            here = len(markup) if end < 0 else end
    return "".join([*parts, markup[here:]]) if parts else markup


def _after_attributes(markup: str, place: int) -> int | None:
    """Where the last attribute that is kept ends; None if there are no more than that."""
    for _ in range(_ATTRIBUTES):
        attribute = _attribute_at(markup, place)
        if attribute is None:
            return None
        place = attribute.end()
    return place
