"""The `pharmaclean` command: options in, one library call, echo out."""

from __future__ import annotations

import itertools
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from pipeline.batch import Reading, Selection, Summary
    from pipeline.batch.display import Display
    from pipeline.chain import Options

F = TypeVar("F", bound=Callable[..., Any])

# named here too, so that --help need not load the stages; a test holds the two together
STAGES = ("repair_text", "strip_boilerplate", "find_sections", "normalize_drugs", "extract_entities", "relate_entities", "assess")
EXPORTS = ("csv", "parquet", "parquet-nested", "sqlite", "spacy", "bioc", "brat", "pubannotation", "text", "markdown")
CONFIG = "pharmaclean.toml"


class _Group(click.Group):
    """Errors as one line with advice; quiet when a reader closes the pipe; 130 when interrupted."""

    def invoke(self, ctx: click.Context) -> Any:
        from pipeline.errors import PharmacleanError, ReadError

        try:
            return super().invoke(ctx)
        except PharmacleanError as error:
            click.secho(f"error: {_printable(error)}", fg="red", err=True)
            sys.exit(1 if isinstance(error, ReadError) else 2)
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except OSError as error:
            problem = _printable(f"{error.filename or 'file'}: {error.strerror or error}")
            click.secho(f"error: {problem}; check the disk and the permissions", fg="red", err=True)
            sys.exit(2)
        except KeyboardInterrupt:
            click.secho("interrupted", fg="red", err=True)
            sys.exit(130)


def _printable(problem: object) -> str:
    """A message without what steers a terminal: names of files and members of archives come from strangers."""
    from pipeline.report.terminal import safe

    return safe(str(problem))


def _configure(ctx: click.Context, _param: click.Parameter, path: str | None) -> None:
    """Take defaults from pharmaclean.toml: one table a command, keys as the long options."""
    file = Path(path or CONFIG)
    if not path and not file.is_file():
        return
    from pipeline.config import read_config

    names = {name: [p.name or "" for p in command.params] for name, command in main.commands.items()}
    try:
        ctx.default_map = read_config(file, names)
    except Exception as error:
        from pipeline.errors import PharmacleanError

        if isinstance(error, PharmacleanError):
            raise click.UsageError(str(error)) from error
        raise


def _version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted:
        from pipeline import __version__

        click.echo(f"pharmaclean {__version__}")
        ctx.exit()


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--version", is_flag=True, callback=_version, is_eager=True, expose_value=False, help="Show the version.")
@click.option(
    "--config",
    callback=_configure,
    is_eager=True,
    expose_value=False,
    metavar="FILE",
    help=f"Defaults of options; {CONFIG} if it is there.",
)
def main() -> None:
    """Clean scraped medicine articles: boilerplate off, drug names normalized, entities as JSON.

    \b
    pharmaclean clean page.html                    one page as JSON
    curl -s URL | pharmaclean clean - --format text
    pharmaclean batch pages/ -o outputs            a folder, with failures and a summary
    pharmaclean explain page.html                  what was removed, and why
    pharmaclean lexicon lookup Isotroin "Augmentin 625 Duo"
    """


def _shared(command: F) -> F:
    """Options of every command that runs the stages."""
    options = [
        click.option("--skip", multiple=True, type=click.Choice(STAGES), help="Leave a stage out (may be repeated)."),
        click.option(
            "--lexicon",
            multiple=True,
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="A table of names laid over the shipped ones.",
        ),
        click.option("--country", metavar="ISO", help="Country that decides between the meanings of a brand, such as IN or GB."),
        click.option("--usan", is_flag=True, help="Canonical names as in the USA (acetaminophen for paracetamol)."),
        click.option("--spacy-model", metavar="NAME", help="A spaCy model of your own, by name or folder, laid over the rules."),
        click.option(
            "--spacy-label", multiple=True, metavar="THEIRS=OURS", help="What a label of that model is here, as DISEASE=CONDITION."
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def _options(skip: tuple[str, ...], spacy_label: tuple[str, ...], **more: Any) -> Options:
    from pipeline.chain import Options

    pairs = [tuple(label.split("=", 1)) for label in spacy_label]
    if wrong := [label for label in spacy_label if "=" not in label]:
        raise _wrong(f"--spacy-label {wrong[0]}: no = in it", "write THEIRS=OURS, as DISEASE=CONDITION")
    return Options(skip=tuple(sorted(set(skip), key=STAGES.index)), spacy_labels=tuple((a, b) for a, b in pairs), **more)


_inputs = click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")


def _files_only(inputs: tuple[str, ...]) -> tuple[str, ...]:
    for item in inputs:
        if item != "-" and Path(item).is_dir():
            raise _wrong(f"{item} is a folder", f"for a folder use: pharmaclean batch {item} -o outputs")
    return _existing(inputs)


def _existing(inputs: tuple[str, ...]) -> tuple[str, ...]:
    for item in inputs:
        if item != "-" and not Path(item).exists():
            raise _wrong(f"{item}: no such file or folder", "check the name, or use - for standard input")
    return inputs


def _wrong(problem: str, advice: str) -> Exception:
    from pipeline.errors import ConfigError

    return ConfigError(problem, advice)


@main.command()
@_inputs
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of standard output.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "jsonl", "text", "markdown", "conll", "brat", "spacy"]),
    help="json for one document, jsonl for several, unless told; spacy (a DocBin) needs -o.",
)
@click.option("--with-source", is_flag=True, help="Add the page's whole visible text as source_text.")
@_shared
def clean(inputs: tuple[str, ...], output: Path | None, form: str | None, with_source: bool, **shared: Any) -> None:
    """Clean files, or standard input with -, to JSON, text, Markdown, or a format for annotators.

    \b
    pharmaclean clean page.html
    pharmaclean clean a.html b.txt crawl.jsonl > cleaned.jsonl
    pharmaclean clean - --format text < page.html
    pharmaclean clean page.html --format brat > page.ann
    pharmaclean clean crawl.jsonl --format spacy -o pages.spacy
    """
    from pipeline.chain import Failure, Pipeline
    from pipeline.reading.sources import read_inputs

    raws = read_inputs(_files_only(inputs))
    failed = done = 0
    if form == "spacy":
        _clean_to_docbin(Pipeline(_options(**shared)).stream(raws), output)
        return
    with _writing(output) as out:
        several = len(inputs) > 1 or inputs[0].lower().endswith((".jsonl", ".ndjson"))
        for document in Pipeline(_options(**shared)).stream(raws):
            if isinstance(document, Failure):
                failed += 1
                _complain(document)
                continue
            if form == "brat" and done:
                raise _wrong("brat stand-off is one file a document", "clean one file at a time")
            out.write(_rendered(document, form or ("jsonl" if several else "json"), with_source, first=not done))
            done += 1
    if failed:
        sys.exit(1)


def _clean_to_docbin(results: Iterable[Any], output: Path | None) -> None:
    """All documents as one file of spaCy's."""
    from pipeline.chain import Failure
    from pipeline.interop import to_docbin

    if output is None:
        raise _wrong("--format spacy is a binary file", "say where it goes: -o pages.spacy")
    documents, failures = list[Any](), list[Failure]()
    for result in results:
        (failures if isinstance(result, Failure) else documents).append(result)
    for failure in failures:
        _complain(failure)
    output.write_bytes(to_docbin(documents))
    if failures:
        sys.exit(1)


def _rendered(document: Any, form: str, with_source: bool, *, first: bool) -> str:
    from pipeline.record import to_json, to_line
    from pipeline.report.markup import to_markdown

    if form in ("conll", "brat"):
        from pipeline import interop

        return str(interop.to_conll(document) if form == "conll" else interop.to_brat(document))
    if form in ("text", "markdown"):
        return ("" if first else "\n\n") + (document.text if form == "text" else to_markdown(document)) + "\n"
    record = document.record(with_source=with_source)
    return to_line(record) if form == "jsonl" else to_json(record, indent=2) + "\n"


def _complain(failure: Any) -> None:
    from pipeline.report.terminal import safe

    place = failure.path if failure.path and failure.path != "-" and failure.path not in failure.error else None
    click.secho(f"error: {safe(place + ': ' if place else '')}{safe(str(failure))}", fg="red", err=True)


@contextmanager
def _writing(output: Path | None) -> Iterator[Any]:
    """Standard output as UTF-8, or a file that appears whole or not at all."""
    if output is None:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")
        yield sys.stdout
        sys.stdout.flush()
        return
    device = output.exists() and not output.is_file()  # /dev/null, a pipe: nothing to rename
    part = output if device else output.with_name(output.name + ".tmp")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        if not device and part.stat().st_size:  # an input that gave nothing leaves what stood there before
            part.replace(output)
    except OSError as error:
        raise _wrong(f"{output}: cannot be written ({error.strerror})", "choose another place with -o") from error
    finally:
        with suppress(OSError):
            if not device:
                part.unlink()


@main.command()
@_inputs
@click.option(
    "-o",
    "--output",
    "out",
    metavar="DIR",
    default="outputs",
    show_default=True,
    help="Folder for the results, or a URL (with the extra cluster).",
)
@click.option("--workers", type=click.IntRange(min=1), help="Processes; all cores unless told.")
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
    type=click.FloatRange(0, 1, min_open=True),
    metavar="SHARE",
    help="Only a share of the documents, as 0.01; always the same ones.",
)
@click.option("--dry-run", is_flag=True, help="List the inputs and the options, and stop.")
@click.option("--resume", "how", flag_value="resume", help="Go on with the batch in DIR, and refuse if it is another one.")
@click.option("--fresh", "how", flag_value="fresh", help="Start over, whatever is in DIR.")
@click.option("--retry-failed", is_flag=True, help="Do again what failed before.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=60.0,
    show_default=True,
    help="Seconds of processor time a document may take; 0 for no limit.",
)
@click.option("--max-bytes", type=click.IntRange(min=1), default=20_000_000, show_default=True, help="Bytes a document may have.")
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
@_shared
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
    from pipeline.batch.display import closing, interrupted, watching
    from pipeline.errors import PharmacleanError
    from pipeline.reading.sources import missing

    shared = {name: told.pop(name) for name in ("skip", "lexicon", "country", "usan", "spacy_model", "spacy_label")}
    if absent := missing(inputs):
        raise _wrong(f"{absent[0]}: no such file or folder", "check the name, or use - for standard input")
    if told["dry_run"]:
        _show_plan(inputs, told, shared)
        return
    terminal = sys.stderr.isatty()
    kind = "none" if told["quiet"] else {"auto": "bar" if terminal else "plain"}.get(told["log_format"], told["log_format"])
    with watching(kind, sys.stderr) as display:
        try:
            summary = _run_batch(inputs, _options(**shared), display, **told)
        except KeyboardInterrupt:
            display.clear()
            if kind == "json":
                display.event("interrupted")
            else:
                click.secho(interrupted(display, told["out"]), fg="yellow", err=True)
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
            click.echo("\n".join(closing(summary, display, told["out"])), err=True)
    if not summary.documents and not summary.failures:
        raise _wrong(f"no pages in {', '.join(inputs)}", "looked for .html, .htm, .txt, .md, .jsonl, .csv, .warc and the like")
    if summary.failures:
        sys.exit(1)


def _run_batch(inputs: tuple[str, ...], options: Options, display: Display, **told: Any) -> Summary:
    from pipeline.corpus.passes import Passes

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
        timeout=told["timeout"],
        resume=told["how"] or "auto",
        retry_failed=told["retry_failed"],
        engine="dask" if told["scheduler"] else told["engine"],
        scheduler=told["scheduler"],
    )
    display.copies = passes.found.words() if passes.found else ""
    return summary


@contextmanager
def _counting() -> Iterator[Callable[[int], None]]:
    """A line that tells how many records are done, on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    try:
        yield lambda count: click.echo(f"{count:,} records\r", nl=False, err=True) if count % 250 == 0 else None
    finally:
        click.echo("\033[K", nl=False, err=True)


def _selected(told: dict[str, Any]) -> tuple[Reading, Selection]:
    from pipeline.batch import Reading, Selection
    from pipeline.reading.sources import parse_field

    fields = tuple(parse_field(field) for field in told["fields"])
    reading = Reading(fields, tuple(told["include"]), tuple(told["exclude"]), told["max_bytes"])
    return reading, Selection(told["limit"], told["sample"], told["shard_size"], told["whole_files"])


def _show_plan(inputs: tuple[str, ...], told: dict[str, Any], shared: dict[str, Any]) -> None:
    """Files on standard output, sums and options on standard error."""
    from pipeline.batch.dry_run import dry_run, option_lines, passed_over
    from pipeline.report.terminal import safe

    reading, selection = _selected(told)
    files = documents = 0
    for path, count in dry_run(inputs, reading, selection):
        click.echo(f"{safe(path)}\t{count} documents" if count > 1 else safe(path))
        files, documents = files + 1, documents + count
    click.echo(f"{documents:,} documents in {files:,} files", err=True)
    for suffix, count in passed_over(inputs, reading).most_common():
        click.echo(f"passed over: {count:,} {safe(suffix)}", err=True)
    for line in option_lines({**told, **shared}):
        click.echo(line, err=True)


@main.command()
@_inputs
@click.option("--color/--no-color", default=None, help="Colour, or none; by default colour on a terminal.")
@click.option("--blocks", is_flag=True, help="Every block of the page with its label and what led to it.")
@_shared
def explain(inputs: tuple[str, ...], color: bool | None, blocks: bool, **shared: Any) -> None:
    """Show what was changed, where, by which rule.

    \b
    pharmaclean explain page.html
    pharmaclean explain page.html --blocks
    pharmaclean explain page.html | less -R
    """
    from pipeline.chain import Failure, Pipeline
    from pipeline.reading.sources import read_inputs
    from pipeline.report.terminal import explain as lines
    from pipeline.report.terminal import explain_blocks

    if blocks:
        from pipeline.boilerplate.labels import label_blocks

        shared["skip"] = STAGES[1:]  # the labels are those of the page before anything is cut
    failed = False
    for document in Pipeline(_options(**shared)).stream(read_inputs(_files_only(inputs))):
        if isinstance(document, Failure):
            failed = True
            _complain(document)
            continue
        for line in explain_blocks(label_blocks(document)) if blocks else lines(document):
            click.echo(line, color=color)
    if failed:
        sys.exit(1)


@main.command()
@click.argument("source", metavar="FILE|FOLDER")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("report.html"),
    show_default=True,
    help="Write here; - for standard output.",
)
@_shared
def report(source: str, output: Path, **shared: Any) -> None:
    """A page or a batch as HTML to look at: entities coloured, what was removed and why. It opens without a network.

    \b
    pharmaclean report outputs/                    a batch: figures, tables, documents
    pharmaclean report outputs/documents.jsonl -o batch.html
    pharmaclean report page.html                   one page, cleaned for it
    """
    from pipeline.export.records import holds_records

    if Path(source).is_dir() or (Path(source).is_file() and holds_records(Path(source))):
        _no_options_for_a_batch(shared)
        _report_batch(Path(source), output)
        return
    from pipeline.chain import Failure, Pipeline
    from pipeline.reading.sources import read_inputs
    from pipeline.report.page import to_html

    first = next(iter(Pipeline(_options(**shared)).stream(read_inputs(_files_only((source,))))), None)
    if first is None:
        raise _wrong(f"{source}: no document in it", "give a file that holds a page")
    if isinstance(first, Failure):
        _complain(first)
        sys.exit(1)
    with _writing(None if str(output) == "-" else output) as out:
        out.write(to_html(first))
    if str(output) != "-":
        click.echo(f"{output} written", err=True)


def _no_options_for_a_batch(shared: Iterable[str]) -> None:
    context = click.get_current_context()
    given = [name for name in shared if context.get_parameter_source(name) == click.core.ParameterSource.COMMANDLINE]
    if given:
        raise _wrong(f"--{given[0].replace('_', '-')} says how to clean a page, and these are cleaned", "give it to: pharmaclean batch")


def _report_batch(source: Path, output: Path) -> None:
    """The report of what a batch wrote."""
    from pipeline.report.batch import read, to_html
    from pipeline.report.terminal import safe

    faults = list[Any]()

    def tell(line: Any) -> None:
        faults.append(line)
        click.secho(f"error: {safe(str(line))}", fg="red", err=True)

    with _counting() as count:
        facts = read(source, tell, count)
    with _writing(None if str(output) == "-" else output) as out:
        out.write(to_html(facts, source.resolve().name))
    if str(output) != "-":
        size = output.stat().st_size / 1e6 if output.is_file() else 0
        click.echo(f"{output} written: {facts.documents:,} documents, {facts.failed:,} failures, {size:.1f} MB", err=True)
    if faults:
        sys.exit(1)


@main.command()
@_inputs
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
    from pipeline.export import export as run
    from pipeline.report.terminal import safe

    with _counting() as count:
        done = run(inputs, form, output, on_fault=lambda line: click.secho(f"error: {safe(str(line))}", fg="red", err=True), progress=count)
    click.echo(f"{done.documents:,} documents → {output}" + (f", {done.faults:,} left out" if done.faults else ""), err=True)
    if done.faults:
        sys.exit(1)


@main.command()
@_inputs
@click.option("-q", "--quiet", is_flag=True, help="Only the faults, no sum at the end.")
def validate(inputs: tuple[str, ...], quiet: bool) -> None:
    """Check records: the schema, spans, and that every character of the source is accounted for.

    \b
    pharmaclean validate outputs/
    pharmaclean validate outputs/documents.jsonl > faults.txt
    One line a fault: file, line, what is wrong. Exit status 1 if there is any.
    """
    from pipeline.report.terminal import safe
    from pipeline.validate import Validator

    validator = Validator()
    with _counting() as count:
        for fault in validator.run(inputs, count):
            click.echo(safe(str(fault)))
    if not quiet:
        told = f"{validator.documents:,} records, {validator.faults:,} faults"
        click.secho(told, fg="red" if validator.faults else "green", err=True)
    if validator.faults:
        sys.exit(1)


@main.command()
def schema() -> None:
    """Print the JSON Schema of the record."""
    from pipeline.record import schema as load

    click.echo(json.dumps(load(), indent=2, ensure_ascii=False))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="The reasons and counts as JSON.")
def rules(as_json: bool) -> None:
    """Show the rule files that are loaded, check them, and list the reasons of removals."""
    from pipeline.document import REASONS
    from pipeline.rules.overview import overview

    rows, problems = overview()
    if as_json:
        click.echo(json.dumps({"files": rows, "reasons": dict(REASONS), "problems": problems}, indent=2, ensure_ascii=False))
    else:
        for row in rows:
            click.echo(f"{row['file']:24} {row['entries']:>5} {row['what']}")
        click.echo()
        for reason, meaning in REASONS.items():
            click.echo(f"{reason:16} {meaning}")
    for problem in problems:
        click.secho(f"error: {problem}", fg="red", err=True)
    if problems:
        sys.exit(2)


@main.group()
def templates() -> None:
    """Learn the lines that a site repeats, look at them, remove them."""


_site = click.option("--site", metavar="KEY", help="Take all pages for one site, whatever their address or folder.")
_table = click.option(
    "--templates", "table", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A table that `learn` made."
)


@templates.command()
@_inputs
@click.option(
    "-o",
    "--output",
    default=Path("templates.tsv"),
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the table here.",
)
@_site
@click.option("-q", "--quiet", is_flag=True, help="No progress, no summary.")
def learn(inputs: tuple[str, ...], output: Path, site: str | None, quiet: bool) -> None:
    """Learn from pages of a site, or of several, which lines are the sites' own.

    \b
    pharmaclean templates learn crawl.jsonl -o templates.tsv
    pharmaclean templates learn pages/ --site example.org
    Pages belong together by the host of their "url", else by the address they name themselves, else by folder.
    A site needs four pages that are no copies of one another; a few hundred tell most.
    """
    from pipeline.corpus.template_file import learn_templates, write_templates
    from pipeline.reading.sources import read_inputs
    from pipeline.report.terminal import safe

    _existing(inputs)
    numbers = itertools.count(1)
    with nullcontext(lambda _: None) if quiet else _counting() as count:
        learned = learn_templates(read_inputs(inputs), site, lambda: count(next(numbers)))
    for failure in learned.failures:
        click.secho(f"error: {safe(str(failure))}", fg="red", err=True)
    if not learned.pages:
        raise _wrong(f"no pages in {', '.join(inputs)}", "looked for .html, .htm, .txt, .md and .jsonl files")
    write_templates(output, learned.templates)
    if not quiet:
        sites = len({row.site for row in learned.templates.rows})
        told = f"{len(learned.templates):,} lines of {sites:,} of {learned.sites:,} sites, from {learned.pages:,} pages"
        click.echo(f"{told}, into {output}", err=True)
    if learned.failures:
        sys.exit(1)


@templates.command()
@_inputs
@_table
@_site
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of standard output.")
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "text", "markdown"]), default="jsonl", show_default=True, help="Records, or texts."
)
@_shared
def apply(inputs: tuple[str, ...], table: Path, site: str | None, output: Path | None, form: str, **shared: Any) -> None:
    """Clean pages, and remove the lines of their sites too.

    \b
    pharmaclean templates apply crawl.jsonl --templates templates.tsv > cleaned.jsonl
    pharmaclean templates apply page.html --templates templates.tsv --site example.org --format text
    """
    from dataclasses import replace

    from pipeline.chain import Failure, Pipeline
    from pipeline.reading.sources import read_inputs

    failed = done = 0
    options = replace(_options(**shared), templates=table, site=site)
    with _writing(output) as out:
        for document in Pipeline(options).stream(read_inputs(_existing(inputs))):
            if isinstance(document, Failure):
                failed += 1
                _complain(document)
                continue
            out.write(_rendered(document, form, with_source=False, first=not done))
            done += 1
    if failed:
        sys.exit(1)


@templates.command()
@click.argument("table", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--site", metavar="KEY", help="This site only, with all of its lines.")
def show(table: Path, site: str | None) -> None:
    """Show a table of templates: each site, on how many pages its lines stand, and the most frequent ones.

    \b
    pharmaclean templates show templates.tsv
    pharmaclean templates show templates.tsv --site example.org
    """
    from pipeline.corpus.template_file import read_templates, shown
    from pipeline.report.terminal import safe

    sites = list(shown(read_templates(table), site))
    if not sites:
        raise _wrong(f"{table}: no line of {site or 'any site'}", "leave --site out to see all sites")
    for name, pages, rows in sites:
        click.secho(f"{safe(name) or '(no site)'}", bold=True, nl=False)
        click.secho(f"  {len(rows):,} lines, {pages:,} pages looked at", dim=True)
        for row in rows if site is not None else rows[:8]:
            place = "".join(f" {word} {safe(key)[:30]!r}" for word, key in (("after", row.after), ("before", row.before)) if key)
            click.echo(f"  {row.count:>5}  {safe(row.text)[:90]}" + click.style(place, dim=True))


@main.group()
def lexicon() -> None:
    """Look up names; see, check and extend the tables."""


@lexicon.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option(
    "--lexicon",
    "extra",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A table of names laid over the shipped ones.",
)
def lookup(names: tuple[str, ...], extra: tuple[Path, ...]) -> None:
    """Say what is known of names, and why.

    \b
    pharmaclean lexicon lookup Isotroin
    pharmaclean lexicon lookup "Augmentin 625 Duo" paracetamol
    """
    from pipeline.lexicon.lexicon import load_lexicon
    from pipeline.lexicon.report import describe
    from pipeline.report.terminal import safe

    tables = load_lexicon(extra)
    unknown = False
    for i, name in enumerate(names):
        click.echo(("\n" if i else "") + "\n".join(safe(line) for line in describe(tables, name)))
        unknown = unknown or not tables.lookup(name)
    if unknown:
        sys.exit(1)


@lexicon.command()
@click.option(
    "--lexicon",
    "extra",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A table of names laid over the shipped ones; its sources and dates are told too.",
)
def info(extra: tuple[Path, ...]) -> None:
    """Count what the tables hold; with --lexicon FILE also tell where that file comes from."""
    from pipeline.lexicon.built import provenance
    from pipeline.lexicon.lexicon import load_lexicon
    from pipeline.report.terminal import safe

    for key, value in load_lexicon(extra).info().items():
        click.echo(f"{key:14} {value}")
    for line in provenance(extra):
        click.echo(safe(line))


@lexicon.command()
@click.option(
    "--from",
    "sources",
    multiple=True,
    required=True,
    metavar="SOURCE:PATH",
    help="A publisher's file, folder or zip archive (may be repeated).",
)
@click.option(
    "-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Write here; gzipped if the name ends in .gz."
)
@click.option("--country", metavar="ISO", help="Country of the names of a `table`, such as IN, or several: GB,IE.")
@click.option("--name-column", metavar="NAME", help="Column of a `table` that holds the names, if it is not guessed.")
@click.option("--composition-column", metavar="NAME", help="Column of a `table` that holds the ingredients, if it is not guessed.")
@click.option("-q", "--quiet", is_flag=True, help="Do not tell what became of the rows.")
def build(sources: tuple[str, ...], output: Path, quiet: bool, **options: str | None) -> None:
    """Make a lexicon from publishers' own files, to be laid over the shipped one with --lexicon.

    \b
    pharmaclean lexicon build --from ndc:ndctext.zip --from rxnorm:RxNorm/rrf -o us.tsv.gz
    pharmaclean lexicon build --from table:products.csv --country IN -o mine.tsv
    pharmaclean clean page.html --lexicon us.tsv.gz
    Sources: rxnorm ndc drugsatfda orangebook drugbank ema dpd dmd bdpm atc table
    """
    from pipeline import __version__
    from pipeline.lexicon import built
    from pipeline.lexicon.importers.account import head_of, report
    from pipeline.lexicon.importers.build import build as build_lexicon
    from pipeline.lexicon.importers.build import parse_source
    from pipeline.lexicon.lexicon import load_lexicon
    from pipeline.report.terminal import safe

    shipped = load_lexicon()
    told = {key.removesuffix("_column"): value for key, value in options.items() if value}
    result = build_lexicon([parse_source(source, told) for source in sources], shipped)
    built.write(output, head_of(result, __version__, shipped.version), result.ingredients, result.names)
    for line in [] if quiet else report(result):
        click.echo(safe(line))


@lexicon.command("check")
@click.argument("tables", nargs=-1, metavar="[FILE]...", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_tables(tables: tuple[Path, ...]) -> None:
    """Look through tables for mistakes: the shipped ones, or your own before you use them.

    \b
    pharmaclean lexicon check
    pharmaclean lexicon check mine.tsv
    """
    from pipeline.lexicon.check import check
    from pipeline.report.terminal import safe

    problems = check(tables)
    for problem in problems[:200]:
        click.echo(safe(str(problem)))
    if problems:
        more = " (the first 200 are shown)" if len(problems) > 200 else ""
        click.secho(f"error: {len(problems)} to mend{more}", fg="red", err=True)
        sys.exit(2)
    click.echo("nothing to mend", err=True)


if __name__ == "__main__":
    main(prog_name="pharmaclean")
