"""The verdict on each line of a plain-text dump, where there is no markup to go by.

Rules know the widgets' words; the place tells the rest: short lines above the title are a menu, a
tail of short lines with a widget among them is the foot of a page, and in a dump that is mostly
short lines the article is the stretch with the most running text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

from ..document import Block
from ..reading.metadata import same_title
from ..rules.folding import fold
from ..rules.load import load_toml
from .apparatus import is_apparatus
from .rules import BoilerplateRules
from .stubs import find_preambles
from .titles import looks_like_title
from .verdict import Verdict

_ZONE_SHARE = 0.4  # a zone may open in the last part of a page
_TEASER = re.compile(r":\s+\S+\s\S")  # "Also read: the next article" opens no zone
_ZONE_LINE = 160  # characters; longer lines with sentences end a zone
_PROSE_WORDS = 12
_HEAD_LINES = 14  # before the first running text, among which the title stands
_TOPIC_WORDS, _TOPIC_LETTERS = 3, 6  # of a line that names the topic: its words, the letters of the one that returns
_BODY_CHARS = 400  # of running text that tells which line is its title; of a shorter one all lines do
_STRETCH_LINES, _STRETCH_SHARE, _STRETCH_PROSE = (
    60,
    0.5,
    0.6,
)  # so many lines, so many short ones, so little prose: the dump of a whole page
# How much a line counts against the stretch around it, in words of running text: one that ends in dots is a teaser, one that a rule knows a
# widget; items of lists are longer than the entries of menus.
_WEIGHTS, _SHORT_LINE, _MOST_PROSE = {"cut": 7, "known": 14, "short": 4, "other": 2}, range(3, 8), 80
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
_WORD_STARTS, _MENU_CHARS = re.compile(r"(?<!\S)\S"), 240  # of a menu in front of the title
_WORD, _MENU_WORDS = re.compile(r"\S+"), 60  # of a line, among which its menu stands
_MENU_ENTRIES, _MENU_OTHERS, _ENTRY_WORDS = 3, 2, 4  # known entries, unknown words between two of them, words of one
_MENU_REASONS = frozenset({"navigation", "login", "contact", "share", "footer", "promotion", "newsletter"})
_opens_twice = re.compile(r"(\S[^.!?\n]{13,160}\S) \1 ").match
_opens_anew = re.compile(r"((\w{5,})\b[^.!?\n]{10,150}[^\s.!?,;:]) \2 ").match
_SENTENCE = re.compile(r"\S[^.!?]{10,300}[.!?]\s+")
_OPENING_CHARS = 500  # of a long line, in which a preamble is looked for
_MODAL_SHARE, _MODAL_CHARS, _MODAL_GAP = 0.55, 400, 220


def judge_lines(blocks: Sequence[Block], texts: Sequence[str], rules: BoilerplateRules) -> tuple[list[Verdict | None], int | None]:
    """A verdict for each line, None for what stays; and the index of the line that is the title."""
    verdicts = _rules(texts, rules)
    prose = [_is_prose(text) and verdict is None for text, verdict in zip(texts, verdicts, strict=True)]
    first, end = _stretch(texts, prose, verdicts)
    shown = _title(blocks, texts, verdicts, prose, range(max(0, first - _HEAD_LINES), first))
    begin = shown if shown is not None else first
    for i, text in enumerate(texts):
        if verdicts[i] is None and i != shown:
            if i < begin and (shown is not None or end < len(texts)) and not prose[i]:
                verdicts[i] = Verdict("navigation", "above-title" if shown is not None else "outside-article")
            elif i >= end:
                verdicts[i] = Verdict("related", "outside-article")
            elif _is_menu(text) and not any(prose[max(0, i - 3) : i]):
                verdicts[i] = Verdict("navigation", "menu-line")
    _run_zones(texts, verdicts)
    _drop_tail(blocks, texts, verdicts)
    return verdicts, shown


def _rules(texts: Sequence[str], rules: BoilerplateRules) -> list[Verdict | None]:
    """For each line the rule that knows it."""
    folded = [fold(text) for text in texts]
    found = zip(folded, rules.match_patterns(folded), rules.match_whole(texts), strict=True)
    return [rules.match_words(text) or pattern or whole for text, pattern, whole in found]


def _is_prose(text: str) -> bool:
    return text.count(" ") + 1 >= _PROSE_WORDS and bool(_STOP.search(text) or ". " in text or "। " in text)


def _is_menu(text: str) -> bool:
    """Short names between bars: "Home | Medicines | Ask a doctor"."""
    if "☰" in text:
        return True
    if len(_BETWEEN.findall(text)) < 2 or "\t" in text or any(char.isdigit() for char in text):
        return False
    return all(len(part.split()) <= 4 for part in _BARS.split(text))


def _stretch(texts: Sequence[str], prose: Sequence[bool], verdicts: Sequence[Verdict | None]) -> tuple[int, int]:
    """(first, end) of the lines to look at: all of a clean text, the densest stretch of the dump of a whole page."""
    short = sum(1 for i, text in enumerate(texts) if len(text.split()) <= 8)
    words = [text.count(" ") + 1 for text in texts]
    running = sum(count for count, is_prose in zip(words, prose, strict=True) if is_prose)
    if len(texts) < _STRETCH_LINES or short < _STRETCH_SHARE * len(texts) or running > _STRETCH_PROSE * sum(words):
        return next((i for i, is_prose in enumerate(prose) if is_prose), 0), len(texts)
    best, total, start = (0, 0, len(texts)), 0, 0
    for i, text in enumerate(texts):
        if total <= 0:
            total, start = 0, i
        if text.endswith(("...", "…")):
            total -= _WEIGHTS["cut"]
        elif prose[i]:
            total += min(words[i], _MOST_PROSE)
        else:
            total -= _WEIGHTS["known" if verdicts[i] else "short" if words[i] in _SHORT_LINE else "other"]
        if total > best[0]:
            best = (total, start, i + 1)
    return best[1], best[2]


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


def _run_zones(texts: Sequence[str], verdicts: list[Verdict | None]) -> None:
    """After a widget that opens a zone in the last part of the page, what follows goes with it, up to running text."""
    lengths = [len(text) for text in texts]
    total, seen, zone = sum(lengths) or 1, 0, None
    for i, text in enumerate(texts):
        verdict = verdicts[i]
        if verdict and verdict.zone and seen > (1 - _ZONE_SHARE) * total:
            zone = zone if _is_teaser(verdict, text) else verdict
        elif zone and verdict is None:
            if (len(text) > _ZONE_LINE and text[-1] in ".!?") or is_apparatus(text) or _DOSE.search(text):
                zone = None
            else:
                verdicts[i] = Verdict(zone.reason, f"zone-after-{zone.rule}")
        seen += lengths[i]


def _is_teaser(verdict: Verdict, text: str) -> bool:
    """A link to another page in a line of its own, with its title behind the colon."""
    return verdict.reason == "related" and bool(_TEASER.search(text))


def _drop_tail(blocks: Sequence[Block], texts: Sequence[str], verdicts: list[Verdict | None]) -> None:
    """Behind the last running text, from the first widget on, nothing is the article's; references and disclaimers are."""
    last = max((i for i, text in enumerate(texts) if verdicts[i] is None and _is_prose(text)), default=len(texts))
    opened: Verdict | None = None
    for i in range(last + 1, len(texts)):
        verdict, text = verdicts[i], texts[i]
        if verdict is None and _COMMENTER.search(text):
            verdict = verdicts[i] = Verdict("user-comment", "commenter")
        if verdict is None and (_DOSE.search(text) or blocks[i].kind == "list_item"):
            opened = None  # the article goes on: a word such as "Comments:" was a label in it
        if verdict is not None:
            if verdict.reason != "advert" and not _is_teaser(verdict, text):  # these stand in the midst of an article too
                opened = verdict
        elif opened and not is_apparatus(text) and blocks[i].kind != "table_row":
            verdicts[i] = Verdict(opened.reason, f"tail-after-{opened.rule}")


@cache
def _modals() -> re.Pattern[str]:
    phrases: list[str] = load_toml("hints.toml")["modals"]["phrases"]
    return re.compile("|".join(rf"\b{re.escape(phrase)}" for phrase in phrases), re.IGNORECASE)


def opening_title(texts: Sequence[str]) -> str | None:
    """The title that opens a dump without line breaks: it stands there twice, or the text starts anew with its first word.

    >>> opening_title(["Calmoxil 5 mg: A Short Guide Calmoxil is a tablet. " + "One tablet a day is enough. " * 20])
    'Calmoxil 5 mg: A Short Guide'
    """
    if not texts or len(texts[0]) < _MODAL_CHARS:
        return None
    twice = _doubled(texts[0]) or _opens_anew(texts[0])
    return twice[1] if twice else None


def _doubled(text: str) -> re.Match[str] | None:
    """A title that stands twice at the start, or behind a menu: "Home About Blog Dose of Calmoxil 5 mg Dose of Calmoxil 5 mg"."""
    for word in _WORD_STARTS.finditer(text, 0, _MENU_CHARS):
        if text[max(0, word.start() - 2) : word.start()] in (". ", "! ", "? "):  # running text has begun
            return None
        if found := _opens_twice(text, word.start()):
            return found
    return None


def _menu_end(text: str, rules: BoilerplateRules) -> int:
    """Where a menu in front of a line ends: three entries that rules know and more, few other words among them; 0 if there is none.

    >>> rules = BoilerplateRules({word: Verdict("navigation", "nav-item") for word in ("home", "about us", "contact")})
    >>> line = "PillPost Home About Us Tablets Contact Calmoxil for restless legs"
    >>> line[: _menu_end(line, rules)]
    'PillPost Home About Us Tablets Contact '
    """
    words = list(islice(_WORD.finditer(text), _MENU_WORDS))
    here = end = known = unknown = 0
    while here < len(words) and unknown <= _MENU_OTHERS and words[here][0][-1] not in ".!?:;,":
        size = next((size for size in range(_ENTRY_WORDS, 0, -1) if _is_entry(words[here : here + size + 1], size, rules)), 0)
        known, unknown = (known + 1, 0) if size else (known, unknown + 1)
        here += size or 1
        end = words[here].start() if size and here < len(words) else end
    return end if known >= _MENU_ENTRIES else 0


def _is_entry(words: Sequence[re.Match[str]], size: int, rules: BoilerplateRules) -> bool:
    """True if the first `size` of these words are an entry of a menu that rules know. A next word in small letters would go on with it."""
    if len(words) <= size or words[size][0][0].islower():
        return False
    verdict = rules.phrases.get(fold(" ".join(word[0] for word in words[:size])))
    return verdict is not None and verdict.reason in _MENU_REASONS


def sentence_cuts(text: str, rules: BoilerplateRules) -> Iterator[tuple[int, int, Verdict]]:
    """In a long line without breaks: a title that opens it twice, and sentences that a rule knows, near its start.

    >>> line = "Dose of Calmoxil 5 mg Dose of Calmoxil 5 mg Here is an article about Calmoxil. " + "One tablet a day is enough. " * 20
    >>> [line[start:end] for start, end, _ in sentence_cuts(line, BoilerplateRules())]
    ['Dose of Calmoxil 5 mg ', 'Here is an article about Calmoxil. ']
    >>> line = "Home Blog Contact " + line
    >>> next((line[start:end], v.reason) for start, end, v in sentence_cuts(line, BoilerplateRules()))
    ('Home Blog Contact ', 'navigation')
    """
    if len(text) < _MODAL_CHARS:
        return
    here = 0
    twice = _doubled(text)
    if not twice and (end := _menu_end(text, rules)):
        yield 0, end, Verdict("navigation", "menu-in-front")
    if twice:
        if twice.start():
            yield 0, twice.start(), Verdict("navigation", "above-title")
        here = twice.end()
        yield twice.end(1) + 1, here, Verdict("title-duplicate", "title-copy")
    for match in _SENTENCE.finditer(text, here, min(len(text), here + _OPENING_CHARS)):
        verdict = rules.match_text(fold(match[0]))
        if find_preambles([match[0]], None):
            verdict = Verdict("llm-preamble", "opening-line")
        if verdict and verdict.reason == "llm-preamble":
            yield match.start(), match.end(), verdict


def _end_of_words(text: str, place: int) -> int:
    """Where the last word before a place ends."""
    while place and text[place - 1].isspace():
        place -= 1
    return place


def modal_tail(text: str, rules: BoilerplateRules) -> Iterator[tuple[int, int, Verdict]]:
    """In a long line without breaks, the tail that is words of dialogs and buttons: (start, end, verdict) of each piece.

    >>> line = "One tablet a day is enough. " * 20 + "Share on Facebook Sign in Create an account"
    >>> [(line[start:end].strip(), v.reason) for start, end, v in modal_tail(line, BoilerplateRules())]
    [('Share on Facebook', 'layout'), ('Sign in', 'layout'), ('Create an account', 'layout')]
    """
    if len(text) < _MODAL_CHARS:
        return
    hits = [match.start() for match in _modals().finditer(text, int(_MODAL_SHARE * len(text)))]
    first = len(hits)
    while first and (hits[first] if first < len(hits) else len(text)) - hits[first - 1] <= _MODAL_GAP:
        first -= 1
    tail = hits[first:]
    if len(tail) < 2:
        return
    for start, end in zip(tail, [*tail[1:], len(text)], strict=True):
        yield (
            _end_of_words(text, start),
            _end_of_words(text, end),
            rules.match_text(fold(text[start:end])) or Verdict("layout", "modal-tail"),
        )
