"""Bytes to text: which charset, and is it text at all."""

from __future__ import annotations

import re

from ..errors import ReadError

# First bytes of files that people save under the wrong name; what to do about each.
_MAGIC = {
    b"%PDF": ("a PDF file", "extract its text first, for instance with pdftotext"),
    b"\x89PNG": ("a PNG image", "give the page itself"),
    b"\xff\xd8\xff": ("a JPEG image", "give the page itself"),
    b"GIF8": ("a GIF image", "give the page itself"),
    b"PK\x03\x04": ("a zip archive (or an Office file)", "unpack it first"),
    b"\x1f\x8b": ("a gzip file", "unpack it first, for instance with gunzip"),
    b"\x28\xb5\x2f\xfd": ("a zstd file", "unpack it first, for instance with unzstd"),
    b"BZh": ("a bzip2 file", "unpack it first, for instance with bunzip2"),
    b"\xfd7zXZ": ("an xz file", "unpack it first, for instance with unxz"),
    b"\x7fELF": ("a program", "give a page"),
    b"SQLite format 3": ("an SQLite database", "give a page"),
    b"PAR1": ("a Parquet file", "give a page"),
    b"\xd0\xcf\x11\xe0": ("an old Office file", "save it as text or HTML first"),
}
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_PROBE = 4096  # bytes looked at to tell text from binary


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """The text and the name of its charset.

    Order: byte-order mark, valid UTF-8 (text of another charset is not valid UTF-8 by chance, so
    this beats a wrong declaration), the charset that the caller or the page declares, detection.
    Bytes that the charset does not know become U+FFFD. Raises ReadError for what is no text.

    >>> decode(b"caf\\xe9 <meta charset=iso-8859-1>")
    ('café <meta charset=iso-8859-1>', 'windows-1252')
    >>> decode(b"caf\\xc3\\xa9")
    ('café', 'utf-8')
    """
    if not data.strip():
        raise ReadError("the input is empty", "give a page or text")
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding
    _refuse_binary(data)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    wide = _wide_charset(data)
    if wide:
        return data.decode(wide, "replace"), wide
    return _detect(data, declared)


def _refuse_binary(data: bytes) -> None:
    for magic, (name, advice) in _MAGIC.items():
        if data.startswith(magic):
            raise ReadError(f"the input is {name}, not a page", advice)
    probe = data[:_PROBE]
    if not _wide_charset(probe) and len(_CONTROL.findall(probe)) > len(probe) * 0.1:
        raise ReadError("the input is binary, not text", "give an HTML page or plain text")


def _wide_charset(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte of Western text is NUL."""
    probe = data[:_PROBE]
    if len(probe) < 4 or (len(probe) % 2 and len(data) <= _PROBE):
        return None
    even, odd = probe[0::2].count(0), probe[1::2].count(0)
    half = len(probe) / 2
    if odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def _detect(data: bytes, declared: str | None) -> tuple[str, str]:
    from bs4.dammit import UnicodeDammit

    declared_known = [declared] if declared else []
    found = UnicodeDammit(data, user_encodings=declared_known, is_html=True)
    if found.unicode_markup is not None and found.original_encoding and not found.contains_replacement_characters:
        # what pages call latin-1 is windows-1252 in truth (WHATWG Encoding Standard)
        if found.original_encoding in ("iso-8859-1", "ascii", "latin-1"):
            return data.decode("windows-1252", "replace"), "windows-1252"
        return str(found.unicode_markup), found.original_encoding
    # nearly UTF-8, with a few broken bytes, is better mended than misread as something else
    text = data.decode("utf-8", "replace")
    if text.count("\ufffd") * 200 < len(text):
        return text, "utf-8"
    return data.decode("windows-1252", "replace"), "windows-1252"
