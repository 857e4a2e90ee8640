"""HTML to visible text, blocks with their evidence, and what the head says.

The tree is Lexbor's (selectolax) and never leaves `walk`. Before it is made, markup that a parser
would lose text over, or time, is put right here.
"""

from __future__ import annotations

import re

from .walk import Page, Walk


def read_html(markup: str) -> Page:
    """Read a page of HTML.

    >>> page = read_html("<h1>Dose</h1><p>Take 20&nbsp;mg<td>")
    >>> page.text, [b.kind for b in page.blocks]
    ('Dose\\n\\nTake 20\\xa0mg', ['heading', 'paragraph'])
    """
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(_limit_depth(_limit_attributes(_with_table(markup))))
    walk = Walk()
    if tree.root is not None:
        walk.run(tree.root)
    return walk.page()


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


_ATTRIBUTES = 1000  # of one element
_LONG_TAG = 4000  # characters that so many attributes take up at least
_OPENING = re.compile(r"<[a-zA-Z][^\s>]*")
_ATTRIBUTE = re.compile(r"""\s*[^\s>=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]*))?""")


def _limit_attributes(markup: str) -> str:
    """Drop attributes beyond the first thousand of an element: a parser compares each one with all before it."""
    here, parts = 0, list[str]()
    for place in range(0, len(markup), _LONG_TAG // 2):
        if place < here or markup.find(">", place, place + _LONG_TAG // 2) >= 0:
            continue
        start = markup.rfind("<", here, place + 1)  # no ">" for so long: a script, a long text, or a tag
        tag = _OPENING.match(markup, start) if start >= 0 else None
        if tag is None:
            continue
        cut = tag.end()
        for _ in range(_ATTRIBUTES):
            attribute = _ATTRIBUTE.match(markup, cut)
            if attribute is None:
                break
            cut = attribute.end()
        else:
            parts.append(markup[here:cut])
            end = markup.find(">", cut)
            here = len(markup) if end < 0 else end
    return "".join([*parts, markup[here:]]) if parts else markup
