"""The host in a page's addresses: what its site is told by."""

from __future__ import annotations

from urllib.parse import urlsplit


def host_of(*addresses: str | None) -> str | None:
    """The host of the first address that has one, without www.

    >>> host_of(None, "https://www.Example.org:80/a"), host_of("http://[", "")
    ('example.org', None)
    """
    for address in addresses:
        try:
            host = urlsplit(address or "").hostname
        except ValueError:  # as in "http://[", which a page may well say
            continue
        if host:
            return host.removeprefix("www.")
    return None
