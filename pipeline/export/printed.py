"""JSON values of a line each, or printed over many lines as `clean` prints a single record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

LONGEST = 2**30  # bytes of a value: more than the record of a page of 20 MB has, which is the largest that is read unless told


def grouped(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    r"""Each JSON value with the number of its first line. After a first line that is a lone brace, a lone brace ends each.

    Raises ValueError at a value that is too long to be one.

    >>> list(grouped([b'{"a":1}\n', b"\n", b"{}\n"])), list(grouped([b"{\n", b' "a": 1\n', b"}\n", b"{\n"]))
    ([(1, b'{"a":1}\n'), (3, b'{}\n')], [(1, b'{\n "a": 1\n}\n'), (4, b'{\n')])
    """
    printed, first, size, parts = None, 1, 0, list[bytes]()
    for number, line in enumerate(lines, 1):
        if not parts and not line.strip():
            continue
        first = first if parts else number
        parts.append(line)
        size = size + len(line) if len(parts) > 1 else len(line)
        if size > LONGEST:
            raise ValueError(f"a value of more than {LONGEST:,} bytes")
        printed = line.strip() == b"{" if printed is None else printed
        if not printed or line.rstrip() == b"}":
            yield first, b"".join(parts)
            parts = []
    if parts:
        yield first, b"".join(parts)
