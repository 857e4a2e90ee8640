"""Writes docs/dependencies.md: what is installed with the package, versions and licences, from the metadata of what is installed.

    python tools/list_dependencies.py --check
    pip install --require-hashes -r requirements/run.txt && python tools/list_dependencies.py

Known holes are looked for, in a network, with:  pipx run pip-audit --require-hashes --disable-pip -r requirements/run.txt
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
_HEAD = """# Dependencies and their licences

What is installed with the package: {count} versions of packages, each pinned with hashes in `requirements/run.txt`
(some by the version of Python; those that build the wheel among them). Why each direct one (**bold**) is needed stands
beside it in `pyproject.toml`. Written by `tools/list_dependencies.py` from the packages' own metadata.

Known holes: `pipx run pip-audit --require-hashes --disable-pip -r requirements/run.txt` asks the databases of PyPI and OSV. Run it before a
release and after `make lock`; the package itself never uses the network.

| package | version | licence |
|---|---|---|
"""


def licence(found: Distribution) -> str:
    """The licence as the metadata says: SPDX expression, classifier, or the first line of the field."""
    told = {key: value for key, value in found.metadata.items() if key in ("License", "License-Expression")}  # type: ignore[attr-defined]
    classifiers = [c.rsplit(" :: ", 1)[1] for c in found.metadata.get_all("Classifier") or [] if c.startswith("License :: ")]
    named = [name for name in classifiers if name != "OSI Approved"]
    return str(told.get("License-Expression") or ", ".join(named) or told.get("License") or "not told").strip().splitlines()[0]


def row(name: str, version: str, *, direct: bool) -> str:
    """One line of the table."""
    shown = f"**{name}**" if direct else name
    try:
        return f"| {shown} | {version} | {licence(distribution(name))} |"
    except PackageNotFoundError:
        return f"| {shown} | {version} | (not installed on this platform) |"


def page() -> str:
    """The whole page."""
    direct = {re.split(r"[^a-z0-9-]", line.strip().strip('"').lower())[0] for line in _declared()}
    pinned = _PINNED.findall((ROOT / "requirements" / "run.txt").read_text(encoding="utf-8"))
    rows = [row(name, version, direct=name.lower() in direct) for name, version in sorted(set(pinned))]
    return _HEAD.format(count=len(rows)) + "\n".join(rows) + "\n"


def _declared() -> list[str]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return re.findall(r'^  "[^"]+"', text[text.index("\ndependencies = [") : text.index("[project.scripts]")], re.MULTILINE)


def _pins(text: str) -> list[list[str]]:
    return [line.split(" | ")[:2] for line in text.splitlines() if line.startswith("| ")]


def main() -> None:
    """Write the page; with --check only say whether its packages and versions are those that are pinned."""
    place = ROOT / "docs" / "dependencies.md"
    if sys.argv[1:] == ["--check"]:
        if _pins(place.read_text(encoding="utf-8")) != _pins(page()):
            sys.exit(f"{place} is not what requirements/run.txt pins: run tools/list_dependencies.py")
        return
    place.write_text(page(), encoding="utf-8")
    sys.stderr.write(f"{place} written\n")


if __name__ == "__main__":
    main()
