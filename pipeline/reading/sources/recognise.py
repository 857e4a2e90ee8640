"""What a file holds, by its first bytes, and the way into it through any compression."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import json
import lzma
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import PurePath
from typing import Any, NamedTuple

from ...errors import ReadError
from ..decode import BOMS
from .files import BUFFER, buffered, open_binary

PROBE = 64 * 1024  # bytes looked at
_LAYERS = 3  # a page.html.gz that a server gzipped once more has two
COMPRESSIONS = frozenset({".gz", ".bz2", ".xz", ".zst"})
#: Files of a folder that are taken for pages without a look into them.
PAGE_SUFFIXES = frozenset({".html", ".htm", ".xhtml", ".shtml", ".txt", ".text", ".md", ".markdown", ""})
#: Files of many documents, or that need unpacking.
RECORD_SUFFIXES = frozenset({
    ".jsonl", ".ndjson", ".jl", ".json", ".csv", ".tsv", ".parquet", ".warc", ".wet", ".mhtml", ".mht", ".zip", ".tar",
    ".tgz", ".tbz2", ".txz",
})  # fmt: skip
#: Files that lie beside pages and are none; passed over without a look, and counted.
OTHER_SUFFIXES = frozenset({
    ".css", ".js", ".mjs", ".map", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".ico", ".bmp", ".tif", ".tiff", ".woff",
    ".woff2", ".ttf", ".otf", ".eot", ".mp3", ".mp4", ".webm", ".ogg", ".wav", ".avi", ".mov", ".pdf", ".doc", ".docx", ".xls",
    ".xlsx",
    ".ppt", ".pptx", ".odt", ".epub", ".rss", ".atom", ".xml", ".swf", ".exe", ".dll", ".so", ".py", ".pyc", ".toml", ".yaml", ".yml",
    ".ini",
    ".log", ".tmp", ".part", ".bak", ".db", ".sqlite", ".pkl", ".npy", ".cdx", ".cdxj", ".wat",
})  # fmt: skip
# Texts of wide characters without a mark: by the zeros around two letters of ASCII, with which records begin
_WIDE = (
    (rb"[^\0]\0\0\0[^\0]\0\0\0", "utf-32-le"), (rb"\0\0\0[^\0]\0\0\0[^\0]", "utf-32-be"),
    (rb"[^\0]\0[^\0]\0", "utf-16-le"), (rb"\0[^\0]\0[^\0]", "utf-16-be"),
)  # fmt: skip
_MHTML = re.compile(rb"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
_HEADERS = re.compile(rb"^[A-Za-z-]+:[^\n]*\n(?:[A-Za-z-]+:[^\n]*\n|[ \t][^\n]*\n)*")
_PAGE_TAG = re.compile(rb"<(?:!doctype\s+html|html|head|body|article|div|p)\b", re.IGNORECASE)


class Opened(NamedTuple):
    """A file that is open: its unpacked bytes, what they are, and how far the packed file was read."""

    stream: io.BufferedReader
    kind: str  # page, jsonl, json, csv, parquet, warc, mhtml, zip, tar
    packed: bool
    at: Callable[[], int]


@contextmanager
def opened(path: str) -> Iterator[Opened]:
    """The file, unpacked, with its kind. Raises OSError and what the decompressors raise."""
    with ExitStack() as stack:
        base = stack.enter_context(open_binary(path))
        stream, packed = unpacked(base, stack)
        stream, kind = recognised(stream, bare_name(path))
        yield Opened(stream, kind, packed, base.tell)


def unpacked(base: Any, stack: ExitStack) -> tuple[io.BufferedReader, bool]:
    """A stream without its compression; True if there was one."""
    stream = buffered(base)
    for layer in range(_LAYERS + 1):
        head = stream.peek(10)[:10]
        unpack = next((function for magic, function in _UNPACK.items() if re.match(magic, head)), None)
        if unpack is None:
            return stream, layer > 0
        stream = buffered(_ToTheDamage(stack.enter_context(unpack(stream))))
    raise ReadError("compressed more than three times over", "unpack it first")


def recognised(stream: io.BufferedReader, name: str) -> tuple[io.BufferedReader, str]:
    """Unpacked bytes and what they are; records in UTF-16 or UTF-32 come as UTF-8, for their lines cannot be told apart by bytes."""
    head = stream.peek(PROBE)[:PROBE]
    marked = next((charset for mark, charset in BOMS if head.startswith(mark)), None)
    charset = marked or next((charset for start, charset in _WIDE if re.match(start, head, re.DOTALL)), None)
    if charset not in (None, "utf-8") and (kind := kind_of(name, head.decode(charset, "ignore").encode("utf-8", "replace"))) in {
        "jsonl",
        "json",
        "csv",
    }:
        return buffered(_AsUtf8(stream, charset)), kind
    return stream, kind_of(name, head)


class _AsUtf8(io.RawIOBase):
    """Text of another charset as UTF-8, read piece by piece; what is damaged becomes U+FFFD."""

    def __init__(self, stream: io.BufferedReader, charset: str) -> None:
        self._stream, self._decoder, self._left = stream, codecs.getincrementaldecoder(charset)("replace"), b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer as far as one piece goes."""
        while not self._left:
            data = self._stream.read1(BUFFER)
            self._left = self._decoder.decode(data, not data).encode("utf-8", "replace")
            if not data:
                break
        piece, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


class _ToTheDamage(io.RawIOBase):
    """Unpacked bytes up to where the packed ones are damaged: a reader that met the damage at once would lose what it has in its buffer."""

    def __init__(self, packed: Any) -> None:
        self._packed, self._damage = packed, list[Exception]()

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """As the unpacked bytes are."""
        return bool(self._packed.seekable())

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go elsewhere; where the damage is shows again there."""
        self._damage.clear()
        return int(self._packed.seek(offset, whence))

    def readinto(self, buffer: Any, /) -> int:
        """Fill the buffer as far as can be. Raises what the decompressor raises, when nothing is left before it."""
        if self._damage:
            raise self._damage[0]
        done = 0
        try:
            while done < len(buffer) and (data := self._packed.read1(len(buffer) - done)):
                buffer[done : done + len(data)] = data
                done += len(data)
        except Exception as error:
            if not done:
                raise
            self._damage.append(error)
        return done


def zstd_module() -> Any:
    """The module of the standard library, which older Pythons have from a package; loaded only where it is needed."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


def _zstd(stream: Any) -> Any:
    return zstd_module().ZstdFile(stream)


_UNPACK: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b\x08": lambda stream: gzip.GzipFile(fileobj=stream, mode="rb"),
    b"BZh[1-9]1AY&SY": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18": _zstd,
}


def suffix_of(name: str) -> str:
    """The suffix that tells the kind, below any compression.

    >>> suffix_of("crawl.JSONL.gz"), suffix_of("page.html"), suffix_of("pages.tar.xz"), suffix_of("README")
    ('.jsonl', '.html', '.tar', '')
    """
    return PurePath(bare_name(name)).suffix.lower()


def bare_name(name: str) -> str:
    """A name without the suffixes of compression."""
    name = re.split(r"[/\\]", name)[-1]
    while PurePath(name).suffix.lower() in COMPRESSIONS:
        name = name[: -len(PurePath(name).suffix)]
    return name


def kind_of(name: str, head: bytes) -> str:
    """What unpacked bytes are: their magic bytes first, then their shape, then what the name says.

    >>> kind_of("x.html", b"WARC/1.0"), kind_of("x", b'{"text": "Take one."}'), kind_of("x.csv", b"a,b"), kind_of("x.txt", b"Take one.")
    ('warc', 'jsonl', 'csv', 'page')
    """
    suffix = suffix_of(name)
    text = head[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<") and suffix not in {".csv", ".tsv"}:
        return "page"  # nearly all: no need to look further
    for magic, kind in ((b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"PAR1", "parquet"), (b"WARC/", "warc")):
        if head.startswith(magic):
            return kind
    if head[257:262] == b"ustar":
        return "tar"
    if (headers := _HEADERS.match(head[:8192].replace(b"\r\n", b"\n"))) and _MHTML.search(headers[0]):
        return "mhtml"
    if suffix in {".csv", ".tsv"}:
        return "csv"
    if suffix in {".jsonl", ".ndjson", ".jl"}:
        return "jsonl"
    return _json_kind(head.lstrip(b"\xef\xbb\xbf \t\r\n"), suffix) or "page"


def _json_kind(head: bytes, suffix: str) -> str | None:
    """`jsonl` for an object on the first line; json for an array of objects, or an object over several lines."""
    if head.startswith(b"{"):
        line, ended, _ = head.partition(b"\n")
        try:
            return "jsonl" if isinstance(json.loads(line), dict) else None
        except (ValueError, RecursionError):
            if not ended and re.match(rb'\{\s*"[^"\n]{1,80}"\s*:', line):  # a first line longer than the probe
                return "jsonl"
    if suffix == ".json" or re.match(rb'\[\s*\{\s*"', head):
        return "json" if head[:1] in b"[{" else None
    return None


def looks_like_page(head: bytes) -> bool:
    """True if bytes of a file with an unknown suffix are markup of a page, or one of the kinds with magic bytes."""
    return bool(_PAGE_TAG.search(head[:4096])) or kind_of("x", head) != "page"
