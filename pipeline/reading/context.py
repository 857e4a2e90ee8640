"""What a page's elements say of a block that stands inside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..document import Evidence

BLOCKS = frozenset(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset figcaption figure footer form "  # noqa: SIM905
    "h1 h2 h3 h4 h5 h6 header hgroup hr html label legend li main menu nav ol optgroup p pre search section summary table tbody td tfoot "
    "th thead tr ul".split()
)
CONTAINERS = frozenset(
    "article aside blockquote body details div dl fieldset figure footer form header main menu nav ol section table td th ul".split()  # noqa: SIM905
)
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6, "summary": 4}
_KINDS = {
    **dict.fromkeys(HEADINGS, "heading"), "li": "list_item", "blockquote": "quote", "pre": "code", "figcaption": "caption",
    "caption": "caption", "dt": "term", "dd": "definition",
    **dict.fromkeys(("td", "th", "article", "aside", "nav", "tr", "table"), "paragraph"),
}  # fmt: skip
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HINTED = ("class", "id", "role", "itemprop")

_PATH_TAGS = 16  # of a block's ancestors, so many are named in its path, so many of their groups are kept
_HINTS, _OWN_HINTS = 48, 12  # tokens: of a block with its ancestors, of one attribute


@dataclass(slots=True)
class Context:
    """What an element and all those around it say; without arguments: the page as a whole."""

    tag: str = ""
    kind: str = "paragraph"
    level: int | None = None
    path: str = ""
    hints: tuple[str, ...] = ()
    hidden: bool = False
    groups: tuple[int, ...] = (0,)
    lists: int = 0  # lists open
    depth: int = 0  # elements open
    plain: Evidence | None = None  # of blocks without links or bold type, once there is one

    def evidence(self, links: int, *, bold: bool, stated: bool) -> Evidence:
        """The evidence of a block that stands here."""
        if self.plain and not (links or bold or stated):
            return self.plain
        evidence = Evidence(self.tag, self.path, self.hints, links, bold, self.hidden, self.groups[0], self.groups, stated)
        if not (links or bold or stated):
            self.plain = evidence
        return evidence


def context_of(tag: str, attributes: Mapping[str, str | None], group: int, above: Context) -> Context:
    """The context of an element inside `above`; `group` is the number of a container, else 0."""
    hints, hidden = above.hints, above.hidden
    if attributes and tag not in ("html", "body"):  # these say nothing of a single block
        own = _hint_tokens(attributes)
        if own:
            hints = own + hints[: _HINTS - len(own)]
        hidden = hidden or _is_hidden(attributes)
    if tag not in BLOCKS:
        if "-" in tag:  # an element of the page's own making tells what it is by its name: <app-breadcrumbs>
            hints = (tag, *hints[: _HINTS - 1])
        return Context(tag, above.kind, above.level, above.path, hints, hidden, above.groups, above.lists, above.depth + 1)
    path = f"{above.path}/{tag}" if above.path else tag
    if above.depth >= _PATH_TAGS:
        path = path.split("/", 1)[1]
    groups, lists = above.groups, above.lists
    if group:
        groups = (group, *groups[: _PATH_TAGS - 1])
        lists += tag in ("ul", "ol")
    kind, level = _KINDS.get(tag), None
    if kind is None:
        kind, level = above.kind, above.level
    elif kind == "heading":
        level = HEADINGS[tag]
    elif kind == "list_item":
        level = max(1, lists)
    return Context(tag, kind, level, path, hints, hidden, groups, lists, above.depth + 1)


def _hint_tokens(attributes: Mapping[str, str | None]) -> tuple[str, ...]:
    """Tokens of class, id, role and itemprop, lower case.

    >>> _hint_tokens({"class": "Entry-Content wide", "id": "main", "role": "main"})
    ('entry-content', 'wide', 'main', 'main')
    """
    tokens = list[str]()
    for name in _HINTED:
        value = attributes.get(name)
        if value:
            tokens += value.lower().split()[:_OWN_HINTS]
    return tuple(tokens)


def _is_hidden(attributes: Mapping[str, str | None]) -> bool:
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    return bool(style and _HIDDEN_STYLE.search(style))
