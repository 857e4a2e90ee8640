"""XML without its dangers: a document type, and with it every entity of its own, is refused; read piece by piece."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.parsers import expat  # a document type is refused below, before any entity of it could be expanded

from ...errors import ConfigError
from .source import Part

_LONGEST = 1_000_000  # signs of text in one element


class Element(NamedTuple):
    """An element that opens (`text` empty) or closes (`text` is what stands right in it)."""

    closes: bool
    tag: str
    attributes: Mapping[str, str]
    text: str
    line: int


class _Refused(Exception):  # noqa: N818 - a signal out of the parser, never seen by a caller
    """The file has what no publisher's file has."""


def elements(part: Part) -> Iterator[Element]:
    """Elements in the order in which they open and close, tags without their namespace."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    found: list[Element] = []
    texts: list[str] = [""]

    def start(tag: str, attributes: dict[str, str]) -> None:
        texts.append("")
        found.append(Element(False, tag.rpartition(":")[2], attributes, "", parser.CurrentLineNumber))

    def end(tag: str) -> None:
        found.append(Element(True, tag.rpartition(":")[2], {}, texts.pop(), parser.CurrentLineNumber))

    def data(text: str) -> None:
        texts[-1] += text
        if len(texts[-1]) > _LONGEST:
            raise _Refused("no text of more than a million signs in one element")

    def refuse(*_: object) -> None:
        raise _Refused("no document type (DOCTYPE)")

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, data
    parser.StartDoctypeDeclHandler = refuse
    try:
        for chunk in part.chunks():
            parser.Parse(chunk)
            yield from found
            found.clear()
        parser.Parse(b"", True)
    except _Refused as error:
        raise ConfigError(f"{part}, line {parser.CurrentLineNumber}: expected {error}", "give the publisher's own file") from error
    except (LookupError, ValueError) as error:  # an encoding that nobody knows
        raise ConfigError(f"{part}: expected whole XML, found {error}", "give the publisher's own file") from error
    except expat.ExpatError as error:
        problem = f"{part}, line {error.lineno}: expected whole XML, found {expat.ErrorString(error.code)}"
        raise ConfigError(problem, "the file is cut off or is none of XML: download it again") from error
    yield from found


def records(part: Part, tag: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, texts by tag) of each element of that name: `<VTM><VTMID>1</VTMID><NM>Aspirin</NM></VTM>`."""
    row: dict[str, str] | None = None
    for element in elements(part):
        if element.tag == tag and not element.closes:
            row = {}
        elif element.tag == tag and row:
            yield element.line, row
            row = None
        elif row is not None and element.closes:
            row.setdefault(element.tag, element.text.strip())
