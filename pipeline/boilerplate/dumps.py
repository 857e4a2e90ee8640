"""The verdict on each line of a plain-text dump, where there is no markup to go by.

Rules know the widgets' words; a learned labeller tells the article from what stands around it, by the shape and place of lines,
in whatever language. A tail of short lines with a widget among them is the foot of a page. Texts of a few lines are left to the rules.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..document import Block, Document
from ..reading.metadata import same_title
from ..rules.folding import fold
from .apparatus import DISCLAIMER_WORDS, is_apparatus, is_disclaimer
from .decide import ARTICLE_WORDS, KEEP, heading_stays
from .labeller import load_line_labeller
from .line_features import line_rows
from .page import Page
from .rules import BoilerplateRules
from .titles import is_short, looks_like_title
from .verdict import UNNAMED, Verdict

_ZONE_SHARE = 0.4  # a zone may open in the last part of a page
_TEASER = re.compile(r":\s+\S+\s\S")  # "Also read: the next article" opens no zone
_ZONE_LINE = 160  # characters; longer lines with sentences end a zone
_PROSE_WORDS = 12
_WIDE_CHARS, _WIDE_STOPS = 30, frozenset("。！？")  # of text that is written without spaces
_HEAD_LINES = 14  # before the first running text, among which the title stands
_TOPIC_WORDS, _TOPIC_LETTERS = 3, 6  # of a line that names the topic: its words, the letters of the one that returns
_BODY_CHARS = 400  # of running text that tells which line is its title; of a shorter one all lines do
_LIKELY_TITLE, _SURE_TITLE = 0.25, 0.8  # the labeller's least probability; the same where all lines above the text are few
_PIECE = 20_000  # lines that are labelled at once
# The labeller's least probability for a row over rows, a line between two kept ones, above the title, in a widget's zone.
_DOUBT, _DOUBT_BETWEEN, _SURE_ABOVE, _SURE = 0.1, 0.25, 0.8, 0.9
_MENU_CHARS = 300
_HEADING_MARK = re.compile(r"\A#{1,6}[ \t]+")  # of Markdown
_STOP = re.compile(r"[.!?…।。:][\"'”’)»\]]*$")
# An instruction, and no title of another page: "250 mg every 12 hours", "the maximum dose is 4 g".
_DOSE = re.compile(
    r"\d\s?(mg|mcg|µg|μg|g|ml|iu|units|tablets?|capsules?|мг|мл)\b[^.\n]{0,40}\b(every|daily|once|twice|thrice|per|hours?|day|days|раза?|cada|alle|jour)\b"
    r"|\b(maximum|dose|doses|dosage|dosis|доза)\b[^.\n]{0,40}\d\s?(mg|mcg|g|ml|мг)\b",
    re.IGNORECASE,
)
_BARS = re.compile(r"[|·•☰›»>]")
_BETWEEN = re.compile(r"\s[|·•›»>]\s|☰")
_COMMENTER = re.compile(
    r"^(?:user )?@\w+:? |^user @|^[\w.@ -]{2,30} (?:wrote|says|said|commented|replied|escribió|a écrit|schrieb|scrive|escreveu|пишет)\s?:",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_\u0900-\u0dff]{4,}|[\u0900-\u0dff]{3,}")  # words; those of Indian scripts with their vowel signs


@dataclass(slots=True)
class Lines:
    """A dump's lines: in columns, what the rules say of each, the labeller's features."""

    page: Page
    rule: list[Verdict | None]
    rows: Any


def read_lines(document: Document, rules: BoilerplateRules) -> Lines:
    """Read a dump's lines for the labeller."""
    page = Page(document, [document.block_text(block) for block in document.blocks])
    rule = _rules(page.texts, rules)
    return Lines(page, rule, line_rows(page, rule))


def judge_lines(lines: Lines) -> tuple[list[Verdict | None], int | None, list[float]]:
    """A verdict for each line, None for what stays; the index of the line that is the title; the labeller's probability for each line."""
    blocks, texts, verdicts = lines.page.blocks, lines.page.texts, list(lines.rule)
    chances, titles = _chances(lines)
    prose = [_is_prose(text) and verdict is None for text, verdict in zip(texts, verdicts, strict=True)]
    is_article = sum(lines.page.words[i] for i in range(len(texts)) if prose[i] and chances[i] >= KEEP) >= ARTICLE_WORDS
    first = next((i for i in range(len(texts)) if prose[i] and (chances[i] >= KEEP or not is_article)), 0)
    least = _LIKELY_TITLE if first > _HEAD_LINES else _SURE_TITLE
    shown = _likely_title(texts, verdicts, titles, least) if is_article else None
    if shown is None:
        shown = _title(blocks, texts, verdicts, prose, range(max(0, first - _HEAD_LINES), first))
    if is_article:
        _drop_unlikely(lines, chances, verdicts, shown)
    _drop_menus(lines, prose, verdicts, [i for i in range(shown or 0) if not (is_article and chances[i] >= _SURE_ABOVE)])
    _run_zones(texts, chances, verdicts)
    _drop_tail(lines, chances, verdicts)
    _explain(verdicts)
    return verdicts, shown, chances


def _chances(lines: Lines) -> tuple[list[float], list[float]]:
    """The labeller's probabilities for each line, that it belongs to the article and that it is the title; of very long dumps piece by
    piece, which bounds the memory, and the title is in the first one.
    """
    labeller, rows = load_line_labeller(), lines.rows
    pieces = [labeller.with_titles(rows[at : at + _PIECE]) for at in range(0, len(rows), _PIECE)]
    return [chance for chances, _ in pieces for chance in chances.tolist()], pieces[0][1].tolist() if pieces else []


def _likely_title(texts: Sequence[str], verdicts: Sequence[Verdict | None], titles: Sequence[float], least: float) -> int | None:
    """The line that the labeller takes for the title, if it is fairly sure and no rule knows the line."""
    best = max(range(len(titles)), key=titles.__getitem__, default=None)
    if best is None or titles[best] < least or verdicts[best] or not is_short(texts[best]):
        return None
    return best


def _drop_unlikely(lines: Lines, chances: Sequence[float], verdicts: list[Verdict | None], shown: int | None) -> None:
    """What the labeller does not take for the article goes, but for disclaimers, for a heading over what stays, for a row over rows."""
    page = lines.page
    rows = [" | " in text or "\t" in text for text in page.texts]
    for i in range(len(verdicts) - 1, -1, -1):
        if verdicts[i] or i == shown:
            continue
        below = verdicts[i + 1 : i + 3]
        if page.blocks[i].kind == "heading" and not page.prose[i]:
            over_text = below[:1] == [None] and page.blocks[i + 1].kind != "heading"
            kept = heading_stays(chances[i], kept=chances[i] >= KEEP, over_text=over_text, heads=None in below, says=False)
        elif rows[i] and below[:1] == [None] and rows[i + 1]:
            kept = chances[i] >= _DOUBT
        else:
            kept = chances[i] >= KEEP or (page.words[i] >= DISCLAIMER_WORDS and is_disclaimer(page.texts[i]))
        verdicts[i] = None if kept else UNNAMED
    for i in range(1, len(verdicts) - 1):
        if verdicts[i] is UNNAMED and chances[i] >= _DOUBT_BETWEEN and verdicts[i - 1] is None is verdicts[i + 1]:
            verdicts[i] = None


def _drop_menus(lines: Lines, prose: Sequence[bool], verdicts: list[Verdict | None], above: Sequence[int]) -> None:
    """What stands above the title is a menu, and so are names between bars without text before them."""
    for i in above:
        if not prose[i]:
            verdicts[i] = verdicts[i] or Verdict("navigation", "above-title")
    for i, text in enumerate(lines.page.texts):
        if verdicts[i] is None and not prose[i] and _is_menu(text) and not any(prose[max(0, i - 3) : i]):
            verdicts[i] = Verdict("navigation", "menu-line")


def _explain(verdicts: list[Verdict | None]) -> None:
    """Give each line that only the labeller drops its reason, by its place."""
    kept = [i for i, verdict in enumerate(verdicts) if verdict is None]
    first, last = (kept[0], kept[-1]) if kept else (len(verdicts), -1)
    for i, verdict in enumerate(verdicts):
        if verdict is UNNAMED:
            verdicts[i] = Verdict("navigation" if i < first else "related" if i > last else "layout", UNNAMED.rule)


def _rules(texts: Sequence[str], rules: BoilerplateRules) -> list[Verdict | None]:
    """For each line the rule that knows it."""
    folded = [fold(_HEADING_MARK.sub("", text)) for text in texts]
    found = zip(folded, rules.match_patterns(folded), rules.match_whole(texts), strict=True)
    return [rules.match_words(text) or pattern or whole for text, pattern, whole in found]


def _is_prose(text: str) -> bool:
    if len(text) >= _WIDE_CHARS and not _WIDE_STOPS.isdisjoint(text):
        return True
    return text.count(" ") + 1 >= _PROSE_WORDS and bool(_STOP.search(text) or ". " in text or "। " in text)


def _is_menu(text: str) -> bool:
    """Short names between bars: "Home | Medicines | Ask a doctor"."""
    if len(text) > _MENU_CHARS:
        return False
    if "☰" in text:
        return True
    if len(_BETWEEN.findall(text)) < 2 or "\t" in text or any(char.isdigit() for char in text):
        return False
    return all(len(part.split()) <= 4 for part in _BARS.split(text))


def _title(
    blocks: Sequence[Block], texts: Sequence[str], verdicts: Sequence[Verdict | None], prose: Sequence[bool], head: range
) -> int | None:
    """The line above the running text whose words return most in it."""
    running = [text for text, is_prose in zip(texts[head.stop :], prose[head.stop :], strict=True) if is_prose]
    told = running if sum(map(len, running)) >= _BODY_CHARS else texts[head.stop :]
    body = set(_LETTERS.findall(fold(" ".join(told))))
    best: tuple[float, int | None] = (0.33, None)
    menus, on_topic = _menus(texts[: head.stop]), list[int]()
    for i in head:
        if (
            i in menus
            or verdicts[i]
            or blocks[i].kind not in ("paragraph", "heading", "title")
            or not looks_like_title(texts[i])
            or _is_menu(texts[i])
        ):
            continue
        own = _LETTERS.findall(fold(texts[i]))
        if texts[i].count(" ") >= _TOPIC_WORDS - 1 and any(len(word) >= _TOPIC_LETTERS and word in body for word in own):
            on_topic.append(i)
        again = any(j != i and same_title(texts[i], texts[j]) for j in head)  # a title is often printed twice
        score = sum(word in body for word in own) / (len(own) + 2) + 0.5 * again + 0.1 * (i == head.start)
        if score > best[0] + (0.15 if best[1] is not None else 0):
            best = (score, i)
    return best[1] if best[1] is not None else next(iter(on_topic), None)


def _menus(texts: Sequence[str]) -> set[int]:
    """Indices of lines that stand twice with a neighbour, another line, that does too: a menu that is printed again."""
    count = Counter(texts)
    pairs = ((i, i + 1) for i in range(len(texts) - 1) if texts[i] != texts[i + 1])
    return {i for pair in pairs if all(count[texts[j]] > 1 for j in pair) for i in pair}


def _run_zones(texts: Sequence[str], chances: Sequence[float], verdicts: list[Verdict | None]) -> None:
    """After a widget that opens a zone in the last part of the page, what follows goes with it, up to running text."""
    lengths = [len(text) for text in texts]
    total, seen, zone = sum(lengths) or 1, 0, None
    for i, text in enumerate(texts):
        verdict = verdicts[i]
        if verdict and verdict.zone and seen > (1 - _ZONE_SHARE) * total:
            zone = zone if _is_teaser(verdict, text) else verdict
        elif zone and verdict in (None, UNNAMED):
            if (len(text) > _ZONE_LINE and text[-1] in ".!?") or is_apparatus(text) or _DOSE.search(text):
                zone = None
            elif chances[i] < _SURE:
                verdicts[i] = Verdict(zone.reason, f"zone-after-{zone.rule}")
        seen += lengths[i]


def _is_teaser(verdict: Verdict, text: str) -> bool:
    """A link to another page in a line of its own, with its title behind the colon."""
    return verdict.reason == "related" and bool(_TEASER.search(text))


def _drop_tail(lines: Lines, chances: Sequence[float], verdicts: list[Verdict | None]) -> None:
    """Behind the last running text, from the first widget on, nothing is the article's; references and disclaimers are."""
    blocks, texts = lines.page.blocks, lines.page.texts
    last = max((i for i, text in enumerate(texts) if verdicts[i] is None and _is_prose(text)), default=len(texts))
    opened: Verdict | None = None
    for i in range(last + 1, len(texts)):
        verdict, text = verdicts[i], texts[i]
        if verdict in (None, UNNAMED) and _COMMENTER.search(text):
            verdict = verdicts[i] = Verdict("user-comment", "commenter")
        if verdict is None and (_DOSE.search(text) or blocks[i].kind == "list_item"):
            opened = None  # the article goes on: a word such as "Comments:" was a label in it
        if verdict is not None and verdict is not UNNAMED:
            if verdict.reason != "advert" and not _is_teaser(verdict, text):  # these stand in the midst of an article too
                opened = verdict
        elif opened and not is_apparatus(text) and blocks[i].kind != "table_row" and chances[i] < _SURE:
            verdicts[i] = Verdict(opened.reason, f"tail-after-{opened.rule}")
