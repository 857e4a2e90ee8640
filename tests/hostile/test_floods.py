"""Floods: what is far too large is refused with its reason, in little memory, and the page beside it is cleaned."""

from __future__ import annotations

import os

import pytest

from .floods import FLOODS, batch_with

_TOO_LARGE = "larger than 20,000,000 bytes"
#: What becomes of each under the limits that a batch has unless told: (cleaned beside the small page, failures, what they say).
_OUTCOMES = {
    "a page of 50 MB": (0, 1, _TOO_LARGE),
    "one line of 100 MB": (0, 1, _TOO_LARGE),
    "one line of 100 MB, no word known": (0, 1, _TOO_LARGE),
    "a million nested tags": (1, 0, ""),
    "a million unclosed tags of all kinds": (1, 0, ""),
    "10 million attributes": (0, 1, _TOO_LARGE),
    "JSON lines, one of 1 GB": (2, 1, f"flood.jsonl, line 2: {_TOO_LARGE}"),
    "a gzip bomb of 1 GB": (0, 1, _TOO_LARGE),
    "a zip bomb of 1 GB": (0, 10, _TOO_LARGE),
    "a WARC record that says 1 GB": (0, 1, "flood.warc, record 1: cut off after "),
}
_MEMORY = 400  # MB; a batch of one small page takes 95


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="measures a process as POSIX does")
@pytest.mark.parametrize("name", FLOODS)
def test_a_flood(name: str) -> None:
    """The flood is cleaned or refused, as the limits say; the small page is cleaned; memory stays small."""
    cleaned, failed, says = _OUTCOMES[name]
    found = batch_with(name)
    assert "small.html" in found.cleaned
    assert (len(found.cleaned) - 1, len(found.failures)) == (cleaned, failed)
    assert all(says in failure for failure in found.failures)
    assert found.megabytes < _MEMORY
