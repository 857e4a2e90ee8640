"""Whether the words around a name mean a medicine: for everyday words ("Soma"), short names and substances ("iron")."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from .matcher import key_of
from .tables import Word

#: What a word of `context_words.tsv` can say; the table's head tells what each means.
WORD_KINDS = (
    "dose_form", "treatment_before", "treatment_after", "treatment", "substance", "not_after", "not_before",
    "release", "naming", "unit", "country", "english", "proper", "first_name", "namesake",
    "idiom", "health",
)  # fmt: skip

#: How far another drug or a form may stand from a name to speak for it, and a word of health for a name that is not confirmed.
_NEAR, _AROUND = 60, 150
_PREFIX = 12  # characters before a name that may make another substance of it
_CODE_LETTERS = 4  # of what a laboratory calls a substance: "ACC-9089"
_LINE = 300  # characters of a line on either side of a name that tell how it is written

_words_in = re.compile(r"[^\W_][\w'’.-]*").findall
_sentence_part = re.compile(r"[.!?;:](?=\s)|\n").split
_next_word = re.compile(r"(?:\(R\))?[®™]?[ \t\u00a0]?\n?[-‐‑ ]?([^\W_][\w’'-]{0,60})").match
_marked = re.compile(r"\s?(?:®|™|\(R\)|\(TM\))").match
_joins_names = re.compile(
    r"(?:[®™]|'s|’s)?\s*(?:[,;]|(?:,\s*)?\b(?:and|or|plus|with|versus|vs\.?|nor|und|et)\b|/|\+|&|-|–)\s*(?:(?:and|or)\s+)?(?:the\s+)?$",
    re.IGNORECASE,
).match
_opens_bracket = re.compile(r"[®™]?\s?[(\[=]\s?(?:e\.?g\.?,?\s|i\.?e\.?,?\s|brand name:?\s)?", re.IGNORECASE).fullmatch
_ends_sentence = re.compile(r"(?:^|[.!?:]\s|[.!?]['\"”’)]\s|\)\s[-–]\s|\n\s*|[^\w\s,;.!?:()'\"“”‘’«»&/+%®™°-]\s|^\W+)$").search
_is_enzyme = re.compile(
    r"(?:[a-z]*(?:oxid|reduct|gen|synth|synthet|hydroxyl|transfer|ester|hydrol|acyl|carboxyl|deamin|phosphat|peptid)|ly|lig|(?:phospho)?kin)ases?"
).fullmatch
_is_made = re.compile(
    r"\s(?:is|are|was|were)\s(?:\w+ly\s)?(?:produced|released|secreted|synthesi[sz]ed)\s(?:by|in|from|when|during|naturally)\b"
).match
_is_numbered = re.compile(r"-\d{3,6}(?![^\W_])(?!-?\s?(?:mg|mcg|iu|ml)\b)", re.IGNORECASE).match
_is_derived = re.compile(r"(?:hydroxy|methoxy|methyl|ethyl|propyl|chloro|fluoro|bromo|iodo|nitro|amino|deoxy|dehydro|\bnor)-$").search
_is_then_given = re.compile(
    r"\s(?:is|are|was|were|(?:can|may|should|must|to)\sbe|(?:has|have|had)\sbeen)\s(?:\w{1,20}ly\s)?"
    r"(?:given|administered|injected|infused|prescribed|started|stopped|withheld|discontinued)\b"
).match
_surname = re.compile(r"[ \u00a0][A-Z][a-z]{2,}(?:[ \u00a0][a-z]|,)").match
_DETERMINERS = [[word] for word in ("the", "a", "an", "my", "your", "his", "her", "their", "our", "this")]  # before things, not people
_title = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Miss|Prof|Sister|Nurse)\.?[ \u00a0]$").search


@dataclass(frozen=True)
class ContextWords:
    """The words of `context_words.tsv`, ready to be asked."""

    rows: tuple[Word, ...]

    def of(self, kind: str, value: str | None = None) -> frozenset[str]:
        """The words of a kind, or only those with a value."""
        return frozenset(row.word for row in self.rows if row.kind == kind and value in (None, row.value))

    @cached_property
    def forms(self) -> frozenset[str]:
        """What medicines come as, singular and plural."""
        return _with_plurals(self.of("dose_form"))

    @cached_property
    def clear_forms(self) -> frozenset[str]:
        """Forms that nothing else has: tablets, not films."""
        return _with_plurals(row.word for row in self.rows if row.kind == "dose_form" and row.value != "thing")

    @cached_property
    def before(self) -> frozenset[str]:
        """Words before a name that give it."""
        return self.of("treatment_before")

    @cached_property
    def giving(self) -> frozenset[str]:
        """Words before a name that give a medicine and nothing else: "prescribed", not "used"."""
        return frozenset(row.word for row in self.rows if row.kind == "treatment_before" and row.value != "everyday")

    @cached_property
    def after(self) -> frozenset[str]:
        """Words after a name that make it a treatment."""
        return self.of("treatment_after") | self.forms

    @cached_property
    def near(self) -> frozenset[str]:
        """Words anywhere near a name that speak for a medicine."""
        return self.of("treatment") | self.clear_forms

    @cached_property
    def health(self) -> frozenset[str]:
        """Words that tell that health is spoken of."""
        return self.of("health") | self.near | self.giving

    @cached_property
    def not_after(self) -> frozenset[str]:
        """Words after a substance that say it is not given."""
        return self.of("not_after")

    @cached_property
    def things(self) -> frozenset[str]:
        """Words after a substance that say it is a material, a plant or a habit: they hold for medicines too."""
        return self.of("not_after", "thing")

    @cached_property
    def not_before(self) -> frozenset[str]:
        """Words before a substance that say it is not given."""
        return self.of("not_before")

    @cached_property
    def english(self) -> frozenset[str]:
        """Everyday words that look like misspelt names."""
        return self.of("english")

    @cached_property
    def sounds(self) -> frozenset[str]:
        """Everyday words that sound like an ingredient, as do their other forms."""
        return self.of("english", "sound")

    @cached_property
    def proper(self) -> frozenset[str]:
        """Names of people and places that are no word in lower case: there the medicine is meant."""
        return self.of("proper")

    @cached_property
    def first_names(self) -> frozenset[str]:
        """Brands that people are called by their first name."""
        return self.of("first_name")

    @cached_property
    def namesakes(self) -> dict[str, frozenset[str]]:
        """Brand -> the words of a page that speaks of something else of the same name."""
        return {row.word: frozenset(row.value.split()) for row in self.rows if row.kind == "namesake"}

    @cached_property
    def idioms(self) -> dict[str, list[Word]]:
        """Word -> the sayings that it stands in."""
        found = dict[str, list[Word]]()
        for row in self.rows:
            for word in row.word.split() if row.kind == "idiom" else ():
                found.setdefault(word, []).append(row)
        return found

    @cached_property
    def substances(self) -> dict[str, str]:
        """Key of a substance -> how it becomes a drug: see the head of the table."""
        return {key_of(row.word): row.value for row in self.rows if row.kind == "substance"}

    @cached_property
    def dose_at(self) -> Callable[[str, int], re.Match[str] | None]:
        """Matches a dose at an offset of a text in lower case: " 20 mg", "(75mg)"; not a reading or a reporter: "126 mg/dl", "445 U.S."."""
        return re.compile(rf"[®™]?\s?[-(,:]?\s?\d[\d.,/–-]*\s?-?(?:{_either(self.of('unit'))})(?![^\W_])(?!/d?l\b|\.s\.)").match

    @cached_property
    def goes_on(self) -> Callable[[str, int], re.Match[str] | None]:
        """Matches what makes a number the dose or part of a decimal: "Dolo 650| mg", "Pan 40|.5"."""
        return re.compile(rf"[.,]\d|[ \u00a0-]?(?:{_either(self.of('unit'))})(?![^\W_])").match

    @cached_property
    def of_release(self) -> frozenset[str]:
        """Words for release and strength as the table writes them and in capitals."""
        return self.of("release") | {word.upper() for word in self.of("release")}

    @cached_property
    def release_at(self) -> Callable[[str, int], re.Match[str] | None]:
        """Matches a word for release or strength after a name, as the table writes it or in capitals: " XR", "-SR"."""
        return re.compile(rf"[ \u00a0-](?:{_either(self.of_release)})(?![^\W_])").match

    @cached_property
    def naming_before(self) -> Callable[[str], re.Match[str] | None]:
        """Finds words at the end of a stretch that announce names: "sold as", "brand name"."""
        return re.compile(rf"\b(?:{_either(self.of('naming'))})(?: the| a| an)?[\s:(“\"'‘]*$", re.IGNORECASE).search

    @cached_property
    def countries(self) -> dict[str, str]:
        """Words for countries and their people -> ISO code."""
        return {row.word: row.value for row in self.rows if row.kind == "country"}

    @cached_property
    def country_words(self) -> Callable[[str], list[str]]:
        """Finds all words for countries in a stretch of lower-case text."""
        return re.compile(rf"\b(?:{_either(self.countries)})\b").findall


class Surroundings:
    """The text around names, and the names that are drugs for certain (spans in reading order)."""

    def __init__(self, text: str, words: ContextWords, drugs: Sequence[tuple[int, int]] = ()) -> None:
        self._text, self._words = text, words
        self._starts, self._spans = [start for start, _ in drugs], drugs

    def is_other_thing(self, start: int, end: int, key: str) -> bool:
        """Another substance, a person, or a saying: "xanthine oxidase", "ACC-9089", "hydroxy-tamoxifen", "Lyrica Anderson sang"."""
        if _is_enzyme(self._after(end)) or (len(key) <= _CODE_LETTERS and _is_numbered(self._text, end)):
            return True
        if _is_derived(self._text[max(0, start - _PREFIX) : start].lower()):
            return True
        if key in self._words.first_names and self._is_surname_after(end):
            titled = bool(_title(self._text[max(0, start - 8) : start]))
            return titled or not (self._before(start)[-1:] in _DETERMINERS or self.is_taken(start) or self.is_health(start, end))
        written = self._text[start:end].lower()
        sayings = [row for row in self._words.idioms.get(written, ()) if self._stands_in(row.word, start, written)]
        return any(row.value != "health" or not (self.is_taken(start) or self.is_health(start, end)) for row in sayings)

    def is_dosed(self, start: int, end: int, key: str) -> bool:
        """A dose, a form or ® follows: it is a medicine, whatever the word; an everyday word in lower case needs ®."""
        if _marked(self._text, end):
            return True
        if key not in self._words.english:
            return bool(self._words.dose_at(self._text[end : end + 30].lower(), 0)) or self._after(end) in self._words.forms
        if not self._text[start].isupper():
            return False
        return bool(self._words.dose_at(self._text[end : end + 30].lower(), 0)) or self._after(end) in self._words.clear_forms

    def is_namesake(self, start: int, end: int, key: str, said: Collection[str]) -> bool:
        """The page also says what else is called so, and no medicine is given: "crocin" of saffron, but "took a Crocin tablet"."""
        others = self._words.namesakes.get(key)
        if not others or others.isdisjoint(said):
            return False
        return not (self.is_capital(start) and (self.is_marked(end) or self.is_taken(start)))

    def is_marked(self, end: int) -> bool:
        """® or a form that nothing else has stands right after it."""
        return bool(_marked(self._text, end)) or self._after(end) in self._words.clear_forms

    def is_measured(self, end: int) -> bool:
        """A word follows that speaks of what the body makes or a thing is made of: "levels", "batteries"."""
        return self._after(end) in self._words.not_after

    def is_taken(self, start: int) -> bool:
        """A word of treatment stands before it: "stopped taking xanax", "on norco"."""
        return self._is_treated(self._before(start))

    def is_name(self, start: int, end: int, key: str) -> bool:
        """Written as a name inside a sentence, and given, or a medicine is near; an everyday word needs both."""
        if not self.is_capital(start):
            return False
        before = self._before(start)[-2:]
        if not self._words.giving.isdisjoint(before):
            return True
        used = self._is_treated(before)
        everyday = key in self._words.english or len(key) <= 3
        return used and self.is_near(start, end) if everyday else used or self.is_near(start, end)

    def is_health(self, start: int, end: int) -> bool:
        """Health is spoken of around: for names that nobody but us vouches for."""
        if _marked(self._text, end) or self._words.dose_at(self._text[end : end + 30].lower(), 0) or self._after(end) in self._words.forms:
            return True
        around = f"{self._text[max(0, start - _AROUND) : start]} {self._text[end : end + _AROUND]}".lower()
        return not self._words.health.isdisjoint(word.rstrip(".'’-") for word in _words_in(around))

    def is_capital(self, start: int) -> bool:
        """A capital inside a sentence, in a line that is not all capitals or a title.

        >>> Surroundings("She bought Plan B.", ContextWords(())).is_capital(11)
        True
        >>> Surroundings("Plan B is to sell. Soma Is My New Plan", ContextWords(())).is_capital(0)
        False
        """
        if not self._text[start].isupper() or starts_sentence(self._text, start):
            return False
        return not _is_title(line_around(self._text, start, start))

    def is_explained(self, start: int, end: int) -> bool:
        """Another drug stands in brackets after it, or it stands so after a drug: "Soma (carisoprodol)"."""
        i = bisect_left(self._starts, start)
        if i < len(self._spans) and _opens_bracket(self._text[end : self._spans[i][0]]):
            return True
        return i > 0 and bool(_opens_bracket(self._text[self._spans[i - 1][1] : start]))

    def is_near(self, start: int, end: int) -> bool:
        """Another drug, a form or a word of treatment stands within 60 characters."""
        i = bisect_left(self._starts, start)
        if i and start - self._spans[i - 1][1] <= _NEAR:
            return True
        if i < len(self._spans) and self._spans[i][0] - end <= _NEAR:
            return True
        around = f"{self._text[max(0, start - _NEAR) : start]} {self._text[end : end + _NEAR]}".lower()
        return not self._words.near.isdisjoint(word.rstrip(".'’-") for word in _words_in(around))

    def is_listed(self, start: int, end: int) -> bool:
        """In a row with another drug: "metformin, insulin and acarbose", "TMP/SMX"."""
        i = bisect_left(self._starts, start)
        if i and start - self._spans[i - 1][1] <= 12 and _joins_names(self._text[self._spans[i - 1][1] : start]):
            return True
        return i < len(self._spans) and self._spans[i][0] - end <= 12 and bool(_joins_names(self._text[end : self._spans[i][0]]))

    def is_given(self, start: int, end: int, key: str) -> bool:
        """A substance is given as a medicine: "iron tablets", "took vitamin C", not "rich in iron", "is released by the gland"."""
        sort, following, before = self._words.substances.get(key, ""), self._after(end), self._before(start)
        if _is_made(self._text, end):
            return False
        if sort == "medicine":
            return following not in self._words.things
        if following in self._words.not_after or not self._words.not_before.isdisjoint(_attributes(before)):
            return False
        if following in self._words.after or self._words.dose_at(self._text[end : end + 30].lower(), 0) or _is_then_given(self._text, end):
            return True
        if sort:
            return sort == "mostly" or (sort == "listed" and self.is_listed(start, end))
        return self._is_treated(before) or self.is_listed(start, end)

    def country(self, start: int, end: int) -> str | None:
        """The country that the sentence speaks of, the one named last before the name if there are several."""
        before = self._words.country_words(_sentence_part(self._text[max(0, start - 150) : start])[-1].lower())
        after = self._words.country_words(_sentence_part(self._text[end : end + 100])[0].lower())
        named = before[-1:] or after[:1]
        return self._words.countries[named[0]] if named else None

    def _is_surname_after(self, end: int) -> bool:
        return bool(_surname(self._text, end)) and self._after(end) not in self._words.health | self._words.forms

    def _stands_in(self, phrase: str, start: int, word: str) -> bool:
        at = start - phrase.index(word)
        return at >= 0 and self._text[at : at + len(phrase)].lower() == phrase

    def _is_treated(self, before: Sequence[str]) -> bool:
        """One of the two words before gives a medicine, or both together do: "taking", "been on"."""
        return not self._words.before.isdisjoint([*before[-2:], " ".join(before[-2:])])

    def _after(self, end: int) -> str:
        found = _next_word(self._text, end)
        return found[1].lower().rstrip("'’-") if found else ""

    def _before(self, start: int) -> list[str]:
        """The words before, in the same sentence, last one last; a hyphen binds ("low-dose aspirin")."""
        stretch = _sentence_part(self._text[max(0, start - 50) : start])[-1].lower()
        return [word.rstrip(".'’-") for word in _words_in(stretch)]


def line_around(text: str, start: int, end: int) -> str:
    """The line around a stretch, as far as it tells: a long one is not copied whole for each name in it.

    >>> line_around("One.\\nTwo three\\nfour", 9, 14)
    'Two three'
    """
    return text[max(0, start - _LINE) : start].rpartition("\n")[2] + text[start : end + _LINE].partition("\n")[0]


def starts_sentence(text: str, start: int) -> bool:
    """A sentence, a line or a list item starts here.

    >>> [starts_sentence("One. Two three ✅ Four", at) for at in (0, 5, 9, 17)]
    [True, True, False, True]
    >>> starts_sentence("LONDON (Agency) - Fast", 18)
    True
    """
    return bool(_ends_sentence(text[max(0, start - 6) : start])) and (start < 6 or not text[start - 6 : start].isalpha())


def in_address(text: str, start: int, end: int) -> bool:
    """Part of a web address, an e-mail address, a handle, a hashtag or a telephone number.

    >>> text = "www.viagra.com, @humira, x@bayer.de, and aspirin.The end"
    >>> [in_address(text, text.index(name), text.index(name) + 6) for name in ("viagra", "humira", "aspirin")]
    [True, True, False]
    >>> in_address("Call 844-REPATHA or 5-FU", 9, 16), in_address("Call 844-REPATHA or 5-FU", 22, 24)
    (True, False)
    """
    before, after = text[start - 1 : start], text[end : end + 1]
    if before == "-" and start > 3 and text[start - 4 : start - 1].isdecimal() and text[start:end].isupper():  # 844-REPATHA
        return True
    if before not in {"/", ".", "@", "#", "_", "-", "="} and after not in {".", "@", "_", "/", "-"}:
        return False
    low, high = max(0, start - _ADDRESS_CHARS), end + _ADDRESS_CHARS
    left = max(text.rfind(" ", low, start) + 1, text.rfind("\n", low, start) + 1, low)
    right = min((at for at in (text.find(" ", end, high), text.find("\n", end, high)) if at >= 0), default=high)
    return bool(_address(text[left:right]))


_ADDRESS_CHARS = 300  # to either side; a longer one is noise, and each name in it would be looked at from end to end


_address = re.compile(
    r"https?:|www\.|[@#]\w|\w_|_\w|\w\.(?:com|org|net|info|html?|php|co|io|in|uk|de|fr|eu|us|ca|au|biz|shop|store)\b", re.IGNORECASE
).search


def _is_title(line: str) -> bool:
    """Most words of the line start with a capital.

    >>> [_is_title(line) for line in ("Soma Is My New Plan", "She took Soma", "NEW PLAN FOR SOMA")]
    [True, False, True]
    """
    words = [word for word in _words_in(line) if word[0].isalpha() and len(word) > 3]
    return len(words) > 1 and sum(word[0].isupper() for word in words) > 0.6 * len(words)


def _attributes(before: Sequence[str]) -> Sequence[str]:
    """The word right before, or the one before "of" and "in": "a burst of adrenaline", "rich in iron".

    >>> _attributes(["a", "burst", "of"]), _attributes(["low", "serum"])
    (['of', 'burst'], ['serum'])
    """
    return [before[-1], before[-2]] if before[-1:] in (["of"], ["in"]) and len(before) > 1 else before[-1:]


def _with_plurals(words: Iterable[str]) -> frozenset[str]:
    return frozenset(form for word in words for form in (word, word + "s", word[:-1] + "ies" if word[-1] == "y" else word))


def _either(words: Collection[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))) or "(?!)"
