"""Whether a sentence that names no drug speaks of the one that its page is about.

"It is used for gout" and "the tablets may cause nausea" do; "meditation eases anxiety" and "polio can
cause paralysis" do not, on whatever page they stand.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Set as AbstractSet
from functools import cache, partial

from ..rules.load import load_toml, word_set
from .context import Context
from .cues import Cue
from .phrases import Phrases

_SUBJECT_WORDS = 3  # "he also complained of"
_NOUN_WORDS = 3  # "the antibody medicine"
_FRAGMENT_WORDS = 25  # a longer sentence has a subject of its own


class References:
    """What points back to a drug.

    topics: first tokens of the sentences that begin with a condition. amounts: tokens of strengths and doses.
    """

    def __init__(self, context: Context, topics: AbstractSet[int], amounts: AbstractSet[int]) -> None:
        self._context, self._topics, self._amounts = context, topics, amounts
        self._known = dict[int, bool]()  # by the first token of a sentence

    def in_sentence(self, sentence: tuple[int, int], cue: Cue) -> bool:
        """The sentence refers to a drug, gives an amount, forbids something, or has no subject: "Relieves pain"."""
        if cue.says == "contraindication" or self._opens(*sentence, cue):
            return True
        if self._tells_event(sentence, cue):
            return True
        if sentence[0] not in self._known:
            self._known[sentence[0]] = self._points_back(*sentence)
        return self._known[sentence[0]]

    def _opens(self, begin: int, end: int, cue: Cue) -> bool:
        """The sentence has no subject: "May also increase the risk of falls"."""
        if cue.reach not in ("forward", "risk") or end - begin > _FRAGMENT_WORDS:
            return False
        lead = self._context.page.words[begin : cue.first]
        return all(word in _openers() or not word[0].isalpha() for word in lead)

    def _tells_event(self, sentence: tuple[int, int], cue: Cue) -> bool:
        """What befell people or animals of a report: "three patients developed a rash"."""
        words = self._context.page.words
        told = cue.says == "adverse_effect" and not _happened().isdisjoint(words[cue.first : cue.last])
        near = words[max(sentence[0], cue.first - _SUBJECT_WORDS) : cue.first]
        return told and not (_studied().isdisjoint(words[slice(*sentence)]) and _persons().isdisjoint(near))

    def pronoun_before(self, begin: int, token: int) -> bool:
        """A pronoun that may stand for a drug: "it is used for reflux and, with antibiotics, …"."""
        return any(self._is_pronoun(i, begin) for i in range(begin, token))

    def _points_back(self, begin: int, end: int) -> bool:
        """An amount, a phrase, a pronoun, or a determiner with a word for a medicine: "it", "this medicine", "the new drug"."""
        words = self._context.page.words
        if not self._amounts.isdisjoint(range(begin, end)) or any(_phrases(self._context.language).find(words, begin, end)):
            return True
        inside = words[begin:end]
        if not _determiners().isdisjoint(inside) and not _nouns().isdisjoint(inside):
            for i in (i for i in range(begin, end) if words[i] in _determiners()):
                if not _nouns().isdisjoint(words[i + 1 : min(end, i + 1 + _NOUN_WORDS)]):
                    return True
        return self.pronoun_before(begin, end)

    def _is_pronoun(self, i: int, begin: int) -> bool:
        """True of "it", but not of "it is known that", nor where the sentence, or the one before, is about a condition."""
        words = self._context.page.words
        if words[i] not in _pronouns() or not _dummies().isdisjoint(words[i + 1 : i + 3]):
            return False
        return begin not in self._topics and self._sentence_before(begin) not in self._topics

    def _sentence_before(self, begin: int) -> int:
        starts = self._context.page.sentence_starts
        return starts[max(0, bisect_left(starts, begin) - 1)]


@cache
def _phrases(language: str) -> Phrases[str]:
    told = load_toml("relations.toml")["references"]
    return Phrases((p, p) for p in told.get(language, told["en"]))


_determiners = partial(word_set, "relations.toml", "determiners")
_nouns = partial(word_set, "relations.toml", "medicine_nouns")
_happened = partial(word_set, "relations.toml", "happened")
_persons = partial(word_set, "relations.toml", "persons")
_studied = partial(word_set, "relations.toml", "studied")
_openers = partial(word_set, "relations.toml", "openers")
_pronouns = partial(word_set, "relations.toml", "pronouns")
_dummies = partial(word_set, "relations.toml", "dummies")
