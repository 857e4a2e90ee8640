"""What several commands share: options of the stages, inputs, where results and messages go."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..chain import STAGES, Options
from ..engine.limits import LIMITS, Limits
from ..errors import ConfigError
from ..reading.sources.raw import MAX_BYTES
from ..writing import in_place_of

if TYPE_CHECKING:
    from ..attempt import Failure
    from ..document import Document

F = TypeVar("F", bound=Callable[..., Any])

_LARGEST_PAGE = 10**12  # bytes: readers take no number that their processor does not
_LARGEST = 1e9  # of any figure: timers and the system's counters take no much larger ones


class Figure(click.FloatRange):
    """A number within a range; `nan` and `inf` are in the ranges of click, and are none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse what cannot be reckoned with."""
        figure = super().convert(value, param, ctx)
        if not figure <= _LARGEST:
            self.fail(f"{value} is not a number up to {_LARGEST:,.0f}.", param, ctx)
        return figure


inputs_argument = click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")


def limit_options(command: F) -> F:
    """Options of what one document may take."""
    options = [
        click.option(
            "--timeout",
            type=Figure(min=0),
            default=LIMITS.seconds,
            show_default=True,
            help="Seconds of processor time a document may take; 0 for no limit.",
        ),
        click.option(
            "--max-memory",
            type=Figure(min=0),
            metavar="MB",
            default=LIMITS.megabytes,
            show_default=True,
            help="Megabytes of memory a document may take, on Linux; 0 for no limit.",
        ),
        click.option(
            "--max-bytes", type=click.IntRange(1, _LARGEST_PAGE), default=MAX_BYTES, show_default=True, help="Bytes a document may have."
        ),
    ]
    return _with(options, command)


def stage_options(command: F) -> F:
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
    return _with(options, command)


def _with(options: Sequence[Callable[[F], F]], command: F) -> F:
    for option in reversed(options):
        command = option(command)
    return command


def cleaned(inputs: Iterable[str], *, timeout: float, max_memory: float, max_bytes: int, **stages: Any) -> Iterator[Document | Failure]:
    """Every document of the inputs, cleaned with these options; the limits are those of one document."""
    from ..chain import Pipeline
    from ..reading.sources import Reading, read_inputs

    return Pipeline(options_of(**stages)).stream(read_inputs(inputs, Reading(max_bytes=max_bytes)), Limits(timeout, max_memory))


def options_of(skip: tuple[str, ...], spacy_label: tuple[str, ...], **more: Any) -> Options:
    """The options of the stages, from those of a command."""
    pairs = [tuple(label.split("=", 1)) for label in spacy_label]
    if unparted := [label for label in spacy_label if "=" not in label]:
        raise ConfigError(f"--spacy-label {unparted[0]}: no = in it", "write THEIRS=OURS, as DISEASE=CONDITION")
    return Options(skip=tuple(sorted(set(skip), key=STAGES.index)), spacy_labels=tuple((a, b) for a, b in pairs), **more)


def files_only(inputs: tuple[str, ...]) -> tuple[str, ...]:
    """The inputs, if all of them are files or standard input; folders are for `batch`."""
    for item in inputs:
        if item and item != "-" and Path(item).is_dir():
            raise ConfigError(f"{item} is a folder", f"for a folder use: pharmaclean batch {item} -o outputs")
    return existing(inputs)


def existing(inputs: tuple[str, ...]) -> tuple[str, ...]:
    """The inputs, if all of them are there, and standard input is asked for once."""
    if inputs.count("-") > 1:
        raise ConfigError("standard input can be read only once", "give one -")
    for item in inputs:
        if item == "-" or (item and Path(item).exists()):
            continue
        if "://" in item:
            raise ConfigError(f"{item}: only a batch reads addresses", f"fetch it: curl -s {item} | pharmaclean clean -")
        raise not_there(item)
    return inputs


def not_there(item: str) -> ConfigError:
    """The error that an input names nothing."""
    return ConfigError(f"{item or repr(item)}: no such file or folder", "check the name, or use - for standard input")


def rendered(document: Any, form: str, with_source: bool, *, first: bool) -> str:
    """A document in one of the text formats, as it is written to a file of several."""
    from ..record import to_json, to_line
    from ..report.markup import to_markdown

    if form in ("conll", "brat"):
        from .. import interop

        return str(interop.to_conll(document) if form == "conll" else interop.to_brat(document))
    if form in ("text", "markdown"):
        return ("" if first else "\n\n") + (document.text if form == "text" else to_markdown(document)) + "\n"
    record = document.record(with_source=with_source)
    return to_line(record) if form == "jsonl" else to_json(record, indent=2) + "\n"


def complain(failure: Any) -> None:
    """Tell of a failure on standard error."""
    place = failure.path if failure.path and failure.path != "-" and failure.path not in failure.error else None
    tell_error(f"{place}: {failure}" if place else failure)


def tell_error(problem: object) -> None:
    """An error as a line on standard error."""
    tell(f"error: {problem}", fg="red")


def tell(message: str, **style: Any) -> None:
    """A line on standard error, whatever names it holds."""
    from ..report.terminal import one_line

    click.secho(one_line(message), err=True, **style)


@contextmanager
def writing(output: Path | None) -> Iterator[Any]:
    """Standard output as UTF-8 for None and -, or a file that appears whole or not at all."""
    if output is None or is_stdout(output):
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")
        yield sys.stdout
        sys.stdout.flush()
        return
    try:
        # an input that gave nothing leaves what stood there before
        with in_place_of(output, unless_empty=True) as part, part.open("w", encoding="utf-8", newline="\n") as file:
            yield file
    except OSError as error:
        raise ConfigError(f"{output}: cannot be written ({error.strerror})", "choose another place with -o") from error


def is_stdout(output: Path) -> bool:
    """Whether an output is named -, which is standard output where text goes out."""
    return str(output) == "-"


@contextmanager
def file_or_stdout(output: Path) -> Iterator[Path]:
    """A path for what writes files only; what is written there goes on to standard output if the output is -."""
    if not is_stdout(output):
        yield output
        return
    with TemporaryDirectory() as folder:
        part = Path(folder) / "part"
        yield part
        click.echo(part.read_bytes(), nl=False)


@contextmanager
def counting() -> Iterator[Callable[[int], None]]:
    """A line that tells how many records are done, on a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    try:
        yield lambda count: click.echo(f"{count:,} records\r", nl=False, err=True) if count % 250 == 0 else None
    finally:
        click.echo("\033[K", nl=False, err=True)
