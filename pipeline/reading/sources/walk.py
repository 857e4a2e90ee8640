"""The files of the inputs: folders, patterns, lists of names, standard input; what is passed over is counted."""

from __future__ import annotations

import codecs
import fnmatch
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from ...bounded import lines_up_to
from ...errors import ConfigError
from ...writing import is_device
from .files import Entry, File, entries, exists, is_folder, is_url, look, open_binary
from .patterns import leads_elsewhere, matches
from .raw import Reading
from .recognise import COMPRESSIONS, OTHER_SUFFIXES, PAGE_SUFFIXES, RECORD_SUFFIXES, looks_like_page, suffix_of

_LONGEST_NAME = 2**16  # bytes: more than a system takes
_SAVED = re.compile(
    r"[_-](?:files|dateien|fichiers|archivos|file|arquivos|bestanden|filer)$|\.files$", re.IGNORECASE
)  # as browsers call it


def find_files(
    inputs: Iterable[str | Path | File], reading: Reading, passed: Counter[str] | None = None, lists: tuple[str, ...] = ()
) -> Iterator[File]:
    """Every file of the inputs, in their order; folders by name. `passed` counts by suffix what was taken for no page.

    An input is a file, a folder (read through), a pattern with * and ?, a URL of these, `@FILE` (one input a
    line; `@-` takes them from standard input), `-`, or a `File` that was found before. What does not exist comes as a file of size -1.
    `lists`: those that the inputs come from. Raises ConfigError for a list that is none.
    """
    counts = Counter[str]() if passed is None else passed
    for given in inputs:
        if isinstance(given, File):
            yield given
            continue
        item = str(given)
        if item == "-":
            yield File("-")
        elif is_outside(item, reading):
            counts["(results)"] += 1
        elif item.startswith("@") and not exists(item):
            if (place := place_of(item[1:])) in lists:
                raise ConfigError(f"{item}: the list names itself", "take that line out")
            yield from find_files(listed(item[1:]), reading, counts, (*lists, place))
        elif not is_folder(item):
            found = [] if exists(item) else matches(item)
            plain = [path for path in found if is_url(path) or not is_device(Path(path))]
            counts.update(["(pipes and devices)"] * (len(found) - len(plain)))
            yield from find_files(plain, reading, counts, lists) if found else [look(item)]
        else:
            yield from _walk(item.rstrip("/") if is_url(item) else item, "", reading, counts, set())


def place_of(path: str) -> str:
    """What tells whether two paths are the same place.

    >>> place_of("s3://bucket/out/"), place_of("/") == place_of("/../")
    ('s3://bucket/out', True)
    """
    return path.rstrip("/") if is_url(path) else os.path.realpath(path)


def is_outside(path: str, reading: Reading) -> bool:
    """Is it where the results go, or one of them? Other files and folders may lie beside these."""
    if not reading.outside:
        return False
    place = place_of(path)
    return place in reading.outside or os.path.dirname(place) in reading.outside[1:]  # noqa: PTH120  # of a URL, too


def missing(inputs: Iterable[str]) -> list[str]:
    """The inputs that name nothing: no file, no folder, no list, a pattern that nothing matches."""
    return [item for item in inputs if item != "-" and not _there(item)]


def _there(item: str) -> bool:
    if not item:  # which a path takes for the folder that one is in
        return False
    if exists(item) or item == "@-":
        return True
    if item.startswith("@"):
        return exists(item[1:])
    return bool(matches(item))


def listed(name: str) -> Iterator[str]:
    """The names in a list; empty lines and lines with # are no names."""
    if name == "-":
        yield from _names(sys.stdin.buffer, "standard input")
        return
    if not is_url(name) and Path(name).exists() and not Path(name).is_file():
        raise ConfigError(f"@{name}: is no file, and a list is read more than once", "save it to one, or give it to standard input: @-")
    with open_binary(name) as file:
        for text in _names(file, name):
            yield text if exists(text) or is_url(text) or Path(text).is_absolute() else _beside(name, text)


def _names(file: BinaryIO, shown: str) -> Iterator[str]:
    try:
        for number, line in enumerate(lines_up_to(_LONGEST_NAME, file)):
            if b"\0" in line:
                raise ConfigError(f"{shown}: holds a NUL, as text in UTF-16 does", "save it as UTF-8, one input a line")
            text = os.fsdecode(line if number else line.removeprefix(codecs.BOM_UTF8)).rstrip("\r\n")
            if text.strip() and not text.startswith("#"):
                yield text
    except ValueError as error:
        raise ConfigError(f"{shown}: {error}", "is it a list? It has one input a line") from error


def _beside(name: str, text: str) -> str:
    """A name that is meant from the folder of its list, if it is not there from here."""
    near = Path(name).parent / text
    return str(near) if near.exists() else text


def _walk(folder: str, inner: str, reading: Reading, passed: Counter[str], followed: set[str]) -> Iterator[File]:
    """The pages of a folder. Links to folders are followed, each target once, for links may lead to one another in a circle.

    A folder that may not be read comes as a file that may not be.
    """
    try:
        found = entries(folder)
    except PermissionError:
        yield File(folder)
        return
    pages = {Path(entry.name).stem for entry in found if not entry.folder and suffix_of(entry.name) in PAGE_SUFFIXES}
    for entry in found:
        name = f"{inner}{entry.name}"
        if entry.name.startswith("."):
            continue
        if entry.folder:
            if is_outside(entry.file.path, reading):
                passed["(results)"] += 1
            elif _belongs_to_a_page(entry.name, pages):
                passed["(parts of saved pages)"] += 1
            elif not Path(entry.file.path).is_symlink() or leads_elsewhere(entry, followed):
                yield from _walk(entry.file.path, f"{name}/", reading, passed, followed)
        elif not entry.plain:
            passed["(pipes and devices)"] += 1
        elif wanted(name, reading) and (known(name) or reading.include or _holds_a_page(entry)):
            yield entry.file
        else:
            passed[suffix_of(entry.name) or "(no suffix)"] += 1


def _belongs_to_a_page(folder: str, pages: set[str]) -> bool:
    """True for page_files beside page.html."""
    ending = _SAVED.search(folder)
    return bool(ending and folder[: ending.start()] in pages)


def wanted(name: str, reading: Reading) -> bool:
    """Do the patterns want a file, told by its path within the folder or archive? Patterns match the path, also with a / before it, or
    the name alone.

    >>> wanted("tag/x.html", Reading(exclude=("*/tag/*",)))
    False
    >>> wanted("a/x.html", Reading(exclude=("a/*",))), wanted("a/x.html", Reading(include=("*.html",))), wanted("a/.x/y.html", Reading())
    (False, True, False)
    """
    if any(part.startswith((".", "__MACOSX")) for part in re.split(r"[/\\]", name) if part not in {".", ".."}):
        return False
    last = re.split(r"[/\\]", name)[-1]
    hit = [
        any(fnmatch.fnmatchcase(text, pattern) for text in (name, f"/{name}", last) for pattern in patterns)
        for patterns in (reading.include, reading.exclude)
    ]
    if reading.include:
        return hit[0] and not hit[1]
    return not hit[1] and suffix_of(name) not in OTHER_SUFFIXES


def known(name: str) -> bool:
    """True for a name that tells a page or a file of records."""
    suffix = suffix_of(name)
    return suffix in RECORD_SUFFIXES or suffix in PAGE_SUFFIXES or Path(name).suffix.lower() in COMPRESSIONS


def _holds_a_page(entry: Entry) -> bool:
    """A look into a file with a suffix that says nothing: index.php?id=3, article-12.5."""
    try:
        with open_binary(entry.file.path) as file:
            return looks_like_page(file.read(4096))
    except OSError:
        return True  # it is told when it is read
