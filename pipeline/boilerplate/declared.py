"""What a page says that it is: its types by schema.org and OpenGraph, and the program that made it (`Document.declared`)."""

from __future__ import annotations

from collections.abc import Collection

from ..rules.load import load_toml

_ARTICLE = frozenset(
    {"article", "newsarticle", "blogposting", "medicalwebpage", "scholarlyarticle", "report", "og:article", "recipe", "drug"}
)


def declared_as(kind: str, declared: Collection[str], key: str = "declared") -> str:
    """How a page says that it is of a kind of `rules/page_types.toml`, or "".

    >>> declared_as("forum", ("og:website", "qapage")), declared_as("forum", ("newsarticle",))
    ('it declares itself qapage', '')
    """
    known = load_toml("page_types.toml")[kind][key]
    found = next((name for name in declared if name in known), "")
    how, _, name = found.rpartition(":")
    return found and (f"it is made by {name}" if how == "by" else f"it declares itself {found if how == 'og' else name}")


def is_article(declared: Collection[str]) -> bool:
    """What calls itself an article."""
    return not _ARTICLE.isdisjoint(declared)


def thread(declared: Collection[str]) -> str:
    """How a page says that it is a thread of a forum, and no article, or "": all its posts are what readers came for.

    >>> thread(("og:website", "by:discourse")), thread(("by:discourse", "newsarticle"))
    ('it is made by discourse', '')
    """
    return "" if is_article(declared) else declared_as("forum", declared, "threads")
