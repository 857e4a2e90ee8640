"""JSON: an object a line, an array of objects, or one object; each becomes a `Raw`."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from .fields import to_raw
from .raw import Item, Raw, Reading, failed, too_large
from .recognise import Opened

_BETWEEN = re.compile(r"[ \t\r\n,\[\]\ufeff]*")  # what stands between the values of an array
_CHUNK = 2**20  # bytes of an array read at once
_SLACK = 4  # JSON of a page is longer than the page: \u00e9 for é, \" for "


def json_lines(source: Opened, path: str, reading: Reading) -> Iterator[Item]:
    """One item a line that is not empty; a bad line carries its problem and the rest goes on."""
    limit = reading.max_bytes * _SLACK
    number = 0
    while line := source.stream.readline(limit + 1):
        number += 1
        if len(line) > limit:
            while line and not line.endswith(b"\n"):
                line = source.stream.readline(_CHUNK)
            large = Raw(b"", path=path, record=number, problem=too_large(f"{path}, line {number}", reading.max_bytes))
            yield Item(partial(_same, large), source.at())
        elif line.strip(b" \t\r\n\xef\xbb\xbf"):
            yield Item(partial(parse_line, line, path, number, reading), source.at())


def parse_line(line: bytes, path: str, number: int, reading: Reading) -> Raw:
    """One line of JSONL: an object with the page's text or markup, and perhaps id, url, title."""
    place = f"{path}, line {number}"
    try:
        value = json.loads(line.decode("utf-8-sig") if line.startswith(b"\xef\xbb\xbf") else line)
    except (ValueError, RecursionError) as error:
        return failed(path, f"{place}: not valid JSON ({error})", "each line must be one JSON object", number)
    return _object(value, path, number, reading)


def _object(value: Any, path: str, number: int, reading: Reading, unit: str = "line") -> Raw:
    if not isinstance(value, dict):
        return failed(path, f"{path}, {unit} {number}: not a JSON object", 'each line must look like {"id": "…", "text": "…"}', number)
    return to_raw(value, path, number, reading, unit)


def json_values(source: Opened, path: str, reading: Reading) -> Iterator[Item]:
    """The objects of an array (Scrapy's items.json), or a single object; read piece by piece, numbered from 1."""
    number = 0
    try:
        for number, value in enumerate(_values(source, reading.max_bytes * _SLACK), 1):
            yield Item(partial(_object, value, path, number, reading, "object"), source.at())
    except (ValueError, RecursionError) as error:
        bad = failed(
            path, f"{path}: not valid JSON after {number} objects ({error})", "mend it, or write one JSON object a line", number + 1
        )
        yield Item(partial(_same, bad), source.at())


def _values(source: Opened, limit: int) -> Iterator[Any]:
    """Values of an array, or of a stream of values. What is not whole yet is tried again with more text."""
    decoder, utf8 = json.JSONDecoder(), codecs.getincrementaldecoder("utf-8")("replace")
    text, here, ended, step, depth = "", 0, False, _CHUNK, 0
    while True:
        between = _BETWEEN.match(text, here)[0]  # type: ignore[index]
        depth += between.count("[") - between.count("]")
        here += len(between)
        try:
            value, end = decoder.raw_decode(text, here)
        except ValueError:
            if ended and here == len(text) and depth > 0:
                raise ValueError("the array is not closed") from None
            if ended and here == len(text):
                return
            if ended or len(text) - here > limit:
                raise
            piece = source.stream.read(step)
            ended, step = not piece, min(2 * step, limit)
            text, here = text[here:] + utf8.decode(piece, ended), 0
            continue
        yield value
        here, step = end, _CHUNK


def _same(raw: Raw) -> Raw:
    return raw
