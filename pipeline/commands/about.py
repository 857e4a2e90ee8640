"""`schema` and `rules`: what the records hold, and what is loaded."""

from __future__ import annotations

import json
import sys

import click


@click.command()
def schema() -> None:
    """Print the JSON Schema of the record.

    \b
    pharmaclean schema > record.schema.json
    """
    from ..record import schema as load

    click.echo(json.dumps(load(), indent=2, ensure_ascii=False))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="The reasons and counts as JSON.")
def rules(as_json: bool) -> None:
    """Show the rule files that are loaded, check them, and list the reasons of removals.

    \b
    pharmaclean rules
    pharmaclean rules --json > rules.json
    """
    from ..document import REASONS
    from ..rules.overview import overview

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
