"""What every HTML report shares: escaping, the look, and a frame that lets nothing run or load but its own script.

A report is one file: no network, no font, no picture. A policy in its head allows its own style and
script by their digests and forbids all else. Every character of the pages it tells of is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from ..controls import CONTROLS, HALVES

_HIDDEN = re.compile(f"[{CONTROLS}{HALVES}]")


def visible(text: str) -> str:
    r"""Text in which nothing steers its display unseen.

    >>> visible("a\u202eb")
    'a‹U+202E›b'
    """
    return _HIDDEN.sub(lambda match: f"‹U+{ord(match[0]):04X}›", text)


def shown(text: object) -> str:
    """Text of a page as HTML, in an element or an attribute, to be seen and not obeyed.

    >>> shown("<b onclick='x'>")
    '&lt;b onclick=&#x27;x&#x27;&gt;'
    """
    return html.escape(visible(str(text)))


def data_block(name: str, value: Any) -> str:
    """JSON as an element that a script can read; no text in it can end the element."""
    text = json.dumps(_visible_parts(value), ensure_ascii=False, separators=(",", ":"))
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return f'<script type="application/json" id="{name}">{safe}</script>'


def _visible_parts(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {key: _visible_parts(part) for key, part in value.items()}
    return [_visible_parts(part) for part in value] if isinstance(value, (list, tuple)) else value


def framed(body: str, *, title: str, language: str, styles: tuple[str, ...], scripts: tuple[str, ...]) -> str:
    """A whole page around a body of HTML; styles and scripts are names of files beside this one."""
    style, script = "\n".join(map(asset, styles)), "\n".join(map(asset, scripts))
    return Template(asset("frame.html")).substitute(
        body=body,
        title=shown(title),
        language=shown(language),
        style=style,
        script=script,
        style_hash=_digest(style),
        script_hash=_digest(script),
    )


@cache
def asset(name: str) -> str:
    """A file beside this one."""
    return (files(__package__) / name).read_text(encoding="utf-8").strip()


def _digest(text: str) -> str:
    """What the policy calls a piece by."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
