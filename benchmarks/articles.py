"""Made-up medicine articles: as many as wanted, the same for the same seed, and spun copies of an article.

The sentences are few and shared, as on the sites that make pages by the thousand, so that two articles about
different medicines look alike without being copies.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

_SLOTS = """
cond: high blood pressure|acne|an underactive thyroid|type 2 diabetes|heartburn|a chest infection|migraine|asthma|hay fever|gout
cond: eczema|anxiety|low mood|back pain|a stomach ulcer|psoriasis|angina|a fungal infection|insomnia|anaemia
effect: headache|nausea|a dry mouth|dizziness|a skin rash|loose stools|tiredness|muscle pain|a cough|blurred vision|constipation
effect: hot flushes|a metallic taste|swollen ankles|trouble sleeping|itching|hair loss|weight gain|a blocked nose|cramps
time: in the morning|at bedtime|after breakfast|with the evening meal|half an hour before food|at the same hour each day|after lunch
organ: the liver|the kidneys|the heart|the stomach|the skin|the eyes|the lungs|the blood|the thyroid|the bowel
who: people over 65|children under twelve|women who are pregnant|drivers|people who work at night|athletes|smokers
span: two weeks|ten days|a month|six weeks|three months|half a year|a few days|one winter|about a year
thing: grapefruit juice|alcohol|strong sunlight|antacids|liquorice|iron tablets|dairy products|salt substitutes|coffee|herbal teas
place: a study in Norway|a register in Wales|a trial in Chile|a survey of nurses|a review of old records|an audit in Ghent
form: a round white tablet|a soft capsule|a blue tablet with a score line|a clear syrup|a small patch|a powder for a drink
maker: a small family firm|three large firms|a plant near the coast|several makers of generics|one maker only
"""
SLOTS: dict[str, list[str]] = {}
for _line in _SLOTS.strip().split("\n"):
    SLOTS.setdefault(_line.split(": ")[0], []).extend(_line.split(": ")[1].split("|"))

SENTENCES = """
DRUG is given to people with {cond}, and less often to those with {cond}.
Most doctors start with NUM mg of DRUG a day and wait for {span} before they think of more.
The tablet is best taken {time}, because it then does least harm to {organ}.
In {place}, nearly NUM of a hundred people who took DRUG spoke of {effect}.
Some find that {effect} comes first and that {effect} follows after {span}.
{who} should ask before the first dose, since {organ} may not clear it well.
It comes as {form}, and it is made by {maker}.
Keep away from {thing} while you take it; {thing} matters less than was once thought.
If a dose is forgotten, it is taken {time}, unless less than {span} remain.
DRUG works on {organ}, where it slows what makes {cond} worse.
Nobody knows why {effect} is so common among {who}.
After {span} the blood is looked at again, above all to see how {organ} bears it.
Older books warn of {thing}, but {place} found no such thing.
A dose of NUM mg is the most that {who} are given.
Rarely {effect} is the sign of something worse, and then DRUG is stopped at once.
People with {cond} who also have {cond} need a lower dose, often NUM mg.
The price has fallen since {maker} began to make it, and it now costs less than {thing}.
What was left of the pack after {span} belongs back at the pharmacy, not in the bin.
It was found by chance, when a chemist looked for something against {cond}.
Against {cond} it is as good as what came before, said {place}, and it brought less {effect}.
With {thing} it may cause {effect}, which goes away within {span}.
It does not help against {cond}, whatever is told on the web.
For {who} there is {form}, which holds NUM mg.
The first sign that it works is that {effect} becomes less, often after {span}.
Those who feel {effect} {time} may take it {time} instead.
Two weeks of DRUG are enough for {cond}; for {cond} it takes {span}.
Half of {who} in {place} forgot a dose at least once within {span}.
It passes into {organ} and from there into milk, so that it is not for nursing mothers.
Doctors look at {organ} before the start, after {span}, and whenever {effect} does not go away.
The leaflet names {effect}, {effect} and {effect} as the most common complaints.
""".strip().split("\n")
HEADINGS = ("What it is for", "How it is taken", "Side effects", "Before the first dose", "How it works", "What else to know", "Storage")
REWRITES = """
Nothing in this replaces a talk with somebody who knows you well and has the time to listen to it all.
Much of it was learned by trial and error, long before anybody thought of counting who got better.
Whether that holds for everyone is an open question, and an honest answer would take many more years.
It helps to write down what was taken and when, and to bring the list along to the next visit.
Opinions differ on this point among those who have seen it tried on many patients over the years.
A friend who reads the small print aloud is worth more here than any number of clever web pages.
There are good reasons for caution, and there are just as good ones for not worrying too much.
Habit does the rest: what stands beside the toothbrush is hardly ever forgotten for long.
""".strip().split("\n")


@dataclass(frozen=True)
class Article:
    """Sections of sentences about a drug. `names`: how the text calls it, in turn."""

    title: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    names: tuple[str, ...]
    strength: int

    def text(self) -> str:
        """The article with its names and numbers put in."""
        parts = [self.title, *(part for heading, sentences in self.sections for part in (heading, " ".join(sentences)))]
        count = iter(range(10**6))
        text = "\n\n".join(parts)
        text = re.sub("DRUG", lambda _: self.names[next(count) % len(self.names)], text)
        return re.sub("NUM", lambda _: str(self.strength * (1 + next(count) % 3)), text)


def article(rng: random.Random, drugs: Sequence[str]) -> Article:
    """An article of five or six sections about one of the drugs."""
    drug = rng.choice(drugs)
    picked = rng.sample(SENTENCES, rng.randint(18, 26))
    headings = rng.sample(HEADINGS, rng.randint(5, 6))
    cuts = sorted(rng.sample(range(2, len(picked) - 1), len(headings) - 1))
    pieces = [picked[a:b] for a, b in zip([0, *cuts], [*cuts, len(picked)], strict=True)]
    sections = tuple((heading, tuple(_filled(rng, s) for s in piece)) for heading, piece in zip(headings, pieces, strict=True))
    about = rng.choice(("a short guide", "what to know", "an honest look", "questions and answers"))
    return Article(f"{drug}: {about}", sections, (drug,), rng.choice((5, 10, 20, 25, 50)))


def _filled(rng: random.Random, sentence: str) -> str:
    filled = re.sub(r"\{(\w+)\}", lambda slot: rng.choice(SLOTS[slot[1]]), sentence)
    return filled[0].upper() + filled[1:]


def spun(rng: random.Random, original: Article, drugs: Sequence[str], rewritten: float = 0.1) -> Article:
    """The same text about another brand, in another strength, its sections in another order, some of its sentences new."""
    drug = rng.choice([name for name in drugs if name not in original.names])
    places = [(i, j) for i, (_, sentences) in enumerate(original.sections) for j in range(len(sentences))]
    new = {place: rng.choice(REWRITES) for place in rng.sample(places, max(1, round(rewritten * len(places))))}
    sections = [
        (heading, tuple(new.get((i, j), sentence) for j, sentence in enumerate(sentences)))
        for i, (heading, sentences) in enumerate(original.sections)
    ]
    rng.shuffle(sections)
    return Article(original.title.replace(original.names[0], drug), tuple(sections), (drug,), original.strength * 2)
