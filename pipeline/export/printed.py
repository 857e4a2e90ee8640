"""JSON values of a line each, or printed over many lines as `clean` prints a single record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def grouped(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    r"""Each JSON value with the number of its first line. After a first line that is a lone brace, a lone brace ends each.

    >>> list(grouped([b'{"a":1}\n', b"\n", b"{}\n"])), list(grouped([b"{\n", b' "a": 1\n', b"}\n", b"{\n"]))
    ([(1, b'{"a":1}\n'), (3, b'{}\n')], [(1, b'{\n "a": 1\n}\n'), (4, b'{\n')])
    """
    printed, first, parts = None, 1, list[bytes]()
    for number, line in enumerate(lines, 1):
        if not parts and not line.strip():
            continue
        first = first if parts else number
        parts.append(line)
        printed = line.strip() == b"{" if printed is None else printed
        if not printed or line.rstrip() == b"}":
            yield first, b"".join(parts)
            parts = []
    if parts:
        yield first, b"".join(parts)
