"""MHTML: a page that a browser saved with all its parts in one file."""

from __future__ import annotations

from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesFeedParser

from .files import BUFFER
from .raw import Raw, Reading, failed, too_large
from .recognise import Opened

_PARTS = 10  # images and scripts beside the page may weigh this many times the limit of a page


def mhtml_page(source: Opened, path: str, reading: Reading) -> Raw:
    """The main part: the one that the file names as its start, else the first of markup, else the first of text."""
    parser, size = BytesFeedParser(policy=policy.default), 0
    try:
        while piece := source.stream.read(BUFFER):
            size += len(piece)
            if size > reading.max_bytes * _PARTS:
                return Raw(b"", path, problem=too_large(path, reading.max_bytes * _PARTS))
            parser.feed(piece)
        message = parser.close()
    except (ValueError, LookupError, TypeError) as error:
        return failed(path, f"{path}: not a whole MHTML file ({error})", "save the page again")
    part = _main(message)
    if part is None:
        return failed(path, f"{path}: no page in this MHTML file", "save the page again, or give its HTML")
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes) or len(content) > reading.max_bytes:
        return Raw(b"", path, problem=too_large(path, reading.max_bytes))
    url = message.get("Snapshot-Content-Location") or part.get("Content-Location")
    kind = "html" if part.get_content_type() != "text/plain" else "text"
    title = message.get("Subject")
    return Raw(content, path, url=str(url) if url else None, kind=kind, charset=part.get_content_charset(), title=title and str(title))


def _main(message: Message) -> EmailMessage | None:
    parts = [part for part in message.walk() if not part.is_multipart()]
    start = message.get_param("start")
    for wanted in (
        lambda part: start and part.get("Content-ID") == start,
        lambda part: part.get_content_type() in {"text/html", "application/xhtml+xml"},
        lambda part: part.get_content_type() == "text/plain",
    ):
        if found := next((part for part in parts if wanted(part)), None):
            return found if isinstance(found, EmailMessage) else None
    return None
