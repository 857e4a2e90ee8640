"""Why a stretch of a page may be removed."""

from __future__ import annotations

from collections.abc import Mapping

#: Why a stretch was removed: a closed list. New rules choose one of these.
REASONS: Mapping[str, str] = {
    "title-duplicate": "a further copy of the page's title",
    "duplicate-block": "a further copy of a block that is kept",
    "navigation": "menus, skip links, search boxes, tag lists",
    "breadcrumb": "the path to the page within its site",
    "share": "share and follow buttons",
    "reaction": "likes, votes, ratings, 'What's your reaction?'",
    "comment-form": "the form for comments and its labels, comment counts",
    "user-comment": "what readers wrote",
    "related": "teasers of and links to other pages",
    "author-box": "about the author",
    "byline": "author, date, reading time",
    "caption": "captions and credits of images and videos",
    "contact": "addresses, telephone numbers, messengers",
    "promotion": "offers, prices, calls to buy",
    "newsletter": "invitations to subscribe",
    "cookie": "cookie and consent notices",
    "login": "sign in, register, paywall",
    "pagination": "page numbers, previous and next",
    "footer": "the foot of the site",
    "legal": "terms, privacy, copyright lines (medical disclaimers are kept)",
    "advert": "advertisements and their labels",
    "keyword-stub": "a search phrase that stands as a paragraph",
    "llm-preamble": "what a language model says around its answer",
    "site-template": "a line that the site repeats on many pages",
    "layout": "what only serves the page's layout",
}
