"""Nothing of a page is fetched, evaluated, unpickled or run."""

from __future__ import annotations

import ast
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import pipeline as package
from pipeline.attempt import Failure
from pipeline.chain import Pipeline
from pipeline.reading import Raw

ROOT = Path(package.__file__).parent
_REMOTE = "http://192.0.2.1/x"  # an address that is nobody's (RFC 5737)
_PAGE = f"""<?xml version="1.0"?><!DOCTYPE html SYSTEM "{_REMOTE}.dtd" [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<html><head><base href="{_REMOTE}"><link rel=stylesheet href="{_REMOTE}.css"><script src="{_REMOTE}.js"></script>
<meta http-equiv=refresh content="0;url={_REMOTE}">
<script type="application/ld+json">{{"@context": "{_REMOTE}"}}</script>
</head><body><img src="{_REMOTE}.png"><iframe src="{_REMOTE}"></iframe>
<p>Isotretinoin 20 mg is for severe acne. &x; {{{{7*7}}}} ${{7*7}}</p>"""

_FORBIDDEN_CALLS = {"eval", "exec", "__import__", "breakpoint"}
_FORBIDDEN_MODULES = {
    "pickle",
    "marshal",
    "shelve",
    "dill",
    "joblib",
    "subprocess",
    "yaml",
    "urllib.request",
    "http.client",
    "socket",
    "requests",
    "httpx",
}


def test_a_page_reaches_nobody(monkeypatch: pytest.MonkeyPatch, pipeline: Pipeline) -> None:
    """A page full of addresses, external entities and templates is cleaned without a connection; what it names is not put in."""

    def refuse(*arguments: Any, **_: Any) -> Any:
        raise AssertionError(f"network: {arguments}")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    document = pipeline.attempt(Raw(_PAGE.encode(), url=_REMOTE))
    assert not isinstance(document, Failure)
    assert "root:" not in document.source
    assert "{{7*7}} ${7*7}" in document.text


def used(tree: ast.AST) -> set[str]:
    """Modules that are imported, and functions of Python's own that are called by name."""
    found = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {node.module}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.add(node.func.id)
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            found.add("pickle")
    return found


def test_the_detector() -> None:
    """What the next test looks for is found where it is."""
    source = "import pickle\nfrom subprocess import run\nx = eval('1')\nnumpy.load(f, allow_pickle=True)"
    assert {"pickle", "subprocess", "eval"} <= used(ast.parse(source))


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_code_evaluates_or_fetches(path: Path) -> None:
    """No module evaluates text, loads pickles, starts programs or opens connections of its own."""
    names = used(ast.parse(path.read_text(encoding="utf-8")))
    assert not names & _FORBIDDEN_CALLS
    assert not names & _FORBIDDEN_MODULES


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_code_asks_for_the_time(path: Path) -> None:
    """No module asks what time of day it is, but for the log, so no result hangs on a clock; durations are told by one that goes on."""
    if path.match("batch/display.py"):
        pytest.skip("lines of the log begin with the time")
    calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)}
    clocks = (
        "time.time",
        "time.time_ns",
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "date.today",
        "time.localtime",
        "time.gmtime",
    )
    assert not [call for call in calls if call.endswith(clocks)]


def test_the_list_of_dependencies() -> None:
    """docs/dependencies.md names every pinned package with its version."""
    script = Path(__file__).resolve().parents[2] / "tools" / "list_dependencies.py"
    done = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
