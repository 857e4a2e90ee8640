"""What rule files there are, how much is in them, and whether they hold together."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from ..errors import ConfigError
from .load import load_toml


def overview() -> tuple[list[dict[str, Any]], list[str]]:
    """(a row a file: file, entries, what; problems found)."""
    rows, problems = [], []
    for path in sorted(files(__package__).iterdir(), key=lambda p: p.name):
        if path.name.endswith(".toml"):
            try:
                rows.append(
                    {"file": path.name, "entries": _entries(load_toml(path.name)), "what": _first_comment(path.read_text(encoding="utf-8"))}
                )
            except ValueError as error:
                problems.append(str(error))
    from ..boilerplate.rules import load_rules

    try:
        load_rules()
    except ConfigError as error:
        problems.append(str(error))
    return rows, problems


def _entries(value: Any) -> int:
    """Leaves of a rule file: strings, numbers and rows."""
    if isinstance(value, dict):
        return sum(_entries(item) for item in value.values())
    return len(value) if isinstance(value, list) else 1


def _first_comment(text: str) -> str:
    return next((line.lstrip("# ").strip() for line in text.splitlines() if line.startswith("#")), "")
