"""WARC (response and resource records) and WET (conversion records): a web page a record, with its URL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from .raw import Item, Raw, Reading, failed, too_large
from .recognise import Opened

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

_PAGES = {"text/html": "html", "application/xhtml+xml": "html", "text/plain": "text"}


def warc_records(source: Opened, path: str, reading: Reading) -> Iterator[Item]:
    """The pages, numbered from 1.

    What is none is passed over: requests, answers other than 2xx, images. HTTP's chunks and compression are undone;
    a record that has less than its length says is told as cut off, where no such coding hides it.
    """
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    wanted = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion
    number = 0
    try:
        for record in ArchiveIterator(source.stream, record_types=wanted, parse_http=True, auto_decode="all"):
            kind = _kind(record)
            if kind:
                number += 1
                yield Item(partial(_page, record, path, number, kind, reading.max_bytes), source.at())
    except (ValueError, RuntimeError) as error:  # FastWARC's errors derive from them
        advice = "the file is damaged; the records after it were not read"
        yield Item(partial(failed, path, f"{path}, after record {number}: {error}", advice, number + 1), source.at())


def _kind(record: WarcRecord) -> str | None:
    """`html` or `text` for a page, None for what is none."""
    if record.is_http_parsed:
        status = record.http_headers.status_code
        if status is not None and not 200 <= status < 300:
            return None
        return _PAGES.get((record.http_content_type or "").lower())
    return _PAGES.get((record.headers.get("Content-Type") or "").split(";")[0].strip().lower())


def _is_coded(record: WarcRecord) -> bool:
    """True for an answer whose length says nothing of its text: it was compressed, or sent in chunks."""
    headers: Any = record.http_headers if record.is_http_parsed else {}
    return any(name.lower() in ("content-encoding", "transfer-encoding") for name, _ in headers.items())


def _page(record: WarcRecord, path: str, number: int, kind: str, limit: int) -> Raw:
    headers: Any = record.headers
    identity = (headers.get("WARC-Record-ID") or "").strip("<>").removeprefix("urn:uuid:") or None
    raw = Raw(b"", path, number, identity, headers.get("WARC-Target-URI"))
    try:
        data = record.reader.read(limit + 1)
    except (ValueError, RuntimeError, OSError) as error:
        return replace(raw, problem=failed(path, f"{path}, record {number}: {error}", "the record is damaged").problem)
    if len(data) > limit:
        return replace(raw, problem=too_large(f"{path}, record {number}", limit))
    if len(data) < record.content_length and not _is_coded(record):
        problem = f"{path}, record {number}: cut off after {len(data):,} of {record.content_length:,} bytes"
        return replace(raw, problem=failed(path, problem, "get the file again; what followed in it was taken for the record's").problem)
    # servers call many pages text/plain, and pages of a WET are text whatever they hold
    conversion = not record.is_http_parsed and kind == "text"
    return replace(raw, data=data, kind="html" if kind == "html" else "text" if conversion else None, charset=record.http_charset)
