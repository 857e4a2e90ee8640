"""What stays although the labeller doubts it: standfirsts, posts of a thread, questions with answers, steps, gaps in the article."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, takewhile

from .evidence import Reading
from .features import NAMES
from .names import hint_names
from .rules import BoilerplateRules
from .verdict import UNNAMED, Verdict

PATTERN_WORDS = 60  # longer blocks are not shown to the patterns
_GAP, _DOUBTED, _NEAR_NAMES = 8, 0.25, 4  # blocks in a gap that is filled, with at least this probability; names looked at
_QUESTIONS, _QUESTION_WORDS, _ANSWER_WORDS = 3, (3, 25), 4  # so many make a list of them; words of one, the fewest of an answer
_ANSWER_BLOCKS = 6  # from one question to the next, at most
_FOLDING = frozenset({"layout", "comment-form", "share", "navigation"})  # what the names of buttons, labels and toggles betray
_NO_ANSWERS = frozenset({"nav", "form", "footer"})
_NEAR_TITLE = 12  # blocks below the title
_LEAD_WORDS, _SENTENCE_WORDS, _FEW_LINKS, _FEW_DIGITS = (5, 90), 9, 0.3, 0.12  # of a standfirst; shares of its characters
_STEPS = 3  # so many captions named steps are instructions
_IN_MAIN = NAMES.index("in_main")


def keep_standfirst(reading: Reading, rules: BoilerplateRules, verdicts: list[Verdict | None]) -> None:
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
    if any(hint_names("standfirst").search(token) for token in block.evidence.hints[:2]):
        return True
    return words >= _SENTENCE_WORDS and text.endswith((".", "!", "?", "…", "”", '"')) and not (named and named.reason == "related")


def fill_gaps(reading: Reading, rules: BoilerplateRules, chances: Sequence[float], verdicts: list[Verdict | None]) -> None:
    """Between kept blocks of the main container, what the labeller merely doubts stays, and so do the parts of accordions."""
    kept = [i for i, verdict in enumerate(verdicts) if verdict is None]
    between = [i for one, two in pairwise(kept) if two - one <= _GAP + 1 for i in range(one + 1, two)]
    doubted = [i for i in between if _is_doubted(reading, chances, verdicts, i)]
    _keep_unless_ruled(reading, rules, verdicts, doubted)


def _is_doubted(reading: Reading, chances: Sequence[float], verdicts: Sequence[Verdict | None], i: int) -> bool:
    page, named = reading.page, reading.named[i][0]
    if reading.rule[i] or verdicts[i] not in (UNNAMED, named) or (named and named.reason != "layout") or reading.comments[i]:
        return False
    accordion = any(hint_names("folded").search(token) for token in page.blocks[i].evidence.hints[:_NEAR_NAMES])
    return bool(reading.rows[i][_IN_MAIN]) and (accordion or (chances[i] >= _DOUBTED and page.links[i] < 0.5))


def keep_posts(reading: Reading, rules: BoilerplateRules, verdicts: list[Verdict | None]) -> None:
    """The posts of a thread look alike: what stands in the same elements, of the same names, as a kept one stays, however short."""
    if not reading.is_thread:
        return
    places = [(tuple(map(_without_number, block.evidence.hints)), block.evidence.path) for block in reading.page.blocks]
    posts = {place for place, verdict, prose in zip(places, verdicts, reading.page.prose, strict=True) if verdict is None and prose}
    alike = [i for i, verdict in enumerate(verdicts) if verdict is UNNAMED and places[i] in posts and not reading.named[i][0]]
    _keep_unless_ruled(reading, rules, verdicts, alike)


def _without_number(token: str) -> str:
    """The name that numbered ones share: `post_content3`."""
    return token.rstrip("0123456789")


def keep_questions(reading: Reading, rules: BoilerplateRules, verdicts: list[Verdict | None]) -> None:
    """Questions with an answer under each, three or more: what readers ask is part of an article, however it unfolds."""
    page = reading.page
    asked = [i for i in range(len(page.texts) - 1) if _is_question(reading, i) and not _is_question(reading, i + 1)]
    runs = list[list[int]]()
    for i in asked:
        if runs and i - runs[-1][-1] <= _ANSWER_BLOCKS:
            runs[-1].append(i)
        else:
            runs.append([i])
    for found in [run for run in runs if len(run) >= _QUESTIONS]:
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
    return page.links[i] < _FEW_LINKS or any(hint_names("folded").search(token) for token in hints[:_NEAR_NAMES])  # a link that unfolds


def _may_stay(reading: Reading, verdicts: Sequence[Verdict | None], i: int) -> bool:
    """Dropped by the labeller, or for a name that accordions have too."""
    verdict, named = verdicts[i], reading.named[i][0]
    if verdict is None or reading.rule[i] or reading.comments[i] or verdict not in (UNNAMED, named):
        return False
    return (named is None or named.reason in _FOLDING) and _NO_ANSWERS.isdisjoint(reading.page.blocks[i].evidence.path.split("/"))


def keep_steps(reading: Reading, rules: BoilerplateRules, verdicts: list[Verdict | None]) -> None:
    """Instructions that are told under pictures."""
    blocks = reading.page.blocks
    captions = [i for i, block in enumerate(blocks) if block.kind == "caption" and verdicts[i] and not reading.rule[i]]
    steps = [i for i in captions if any(hint_names("steps").search(token) for token in blocks[i].evidence.hints[:_NEAR_NAMES])]
    if len(steps) >= _STEPS:
        _keep_unless_ruled(reading, rules, verdicts, steps)


def _keep_unless_ruled(reading: Reading, rules: BoilerplateRules, verdicts: list[Verdict | None], asked: Sequence[int]) -> None:
    """These stay, but for those whose words a rule knows."""
    for i, rule in by_rule(reading, rules, asked).items():
        verdicts[i] = rule


def by_rule(reading: Reading, rules: BoilerplateRules, asked: Sequence[int]) -> dict[int, Verdict | None]:
    """For each of these blocks the rule that knows its words."""
    page = reading.page
    short = [i for i in asked if page.words[i] <= PATTERN_WORDS and reading.rule[i] is None]
    found = dict(zip(short, rules.match_patterns([reading.folded[i] for i in short]), strict=True))
    whole = dict(zip(short, rules.match_whole([page.texts[i] for i in short]), strict=True))
    return {i: reading.rule[i] or found.get(i) or whole.get(i) for i in asked}
