"""The `pharmaclean` command; each command stands in `pipeline/commands/`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from pipeline.commands.about import rules, schema
from pipeline.commands.batch import batch
from pipeline.commands.clean import clean, explain
from pipeline.commands.lexicon import lexicon
from pipeline.commands.results import export, report, validate
from pipeline.commands.templates import templates

CONFIG = "pharmaclean.toml"


class _Group(click.Group):
    """Errors as one line with advice; quiet when a reader closes the pipe; 130 when interrupted."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """As ever, also where a standard stream is closed, or full when the help is written."""
        _open_streams()
        try:
            return super().main(*args, **extra)
        except OSError as error:
            _tell_of_system(error)

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
            _tell_of_system(error)
        except KeyboardInterrupt:
            click.secho("interrupted", fg="red", err=True)
            sys.exit(130)


def _open_streams() -> None:
    """A stream that was closed leads nowhere, else the next file that is opened takes its number and what is meant for it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  # as long as the process


def _tell_of_system(error: OSError) -> NoReturn:
    problem = _printable(f"{error.filename or 'output'}: {error.strerror or error}")
    click.secho(f"error: {problem}; check the disk and the permissions", fg="red", err=True)
    sys.exit(2)


def _printable(problem: object) -> str:
    """A message without what steers a terminal: names of files and members of archives come from strangers."""
    from pipeline.report.terminal import one_line

    return one_line(str(problem))


def _configure(ctx: click.Context, _param: click.Parameter, path: str | None) -> None:
    """Take defaults from pharmaclean.toml: one table a command, keys as the long options."""
    file = Path(path or CONFIG)
    if not path and not file.is_file():
        return
    from pipeline.config import read_config

    try:
        ctx.default_map = read_config(file, main)
    except Exception as error:
        from pipeline.errors import PharmacleanError

        if isinstance(error, PharmacleanError):
            raise click.UsageError(_printable(error)) from error
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


for command in (clean, batch, explain, report, export, validate, schema, rules, templates, lexicon):
    main.add_command(command)


if __name__ == "__main__":
    main(prog_name="pharmaclean")
