"""The role that the clause of a mention gives it: the nearest cue, links to a drug behind it, and what other words make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import dropwhile

from ..rules.load import load_toml, word_set
from ..words import is_figure
from .context import Context, Found
from .cues import Cue, Cues, clause, cuts_of
from .phrases import Phrases

# Cues that say less than the section does: "people with an allergy" under "Who should not take it".
YIELDING = ("weak", "near", "people", "link")
_CLOSE_WORDS = 4  # "angioedema of the tongue with"
_OPENING_WORDS = 1  # "untreated hypertension can lead to"
_DENIED_LINK_WORDS = 5  # "not thought to be related to"
_DENIED_WORDS = 5  # "isn't the right first"
_HAD_WORDS = 10  # "patients on a high dose of sertraline had"
_FRONT_WORDS = 5
_LINK_WORDS = 7  # "after the administration of a single dose of"
_USING_WORDS = 6  # "used it twice for"
_PEOPLE_WORDS = 4  # "patients with first-episode"
_WHERE_WORDS = 6  # "in patients with severe"
_CAUSING_WORDS = 4  # "bacteria that may often cause"
_BETTERED_WORDS = 3  # "remission or mild"
_DOUBT_WORDS = 14  # "no evidence that adding it to the usual treatment"
_DOUBTED_WORDS = 4  # "no good scientific evidence"
_BACK_WORDS = 14  # what stands before "may occur"


_ADJECTIVES = frozenset({"induced", "associated", "related"})
_ENDS = frozenset({",", "-", "–", ";", "because"})


@dataclass(frozen=True, slots=True)
class Role:
    """A role, the cue that gave it, and whether the sentence itself says so."""

    name: str | None
    cue: Cue | None = None
    told: bool = False


@dataclass(frozen=True, slots=True)
class SentenceCues:
    """A sentence's cues; where its clauses end; whether it names a drug or a dose; whether it tells whose dose is changed."""

    cues: list[Cue]
    cuts: list[int]
    doses: bool
    limits: bool


def own_role(context: Context, f: Found, known: dict[int, SentenceCues], diseases: Mapping[int, int]) -> Role | None:
    """The role that the clause gives: by what ends right before the mention or starts right behind it, else by the nearest cue.

    known: by the first token of a sentence, filled here. diseases: where each mention of a condition ends and begins.
    """
    words, sentence = context.page.words, context.page.sentence(f.first)
    if _names_something_else(words[f.last : f.last + 3]):
        return Role(None)
    if words[max(0, f.first - 2) : f.first] == ["non", "-"] and _tells_people(words[f.last : f.last + 3]):  # non-diabetic patients
        return Role(None)
    if sentence[0] not in known:
        cues = _with_purposes(words, role_cues().find(words, *sentence))
        cuts = cuts_of(words, sentence, _stops())
        known[sentence[0]] = SentenceCues(cues, cuts, _has_doses(context, sentence), _limits_doses(words, *sentence))
    told = known[sentence[0]]
    low, high = clause((f.first, f.last), sentence, told.cuts)
    if told.doses and _tells_people(words[f.last : f.last + 3]):
        return Role("indication", Cue(f.last, f.last + 1, "indication", "weak", "TREATS"), told=True)
    compound = _compound(context, f)
    if compound:
        return Role("adverse_effect", compound, told=True)
    fitting = [c for c in told.cues if low <= c.first and c.last <= high and _fits(words, c, f, doses=told.doses)]
    fitting += [c for c in told.cues if c.reach == "drug" and c.first >= low and _forbids_in(context, c, f)]
    linked = [c for c in _linked(context, f, sentence) if c.last <= high or c.reach == "strong"]
    if told.limits:
        fitting, linked = ([c for c in cues if c.reach not in YIELDING] for cues in (fitting, linked))
    distance = partial(_distance, f=f)
    # nearest first, as those of a long sentence are not all looked at closely
    likely = sorted(((_beside_drug(context, c, f), c) for c in fitting), key=lambda pair: distance(pair[0]))
    nearest = next((_of_disease(context, cue, low, diseases) for cue, found in likely if _holds(context, found, f, low)), None)
    best = min([nearest, *linked] if nearest else linked, key=distance, default=None)
    if best is None:
        return None
    if best.reach == "weak" and best.relation and words[best.first] in _people() and _warns(words, told.cues):
        return None
    if best.says == "adverse_effect" and best.reach == "forward" and is_state(f.canonical) and not _leads_to(words, best, f):
        return None
    if best.says == "indication" and f.canonical in _states() and (best.reach in YIELDING or words[f.first - 1] in ("in", "during")):
        return None  # "in pregnancy it is taken only when", "can be used in pregnancy"
    if best.says == "adverse_effect" and best.reach == "forward" and _gets_better(words[best.last : f.first]):
        return Role(None, best, told=True)  # "results in decreased fever", "experienced remission or mild apnoea"
    best = _turned(context, best, low, high)
    return Role(None if best.says == "none" else best.says, best, told=True)


def _beside_drug(context: Context, cue: Cue, f: Found) -> Cue:
    """The "for" between a drug and a name says as much as a verb: "drugs linked to tremor include lithium for bipolar disorder"."""
    direct = cue.reach == "near" and context.page.words[cue.first] == "for" and cue.last == f.first
    return replace(cue, reach="purpose") if direct and cue.first - 1 in context.taken else cue


def _leads_to(words: list[str], cue: Cue, f: Found) -> bool:
    """A medicine may induce menopause or lead to an overdose; "in pregnancy" and "side effects, overdose, …" do not say so."""
    return words[f.first - 1] not in ("in", "during") and not _leading().isdisjoint(words[cue.first : cue.last])


def _gets_better(lead: Sequence[str]) -> bool:
    """What stands right before the name: "decreased", "remission or mild"; not before a comma or "and"."""
    near = lead[-_BETTERED_WORDS:]
    parts = [i for i, word in enumerate(near) if word in (",", "and")]
    return not _bettered().isdisjoint(near[parts[-1] + 1 :] if parts else near)


def _turned(context: Context, cue: Cue, low: int, high: int) -> Cue:
    """The cue with what other words of its clause make of it."""
    words = context.page.words
    if words[cue.first] == "symptoms" and cue.last in context.taken:  # symptoms of carbamazepine, such as
        return replace(cue, says="adverse_effect", relation="CAUSES")
    if cue.says == "indication" and _is_doubted(words, cue, low):
        return Cue(cue.first, cue.last, "none", "forward")
    lowers = (cue.says == "indication" and words[cue.first] in _lowering()) or (
        cue.reach == "risk" and not _lowering().isdisjoint(words[low:high])
    )
    if lowers and _is_without(context, cue, low):
        return Cue(cue.first, cue.last, "adverse_effect", "forward", "CAUSES")
    if cue.says == "indication" and words[cue.first] in _bettering() and not _withdrawal().isdisjoint(words[low:high]):
        return Cue(cue.first, cue.last, "adverse_effect", "forward", "CAUSES")
    if cue.reach == "risk" and not _lowering().isdisjoint(words[low:high]):
        return Cue(cue.first, cue.last, "indication", "forward", "TREATS")
    if cue.says == "indication" and _is_denied(words, cue, low):
        if words[cue.first] in _of_using():  # not used in, not for
            return Cue(cue.first, cue.last, "contraindication", "forward", "CONTRAINDICATED_IN")
        return Cue(cue.first, cue.last, "none", "forward")
    return cue


def _is_doubted(words: list[str], cue: Cue, low: int) -> bool:
    """No proof that it helps: "there is little evidence that X eases pain"."""
    before = words[max(low, cue.first - _DOUBT_WORDS) : cue.first]
    at = next((i for i, word in enumerate(before) if word in _proofs()), None)
    return at is not None and not _doubts().isdisjoint(before[max(0, at - _DOUBTED_WORDS) : at])


def _is_without(context: Context, cue: Cue, low: int) -> bool:
    """What goes when a medicine is left out comes from it: "stopping X lowers the risk of falls"."""
    words = context.page.words
    stops = [i for i in range(max(low, cue.first - _HAD_WORDS * 2), cue.first) if words[i] in _leaving()]
    return any(not context.free(i + 1, min(i + 1 + _LINK_WORDS, cue.first)) for i in stops)


def _is_denied(words: list[str], cue: Cue, low: int) -> bool:
    """A denial right before the cue, but for words such as "a", "the right"; "not only" is none."""
    before = list(dropwhile(_between().__contains__, reversed(words[max(low, cue.first - _DENIED_WORDS) : cue.first])))
    return bool(before) and before[0] in _denials()


def _names_something_else(following: Sequence[str]) -> bool:
    """The name is part of another: "depression rating scale", "cancer research", "cancer-protective"."""
    if following[:1] == ["-"]:
        return following[1:2] != [] and following[1] in _hyphened()
    return following[:1] != [] and following[0] in _things()


def _tells_people(following: Sequence[str]) -> bool:
    """The name says who is meant, not what happens to them: "obese patients", "overweight or obese adults"."""
    people = _people()
    joined = len(following) > 2 and following[0] in ("or", "and") and following[1] not in _places()
    return following[:1] != [] and (following[0] in people or (joined and following[2] in people))


def _compound(context: Context, f: Found) -> Cue | None:
    """A drug right before the name: "isotretinoin-induced depression", "methotrexate toxicity"."""
    words, first = context.page.words, f.first
    if first >= 2 and words[first - 1] in _compounds("joined") and words[first - 2] == "-" and not _is_of_other(context, first - 1):
        return Cue(first - 1, first, "adverse_effect", "forward", "CAUSES")
    if first >= 2 and words[first - 1] in _ADJECTIVES and first - 2 in context.taken:  # heparin associated bleeding
        return Cue(first - 1, first, "adverse_effect", "forward", "CAUSES")
    if not _compounds("joined").isdisjoint(words[first : f.last]) and not context.free(first, f.last):  # heparin-associated …, as a whole
        return Cue(f.last - 1, f.last, "adverse_effect", "forward", "CAUSES")
    beside = (
        first > 0 and context.page.text[context.page.ends[first - 1] : context.page.starts[first]] == " "
    )  # not in another cell or line
    if beside and first - 1 in context.taken and words[f.last - 1].endswith(tuple(sorted(_compounds("endings")))):
        return Cue(f.last - 1, f.last, "adverse_effect", "forward", "CAUSES")
    return None


def _is_of_other(context: Context, joined: int) -> bool:
    """The "induced" of "exercise-induced", "combat-related": a plain word before it that is no drug and no word for one."""
    page, agent = context.page, joined - 2
    if agent < 0 or page.words[joined] not in _compounds("joined") or page.words[joined - 1] != "-":
        return False
    if not context.free(agent - 2 if page.words[agent - 1] == "-" else agent, joined):  # ritodrine-hydrochloride-induced
        return False
    written = page.text[page.starts[agent] : page.ends[agent]]  # (5-FU)-induced, PTU-induced
    return written.isalpha() and not written.isupper() and page.words[agent] not in _medicines()


def _linked(context: Context, f: Found, sentence: tuple[int, int]) -> list[Cue]:
    """Links behind the name with a drug behind them: "angioedema associated with losartan"."""
    if context.taken.isdisjoint(range(f.last, sentence[1])):
        return []
    out = list[Cue]()
    for c in _links().find(context.page.words, f.last, sentence[1]):
        behind = range(c.last, min(c.last + _LINK_WORDS, sentence[1]))
        first = next((i for i in behind if i in context.taken), None)
        if first is not None and _links_to(context, f, c, first):
            out.append(c if c.reach == "strong" else replace(c, reach="link"))
    return out


def _links_to(context: Context, f: Found, link: Cue, drug: int) -> bool:
    """The words around the link leave it one: not "is treated with", "X, which was compared after", "on the metabolism of"."""
    words = context.page.words
    if not _predicate_verbs().isdisjoint(words[link.last : drug]) or _is_other_time(words, link, drug):
        return False
    if words[link.first] == "treated" and words[link.first - 1] in _are():
        return False
    gap = words[f.last : link.first]
    if link.reach == "weak":
        return _other_clause().isdisjoint(gap)
    if link.reach != "close":
        return True
    if not context.free(f.last, link.first) or words[link.last].endswith("ing"):  # "by adding X"
        return False
    return link.first <= f.last + _CLOSE_WORDS and _near_link(gap) and _measured().isdisjoint(words[f.last : drug])


def _near_link(between: Sequence[str]) -> bool:
    """Nothing between a name and its link tells of something else: "in gout it is a partner of", "the malaria parasite's immunity to"."""
    return _other_topic().isdisjoint(between) and _pathogens().isdisjoint(between)


def _is_other_time(words: list[str], link: Cue, drug: int) -> bool:
    """What was there before a drug was taken, or what is set against it: "before he took", "by 21 % compared with"."""
    at = link.first
    while at and words[at - 1] in ("had", "been"):
        at -= 1
    if at and words[at - 1] in ("and", "so", "then"):  # "had a cold and took paracetamol"
        return True
    if not _denied_link().isdisjoint(
        words[max(0, link.first - _DENIED_LINK_WORDS) : link.first]
    ):  # "unrelated to", "not thought to be due to"
        return True
    return "before" in words[max(0, link.first - 2) : link.first] or not _set_against().isdisjoint(words[max(0, link.first - 1) : drug])


def _has_doses(context: Context, sentence: tuple[int, int]) -> bool:
    inside = range(*sentence)
    return not (
        context.dose_tokens.isdisjoint(inside)
        and context.taken.isdisjoint(inside)
        and _using().isdisjoint(context.page.words[sentence[0] : sentence[1]])
    )


def _limits_doses(words: list[str], begin: int, end: int) -> bool:
    """The sentence tells whose dose is changed, or who is watched."""
    return not _dose_limits().isdisjoint(words[begin:end]) or any(_limit_phrases().find(words, begin, end))


def _warns(words: list[str], cues: Sequence[Cue]) -> bool:
    """The sentence says what may happen: "in people with asthma it may cause wheezing"."""
    told = (words[max(0, c.first - 1) : c.last] for c in cues if c.says == "adverse_effect" and c.reach in ("forward", "risk", "back"))
    return any(not _warning().isdisjoint(near) for near in told)


def _is_had_on(context: Context, cue: Cue) -> bool:
    """People on a drug right before: "patients on sertraline had", "I took X and got"."""
    near = range(max(0, cue.first - _HAD_WORDS), cue.first)
    drug = next((i for i in reversed(near) if i in context.taken), None)
    words = context.page.words
    lead = words[near.start : drug] if drug is not None else []
    return not ((_people().isdisjoint(lead) and _persons().isdisjoint(lead)) or _on().isdisjoint(lead))


def _with_purposes(words: list[str], cues: Sequence[Cue]) -> list[Cue]:
    """Where a verb of using stands before "for", the purpose goes on to the end of the clause: "use it for scabies and for …"."""
    out, purpose = list[Cue](), False
    for c in cues:
        if c.reach == "near" and words[c.first] in _purposes():
            before = words[max(0, c.first - _USING_WORDS) : c.first]
            purpose = not _using().isdisjoint(before) or (purpose and before[-1:] in ([","], ["and"], ["or"]))
            out.append(replace(c, reach="purpose") if purpose else c)
        else:
            out.append(c)
    return out


def _forbids_in(context: Context, cue: Cue, f: Found) -> bool:
    """A drug right behind the cue, and then where: "avoid metoclopramide in Parkinson's disease"."""
    if cue.last not in context.taken or f.first <= cue.last:
        return False
    between = context.page.words[cue.last + 1 : f.first]
    return len(between) <= _LINK_WORDS and not {"in", "if", "with", "during"}.isdisjoint(between)


def _fits(words: list[str], cue: Cue, f: Found, *, doses: bool) -> bool:
    if cue.reach == "near":  # "20 mg twice daily for severe acne"
        return doses and cue.last <= f.first <= cue.last + 2 and not any(map(is_figure, words[cue.last : f.first]))
    if cue.reach == "people":  # "children from six years with ADHD"
        return cue.last == f.first and doses and not _people().isdisjoint(words[max(0, cue.first - _USING_WORDS) : cue.first])
    if cue.reach in ("forward", "weak", "risk", "purpose", "had"):
        return cue.last == f.first if words[cue.first] == "anti" else cue.last <= f.first  # anti-phospholipid antibodies, liver disease
    if cue.reach == "front":  # "if you are pregnant, do not use isotretinoin"
        return f.last <= cue.first <= f.last + _FRONT_WORDS and "if" in words[max(0, f.first - _FRONT_WORDS) : f.first]
    if cue.reach == "stop":
        return cue.last <= f.first and not _stopping().isdisjoint(words[max(0, cue.first - _HAD_WORDS) : cue.first])
    if cue.reach == "next":
        return cue.first == f.last
    if cue.reach == "both" and cue.last <= f.first:
        return True
    if cue.reach not in ("back", "both") or not f.last <= cue.first <= f.last + _BACK_WORDS:
        return False
    own = f.last + (words[f.last : f.last + 2] in ([",", "which"], [",", "that"])) * 2  # gout, which is treated with
    return _relative().isdisjoint(words[own : cue.first])


def _holds(context: Context, cue: Cue, f: Found, low: int) -> bool:
    """The cue speaks of the mention, and of what a drug does."""
    return (cue.reach != "had" or _is_had_on(context, cue)) and not _misleads(context, cue, f, low)


def _misleads(context: Context, cue: Cue, f: Found, low: int) -> bool:
    """The cue tells of something else than a drug, or the mention is of those who had the drug."""
    told = cue.says == "adverse_effect" and cue.reach == "forward"
    if cue.says == "indication" and cue.reach == "forward" and cue.last in context.taken and f.first > cue.last:
        return True  # "in the treatment with X", said with a case in other languages
    if cue.reach == "near" and cue.first and context.page.words[cue.first - 1] in _pathogens():
        return True  # "the bacteria in the wound"
    if cue.reach == "near" and context.page.words[cue.first] == "in" and "if" in context.page.words[low : cue.first]:
        return True  # "if the level rises in kidney disease"
    if cue.reach == "weak" and not _circumstances().isdisjoint(context.page.words[cue.last : f.first]):  # who have taken it when they get
        return True
    if cue.says == "indication" and cue.reach == "forward" and cue.last - cue.first == 1 and context.page.words[cue.last] in _ENDS:
        return True  # "less likely to heal, because"
    return _is_of_other(context, cue.first) or (told and (_is_of_pathogen(context.page.words, cue, low) or _is_where(context, cue, f)))


def _is_of_pathogen(words: list[str], cue: Cue, low: int) -> bool:
    """The cue tells what bacteria, genes … do: "germs that can cause acne"."""
    subject = _subject(words, cue, low)
    return subject > low and words[subject - 1] in _pathogens()


def _subject(words: list[str], cue: Cue, low: int) -> int:
    """Where the subject of a cue ends, but for words such as "that may often"."""
    at = cue.first
    while at > max(low, cue.first - _CAUSING_WORDS) and words[at - 1] in _causing():
        at -= 1
    return at


def _of_disease(context: Context, cue: Cue, low: int, diseases: Mapping[int, int]) -> Cue:
    """The cue, saying nothing where it tells what a disease does: "sleep apnea can lead to stroke", not "paracetamol overdose can"."""
    words = context.page.words
    if cue.says != "adverse_effect" or cue.reach != "forward":
        return cue
    at = _subject(words, cue, low)
    named = at > low and at in diseases and diseases[at] <= low + _OPENING_WORDS and context.free(low, at)
    called = at > low and words[at - 1] in _illnesses() and not _leading().isdisjoint(words[cue.first : cue.last])
    return replace(cue, says="none") if named or (called and at not in diseases) else cue


def _is_where(context: Context, cue: Cue, f: Found) -> bool:
    """Behind "adverse effects of sulfasalazine in patients with" stands what was treated, not an effect."""
    near = context.page.words[max(cue.last, f.first - _WHERE_WORDS) : f.first]
    if "if" in context.page.words[cue.last : f.first]:  # "hypertension if the level rises too fast in kidney disease"
        near = context.page.words[cue.last : f.first]
        near = near[near.index("if") :]
    if _is_circumstance(near) and _happens().isdisjoint(context.page.words[f.last : f.last + 1]):
        return True
    if "in" not in near:
        return False
    place = len(near) - near[::-1].index("in")
    if near[-1] == "with" and not _people().isdisjoint(near[place:]):  # angioedema, and in patients with
        return True
    return not context.free(cue.last, f.first - len(near) + place) and _predicates().isdisjoint(near[place:])


def _is_circumstance(near: Sequence[str]) -> bool:
    """When it happens, not what: "causes birth defects if taken during pregnancy", "bleeding in cases of dengue"."""
    opened = next((i for i in range(len(near) - 1, -1, -1) if near[i] in _circumstances()), None)
    if opened is None or (near[opened] in ("case", "cases") and not {"in", "the"}.intersection(near[max(0, opened - 1) : opened])):
        return False
    behind = near[opened + 1 + (near[opened + 1 : opened + 2] == ["of"]) :]
    return "," not in behind and _predicates().isdisjoint(behind)


def _distance(cue: Cue, f: Found) -> int:
    if cue.reach == "next":
        return -1
    if cue.reach == "link":
        return 500 + cue.first - f.last
    if cue.reach in YIELDING:  # "patients with" yields to "should not be used in", but right before the name not to a mere "after"
        if cue.reach == "people":  # "children with ADHD begin with 30 mg of"
            return 450
        return 400 if cue.reach == "weak" and cue.relation and 0 <= f.first - cue.last <= _PEOPLE_WORDS else 1000
    if cue.reach == "strong":
        return cue.first - f.last
    return f.first - cue.last if cue.last <= f.first else cue.first - f.last + 5  # what stands before says more


@cache
def role_cues() -> Cues:
    """The cues of `roles.toml`."""
    return Cues(load_toml("roles.toml")["cue"], "role")


@cache
def _limit_phrases() -> Phrases[str]:
    return Phrases((p, p) for p in load_toml("roles.toml")["limit_phrases"])


def is_state(name: str | None) -> bool:
    """What is no illness, such as pregnancy or an overdose."""
    return name in _states()


@cache
def _stops() -> frozenset[str]:
    return frozenset({";", "but", "however", "although", "though", "whereas", "while", "—"})


@cache
def _links() -> Cues:
    return Cues(load_toml("roles.toml")["link"], "role")


@cache
def _compounds(name: str) -> frozenset[str]:
    return frozenset(load_toml("roles.toml")["compounds"][name])


_things = partial(word_set, "roles.toml", "things")
_hyphened = partial(word_set, "roles.toml", "hyphened")
_lowering = partial(word_set, "roles.toml", "lowering")
_using = partial(word_set, "roles.toml", "using")
_purposes = partial(word_set, "roles.toml", "purposes")
_relative = partial(word_set, "roles.toml", "relative")
_people = partial(word_set, "populations.toml", "people", "words")
_warning = partial(word_set, "roles.toml", "warning")
_happens = partial(word_set, "roles.toml", "happens")
_persons = partial(word_set, "roles.toml", "persons")
_bettered = partial(word_set, "roles.toml", "bettered")
_proofs = partial(word_set, "roles.toml", "proofs")
_doubts = partial(word_set, "roles.toml", "doubts")
_leaving = partial(word_set, "roles.toml", "leaving_out")
_bettering = partial(word_set, "roles.toml", "bettering")
_withdrawal = partial(word_set, "roles.toml", "withdrawal")
_illnesses = partial(word_set, "roles.toml", "illnesses")
_leading = partial(word_set, "roles.toml", "leading")
_pathogens = partial(word_set, "roles.toml", "pathogens")
_medicines = partial(word_set, "roles.toml", "medicines")
_predicates = partial(word_set, "roles.toml", "predicates")
_circumstances = partial(word_set, "roles.toml", "circumstances")
_causing = partial(word_set, "roles.toml", "causing")
_states = partial(word_set, "roles.toml", "states")
_places = partial(word_set, "roles.toml", "places")
_on = partial(word_set, "roles.toml", "having")
_are = partial(word_set, "roles.toml", "are")
_measured = partial(word_set, "relations.toml", "measures")
_other_topic = partial(word_set, "roles.toml", "other_topic")
_other_clause = partial(word_set, "roles.toml", "other_clause")
_set_against = partial(word_set, "roles.toml", "set_against")
_predicate_verbs = partial(word_set, "roles.toml", "link_verbs")
_denied_link = partial(word_set, "roles.toml", "denied_links")
_between = partial(word_set, "roles.toml", "denials_between")
_of_using = partial(word_set, "roles.toml", "of_using")
_dose_limits = partial(word_set, "roles.toml", "dose_limits")
_stopping = partial(word_set, "roles.toml", "stopping")
_denials = partial(word_set, "roles.toml", "denials")
