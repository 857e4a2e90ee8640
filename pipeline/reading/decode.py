"""Bytes to text: which charset, and is it text at all."""

from __future__ import annotations

import codecs
import logging
import re
from collections.abc import Iterable

from ..errors import ReadError

# First bytes of files that people save under the wrong name; what to do about each.
MAGIC = {
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
#: Byte-order marks and what they tell, the longer ones first.
BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# Labels that browsers read as the larger charset that pages mean by them (WHATWG Encoding Standard, "Names and labels")
_LARGER = {
    "ascii": "windows-1252", "iso8859-1": "windows-1252", "iso8859-9": "windows-1254", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "big5hkscs",
}  # fmt: skip
# What pages mean that declare the charset of ISO and hold bytes of Windows that it does not have
_WINDOWS = {
    "iso8859-2": "windows-1250", "iso8859-5": "windows-1251", "iso8859-7": "windows-1253", "iso8859-8": "windows-1255",
    "iso8859-6": "windows-1256", "iso8859-13": "windows-1257", "iso8859-15": "windows-1252",
}  # fmt: skip
_C1 = re.compile(rb"[\x80-\x9f]")
_CHARSET = re.compile(
    r"(?:iso8859|cp|koi8|kz|gb|big5|euc|shift|mac|tis|johab)[\w-]*"
)  # codecs of pages; not utf-8, which it is not, nor rot13
_CHARSET_NAME = re.compile(r"[\w.:-]+", re.ASCII)  # Python takes "windows<ESC>1251" for a name as well
_CYRILLIC = {  # codec: charset; the likely ones first. Detectors mix them up, small letters tell them apart.
    "cp1251": "windows-1251", "koi8-u": "koi8-u", "koi8-r": "koi8-r", "iso8859-5": "iso-8859-5", "cp866": "cp866", "cp855": "cp855",
    "mac-cyrillic": "mac-cyrillic",
}  # fmt: skip
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_HIGH = re.compile(rb"[\x80-\xff]+")
_POLISH_IN_WESTERN = re.compile("[a-z][¹³¿][a-z]")  # so Polish looks in windows-1252: "dawkê nale¿y" is "dawkę należy"
_TURKISH_IN_WESTERN = re.compile("[a-z][ýþð][a-z]")  # likewise: "alýnýz" is "alınız"; but Icelandic has these letters too
_POLISH, _TURKISH = re.compile("[ąćęłńóśźż]"), re.compile("[çğıöşüÇĞİÖŞÜ]")
_ASIAN = re.compile(r"cp9|gb|big5|euc|shift|johab|hz")
_SMALL_CYRILLIC = re.compile("[а-яёіїєґ]")
_PROBE = 4096  # bytes looked at to tell text from binary


def decode(data: bytes, declared: str | None = None) -> tuple[str, str]:
    """The text and the name of its charset.

    Order: byte-order mark, valid UTF-8, also with a few broken bytes (text of another charset is not
    UTF-8 by chance, so this beats a wrong declaration), the charset that the caller or the page
    declares, detection.
    Bytes that the charset does not know become U+FFFD. Raises ReadError for what is no text.

    >>> decode(b"caf\\xe9 <meta charset=iso-8859-1>")
    ('café <meta charset=iso-8859-1>', 'windows-1252')
    >>> decode(b"caf\\xc3\\xa9")
    ('café', 'utf-8')
    """
    if not data or data.isspace():
        raise ReadError("the input is empty", "give a page or text")
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding
    _refuse_binary(data)
    wide = _wide_charset(data)
    if wide:
        return data.decode(wide, "replace"), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _detect(data, declared)


def _refuse_binary(data: bytes) -> None:
    for magic, (name, advice) in MAGIC.items():
        if data.startswith(magic):
            raise ReadError(f"the input is {name}, not a page", advice)
    probe = data[:_PROBE]
    if not _wide_charset(probe) and len(_CONTROL.findall(probe)) > len(probe) * 0.1:
        raise ReadError("the input is binary, not text", "give an HTML page or plain text")


def _wide_charset(data: bytes) -> str | None:
    """UTF-16 without a mark: every other byte is NUL, or the low number of another script's page."""
    probe = data[:_PROBE]
    if len(probe) < 4 or (len(probe) % 2 and len(data) <= _PROBE):
        return None
    even, odd = _low_bytes(probe[0::2]), _low_bytes(probe[1::2])
    half = len(probe) / 2
    if odd > 0.7 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.7 * half and odd < 0.1 * half:
        return "utf-16-be"
    return None


def _low_bytes(data: bytes) -> int:
    return len(data) - len(data.translate(None, bytes(range(8))))


def _detect(data: bytes, declared: str | None) -> tuple[str, str]:
    """The charset of text that is not valid UTF-8."""
    from bs4.dammit import EncodingDetector, UnicodeDammit

    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    if 10 * broken < len(text.encode()) - len(text) - 2 * broken:  # bytes that follow the first of a character
        return text, "utf-8"
    for name in (declared, EncodingDetector.find_declared_encoding(data, is_html=True, search_entire_document=False)):
        found = _as_declared(data, name)
        if found:
            return found
    runs = _HIGH.findall(data)
    if sum(map(len, runs)) < 1.5 * len(runs):  # single letters among ASCII: a Western language
        return _decode_latin(data, sum(map(len, runs)))
    log = logging.getLogger("bs4.dammit")
    if not log.handlers:  # it warns of characters that it replaced in a text that is not used here; without a handler, on the terminal
        log.addHandler(logging.NullHandler())
    guess = UnicodeDammit(data, known_definite_encodings=[]).original_encoding or "windows-1252"
    guess = _LARGER.get(codecs.lookup(guess).name, guess)  # detectors name the charset or the larger one
    if codecs.lookup(guess).name in _CYRILLIC or _ASIAN.match(guess):  # short Cyrillic is taken for either by detectors
        text, name = _likeliest(data, _CYRILLIC.values(), _SMALL_CYRILLIC)
        if len(_SMALL_CYRILLIC.findall(text)) > 0.8 * sum(map(len, runs)):
            return text, name
    return data.decode(guess, "replace"), guess


def _decode_latin(data: bytes, high: int) -> tuple[str, str]:
    """Text in Latin letters: Western, unless it looks like Polish or Turkish read as Western. `high`: bytes beyond ASCII."""
    western = data.decode("windows-1252", "replace")
    if len(_POLISH_IN_WESTERN.findall(western)) > 2:
        return _likeliest(data, ("windows-1250", "iso-8859-2"), _POLISH)
    if len(_TURKISH_IN_WESTERN.findall(western)) > 2:
        turkish = data.decode("windows-1254", "replace")
        if len(_TURKISH.findall(turkish)) > 0.7 * high:  # the others may be quotes and dashes
            return turkish, "windows-1254"
    return western, "windows-1252"


def _likeliest(data: bytes, names: Iterable[str], letters: re.Pattern[str]) -> tuple[str, str]:
    """The text with the most of these letters, and its charset; the first of several."""
    return max(((data.decode(name, "replace"), name) for name in names), key=lambda pair: len(letters.findall(pair[0])))


def _as_declared(data: bytes, name: str | None) -> tuple[str, str] | None:
    """The text in a declared charset, if there is such a charset and the bytes fit it."""
    try:
        codec = codecs.lookup(name or "").name
        if not _CHARSET.fullmatch(codec) or not _CHARSET_NAME.fullmatch(name or ""):
            return None
        encoding = _LARGER.get(codec) or (name or "").lower()
        if codec in _WINDOWS and _C1.search(data):  # quotes and dashes of Windows, where the declared charset has control characters
            encoding = _WINDOWS[codec]
        text = data.decode(encoding, "replace")
    except (LookupError, ValueError):
        return None
    return (text, encoding) if 50 * text.count("\ufffd") <= len(_HIGH.findall(data)) else None
