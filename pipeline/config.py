"""Defaults of options from a TOML file: one table a command, keys as the long options."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from .bounded import read_whole
from .errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_LARGEST = 50_000  # bytes; the parser takes time as the square of some
_NUMBERS = {click.types.IntParamType: (int,), click.types.FloatParamType: (int, float)}


def read_config(path: Path, program: click.Group) -> dict[str, Any]:
    """The file as click's default map for the commands of a program.

    Raises ConfigError that names the table or key that is unknown or of the wrong type, and lists the known ones.
    """
    try:
        tables = tomllib.loads(read_whole(path, _LARGEST))
    except (ValueError, RecursionError) as error:  # ValueError: also a number of thousands of digits
        raise ConfigError(f"{path}: not valid TOML ({error})", "mend the line") from error
    return _group(path, (), tables, program)


def _group(path: Path, words: tuple[str, ...], tables: dict[str, Any], group: click.Group) -> dict[str, Any]:
    """The tables of a group's commands; a group within it has tables of its own, as [lexicon.build]."""
    out = {}
    for name, table in tables.items():
        command, inner = group.commands.get(name), (*words, name)
        if command is None or not isinstance(table, dict):
            known = ", ".join(_tables(words, group))
            raise ConfigError(f"{path}: no command is called {' '.join(inner)!r}", f"tables are: {known}")
        if isinstance(command, click.Group):
            out[name] = _group(path, inner, table, command)
        else:
            out[name] = _table(path, inner, table, command)
    return out


def _tables(words: tuple[str, ...], group: click.Group) -> Iterator[str]:
    for name, command in group.commands.items():
        inner = (*words, name)
        if isinstance(command, click.Group):
            yield from _tables(inner, command)
        else:
            yield ".".join(inner)


def _table(path: Path, words: tuple[str, ...], table: dict[str, Any], command: click.Command) -> dict[str, Any]:
    options = {word: option for option in command.params if isinstance(option, click.Option) for word in _long(option)}
    out, told = {}, dict[str, str]()
    for key, value in table.items():
        word, place = key.replace("_", "-"), f"{path}: [{'.'.join(words)}]"
        if not (option := options.get(word)):
            raise ConfigError(f"{place} knows no option {key!r}", f"options are: {', '.join(sorted(options))}")
        if "\0" in "".join(map(str, value if isinstance(value, list) else [value])):
            raise ConfigError(f"{place} {key} has a NUL in it", "write it without")
        if wanted := _wrong(option, value):
            raise ConfigError(f"{place} {key} is {value!r}", f"write {wanted}")
        if option.is_flag and not option.is_bool_flag and not value:
            continue  # one of several words, such as resume and fresh, that is not said
        name = option.name or ""
        if name in told:
            raise ConfigError(f"{place} has both {told[name]} and {key}", "keep one")
        told[name], out[name] = key, _value(option, word, value)
    return out


def _long(option: click.Option) -> list[str]:
    """The words of an option, without those of one letter; `no-color` is one too."""
    return [word[2:] for word in (*option.opts, *option.secondary_opts) if word.startswith("--")]


def _value(option: click.Option, word: str, value: Any) -> Any:
    """What the option's parameter takes."""
    if option.is_flag:
        if not option.is_bool_flag:
            return option.flag_value
        return not value if f"--{word}" in option.secondary_opts else value
    return [value] if option.multiple and not isinstance(value, list) else value


def _wrong(option: click.Option, value: Any) -> str:
    """What should stand there, if the value is of another type; words are left to the option, which says what it takes."""
    if option.is_flag:
        return "" if isinstance(value, bool) else "true or false"
    types = next((types for kind, types in _NUMBERS.items() if isinstance(option.type, kind)), ())
    values = value if option.multiple and isinstance(value, list) else [value]
    if all(isinstance(one, (str, *types)) and not isinstance(one, bool) for one in values):
        return ""
    what = "a number" if types else "words in quotes"
    return f"{what}, or a list of such" if option.multiple else what
