"""Documents and batches as lines for a terminal; colours are click's, and go when output is no terminal."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import click

from ..batch import Summary
from ..boilerplate.labels import Label
from ..controls import CONTROLS, HALVES
from ..document import Change, Document

# What a page may hold to play with a terminal, a return to the start of the line among it.
_UNSAFE = re.compile(f"[\r{CONTROLS}{HALVES}]")
_WIDTH = 100
_SMALL = frozenset({"block-gap", "list-mark", "heading-mark", "bold-mark"})  # counted below, but not worth a line each


def safe(text: str) -> str:
    r"""Text without anything that steers a terminal.

    >>> safe("a\x1b[31mb")
    'a�[31mb'
    """
    return _UNSAFE.sub("\ufffd", text)


def one_line(text: str) -> str:
    r"""A message that stays on its line, whatever names it holds.

    >>> one_line("a\nb: not found")
    'a�b: not found'
    """
    return safe(text).replace("\n", "\ufffd")


def explain(document: Document) -> Iterator[str]:
    """The page in reading order, what was removed marked with its reason and rule, then the sums."""
    origin = document.origin
    yield click.style(safe(document.title or "(no title)"), bold=True)
    yield click.style(
        f"{safe(origin.path or 'text')} · {origin.media_type} · {origin.encoding or 'text'} · {document.language or 'language unknown'}",
        dim=True,
    )
    yield ""
    here = 0
    for change in document.log:
        if change.rule in _SMALL:
            continue
        yield from _kept(document.text[here : change.at])
        here = change.at + len(change.after)
        yield _removed(change) if change.reason else _repaired(change)
    yield from _kept(document.text[here:])
    yield ""
    yield from _sums(document)


def explain_blocks(labels: Iterable[Label]) -> Iterator[str]:
    """Every block in reading order: kept or why not, the labeller's probability, the evidence."""
    for label in labels:
        text = " ".join(safe(label.text).split())
        text = text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
        why = f"{label.verdict.reason} · {label.verdict.rule}" if label.verdict else "kept"
        yield click.style(f"{'-' if label.verdict else '+'} {label.chance:4.2f} {text}", fg="red" if label.verdict else None)
        yield click.style(f"       {label.kind}: " + safe(" | ".join([why, *label.evidence])), dim=True)


def _kept(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if line.strip():
            yield "  " + safe(line.strip())


def _removed(change: Change) -> str:
    text = " ".join(safe(change.before).split())
    text = text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
    return click.style(f"- {text}", fg="red") + click.style(f"   {change.reason} · {change.rule}", dim=True)


def _repaired(change: Change) -> str:
    return click.style(f"~ {safe(change.before)!a} → {safe(change.after)!r}", fg="yellow") + click.style(
        f"   {change.stage} · {change.rule}", dim=True
    )


def _sums(document: Document) -> Iterator[str]:
    kept = sum(end - start for start, end, _ in document.kept())
    yield click.style(f"kept {kept:,} of {len(document.source):,} characters ({kept / len(document.source):.0%})", bold=True)
    reasons = Counter(c.reason for c in document.log if c.reason)
    repairs = Counter(c.rule for c in document.log if not c.reason)
    for name, counts in (("removed", reasons), ("repaired", repairs)):
        if counts:
            yield f"{name}: " + ", ".join(f"{key} {n}" for key, n in sorted(counts.items(), key=lambda kv: (-kv[1], str(kv[0]))))
    if document.drugs:
        yield "drugs: " + "; ".join(_drug(document))
    for entity in document.entities:
        if entity.label == "DRUG" and (entity.ambiguous or entity.confidence < 0.9):
            other = f", or {' / '.join(entity.ambiguous)}" if entity.ambiguous else ""
            name = safe(document.text[entity.start : entity.end])
            yield click.style(f"? {name}: {entity.canonical or 'unlisted'}{other} ({entity.kind}, {entity.confidence:.2f})", fg="yellow")
    for flag in document.flags:
        yield click.style(f"! {flag.kind}: {safe(flag.note)}", fg="yellow")


def _drug(document: Document) -> Iterator[str]:
    for drug in document.drugs:
        others = [s for s in drug.surfaces if s.lower() != drug.name]
        yield f"{drug.name} ×{drug.mentions}" + (f" ({safe(', '.join(others[:6]))})" if others else "")


def summarize(summary: Summary, out: str) -> Iterator[str]:
    """The end of a batch: did it work, what is in there, what should worry me."""
    total = summary.documents + summary.failures
    colour = "green" if not summary.failures else "yellow"
    yield click.style(f"{summary.documents:,} of {total:,} documents cleaned", fg=colour, bold=True) + f" into {out}"
    row = summary.row()
    if summary.documents == len(summary.first) > 1:
        yield from _listed(summary)
    if summary.documents:
        yield f"  kept     {row['kept_share']:.0%} of the text; removed: " + _top(row["removed"], 6)
        yield "  drugs    " + (_top(row["drugs"], 6) or "none found")
        if row["brands"]:
            yield "  brands   " + _top(row["brands"], 6)
    if row["flags"]:
        yield click.style("  look at  ", fg="yellow") + _top(row["flags"], 6)
    if summary.failures:
        yield click.style(f"  failed   {summary.failures:,}: see {out}/failures.jsonl", fg="red")


def _listed(summary: Summary) -> Iterator[str]:
    """One line a document: how much was kept, which drugs are in it."""
    width = min(40, max(len(safe(facts["name"])) for facts in summary.first))
    for facts in summary.first:
        share = facts["kept_chars"] / max(1, facts["source_chars"])
        drugs = ", ".join(list(facts["drugs"])[:4]) or click.style("no drugs", dim=True)
        more = f" +{len(facts['drugs']) - 4}" if len(facts["drugs"]) > 4 else ""
        yield f"  {safe(facts['name'])[:width]:{width}}  kept {share:4.0%}  {drugs}{more}"
    yield ""


def _top(counts: dict[str, int], most: int) -> str:
    shown = [f"{safe(key)} {n:,}" for key, n in list(counts.items())[:most]]
    rest = len(counts) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")
