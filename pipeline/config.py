"""Defaults of options from a TOML file: one table a command, keys as the long options."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_ALIASES = {"format": "form", "output": "out", "field": "fields"}  # the option's word, where the parameter has another


def read_config(path: Path, commands: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The file as click's default map. `commands`: parameter names of each command.

    Raises ConfigError that names the unknown table or key and lists the known ones.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})", "check the name") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML ({error})", "mend the line") from error
    return {name: _table(path, name, table, commands) for name, table in tables.items()}


def _table(path: Path, name: str, table: Any, commands: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    if name not in commands or not isinstance(table, dict):
        raise ConfigError(f"{path}: no command is called {name!r}", f"tables are: {', '.join(commands)}")
    out = {}
    for key, value in table.items():
        word = key.replace("-", "_")
        parameter = word if word in commands[name] else _ALIASES.get(word, word)
        if parameter not in commands[name]:
            known = ", ".join(sorted(commands[name]))
            raise ConfigError(f"{path}: [{name}] knows no option {key!r}", f"options are: {known}")
        out[parameter] = value
    return out
