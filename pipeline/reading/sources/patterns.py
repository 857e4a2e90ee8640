"""What a pattern with * and ? finds, here or behind a URL."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from .files import Entry, entries, filesystem, is_url

_MAGIC = re.compile(r"[*?\[]")


def matches(pattern: str) -> list[str]:
    """Files and folders, in order; nothing for what is no pattern. What lies in a folder that is found comes with it, and not by itself."""
    if not _MAGIC.search(pattern):
        return []
    if is_url(pattern):
        system, inner = filesystem(pattern)
        return sorted(map(system.unstrip_protocol, system.glob(inner)))
    found = sorted(set(_found(pattern)))
    folders = {Path(path) for path in found if Path(path).is_dir()}
    return [path for path in found if folders.isdisjoint(Path(path).parents)]


def _found(pattern: str) -> Iterator[str]:
    """As `glob.glob`, which would follow links with ** for ever where they lead to one another."""
    before, stars, after = pattern.partition("**")
    if not stars or (before and before[-1] not in _SEPARATORS) or (after and after[0] not in _SEPARATORS):
        yield from glob.glob(pattern)  # noqa: PTH207
        return
    after = after.lstrip(_SEPARATORS)
    for top in glob.glob(before) if before else [""]:  # noqa: PTH207
        if not after:
            yield top or "."
            continue
        for folder in _folders(top, set()):
            yield from _found(glob.escape(folder) + after)


_SEPARATORS = "/" if os.sep == "/" else f"/{os.sep}"


def _folders(top: str, followed: set[str]) -> Iterator[str]:
    """A folder and those below it, each ending in /, or empty for the one that we are in; hidden ones are left out."""
    yield top
    found = list[Entry]()
    with suppress(OSError):  # one that may not be read
        found = entries(top or ".")
    for entry in found:
        if entry.folder and not entry.name.startswith(".") and (not Path(entry.file.path).is_symlink() or leads_elsewhere(entry, followed)):
            yield from _folders(f"{top}{entry.name}/", followed)


def leads_elsewhere(entry: Entry, followed: set[str]) -> bool:
    """False for a link to a folder that holds it or has been followed: following it would never end."""
    try:
        target, place = Path(entry.file.path).resolve(), Path(entry.file.path).parent.resolve()
    except (OSError, RuntimeError):
        return False
    if target == place or target in place.parents or str(target) in followed:
        return False
    followed.add(str(target))
    return True
