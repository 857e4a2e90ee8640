"""A pretrained spaCy model of the user's own, laid over the rules.

What it finds is merged by these rules: a label counts if it is one of ours or mapped to one; where
nothing of ours stands, its entity is added (`kind` "model"); where something does, ours stays, but
it is widened when the model's is of the same label and holds the whole of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..document import Document, Entity
from ..errors import ConfigError
from .context import Context, Found

LABELS = ("DRUG", "DRUG_CLASS", "STRENGTH", "DOSAGE", "FORM", "ROUTE", "FREQUENCY", "DURATION", "CONDITION", "POPULATION")

#: What well-known models call our labels; a user's own table comes before it.
USUAL_LABELS: Mapping[str, str] = {
    "CHEMICAL": "DRUG", "Chemical": "DRUG", "Drug": "DRUG", "MEDICATION": "DRUG", "DISEASE": "CONDITION", "Disease": "CONDITION",
    "Strength": "STRENGTH", "Dosage": "DOSAGE", "Form": "FORM", "Route": "ROUTE", "Frequency": "FREQUENCY", "Duration": "DURATION",
    "ADE": "CONDITION", "Reason": "CONDITION", "PROBLEM": "CONDITION", "SYMPTOM": "CONDITION", "DIAGNOSIS": "CONDITION",
}  # fmt: skip


@dataclass(frozen=True)
class OutsideModel:
    """A loaded model with its table of labels: a text to (label of ours, start, end)."""

    nlp: Any
    labels: Mapping[str, str]

    def __call__(self, text: str) -> list[tuple[str, int, int]]:
        """What the model finds, in our labels, without white space at the ends."""
        out = list[tuple[str, int, int]]()
        for span in self.nlp(text).ents:
            label = self.labels.get(span.label_, span.label_)
            surface = text[span.start_char : span.end_char]
            if label in LABELS and surface.strip():
                start = span.start_char + len(surface) - len(surface.lstrip())
                out.append((label, start, start + len(surface.strip())))
        return out


def load_model(name: str, labels: Mapping[str, str] | None = None) -> OutsideModel:
    """The model of that name or in that folder. Raises ConfigError, with advice, when it cannot be loaded."""
    unknown = sorted(set((labels or {}).values()) - set(LABELS))
    if unknown:
        raise ConfigError(f"unknown label {', '.join(unknown)}", f"labels are: {', '.join(LABELS)}")
    import spacy

    try:
        nlp = spacy.load(name)
    except (OSError, ValueError, ImportError) as error:
        raise ConfigError(
            f"no spaCy model {name} ({str(error).splitlines()[0]})",
            f"install it: python -m spacy download {name}; or give the folder of one",
        ) from error
    nlp.max_length = max(nlp.max_length, 10_000_000)
    return OutsideModel(nlp, {**USUAL_LABELS, **(labels or {})})


def with_drugs(document: Document, spans: Iterable[tuple[str, int, int]]) -> Document:
    """The document with the model's drugs where none of ours stands."""
    ours = [(e.start, e.end) for e in document.entities]
    free = [s for s in spans if s[0] in ("DRUG", "DRUG_CLASS") and not any(a < s[2] and s[1] < b for a, b in ours)]
    return (
        document.annotated([Entity("", label, start, end, kind="model", confidence=0.5) for label, start, end in free])
        if free
        else document
    )


def merged(context: Context, ours: Sequence[Found], spans: Iterable[tuple[str, int, int]]) -> list[Found]:
    """Our mentions and the model's, by the rules above."""
    out, page = list(ours), context.page
    for label, start, end in spans:
        first, last = page.token_at(start), page.token_at(end - 1) + 1
        touching = [f for f in out if f.first < last and first < f.last]
        if label in ("DRUG", "DRUG_CLASS") or not (touching or context.free(first, last)):
            continue
        if not touching:
            name = " ".join(page.text[start:end].lower().split()) if label in ("CONDITION", "FORM", "ROUTE") else None
            out.append(Found(label, first, last, None, name, "model"))
        elif len(touching) == 1 and touching[0].label == label and first <= touching[0].first and touching[0].last <= last:
            out[out.index(touching[0])] = replace(touching[0], first=first, last=last)
    return sorted(out, key=lambda f: f.first)
