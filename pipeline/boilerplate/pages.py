"""The verdict on each block of an HTML page: the labeller's, with the rules where they are surer.

A rule that knows a whole line wins over the labeller; names of elements win where they are telling
(captions, bylines, comments); references and disclaimers near the article stay. The reason of what
the labeller drops comes from the rules, the names, or the place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .apparatus import is_apparatus, keep_apparatus
from .contents import drop_contents
from .decide import decide
from .dropping import drop_bare_headings, drop_comments, drop_consent, drop_other_posts, drop_sections
from .evidence import Reading
from .keeping import PATTERN_WORDS, by_rule, fill_gaps, keep_posts, keep_questions, keep_standfirst, keep_steps
from .labeller import load_labeller
from .rules import BoilerplateRules
from .verdict import UNNAMED, Verdict

_LINKED, _FEW_LINKS = 0.85, 0.3  # shares of a block's characters that stand in links
_ROW = 2  # bars between links: a row of three or more, as of a menu
_TELLING = {  # reasons that names give and how sure the labeller may be of the contrary
    "caption": 0.97, "byline": 0.9, "user-comment": 0.995, "comment-form": 0.97, "share": 0.97, "author-box": 0.9, "newsletter": 0.9,
    "footer": 0.9, "cookie": 0.97, "advert": 0.8, "related": 0.8, "pagination": 0.8, "breadcrumb": 0.97, "navigation": 0.7, "reaction": 0.8,
    "login": 0.8,
}  # fmt: skip
_TELLING_RULES = {"contents-widget": 0.98}  # the same of single rules
_SHORT_ONLY = frozenset({"byline", "share", "reaction", "pagination", "breadcrumb"})
_SHORT = 30  # words
_SURE_HEAD = 0.95  # of a heading in a menu's words over a list
_SURE_ITEM, _ITEMS = 0.8, 3  # the labeller's least probability; items looked at before and behind
_SURE_DATE, _DATES = 0.7, 2  # likewise of a date as a heading; so many make a timeline
_CONTENTS = "contents-toggle"  # the rule that knows the heading of a table of contents
# Reasons of words that may head a section: "Contact", "Reviews", "Option 1: colchicine"; the labeller's least probability.
_LABEL_WORDS, _SURE_LABEL = frozenset({"contact", "user-comment", "llm-preamble", "promotion", "legal"}), 0.9
_MENU_WORDS, _HEADS = frozenset({"navigation", "footer", "layout"}), 0.6  # reasons of single words; the labeller's least probability


def chances_of(reading: Reading) -> list[float]:
    """The labeller's probability for each block that it belongs to the article."""
    chances: list[float] = load_labeller().probabilities(reading.rows, reading.hints).tolist()
    return chances


def judge(reading: Reading, rules: BoilerplateRules, chances: Sequence[float]) -> list[Verdict | None]:
    """A verdict for each block, None for what stays, from the labeller's chances and the rules."""
    kept = decide(reading, chances)
    verdicts = [None if keep else UNNAMED for keep in kept]
    _apply_rules(reading, rules, chances, verdicts)
    drop_consent(reading, verdicts)
    drop_contents(reading, verdicts)
    keep_standfirst(reading, rules, verdicts)
    keep_posts(reading, rules, verdicts)
    drop_sections(reading, verdicts)
    drop_comments(reading, verdicts)
    drop_other_posts(reading, verdicts)
    drop_bare_headings(reading, chances, verdicts)
    keep_apparatus(reading, rules, chances, verdicts, UNNAMED)
    fill_gaps(reading, rules, chances, verdicts)
    keep_questions(reading, rules, verdicts)
    keep_steps(reading, rules, verdicts)
    if reading.shown is not None:
        verdicts[reading.shown] = None
    _explain(reading, rules, chances, verdicts)
    return verdicts


def _apply_rules(reading: Reading, rules: BoilerplateRules, chances: Sequence[float], verdicts: list[Verdict | None]) -> None:
    """What stays is shown to the rules, and to the names of elements, which may know better."""
    page = reading.page
    kept = [i for i, verdict in enumerate(verdicts) if verdict is None and i != reading.shown]
    found = by_rule(reading, rules, kept)
    dates = [i for i, rule in found.items() if rule and rule.rule == "byline-date" and _is_dated(reading, chances, i)]
    for i in kept:
        block, named, rule = page.blocks[i], reading.named[i][0], found[i]
        if rule and _is_label(reading, chances, verdicts, i, rule):
            continue
        if rule and rule.reason in _MENU_WORDS and _is_of_list(reading, chances, found, i):
            continue
        if i in dates and len(dates) >= _DATES:
            continue
        if rule:
            verdicts[i] = rule
        elif block.kind == "paragraph" and _is_data(page.texts[i]):
            verdicts[i] = Verdict("layout", "data-literal")
        elif block.kind == "paragraph" and _is_link_row(page.texts[i], page.links[i] * page.chars[i]):
            verdicts[i] = Verdict("navigation", "link-row")
        elif block.evidence.tag == "figcaption" or (block.kind == "caption" and block.evidence.tag != "caption"):
            verdicts[i] = Verdict("caption", "tag-figcaption")
        elif (
            named
            and not (named.reason == "share" and "blockquote" in block.evidence.path)
            and chances[i] < _TELLING_RULES.get(named.rule, _TELLING.get(named.reason, 0))
            and (page.words[i] <= _SHORT or named.reason not in _SHORT_ONLY)
            and not is_apparatus(page.texts[i])
        ):
            verdicts[i] = named


def _is_label(reading: Reading, chances: Sequence[float], verdicts: Sequence[Verdict | None], i: int, rule: Verdict) -> bool:
    """The heading of a section of the article, in words that elsewhere are a menu's or a widget's."""
    if rule.rule == _CONTENTS or not _heads_text(reading, chances, verdicts, i):
        return False
    return rule.reason in _MENU_WORDS or (rule.reason in _LABEL_WORDS and chances[i] >= _SURE_LABEL)


def _heads_text(reading: Reading, chances: Sequence[float], verdicts: Sequence[Verdict | None], i: int) -> bool:
    """True for a heading in a menu's words ("Active ingredients") with running text of the article, or a list of it, under it."""
    page, below = reading.page, i + 1
    if page.blocks[i].kind != "heading" or chances[i] < _HEADS or page.links[i] >= _FEW_LINKS:
        return False
    if below >= len(verdicts) or verdicts[below] is not None:
        return False
    listed = page.blocks[below].kind == "list_item" and page.links[below] < _FEW_LINKS and chances[i] > _SURE_HEAD
    return bool(page.prose[below]) or listed


def _is_of_list(reading: Reading, chances: Sequence[float], found: Mapping[int, Verdict | None], i: int) -> bool:
    """True for an item in a menu's words ("Community", "Home delivery") between items of the article that are none."""
    blocks, page = reading.page.blocks, reading.page
    if blocks[i].kind != "list_item" or page.links[i] or chances[i] < _SURE_ITEM:
        return False
    near = [
        j for j in range(max(0, i - _ITEMS), i + _ITEMS + 1) if j < len(blocks) and blocks[j].evidence.group == blocks[i].evidence.group
    ]
    return any(j in found and not found[j] and not page.links[j] for j in near)


def _is_dated(reading: Reading, chances: Sequence[float], i: int) -> bool:
    """A heading that is likely, and has text under it: of a timeline, where it is a date."""
    blocks = reading.page.blocks
    heads = blocks[i].kind in ("heading", "term") and i + 1 < len(blocks) and blocks[i + 1].kind != blocks[i].kind
    return heads and chances[i] >= _SURE_DATE and reading.shown != i


def _is_data(text: str) -> bool:
    """What a script was to read, left in the open: {"layout": 2, "button": "Buy now"}."""
    return text.startswith('{"') and text.endswith("}") and '":' in text


def _is_link_row(text: str, linked: float) -> bool:
    """Three links or more between bars, and nothing else; `linked`: characters in links."""
    return text.count(" | ") >= _ROW and linked >= _LINKED * (len(text) - text.count(" ") - text.count("|"))


def _explain(reading: Reading, rules: BoilerplateRules, chances: Sequence[float], verdicts: list[Verdict | None]) -> None:
    """Give each block that only the labeller drops its reason."""
    kept = [i for i, verdict in enumerate(verdicts) if verdict is None]
    first, last = (kept[0], kept[-1]) if kept else (0, -1)
    near = {j for i in kept for j in range(i - 2, i + 3)}
    unnamed = [i for i, verdict in enumerate(verdicts) if verdict is UNNAMED]
    asked = [i for i in unnamed if i in near and reading.rule[i] is None and reading.page.words[i] <= PATTERN_WORDS and chances[i] > 0.01]
    found = dict(zip(asked, rules.match_patterns([reading.folded[i] for i in asked]), strict=True))
    for i in unnamed:
        rule = reading.rule[i] or found.get(i)
        verdicts[i] = rule or reading.named[i][0] or Verdict(_reason(reading, i, first, last), "labeller")


def _reason(reading: Reading, i: int, first: int, last: int) -> str:
    """What a dropped block most likely is, from its place and its links."""
    linked = reading.page.links[i] > 0.5
    if i < first or last < 0:
        return "navigation"
    if linked:
        return "related" if i < 0.9 * len(reading.folded) else "footer"
    return "footer" if i > last and i > 0.85 * len(reading.folded) else "layout"
