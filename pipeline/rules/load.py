"""Rule files of this folder, read once."""

from __future__ import annotations

import sys
from functools import cache
from importlib.resources import files
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@cache
def load_toml(name: str) -> dict[str, Any]:
    """The content of `pipeline/rules/NAME` as plain dicts and lists; the same object each time, so do not change it.

    Raises ValueError that names the file when it is not valid TOML.
    """
    text = (files(__package__) / name).read_text(encoding="utf-8")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"rule file {name} is not valid TOML: {error}") from error


@cache
def word_set(name: str, *keys: str) -> frozenset[str]:
    """A list of words of a rule file, as a set: `keys` lead to it, table by table.

    >>> "mg" in word_set("units.toml", "signals", "words")
    True
    """
    found: Any = load_toml(name)
    for key in keys:
        found = found[key]
    return frozenset(found)
