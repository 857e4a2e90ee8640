"""The verdict on each block of an HTML page: the labeller's, with the rules where they are surer.

A rule that knows a whole line wins over the labeller; names of elements win where they are telling
(captions, bylines, comments); references and disclaimers near the article stay. The reason of what
the labeller drops comes from the rules, the names, or the place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise, takewhile

from ..rules.load import load_toml
from .apparatus import is_apparatus, keep_apparatus
from .contents import drop_contents
from .evidence import Reading
from .features import NAMES
from .labeller import load_labeller
from .rules import BoilerplateRules
from .verdict import Verdict

KEEP = 0.5  # the labeller's probability from which a block is kept
_KEEP_LINKS = 0.85  # the same for a block that is nothing but links, and for a heading with nothing under it
_KEEP_TEASER, _KEEP_LISTED = 0.99, 0.6  # the same for a link that stands alone in an article, and for one on a page of links
_LINKED, _LINK_WORDS, _LISTING = 0.85, 40, 0.3  # share of a block's characters, its words, share of the page's likely words
_ROW = 2  # bars between links: a row of three or more, as of a menu
_DOUBT = 0.1  # below this the labeller is sure that a block is no article
_PATTERN_WORDS = 60
_FALLBACK, _FEWEST_WORDS = 0.05, 40  # the least chance, and the prose of a page on which something is kept in any case
_ARTICLE_WORDS = 80  # so many words of prose outside of the comments make an article
_TELLING = {  # reasons that names give and how sure the labeller may be of the contrary
    "caption": 0.97, "byline": 0.9, "user-comment": 0.995, "comment-form": 0.97, "share": 0.97, "author-box": 0.9, "newsletter": 0.9,
    "cookie": 0.97, "advert": 0.8, "related": 0.8, "pagination": 0.8, "breadcrumb": 0.97, "navigation": 0.7, "reaction": 0.8, "login": 0.8,
}  # fmt: skip
_SHORT_ONLY = frozenset({"byline", "share", "reaction", "pagination", "breadcrumb"})
_SURE = 0.97
_GAP, _DOUBTED, _NEAR_NAMES = 8, 0.25, 4  # blocks in a gap that is filled, with at least this probability; names looked at
_QUESTIONS, _QUESTION_WORDS, _ANSWER_WORDS = 3, (3, 25), 4  # so many make a list of them; words of one, the fewest of an answer
_ANSWER_BLOCKS = 6  # from one question to the next, at most
_FOLDING = frozenset({"layout", "comment-form", "share", "navigation"})  # what the names of buttons, labels and toggles betray
_NO_ANSWERS = frozenset({"nav", "form", "footer"})
_NEAR_TITLE = 12  # blocks below the title
_LEAD_WORDS, _SENTENCE_WORDS, _FEW_LINKS, _FEW_DIGITS = (5, 90), 9, 0.3, 0.12  # of a standfirst; shares of its characters
_SHORT = 30  # words
_SURE_HEAD = 0.95  # of a heading in a menu's words over a list
_SURE_ITEM, _ITEMS = 0.8, 3  # the labeller's least probability; items looked at before and behind
_SURE_DATE, _DATES = 0.7, 2  # likewise of a date as a heading; so many make a timeline
_STEPS = 3  # so many captions named steps are instructions
_CONTENTS = "contents-toggle"  # the rule that knows the heading of a table of contents
_MENU_WORDS, _HEADS = frozenset({"navigation", "footer", "layout"}), 0.6  # reasons of single words; the labeller's least probability
_CONSENT_GROUPS, _CONSENT_WORDS, _CONSENT_SHARE = 4, 3, 0.25  # containers around a line of a consent dialog; its words; share of such lines
_POST = re.compile(r"post-\d+")  # of WordPress, an id of each post


def chances_of(reading: Reading) -> list[float]:
    """The labeller's probability for each block that it belongs to the article."""
    chances: list[float] = load_labeller().probabilities(reading.rows, reading.hints).tolist()
    return chances


def judge(reading: Reading, rules: BoilerplateRules, chances: Sequence[float]) -> list[Verdict | None]:
    """A verdict for each block, None for what stays, from the labeller's chances and the rules."""
    kept = decide(reading, chances)
    verdicts = [None if keep else _UNNAMED for keep in kept]
    _apply_rules(reading, rules, chances, verdicts)
    _drop_consent(reading, verdicts)
    drop_contents(reading, verdicts)
    _keep_standfirst(reading, rules, verdicts)
    _keep_posts(reading, rules, verdicts)
    _drop_comments(reading, verdicts)
    _drop_other_posts(reading, verdicts)
    _drop_bare_headings(reading, chances, verdicts)
    keep_apparatus(reading, rules, chances, verdicts, _UNNAMED)
    _fill_gaps(reading, rules, chances, verdicts)
    _keep_questions(reading, rules, verdicts)
    _keep_steps(reading, rules, verdicts)
    if reading.shown is not None:
        verdicts[reading.shown] = None
    _explain(reading, rules, chances, verdicts)
    return verdicts


_UNNAMED = Verdict("layout", "labeller")
_IN_MAIN = NAMES.index("in_main")


def decide(reading: Reading, chances: Sequence[float]) -> list[bool]:
    """What the labeller keeps: items and rows of one list or table are decided together."""
    page = reading.page
    means = dict[tuple[int, str], list[float]]()
    for block, chance, words in zip(page.blocks, chances, page.words, strict=True):
        if block.kind in ("list_item", "table_row"):
            own = means.setdefault((block.evidence.group, block.kind), [0.0, 0.0])
            own[0] += chance * words
            own[1] += words
    kept, bars = [], _bars(reading, chances)
    for i, (block, chance) in enumerate(zip(page.blocks, chances, strict=True)):
        level = chance
        if block.kind in ("list_item", "table_row"):
            total, count = means[block.evidence.group, block.kind]
            level = (level + 2 * total / count) / 3
        kept.append(level >= bars[i])
    _keep_headings(reading, chances, kept)
    if not any(kept) and page.total_prose >= _FEWEST_WORDS:
        best = max(range(len(kept)), key=lambda i: chances[i])
        kept = [c >= max(_FALLBACK, 0.5 * chances[best]) and page.prose[i] > 0 for i, c in enumerate(chances)]
    return kept


def _bars(reading: Reading, chances: Sequence[float]) -> list[float]:
    """The chance from which each block is kept; higher for one that is nothing but links.

    In an article a line that is one link is a teaser of another page; on a page of links the links are what a reader came for.
    """
    page = reading.page
    linked = [page.links[i] >= _LINKED and page.words[i] <= _LINK_WORDS for i in range(len(chances))]
    likely = [i for i, chance in enumerate(chances) if chance >= KEEP]
    words = sum(page.words[i] for i in likely)
    if sum(page.words[i] for i in likely if linked[i]) > _LISTING * words:
        return [_KEEP_LISTED if link else KEEP for link in linked]
    alone = [block.kind in ("paragraph", "heading") and words >= _ARTICLE_WORDS for block in page.blocks]
    return [KEEP if not link else _KEEP_TEASER if lone else _KEEP_LINKS for link, lone in zip(linked, alone, strict=True)]


def _keep_headings(reading: Reading, chances: Sequence[float], kept: list[bool]) -> None:
    """A heading stays with what it heads."""
    blocks = reading.page.blocks
    for i in range(len(kept) - 1, -1, -1):
        if blocks[i].kind not in ("heading", "term"):
            continue
        heads = any(kept[i + 1 : i + 3])
        if not kept[i] and chances[i] >= _DOUBT and heads and kept[i + 1] and blocks[i + 1].kind != "heading":
            kept[i] = True
        elif kept[i] and not heads and chances[i] < _KEEP_LINKS and not reading.page.prose[i]:
            kept[i] = False


def _keep_standfirst(reading: Reading, rules: BoilerplateRules, verdicts: list[Verdict | None]) -> None:
    """The lines under the title that lead into the article belong to it, also when they stand in a <header>.

    They are a sentence, or named for what they are; bylines, dates and share buttons may stand between.
    """
    if reading.shown is None:
        return
    below, prose = range(reading.shown + 1, min(reading.shown + 1 + _NEAR_TITLE, len(verdicts))), reading.page.prose
    above_text = takewhile(lambda i: verdicts[i] is not None or not prose[i], below)
    leads = [i for i in above_text if verdicts[i] is not None and _is_standfirst(reading, i)]
    _keep_unless_ruled(reading, rules, verdicts, leads)


def _is_standfirst(reading: Reading, i: int) -> bool:
    page, named = reading.page, reading.named[i][0]
    text, words, block = page.texts[i], page.words[i], page.blocks[i]
    if page.links[i] >= _FEW_LINKS or not _LEAD_WORDS[0] <= words <= _LEAD_WORDS[1] or block.evidence.hidden or reading.comments[i]:
        return False
    if (named and named.reason not in ("navigation", "layout", "related")) or block.kind not in ("paragraph", "heading", "quote"):
        return False
    if sum(map(str.isdigit, text)) > _FEW_DIGITS * len(text):  # a date
        return False
    if any(_hints_of("standfirst").search(token) for token in block.evidence.hints[:2]):
        return True
    return words >= _SENTENCE_WORDS and text.endswith((".", "!", "?", "…", "”", '"')) and not (named and named.reason == "related")


@cache
def _hints_of(key: str) -> re.Pattern[str]:
    return re.compile(load_toml("hints.toml")[key]["names"])


def _fill_gaps(reading: Reading, rules: BoilerplateRules, chances: Sequence[float], verdicts: list[Verdict | None]) -> None:
    """Between kept blocks of the main container, what the labeller merely doubts stays, and so do the parts of accordions."""
    kept = [i for i, verdict in enumerate(verdicts) if verdict is None]
    between = [i for one, two in pairwise(kept) if two - one <= _GAP + 1 for i in range(one + 1, two)]
    doubted = [i for i in between if _is_doubted(reading, chances, verdicts, i)]
    _keep_unless_ruled(reading, rules, verdicts, doubted)


def _keep_posts(reading: Reading, rules: BoilerplateRules, verdicts: list[Verdict | None]) -> None:
    """The posts of a thread look alike: what stands in the same elements, of the same names, as a kept one stays, however short."""
    if not reading.is_thread:
        return
    places = [(tuple(map(_without_number, block.evidence.hints)), block.evidence.path) for block in reading.page.blocks]
    posts = {place for place, verdict, prose in zip(places, verdicts, reading.page.prose, strict=True) if verdict is None and prose}
    alike = [i for i, verdict in enumerate(verdicts) if verdict is _UNNAMED and places[i] in posts and not reading.named[i][0]]
    _keep_unless_ruled(reading, rules, verdicts, alike)


def _without_number(token: str) -> str:
    """The name that numbered ones share: `post_content3`."""
    return token.rstrip("0123456789")


def _keep_questions(reading: Reading, rules: BoilerplateRules, verdicts: list[Verdict | None]) -> None:
    """Questions with an answer under each, three or more: what readers ask is part of an article, however it unfolds."""
    page = reading.page
    asked = [i for i in range(len(page.texts) - 1) if _is_question(reading, i) and not _is_question(reading, i + 1)]
    runs, run = list[list[int]](), list[int]()
    for i in asked:
        if run and i - run[-1] > _ANSWER_BLOCKS:
            runs, run = [*runs, run], []
        run.append(i)
    for found in [run for run in (*runs, run) if len(run) >= _QUESTIONS]:
        ends = [*found[1:], found[-1] + 2]
        parts = [i for first, end in zip(found, ends, strict=True) for i in range(first, end) if _may_stay(reading, verdicts, i)]
        told = sum(page.words[i + 1] >= _ANSWER_WORDS for i in found)
        if told * 3 >= len(found) * 2 and all(page.links[i + 1] < _FEW_LINKS for i in found):
            _keep_unless_ruled(reading, rules, verdicts, parts)


def _is_question(reading: Reading, i: int) -> bool:
    page = reading.page
    if page.texts[i][-1] not in "?？؟" or not _QUESTION_WORDS[0] <= page.words[i] <= _QUESTION_WORDS[1]:
        return False
    hints = page.blocks[i].evidence.hints
    return page.links[i] < _FEW_LINKS or any(_hints_of("folded").search(token) for token in hints[:_NEAR_NAMES])  # a link that unfolds


def _may_stay(reading: Reading, verdicts: Sequence[Verdict | None], i: int) -> bool:
    """Dropped by the labeller, or for a name that accordions have too."""
    verdict, named = verdicts[i], reading.named[i][0]
    if verdict is None or reading.rule[i] or reading.comments[i] or verdict not in (_UNNAMED, named):
        return False
    return (named is None or named.reason in _FOLDING) and _NO_ANSWERS.isdisjoint(reading.page.blocks[i].evidence.path.split("/"))


def _is_doubted(reading: Reading, chances: Sequence[float], verdicts: Sequence[Verdict | None], i: int) -> bool:
    page, named = reading.page, reading.named[i][0]
    if reading.rule[i] or verdicts[i] not in (_UNNAMED, named) or (named and named.reason != "layout") or reading.comments[i]:
        return False
    accordion = any(_hints_of("folded").search(token) for token in page.blocks[i].evidence.hints[:_NEAR_NAMES])
    return bool(reading.rows[i][_IN_MAIN]) and (accordion or (chances[i] >= _DOUBTED and page.links[i] < 0.5))


def _drop_bare_headings(reading: Reading, chances: Sequence[float], verdicts: list[Verdict | None]) -> None:
    """A heading goes with what it heads, when all of that goes; one that is a sentence says something itself."""
    blocks, prose = reading.page.blocks, reading.page.prose
    following: Verdict | None = None  # the verdict on the block below, None when it stays
    for i in range(len(verdicts) - 1, -1, -1):
        own = verdicts[i]
        if (
            own is None
            and following is not None
            and blocks[i].kind == "heading"
            and i != reading.shown
            and chances[i] < _SURE
            and not prose[i]
        ):
            end = next((j for j in range(i + 1, len(blocks)) if blocks[j].kind == "heading"), len(blocks))
            if all(verdicts[j] for j in range(i + 1, end)):
                own = verdicts[i] = following
        following = own


def _drop_comments(reading: Reading, verdicts: list[Verdict | None]) -> None:
    """What readers wrote goes wherever an article stands beside it, also when the comments are the greater part of the page."""
    page = reading.page
    article = sum(page.prose[i] for i, v in enumerate(verdicts) if v is None and not reading.comments[i])
    if article < _ARTICLE_WORDS:
        return
    for i, verdict in enumerate(verdicts):
        if verdict is None and reading.comments[i] and i != reading.shown:
            verdicts[i] = Verdict("user-comment", "name-user-comment")


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


def _drop_consent(reading: Reading, verdicts: list[Verdict | None]) -> None:
    """A container without the title, much of which rules know for a consent dialog, is one as a whole."""
    if reading.shown is None:
        return
    words, known, total = reading.page.words, Counter[int](), Counter[int]()
    ruled = (reading.rule[i] or verdict for i, verdict in enumerate(verdicts))
    lines = [i for i, rule in enumerate(ruled) if rule and rule.reason == "cookie" and words[i] >= _CONSENT_WORDS]
    if not lines:
        return
    groups = [block.evidence.groups[:_CONSENT_GROUPS] for block in reading.page.blocks]
    for i in lines:
        known.update(groups[i])
    for of in groups:
        total.update(known.keys() & of)
    dialogs = {group for group in known if known[group] > 1 and known[group] >= _CONSENT_SHARE * total[group]}
    dialogs.difference_update(reading.page.blocks[reading.shown].evidence.groups)
    stay = [i for i, verdict in enumerate(verdicts) if verdict is None]
    inside = {i for i in stay if not dialogs.isdisjoint(groups[i])}
    if any(reading.page.prose[i] for i in stay if i not in inside):
        for i in inside:
            verdicts[i] = Verdict("cookie", "consent-dialog")


def _drop_other_posts(reading: Reading, verdicts: list[Verdict | None]) -> None:
    """Blogs number their posts in the markup: what stands in a post other than the title's is another article."""
    if reading.shown is None:
        return
    own = _post(reading.hints[reading.shown])
    for i, verdict in enumerate(verdicts if own else ()):
        if verdict is None and (post := _post(reading.hints[i])) and post != own:
            verdicts[i] = Verdict("related", "other-post")


def _post(hints: Sequence[str]) -> str | None:
    return next((token for token in hints if _POST.fullmatch(token)), None)


def _apply_rules(reading: Reading, rules: BoilerplateRules, chances: Sequence[float], verdicts: list[Verdict | None]) -> None:
    """What stays is shown to the rules, and to the names of elements, which may know better."""
    page = reading.page
    kept = [i for i, verdict in enumerate(verdicts) if verdict is None and i != reading.shown]
    found = _by_rule(reading, rules, kept)
    dates = [i for i, rule in found.items() if rule and rule.rule == "byline-date" and _is_dated(reading, chances, i)]
    for i in kept:
        block, named, rule = page.blocks[i], reading.named[i][0], found[i]
        if (
            rule
            and rule.reason in _MENU_WORDS
            and rule.rule != _CONTENTS
            and (_heads_text(reading, chances, verdicts, i) or _is_of_list(reading, chances, found, i))
        ):
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
            and chances[i] < _TELLING.get(named.reason, 0)
            and (page.words[i] <= _SHORT or named.reason not in _SHORT_ONLY)
            and not is_apparatus(page.texts[i])
        ):
            verdicts[i] = named


def _is_dated(reading: Reading, chances: Sequence[float], i: int) -> bool:
    """A heading that is likely, and has text under it: of a timeline, where it is a date."""
    page = reading.page
    return page.blocks[i].kind == "heading" and chances[i] >= _SURE_DATE and any(page.prose[i + 1 : i + 2]) and reading.shown != i


def _keep_steps(reading: Reading, rules: BoilerplateRules, verdicts: list[Verdict | None]) -> None:
    """Instructions that are told under pictures."""
    blocks = reading.page.blocks
    captions = [i for i, block in enumerate(blocks) if block.kind == "caption" and verdicts[i] and not reading.rule[i]]
    steps = [i for i in captions if any(_hints_of("steps").search(token) for token in blocks[i].evidence.hints[:_NEAR_NAMES])]
    if len(steps) >= _STEPS:
        _keep_unless_ruled(reading, rules, verdicts, steps)


def _is_data(text: str) -> bool:
    """What a script was to read, left in the open: {"layout": 2, "button": "Buy now"}."""
    return text.startswith('{"') and text.endswith("}") and '":' in text


def _is_link_row(text: str, linked: float) -> bool:
    """Three links or more between bars, and nothing else; `linked`: characters in links."""
    return text.count(" | ") >= _ROW and linked >= _LINKED * (len(text) - text.count(" ") - text.count("|"))


def _keep_unless_ruled(reading: Reading, rules: BoilerplateRules, verdicts: list[Verdict | None], asked: Sequence[int]) -> None:
    """These stay, but for those whose words a rule knows."""
    for i, rule in _by_rule(reading, rules, asked).items():
        verdicts[i] = rule


def _by_rule(reading: Reading, rules: BoilerplateRules, asked: Sequence[int]) -> dict[int, Verdict | None]:
    """For each of these blocks the rule that knows its words."""
    page = reading.page
    short = [i for i in asked if page.words[i] <= _PATTERN_WORDS and reading.rule[i] is None]
    found = dict(zip(short, rules.match_patterns([reading.folded[i] for i in short]), strict=True))
    whole = dict(zip(short, rules.match_whole([page.texts[i] for i in short]), strict=True))
    return {i: reading.rule[i] or found.get(i) or whole.get(i) for i in asked}


def _explain(reading: Reading, rules: BoilerplateRules, chances: Sequence[float], verdicts: list[Verdict | None]) -> None:
    """Give each block that only the labeller drops its reason."""
    kept = [i for i, verdict in enumerate(verdicts) if verdict is None]
    first, last = (kept[0], kept[-1]) if kept else (0, -1)
    near = {j for i in kept for j in range(i - 2, i + 3)}
    unnamed = [i for i, verdict in enumerate(verdicts) if verdict is _UNNAMED]
    asked = [i for i in unnamed if i in near and reading.rule[i] is None and reading.page.words[i] <= _PATTERN_WORDS and chances[i] > 0.01]
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
