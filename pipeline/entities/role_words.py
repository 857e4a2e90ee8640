"""The words that roles are told from, read when they are first asked for."""

from __future__ import annotations

from functools import partial

from ..rules.load import word_set

HAD_WORDS = 10  # "patients on a high dose of sertraline had"
_STOPPED_WORDS = 5  # "X had to be stopped"
LINK_WORDS = 7  # "after the administration of a single dose of"

things = partial(word_set, "roles.toml", "things")
hyphened = partial(word_set, "roles.toml", "hyphened")
lowering = partial(word_set, "roles.toml", "lowering")
using = partial(word_set, "roles.toml", "using")
purposes = partial(word_set, "roles.toml", "purposes")
relative = partial(word_set, "roles.toml", "relative")
people = partial(word_set, "populations.toml", "people", "words")
warning = partial(word_set, "roles.toml", "warning")
happens = partial(word_set, "roles.toml", "happens")
persons = partial(word_set, "roles.toml", "persons")
bettered = partial(word_set, "roles.toml", "bettered")
proofs = partial(word_set, "roles.toml", "proofs")
doubts = partial(word_set, "roles.toml", "doubts")
leaving = partial(word_set, "roles.toml", "leaving_out")
bettering = partial(word_set, "roles.toml", "bettering")
withdrawal = partial(word_set, "roles.toml", "withdrawal")
illnesses = partial(word_set, "roles.toml", "illnesses")
leading = partial(word_set, "roles.toml", "leading")
pathogens = partial(word_set, "roles.toml", "pathogens")
medicines = partial(word_set, "roles.toml", "medicines")
predicates = partial(word_set, "roles.toml", "predicates")
circumstances = partial(word_set, "roles.toml", "circumstances")
causing = partial(word_set, "roles.toml", "causing")
organs = partial(word_set, "roles.toml", "organs")
lessened = partial(word_set, "roles.toml", "lessened")
returns = partial(word_set, "roles.toml", "returns")
gone = partial(word_set, "roles.toml", "gone")
occasions = partial(word_set, "roles.toml", "occasions")
chances = partial(word_set, "roles.toml", "chances")
substances = partial(word_set, "roles.toml", "substances")
others = partial(word_set, "roles.toml", "others")
states = partial(word_set, "roles.toml", "states")
places = partial(word_set, "roles.toml", "places")
on = partial(word_set, "roles.toml", "having")
are = partial(word_set, "roles.toml", "are")
measures = partial(word_set, "relations.toml", "measures")
other_topic = partial(word_set, "roles.toml", "other_topic")
other_clause = partial(word_set, "roles.toml", "other_clause")
set_against = partial(word_set, "roles.toml", "set_against")
predicate_verbs = partial(word_set, "roles.toml", "link_verbs")
denied_link = partial(word_set, "roles.toml", "denied_links")
between = partial(word_set, "roles.toml", "denials_between")
of_using = partial(word_set, "roles.toml", "of_using")
dose_limits = partial(word_set, "roles.toml", "dose_limits")
stopping = partial(word_set, "roles.toml", "stopping")
denials = partial(word_set, "roles.toml", "denials")


def is_left_out(words: list[str], first: int, drug: int) -> bool:
    """The medicine at token `drug` is stopped, or less of it is taken: "when X was stopped", "on withdrawal of X"."""
    near = words[first : drug + _STOPPED_WORDS]
    return not (withdrawal().isdisjoint(near) and lessened().isdisjoint(near))
