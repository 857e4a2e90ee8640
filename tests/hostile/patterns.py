"""Prints every regular expression of the package as JSON: [pattern, flags, place, method]. Run as a program, before anything is compiled.

`re` is watched while all modules are imported, the rule files loaded, and the samples cleaned, since some are compiled on first use.
"""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
found: dict[tuple[str, int], tuple[str, str]] = {}


def watch(name: str) -> None:
    """Note the patterns that a function of `re` is given by the package."""
    real = getattr(re, name)

    def noting(pattern: Any, *rest: Any, **named: Any) -> Any:
        frame = sys._getframe(1)
        path = Path(frame.f_code.co_filename)
        if "pipeline" in path.parts and isinstance(pattern, str):
            flags = int((rest[0] if name == "compile" and rest else named.get("flags", 0)) or 0)
            method = name if name != "compile" else bound(path, frame.f_lineno)
            place = "/".join(path.parts[len(path.parts) - path.parts[::-1].index("pipeline") :])
            found[pattern, flags] = (place, method)
        return real(pattern, *rest, **named)

    setattr(re, name, noting)


@cache
def tree(path: Path) -> ast.AST:
    """A module's source."""
    return ast.parse(path.read_text(encoding="utf-8"))


def bound(path: Path, line: int) -> str:
    """The method that a compiled pattern is kept as: `re.compile(...).match`; "search" where that is not told."""
    for node in ast.walk(tree(path)):
        call = node.value if isinstance(node, ast.Attribute) else None
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "re.compile" and call.lineno <= line <= (call.end_lineno or line):
            return str(getattr(node, "attr", "search"))
    return "search"


def main() -> None:
    """Watch, load, print."""
    for name in ("compile", "search", "match", "fullmatch", "sub", "findall", "finditer", "split"):
        watch(name)
    sys.path.insert(0, str(ROOT))
    import pipeline

    for module in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
        importlib.import_module(module.name)
    from pipeline.boilerplate.rules import load_rules
    from pipeline.rules.overview import overview

    overview()
    rules = load_rules()
    for pattern in (*rules.patterns, *rules.spans):
        assert pattern.search
    for path in sorted((ROOT / "samples").iterdir()):
        if path.is_file():
            pipeline.clean(path)
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print(json.dumps([[*key, *value] for key, value in found.items()]))  # noqa: T201


if __name__ == "__main__":
    main()
