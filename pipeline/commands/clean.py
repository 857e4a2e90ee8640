"""`clean` and `explain`: documents one by one."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path
from typing import Any

import click

from ..chain import STAGES
from ..errors import ConfigError
from ..writing import spare, write_whole
from .common import cleaned, complain, files_only, inputs_argument, is_stdout, limit_options, rendered, stage_options, writing


@click.command()
@inputs_argument
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of standard output, which is - too."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "jsonl", "text", "markdown", "conll", "brat", "spacy"]),
    help="json for one document, jsonl for several, unless told; spacy (a DocBin) needs -o.",
)
@click.option("--with-source", is_flag=True, help="Add the page's whole visible text as source_text.")
@limit_options
@stage_options
def clean(inputs: tuple[str, ...], output: Path | None, form: str | None, with_source: bool, **shared: Any) -> None:
    """Clean files, or standard input with -, to JSON, text, Markdown, or a format for annotators.

    \b
    pharmaclean clean page.html
    pharmaclean clean a.html b.txt crawl.jsonl > cleaned.jsonl
    pharmaclean clean - --format text < page.html
    pharmaclean clean page.html --format brat > page.ann
    pharmaclean clean crawl.jsonl --format spacy -o pages.spacy
    """
    from ..attempt import Failure

    spare(output, *inputs, *shared["lexicon"])
    results = cleaned(files_only(inputs), **shared)
    failed = done = 0
    if form == "spacy":
        _clean_to_docbin(results, output)
        return
    first = list[Any]() if form else list(islice(results, 2))  # one file may hold many documents: only a second one tells
    with writing(output) as out:
        for document in chain(first, results):
            if isinstance(document, Failure):
                failed += 1
                complain(document)
                continue
            if form == "brat" and done:
                raise ConfigError("brat stand-off is one file a document", "clean one file at a time")
            out.write(rendered(document, form or ("jsonl" if len(first) > 1 else "json"), with_source, first=not done))
            done += 1
    if failed:
        sys.exit(1)


def _clean_to_docbin(results: Iterable[Any], output: Path | None) -> None:
    """All documents as one file of spaCy's."""
    from ..attempt import Failure
    from ..interop import to_docbin

    if output is None or is_stdout(output):
        raise ConfigError("--format spacy is a binary file", "say where it goes: -o pages.spacy")
    documents, failed = list[Any](), False
    for result in results:
        if isinstance(result, Failure):
            failed = True
            complain(result)
        else:
            documents.append(result)
    if documents:  # else what stood there before stays
        write_whole(output, to_docbin(documents))
    if failed:
        sys.exit(1)


@click.command()
@inputs_argument
@click.option("--color/--no-color", default=None, help="Colour, or none; by default colour on a terminal.")
@click.option("--blocks", is_flag=True, help="Every block of the page with its label and what led to it.")
@limit_options
@stage_options
def explain(inputs: tuple[str, ...], color: bool | None, blocks: bool, **shared: Any) -> None:
    """Show what was changed, where, by which rule.

    \b
    pharmaclean explain page.html
    pharmaclean explain page.html --blocks
    pharmaclean explain page.html | less -R
    """
    from ..attempt import Failure
    from ..report.terminal import explain as lines
    from ..report.terminal import explain_blocks

    if blocks:
        from ..boilerplate.labels import label_blocks

        shared["skip"] = STAGES[1:]  # the labels are those of the page before anything is cut
    failed = False
    for document in cleaned(files_only(inputs), **shared):
        if isinstance(document, Failure):
            failed = True
            complain(document)
            continue
        for line in explain_blocks(label_blocks(document)) if blocks else lines(document):
            click.echo(line, color=color)
    if failed:
        sys.exit(1)
