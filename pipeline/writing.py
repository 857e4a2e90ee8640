"""Files that appear whole or not at all: the one way in which results take the place of what stood there before."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import ConfigError


def is_device(path: Path) -> bool:
    """True for /dev/null, a pipe and the like: what is written to, and has no content that could be replaced."""
    return path.exists() and not path.is_file() and not path.is_dir()


def beside(path: Path) -> Path:
    """A name that nobody has, in the folder of `path`: short, for names may be as long as the system allows."""
    return path.with_name(f"pharmaclean-{secrets.token_hex(8)}.tmp")


def spare(output: Path | None, *inputs: str | Path) -> None:
    """Raises ConfigError for an output that would take the place of an input, or of a file of the batch in a folder that is read."""
    if output is None or not output.is_file():
        return
    for item in map(Path, inputs):
        if item.exists() and (output.samefile(item) or _is_result_in(item, output)):
            raise ConfigError(f"{output} is what is read", "write somewhere else with -o")


def _is_result_in(folder: Path, path: Path) -> bool:
    from .batch.manifest import MANIFEST, is_result

    top, place = folder.resolve(), path.resolve()
    name = place.relative_to(top).as_posix() if folder.is_dir() and top in place.parents else ""
    return is_result(name) or name == MANIFEST


@contextmanager
def in_place_of(path: Path, *, unless_empty: bool = False) -> Iterator[Path]:
    """Where to write in the meantime: a new file beside `path`, which takes its place at the end and goes if something fails.

    A device or a pipe is given as it is. Behind a link, the file that it leads to is replaced. unless_empty: a file to which nothing was
    written leaves what stood there before.
    """
    if is_device(path):
        yield path
        return
    path = Path(os.path.realpath(path))
    part = beside(path)
    try:
        yield part
        if not unless_empty or part.stat().st_size:
            part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink()


@contextmanager
def file_for(path: Path) -> Iterator[Path]:
    """The same for what must be a file while it is written, as a database must: a device or a pipe gets it when it is whole."""
    if not is_device(path):
        with in_place_of(path) as part:
            yield part
        return
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "whole"
        yield part
        with part.open("rb") as file, path.open("wb") as device:
            shutil.copyfileobj(file, device)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that a person named. Raises ConfigError."""
    try:
        with in_place_of(path) as part:
            part.write_bytes(data)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror})", "choose another place with -o") from error
