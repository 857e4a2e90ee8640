"""Files that a person names and that are read whole, such as tables and settings: never more of one than a bound.

For it may be a device without an end, or packed to a thousandth of what it holds.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .errors import ConfigError
from .reading.decode import MAGIC

if TYPE_CHECKING:
    from importlib.abc import Traversable

LARGEST_TABLE = 2**30  # bytes, unpacked, of a table of templates, which has some lines for each site of a crawl
_CHUNK, _PROBE = 2**20, 1000
_GZIP = b"\x1f\x8b"
_OF_THE_SHELL = ("/dev/", "/proc/")  # where a shell's <(command) stands: a pipe that has its writer


def read_whole(file: Traversable, most: int = LARGEST_TABLE, advice: str = "check the path") -> str:
    """The text of a file, unpacked where it is gzipped. Raises ConfigError for what cannot be had, is no UTF-8 text, or is too large.

    advice: what to try if it cannot be had.
    """
    try:
        return b"".join(_unpacked(file, most)).decode("utf-8-sig")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ConfigError(f"{file}: the file is damaged or cut off ({error})", "make or fetch it again") from error
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror or error})", advice) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: not UTF-8 (byte {error.start})", "save it as UTF-8") from error


def pieces(file: Path, most: int = LARGEST_TABLE) -> Iterator[bytes]:
    """The bytes as they lie on the disk, of a file that can be read more than once. Raises ConfigError."""
    try:
        if not file.is_file() and file.exists():
            raise ConfigError(f"{file}: is no file that can be read more than once", "save it to one first")
        with file.open("rb") as stream:
            yield from _up_to(most, stream, file)
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror or error})", "check the path") from error


def lines_up_to(longest: int, stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream; ValueError at one that is longer than so many bytes."""
    while line := stream.readline(longest + 1):
        if len(line) > longest:
            raise ValueError(f"a line of more than {longest:,} bytes")
        yield line


def _unpacked(file: Traversable, most: int) -> Iterator[bytes]:
    if isinstance(file, Path) and file.is_fifo() and not str(file).startswith(_OF_THE_SHELL):
        raise ConfigError(f"{file}: is a pipe, which may never end", "save it to a file first")
    with file.open("rb") as packed:
        stream: Any = packed if hasattr(packed, "peek") else io.BufferedReader(packed)
        head = stream.peek(2)
        if head.startswith(_GZIP):
            stream = gzip.GzipFile(fileobj=stream)
        elif packer := next((told for magic, told in MAGIC.items() if head.startswith(magic)), None):
            raise ConfigError(f"{file}: is {packer[0]}, not text", "give a table or settings as text in UTF-8, gzipped or not")
        for number, piece in enumerate(_up_to(most, stream, file)):
            if not number:
                _look_like_text(piece, file)
            yield piece


def _look_like_text(piece: bytes, file: object) -> None:
    """Said at the first piece, for what is no text may have no end."""
    codecs.getincrementaldecoder("utf-8")().decode(piece)
    if piece.count(0, 0, _PROBE) > len(piece[:_PROBE]) / 10:
        raise ConfigError(f"{file}: full of NULs, as text in UTF-16 is", "save it as UTF-8")


def _up_to(most: int, stream: Any, file: object) -> Iterator[bytes]:
    size = 0
    while piece := stream.read(_CHUNK):
        size += len(piece)
        if size > most:
            raise ConfigError(f"{file}: holds more than {most:,} bytes", "is it the right file? If so, part it in several")
        yield piece
