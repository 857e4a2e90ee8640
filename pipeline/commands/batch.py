"""`batch`: whatever holds pages, into a folder."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from ..errors import ConfigError
from .common import Figure, inputs_argument, limit_options, not_there, options_of, stage_options, tell

if TYPE_CHECKING:
    from ..batch import Reading, Selection, Summary
    from ..batch.display import Display
    from ..chain import Options


@click.command()
@inputs_argument
@click.option(
    "-o",
    "--output",
    "out",
    metavar="DIR",
    default="outputs",
    show_default=True,
    help="Folder for the results, or a URL (with the extra cluster).",
)
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes; all cores unless told.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "jsonl.zst", "parquet", "json", "text", "markdown", "parts"]),
    default="jsonl",
    show_default=True,
    help="All documents in one file, one file each (json, text, markdown), or parts: as many files as shards.",
)
@click.option("--include", multiple=True, metavar="PATTERN", help="In folders and archives only such names, as *.html (may be repeated).")
@click.option(
    "--exclude", multiple=True, metavar="PATTERN", help="In folders and archives no such names, as */comments/* (may be repeated)."
)
@click.option(
    "--field", "fields", multiple=True, metavar="ROLE=NAME", help="Column or JSON field of text, html, id, url, title or published."
)
@click.option("--limit", type=click.IntRange(min=1), help="Only so many documents, the first ones.")
@click.option(
    "--sample",
    type=Figure(0, 1, min_open=True),
    metavar="SHARE",
    help="Only a share of the documents, as 0.01; always the same ones.",
)
@click.option("--dry-run", is_flag=True, help="List the inputs and the options, and stop.")
@click.option("--resume", "how", flag_value="resume", help="Go on with the batch in DIR, and refuse if it is another one.")
@click.option("--fresh", "how", flag_value="fresh", help="Start over, whatever is in DIR.")
@click.option("--retry-failed", is_flag=True, help="Do again what failed before.")
@limit_options
@click.option(
    "--shard-size",
    type=click.IntRange(min=1),
    default=64,
    show_default=True,
    help="Documents that are worked on, and lost with a killed worker, together.",
)
@click.option("--whole-files", is_flag=True, help="Each file of records is one shard, not counted beforehand: for crawls in many files.")
@click.option(
    "--templates",
    metavar="auto|FILE|off",
    default="off",
    show_default=True,
    help="Remove the lines that sites repeat: learned from these pages first, or from a table.",
)
@click.option("--site", metavar="KEY", help="Take all pages for one site, whatever their address or folder.")
@click.option(
    "--dedup",
    type=click.Choice(["keep", "mark", "drop"]),
    help="Look for exact, near and spun copies, and count, mark or set them aside; not looked for unless told.",
)
@click.option(
    "--log-format",
    type=click.Choice(["auto", "plain", "json"]),
    default="auto",
    show_default=True,
    help="A bar on a terminal and plain lines elsewhere, or JSON lines.",
)
@click.option(
    "--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True, help="Processes here, or a Dask cluster."
)
@click.option("--scheduler", metavar="ADDRESS", help="The Dask scheduler, as tcp://host:8786; without one a cluster is made here.")
@click.option("-q", "--quiet", is_flag=True, help="No progress, no summary.")
@stage_options
def batch(inputs: tuple[str, ...], **told: Any) -> None:
    """Clean anything that holds pages into a folder: documents.jsonl, failures.jsonl, summary.json.

    \b
    pharmaclean batch pages/ -o outputs
    pharmaclean batch crawl.jsonl.gz more/ 'dumps/*.warc.gz' -o outputs --workers 8
    pharmaclean batch table.csv --field text=article_body --sample 0.01 -o trial
    pharmaclean batch @list.txt -o outputs --exclude '*/tag/*'
    pharmaclean batch crawl.jsonl -o outputs --templates auto --dedup mark
    INPUT: files, folders, patterns, @LISTS and - of pages, MHTML, JSON lines, CSV, Parquet, WARC, WET, zip, tar;
    packed with gz, bz2, xz or zst or not. Run the same command again to go on with a batch that broke off.
    """
    from ..batch.display import closing, interrupted, watching
    from ..errors import PharmacleanError
    from ..report.terminal import one_line

    shared = {name: told.pop(name) for name in ("skip", "lexicon", "country", "usan", "spacy_model", "spacy_label")}
    if told["dry_run"]:
        _all_there(inputs)
        _show_plan(inputs, told, shared)
        return
    terminal = sys.stderr.isatty()
    kind = "none" if told["quiet"] else {"auto": "bar" if terminal else "plain"}.get(told["log_format"], told["log_format"])
    with watching(kind, sys.stderr) as display:
        try:
            _all_there(inputs)
            if told["out"] in ("-", ""):
                place = told["out"] or "''"
                raise ConfigError(f"-o {place} is no folder", "name one; for standard output: pharmaclean clean --format jsonl")
            summary = _run_batch(inputs, options_of(**shared), display, **told)
            if not summary.documents and not summary.failures:
                raise _nothing(inputs, told)
        except KeyboardInterrupt:
            display.clear()
            if kind == "json":
                display.event("interrupted")
            else:
                tell(interrupted(display, told["out"]), fg="yellow")
            sys.exit(130)
        except PharmacleanError as error:
            if kind != "json":
                raise
            display.event("error", message=str(error))
            sys.exit(2)
        display.clear()
        if kind == "json":
            display.event("end", seconds=round(display.seconds, 1), summary=summary.row())
        elif kind != "none":
            click.echo("\n".join(closing(summary, display, one_line(told["out"]))), err=True)
    if summary.failures:
        sys.exit(1)


def _all_there(inputs: tuple[str, ...]) -> None:
    from ..reading.sources import missing

    if absent := missing(inputs):
        raise not_there(absent[0])


def _nothing(inputs: tuple[str, ...], told: dict[str, Any]) -> ConfigError:
    """The error that no document was found: there is none, or the sample holds none."""
    from ..reading.sources import find_files

    if told["sample"] and any(find_files(inputs, _selected(told)[0])):
        return ConfigError(f"--sample {told['sample']:g} takes none of the documents in {', '.join(inputs)}", "take a larger share")
    return ConfigError(f"no pages in {', '.join(inputs)}", "looked for .html, .htm, .txt, .md, .jsonl, .csv, .warc and the like")


def _run_batch(inputs: tuple[str, ...], options: Options, display: Display, **told: Any) -> Summary:
    from ..corpus.passes import Passes
    from ..engine.limits import Limits

    reading, selection = _selected(told)
    table = None if told["templates"] == "off" else told["templates"]
    passes = Passes(table, told["dedup"], told["site"], display.note)
    summary = passes.run(
        inputs,
        told["out"],
        options,
        workers=told["workers"],
        form=told["form"],
        progress=display,
        reading=reading,
        selection=selection,
        limits=Limits(told["timeout"], told["max_memory"]),
        resume=told["how"] or "auto",
        retry_failed=told["retry_failed"],
        engine="dask" if told["scheduler"] else told["engine"],
        scheduler=told["scheduler"],
    )
    display.copies = passes.found.words() if passes.found else ""
    return summary


def _selected(told: dict[str, Any]) -> tuple[Reading, Selection]:
    from ..batch import Reading, Selection
    from ..reading.sources import parse_field

    fields = tuple(parse_field(field) for field in told["fields"])
    reading = Reading(fields, tuple(told["include"]), tuple(told["exclude"]), told["max_bytes"])
    return reading, Selection(told["limit"], told["sample"], told["shard_size"], told["whole_files"])


def _show_plan(inputs: tuple[str, ...], told: dict[str, Any], shared: dict[str, Any]) -> None:
    """Files on standard output, sums and options on standard error."""
    from tempfile import TemporaryDirectory

    from ..batch import Folder
    from ..batch.dry_run import dry_run, option_lines, passed_over
    from ..batch.given import kept
    from ..batch.run import without_results
    from ..batch.store import Store
    from ..report.terminal import safe

    reading, selection = _selected(told)
    reading = without_results(inputs, reading, Store(Folder(told["out"])), told["form"])
    files = documents = 0
    with TemporaryDirectory() as folder, kept(inputs, Folder(folder)) as given:
        for path, count in dry_run(given, reading, selection):
            click.echo(f"{safe(path)}\t{count} documents" if count > 1 else safe(path))
            files, documents = files + 1, documents + count
        passed = passed_over(given, reading)
    click.echo(f"{documents:,} documents in {files:,} files", err=True)
    for suffix, count in passed.most_common():
        click.echo(f"passed over: {count:,} {safe(suffix)}", err=True)
    for line in option_lines({**told, **shared}):
        tell(line)
