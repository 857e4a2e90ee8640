"""`templates`: the lines that sites repeat."""

from __future__ import annotations

import itertools
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from ..errors import ConfigError
from ..writing import spare
from .common import (
    cleaned,
    complain,
    counting,
    existing,
    file_or_stdout,
    inputs_argument,
    is_stdout,
    limit_options,
    rendered,
    stage_options,
    tell,
    writing,
)


@click.group()
def templates() -> None:
    """Learn the lines that a site repeats, look at them, remove them."""


_site = click.option("--site", metavar="KEY", help="Take all pages for one site, whatever their address or folder.")
_table = click.option(
    "--templates", "table", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A table that `learn` made."
)


@templates.command()
@inputs_argument
@click.option(
    "-o",
    "--output",
    default=Path("templates.tsv"),
    show_default=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the table here; - for standard output.",
)
@_site
@limit_options
@click.option("-q", "--quiet", is_flag=True, help="No progress, no summary.")
def learn(inputs: tuple[str, ...], output: Path, site: str | None, timeout: float, max_memory: float, max_bytes: int, quiet: bool) -> None:
    """Learn from pages of a site, or of several, which lines are the sites' own.

    \b
    pharmaclean templates learn crawl.jsonl -o templates.tsv
    pharmaclean templates learn pages/ --site example.org
    Pages belong together by the host of their "url", else by the address they name themselves, else by folder.
    A site needs four pages that are no copies of one another; a few hundred tell most.
    """
    from ..corpus.template_file import learn_templates, write_templates
    from ..engine.limits import Limits
    from ..reading.sources import Reading, read_inputs

    spare(output, *existing(inputs))
    numbers = itertools.count(1)
    with nullcontext(lambda _: None) if quiet else counting() as count:
        pages = read_inputs(inputs, Reading(max_bytes=max_bytes))
        learned = learn_templates(pages, site, lambda: count(next(numbers)), Limits(timeout, max_memory))
    for failure in learned.failures:
        complain(failure)
    if not learned.pages and learned.failures:
        sys.exit(1)
    if not learned.pages:
        raise ConfigError(f"no pages in {', '.join(inputs)}", "looked for .html, .htm, .txt, .md and .jsonl files")
    with file_or_stdout(output) as path:
        write_templates(path, learned.templates)
    if not quiet:
        sites = len({row.site for row in learned.templates.rows})
        told = f"{len(learned.templates):,} lines of {sites:,} of {learned.sites:,} sites, from {learned.pages:,} pages"
        tell(f"{told}, into {'standard output' if is_stdout(output) else output}")
    if learned.failures:
        sys.exit(1)


@templates.command()
@inputs_argument
@_table
@_site
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of standard output, which is - too."
)
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "text", "markdown"]), default="jsonl", show_default=True, help="Records, or texts."
)
@limit_options
@stage_options
def apply(inputs: tuple[str, ...], table: Path, site: str | None, output: Path | None, form: str, **shared: Any) -> None:
    """Clean pages, and remove the lines of their sites too.

    \b
    pharmaclean templates apply crawl.jsonl --templates templates.tsv > cleaned.jsonl
    pharmaclean templates apply page.html --templates templates.tsv --site example.org --format text
    """
    from ..attempt import Failure

    failed = done = 0
    spare(output, *existing(inputs), table, *shared["lexicon"])
    with writing(output) as out:
        for document in cleaned(inputs, templates=table, site=site, **shared):
            if isinstance(document, Failure):
                failed += 1
                complain(document)
                continue
            out.write(rendered(document, form, with_source=False, first=not done))
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
    from ..corpus.template_file import read_templates, shown
    from ..report.terminal import safe

    sites = list(shown(read_templates(table), site))
    if not sites:
        raise ConfigError(f"{table}: no line of {site or 'any site'}", "leave --site out to see all sites")
    for name, pages, rows in sites:
        click.secho(f"{safe(name) or '(no site)'}", bold=True, nl=False)
        click.secho(f"  {len(rows):,} lines, {pages:,} pages looked at", dim=True)
        for row in rows if site is not None else rows[:8]:
            place = "".join(f" {word} {safe(key)[:30]!r}" for word, key in (("after", row.after), ("before", row.before)) if key)
            click.echo(f"  {row.count:>5}  {safe(row.text)[:90]}" + click.style(place, dim=True))
