"""What other words of a clause make of a cue: doubt, denial, relief, what goes when a medicine is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import dropwhile

from . import role_words as said
from .context import Context, Found
from .cues import Cue
from .role_words import HAD_WORDS, LINK_WORDS

_RISK_WORDS = 18  # "risk of heart attack and stroke in adults with"
_DENIED_WORDS = 5  # "isn't the right first"
_BETTERED_WORDS = 3  # "remission or mild"
_DOUBT_WORDS = 14  # "no evidence that adding it to the usual treatment"
_DOUBTED_WORDS = 4  # "no good scientific evidence"


def leads_to(words: list[str], cue: Cue, f: Found) -> bool:
    """A medicine may induce menopause or lead to an overdose; "in pregnancy" and "side effects, overdose, …" do not say so."""
    return words[f.first - 1] not in ("in", "during") and not said.leading().isdisjoint(words[cue.first : cue.last])


def gets_better(lead: Sequence[str]) -> bool:
    """What stands right before the name: "decreased", "remission or mild"; not before a comma or "and"."""
    near = lead[-_BETTERED_WORDS:]
    parts = [i for i, word in enumerate(near) if word in (",", "and")]
    return not said.bettered().isdisjoint(near[parts[-1] + 1 :] if parts else near)


def turned(context: Context, cue: Cue, f: Found, low: int, high: int) -> Cue:
    """The cue with what other words of its clause make of it."""
    words = context.page.words
    if words[cue.first] == "symptoms" and cue.last in context.taken:  # symptoms of carbamazepine, such as
        return replace(cue, says="adverse_effect", relation="CAUSES")
    if cue.says == "adverse_effect" and _comes_back(words, cue, f, low):
        return Cue(cue.first, cue.last, "none", "forward")
    if cue.says == "indication" and (_is_doubted(words, cue, low) or _are_at_risk(words, f, low)):
        return Cue(cue.first, cue.last, "none", "forward")
    lowers = (cue.says == "indication" and words[cue.first] in said.lowering()) or (
        cue.reach == "risk" and not said.lowering().isdisjoint(words[low:high])
    )
    if lowers and _is_without(context, cue, low):
        return Cue(cue.first, cue.last, "adverse_effect", "forward", "CAUSES")
    if cue.says == "indication" and words[cue.first] in said.bettering() and not said.withdrawal().isdisjoint(words[low:high]):
        return Cue(cue.first, cue.last, "adverse_effect", "forward", "CAUSES")
    if cue.reach == "risk" and not said.lowering().isdisjoint(words[low:high]):
        return Cue(cue.first, cue.last, "indication", "forward", "TREATS")
    if cue.says == "indication" and _is_denied(words, cue, low):
        if words[cue.first] in said.of_using() and "to" not in words[cue.first : cue.last]:  # not used in, not for; "not used to treat"
            return Cue(cue.first, cue.last, "contraindication", "forward", "CONTRAINDICATED_IN")
        return Cue(cue.first, cue.last, "none", "forward")
    return cue


def _comes_back(words: list[str], cue: Cue, f: Found, low: int) -> bool:
    """What returns without the medicine is no effect of it: "withdrawal of X resulted in a relapse of"."""
    return not (said.returns().isdisjoint(words[cue.last : f.first]) or said.withdrawal().isdisjoint(words[low : cue.first]))


def _are_at_risk(words: list[str], f: Found, low: int) -> bool:
    """Whose risk of something else it is: "lowers the risk of stroke in adults with diabetes"."""
    lead = words[max(low, f.first - _RISK_WORDS) : f.first]
    place = max((i for i, word in enumerate(lead) if word in ("in", "among")), default=-1)
    whose = lead[-1:] == ["with"] and place >= 0 and not said.people().isdisjoint(lead[place:])
    if lead[-2:] in (["related", "to"], ["caused", "by"], ["due", "to"]):  # "the risk of stroke related to"
        return not said.chances().isdisjoint(lead)
    return whose and not said.chances().isdisjoint(lead[:place])


def _is_doubted(words: list[str], cue: Cue, low: int) -> bool:
    """No proof that it helps: "there is little evidence that X eases pain"."""
    before = words[max(low, cue.first - _DOUBT_WORDS) : cue.first]
    at = next((i for i, word in enumerate(before) if word in said.proofs()), None)
    return at is not None and not said.doubts().isdisjoint(before[max(0, at - _DOUBTED_WORDS) : at])


def _is_without(context: Context, cue: Cue, low: int) -> bool:
    """What goes when a medicine is left out comes from it: "stopping X lowers the risk of falls"."""
    words = context.page.words
    stops = [i for i in range(max(low, cue.first - HAD_WORDS * 2), cue.first) if words[i] in said.leaving()]
    return any(not context.free(i + 1, min(i + 1 + LINK_WORDS, cue.first)) for i in stops)


def _is_denied(words: list[str], cue: Cue, low: int) -> bool:
    """A denial right before the cue, but for words such as "a", "the right"; "not only" is none."""
    before = list(dropwhile(said.between().__contains__, reversed(words[max(low, cue.first - _DENIED_WORDS) : cue.first])))
    return bool(before) and before[0] in said.denials()
