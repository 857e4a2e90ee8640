"""`lexicon`: names and tables."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ..writing import spare
from .common import file_or_stdout, is_stdout


@click.group()
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
    from ..lexicon.lexicon import load_lexicon
    from ..lexicon.report import describe
    from ..report.terminal import safe

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
    """Count what the tables hold; with --lexicon FILE also tell where that file comes from.

    \b
    pharmaclean lexicon info
    pharmaclean lexicon info --lexicon us.tsv.gz
    """
    from ..lexicon.built import provenance
    from ..lexicon.lexicon import load_lexicon
    from ..report.terminal import safe

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
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write here; gzipped if the name ends in .gz; - for standard output.",
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
    from .. import __version__
    from ..lexicon import built
    from ..lexicon.countries import asked_country
    from ..lexicon.importers.account import head_of, report
    from ..lexicon.importers.build import build as build_lexicon
    from ..lexicon.importers.build import parse_source
    from ..lexicon.lexicon import load_lexicon
    from ..report.terminal import safe

    shipped = load_lexicon()
    told = {key.removesuffix("_column"): value for key, value in options.items() if value}
    if "country" in told:
        told["country"] = ",".join(asked_country(code) for code in told["country"].split(","))
    parsed = [parse_source(source, told) for source in sources]
    spare(output, *(source.path for source in parsed))
    result = build_lexicon(parsed, shipped)
    with file_or_stdout(output) as path:
        built.write(path, head_of(result, __version__, shipped.version), result.ingredients, result.names)
    for line in [] if quiet else report(result):
        click.echo(safe(line), err=is_stdout(output))


@lexicon.command("check")
@click.argument("tables", nargs=-1, metavar="[FILE]...", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check_tables(tables: tuple[Path, ...]) -> None:
    """Look through tables for mistakes: the shipped ones, or your own before you use them.

    \b
    pharmaclean lexicon check
    pharmaclean lexicon check mine.tsv
    """
    from ..lexicon.check import check
    from ..report.terminal import safe

    problems = check(tables)
    errors = [problem for problem in problems if not (problem.remark and tables)]  # the shipped tables are to be spotless
    for problem in problems[:200]:
        click.echo(safe(str(problem) if problem in errors else f"remark: {problem}"))
    more = " (the first 200 are shown)" if len(problems) > 200 else ""
    if errors:
        click.secho(f"error: {len(errors)} to mend{more}", fg="red", err=True)
        sys.exit(2)
    click.echo(f"nothing to mend{', but see the remarks' if problems else ''}{more}", err=True)
