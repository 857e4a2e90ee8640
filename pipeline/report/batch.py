"""A batch as one HTML page: sites, removals, drugs, what is said of them, flags, failures, copies, and the documents.

Tables come as data and are drawn by the page's script, so that ten thousand rows stay quick; the
documents to look at are packed, and unpacked one by one when they are asked for.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from string import Template

from ..attempt import Failure
from ..document import Document
from ..export.records import Line, read_lines
from ..export.restore import from_record
from ..validate import record_faults
from . import charts
from .batch_tables import ranked, tables
from .facts import STATUSES, Facts, unpacked
from .html import asset, data_block, framed, shown
from .page import body as document_body

_TOP = 12  # bars of a chart


def to_html(facts: Facts, title: str) -> str:
    """The report; `title` names the batch."""
    details = list(_details(facts))
    page = Template(asset("batch.html")).substitute(
        title=shown(title),
        about=shown(_about(facts)),
        tiles=_tiles(facts),
        charts=_charts(facts),
        legend=charts.legend(STATUSES),
        sections="".join(_section(*head, _sampled(facts, len(details)) if head[0] == "documents" else "") for head in SECTIONS),
        links="".join(f'<a href="#{name}">{shown(heading)}</a>' for name, heading, _ in SECTIONS),
        data=data_block("tables", tables(facts)),
        details="".join(f'<script type="text/plain" id="d{number}">{packed}</script>' for number, packed in details),
    )
    return framed(
        page, title=f"{title} · pharmaclean", language="en", styles=("base.css", "batch.css"), scripts=("document.js", "batch.js")
    )


#: Part of the page -> its heading and what it tells.
SECTIONS: Sequence[tuple[str, str, str]] = (
    ("sites", "Sites", "Pages by site and status. A page without an address counts for the folder it came from."),
    ("removals", "Removals", "What was taken away, by reason. Characters are those of the source; examples lead to the document."),
    ("rules", "Rules", "The same by the rule that decided: where to look when too much or too little goes."),
    ("drugs", "Drugs", "Ingredients, with the brands, strengths and forms the pages name."),
    ("brands", "Brands", "Brand names as written, and what they stand for."),
    ("treats", "Drug × condition", "What the pages say a drug is for. This is what they say, not whether it is true."),
    ("causes", "Drug × side effect", "What the pages say a drug may cause."),
    ("contraindicated", "Contraindications", "In whom the pages say a drug must not be used."),
    ("interacts", "Interactions", "Drugs that the pages say do not go together."),
    ("flags", "Flags", "What a reader should know before trusting a document."),
    ("failures", "Failures", "Inputs that gave no document, and what to try."),
    ("clusters", "Copies", "Documents that are copies of an earlier one, under the id of that one."),
    ("documents", "Documents", "Choose one to see its text, entities coloured, removed text struck through."),
)


def _section(name: str, heading: str, about: str, notice: str = "") -> str:
    told = f'<p class="notice">{shown(notice)}</p>' if notice else ""
    return (
        f'<section id="{name}" class="table"><h2>{shown(heading)}</h2><p class="quiet">{shown(about)}</p>{told}'
        f'<div data-table="{name}"></div></section>'
    )


def _about(facts: Facts) -> str:
    languages = ", ".join(f"{name} {n:,}" for name, n in facts.languages.most_common(5))
    return " · ".join(part for part in (*sorted(facts.versions)[:3], f"languages: {languages}" if languages else "") if part)


def _tiles(facts: Facts) -> str:
    share = f"{facts.kept / facts.source:.0%}" if facts.source else "–"
    suspect = facts.status["flagged"] + facts.status["empty"]
    tiles = [
        (f"{facts.documents:,}", "documents", "documents"),
        (share, "of the text kept", "removals"),
        (f"{len(facts.drugs):,}", "drugs", "drugs"),
        (f"{facts.with_drugs:,}", "documents name a drug", "documents"),
        (f"{suspect:,}", "to look at", "flags"),
        (f"{facts.status['copy']:,}", "copies", "clusters"),
        (f"{facts.failed:,}", "failed", "failures"),
    ]
    return "".join(f'<a class="tile {link}" href="#{link}"><b>{shown(figure)}</b> {shown(what)}</a>' for figure, what, link in tiles)


def _charts(facts: Facts) -> str:
    sites = sorted(facts.sites.items(), key=lambda item: (-item[1].status.total(), item[0]))
    reasons = sorted(facts.reasons.items(), key=lambda item: (-item[1].chars, item[0]))
    drugs = sorted(facts.drugs.items(), key=lambda item: (-item[1].documents, -item[1].mentions, item[0]))
    treats = sorted(facts.pairs["TREATS"].items(), key=lambda item: (-item[1].documents, -item[1].count, item[0]))
    return "".join([
        charts.bars("Pages by site and status", [
            (name, {status: site.status[status] for status in STATUSES if site.status[status]}, f"{site.status.total():,}")
            for name, site in sites[:_TOP]
        ], _rest(len(sites), "sites")),
        charts.bars("Removed, by reason", [
            (reason, {"gone": tally.chars}, f"{tally.chars / max(1, facts.source):.1%}") for reason, tally in reasons[:_TOP]
        ], _rest(len(reasons), "reasons")),
        charts.bars("Drugs, by documents", [(name, {"DRUG": drug.documents}, f"{drug.documents:,}") for name, drug in drugs[:_TOP]],
            _rest(len(drugs), "drugs")),
        charts.bars("Entities", [(label.lower().replace("_", " "), {label: n}, f"{n:,}") for label, n in ranked(facts.labels)]),
        charts.bars("Drug and condition, by documents", [
            (f"{drug} – {condition}", {"CONDITION": pair.documents}, f"{pair.documents:,}") for (drug, condition), pair in treats[:_TOP]
        ], _rest(len(treats), "pairs"), wide=True),
        charts.columns("Share of the text that was kept", facts.shares, ("0 %", "100 %"), "documents"),
    ])  # fmt: skip


def _rest(total: int, what: str) -> str:
    return f"and {total - _TOP:,} more {what}" if total > _TOP else ""


def _sampled(facts: Facts, details: int) -> str:
    """What the page does not hold, in words."""
    told = []
    if len(facts.rows.kept) < facts.documents:
        told.append(
            f"The list holds {len(facts.rows.kept):,} of {facts.documents:,} documents, taken evenly; all figures are of all of them."
        )
    if details < facts.documents:
        told.append(
            f"{details:,} of {facts.documents:,} documents can be looked at here: the first that give an example or have"
            " a flag, and others taken evenly, without very long ones. For any other: pharmaclean report FILE."
        )
    return " ".join(told)


def _details(facts: Facts) -> Iterator[tuple[int, str]]:
    """Documents to look at: number, and the packed HTML as text."""
    for number, packed in sorted({**dict(facts.details.items()), **facts.shown}.items()):
        if packed:
            html = document_body(from_record(unpacked(packed)))
            yield number, base64.b64encode(zlib.compress(html.encode(), 9)).decode()


def read(path: Path, on_fault: Callable[[Line], None] = lambda _: None, progress: Callable[[int], None] = lambda _: None) -> Facts:
    """The facts of a batch's folder or of a file of records, with the failures that stand beside it.

    A record that does not hold together is left out and told to `on_fault`. Raises ConfigError where there is nothing to read.
    """
    facts = Facts()
    for line in read_lines([path]):
        problem = line.problem if line.record is None else next(record_faults(line.record), "")
        if line.record is not None and not problem:
            facts.add(line.record)
            progress(facts.documents)
        else:
            on_fault(Line(line.path, line.number, None, problem))
    failures = (path if path.is_dir() else path.parent) / "failures.jsonl"
    for line in _failures(failures) if str(path) != "-" and failures.is_file() else ():
        if line.record is None:
            on_fault(line)
        else:
            facts.add_failure(line.record)
    return facts


def gather(results: Iterable[Document | Failure], on_failure: Callable[[Failure], None], progress: Callable[[int], None]) -> Facts:
    """The facts of documents that are cleaned for the report, and of those that could not be."""
    facts = Facts()
    for result in results:
        if isinstance(result, Failure):
            on_failure(result)
            facts.add_failure(result.row())
        else:
            facts.add(result.record())
            progress(facts.documents)
    return facts


def _failures(path: Path) -> Iterator[Line]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            try:
                row = json.loads(raw)
            except (ValueError, RecursionError) as error:
                yield Line(str(path), number, None, f"not JSON: {error}")
                continue
            yield Line(str(path), number, row if isinstance(row, dict) else {"error": row})
