"""`report`, `export`, `validate`: what was cleaned, to look at, to pass on, to check."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import ConfigError
from ..writing import spare
from .common import (
    cleaned,
    complain,
    counting,
    files_only,
    inputs_argument,
    is_stdout,
    limit_options,
    stage_options,
    tell,
    tell_error,
    writing,
)

if TYPE_CHECKING:
    from ..attempt import Failure
    from ..document import Document
    from ..report.facts import Facts

#: The formats of `export`, named here too, so that --help need not load them; a test holds the two together.
EXPORTS = ("csv", "parquet", "parquet-nested", "sqlite", "spacy", "bioc", "brat", "pubannotation", "text", "markdown")


@click.command()
@click.argument("source", metavar="FILE|FOLDER")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("report.html"),
    show_default=True,
    help="Write here; - for standard output.",
)
@limit_options
@stage_options
def report(source: str, output: Path, **shared: Any) -> None:
    """Pages or a batch as HTML to look at: entities coloured, what was removed and why. It opens without a network.

    \b
    pharmaclean report outputs/                    a batch: figures, tables, documents
    pharmaclean report outputs/documents.jsonl -o batch.html
    pharmaclean report page.html                   one page, cleaned for it
    pharmaclean report crawl.jsonl                 several pages, cleaned for it and shown as a batch
    """
    from ..export.records import holds_records

    spare(output, source, *shared["lexicon"])
    if (source not in ("-", "") and Path(source).is_dir()) or holds_records(source):
        _no_options_for_a_batch(shared)
        _report_batch(source, output)
        return
    results = cleaned(files_only((source,)), **shared)
    first = list(islice(results, 2))
    if not first:
        raise ConfigError(f"{source}: no document in it", "give a file that holds a page")
    if len(first) > 1:
        _report_pages(chain(first, results), source, output)
    else:
        _report_page(first[0], output)


def _report_page(result: Document | Failure, output: Path) -> None:
    """The report of one page."""
    from ..attempt import Failure
    from ..report.page import to_html

    if isinstance(result, Failure):
        complain(result)
        sys.exit(1)
    with writing(output) as out:
        out.write(to_html(result))
    if not is_stdout(output):
        tell(f"{output} written")


def _report_pages(results: Iterable[Document | Failure], source: str, output: Path) -> None:
    """The report of several pages in one file, as that of a batch."""
    from ..report.batch import gather

    with counting() as count:
        facts = gather(results, complain, count)
    _write_batch(facts, source, output)
    if facts.failed:
        sys.exit(1)


def _no_options_for_a_batch(shared: Iterable[str]) -> None:
    context = click.get_current_context()
    given = [name for name in shared if context.get_parameter_source(name) == click.core.ParameterSource.COMMANDLINE]
    if given:
        option = f"--{given[0].replace('_', '-')}"
        raise ConfigError(f"{option} says how to clean a page, and these are cleaned", "give it to: pharmaclean batch")


def _report_batch(source: str, output: Path) -> None:
    """The report of what a batch wrote."""
    from ..report.batch import read

    faults = list[Any]()

    def tell(line: Any) -> None:
        faults.append(line)
        tell_error(line)

    with counting() as count:
        facts = read(Path(source), tell, count)
    _write_batch(facts, source, output)
    if faults:
        sys.exit(1)


def _write_batch(facts: Facts, source: str, output: Path) -> None:
    from ..report.batch import to_html

    with writing(output) as out:
        out.write(to_html(facts, "standard input" if source == "-" else Path(source).resolve().name))
    if not is_stdout(output):
        size = output.stat().st_size / 1e6 if output.is_file() else 0
        tell(f"{output} written: {facts.documents:,} documents, {facts.failed:,} failures, {size:.1f} MB")


@click.command()
@inputs_argument
@click.option("--to", "form", required=True, type=click.Choice(EXPORTS), help="What to write; see docs/formats.md.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The file, or a new folder, to write.")
def export(inputs: tuple[str, ...], form: str, output: Path) -> None:
    """Write what `batch` made as tables, a database, or in the formats of other tools.

    \b
    pharmaclean export outputs/ --to sqlite -o outputs.db
    pharmaclean export outputs/documents.jsonl --to csv -o tables/
    Folders of files: csv, parquet (flat tables), spacy, brat, pubannotation, text, markdown
    One file: sqlite, parquet-nested, bioc
    """
    from ..export import export as run

    if is_stdout(output):
        raise ConfigError("export writes files, and - is none", "name the file or the folder: -o NAME")
    with counting() as count:
        done = run(inputs, form, output, on_fault=tell_error, progress=count)
    tell(f"{done.documents:,} documents → {output}" + (f", {done.faults:,} left out" if done.faults else ""))
    if done.faults:
        sys.exit(1)


@click.command()
@inputs_argument
@click.option("-q", "--quiet", is_flag=True, help="Only the faults, no sum at the end.")
def validate(inputs: tuple[str, ...], quiet: bool) -> None:
    """Check records: the schema, spans, that every character of the source is accounted for, and that no file of a batch is damaged.

    \b
    pharmaclean validate outputs/
    pharmaclean validate outputs/documents.jsonl > faults.txt
    One line a fault: file, line, what is wrong. Exit status 1 if there is any.
    """
    from ..report.terminal import one_line
    from ..validate import Validator

    validator = Validator()
    with counting() as count:
        for fault in validator.run(inputs, count):
            click.echo(one_line(str(fault)))
    for folder in [] if quiet else validator.unsummed:
        click.echo(f"{one_line(folder)}: an earlier version wrote no sums: damage that keeps a file's size does not show", err=True)
    if not quiet:
        told = f"{validator.documents:,} records, {validator.faults:,} faults"
        click.secho(told, fg="red" if validator.faults else "green", err=True)
    if validator.faults:
        sys.exit(1)
