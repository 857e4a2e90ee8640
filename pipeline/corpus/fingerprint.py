"""What a document is known by when copies are looked for: its words, and its phrases with drugs and numbers masked.

Phrases are shingles of words (Broder, "On the resemblance and containment of documents", 1997) taken
inside of blocks, so that sections in another order are the same phrases. In them a drug is a drug and
a number is a number: a text in which one brand was put for another keeps all its phrases.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint32]

WIDTH = 4  # words of a shingle; a shorter block is one shingle
PERMUTATIONS, ROWS = 288, 6  # of MinHash, and how many of them make a band: 48 bands of 6
SKETCH = 32  # numbers of the signature of which a byte is held in memory
_DRUG, _BREAK = "\x01", "\x02"
_CJK = "\u3040-\u30ff\u3400-\u9fff"  # written without spaces: each character counts as a word
_WORD = re.compile(rf"[{_DRUG}{_BREAK}#{_CJK}]|[^\W_{_CJK}]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_MASKS = re.compile(rf"{_DRUG}(?:[\s,;/()&+®™*-]{{0,6}}(?:and |or |und |y |et )?{_DRUG})+")  # "Accutane, Claravis or Amnesteem"
_MULTIPLIERS = np.random.default_rng(20240229).integers(1, 2**63, PERMUTATIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_MIX = tuple(
    np.uint64(k)
    for k in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB)
)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """exact: of the text as it stands, but for case, spaces and punctuation. shingles: sorted, no two alike.

    names and strengths: of each mention as written, as sorted hashes.
    """

    exact: int
    shingles: Hashes
    names: tuple[int, ...]
    strengths: tuple[int, ...]

    def signature(self) -> NDArray[np.uint64]:
        """PERMUTATIONS numbers (MinHash); two documents agree in about as many of them as they share of their shingles."""
        mixed = (self.shingles[:, None].astype(np.uint64) * _MULTIPLIERS[None, :]) >> np.uint64(17)
        least: NDArray[np.uint64] = mixed.min(axis=0)
        return least


def bands_of(signature: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A hash for each band of a signature: documents alike share some.

    Banding is that of Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", 3.4: of documents that share .7
    of their shingles 99.8 % meet in a band, of those that share .6 90 %, of those that share .2 hardly 1 in 300.
    """
    mixed = (signature.reshape(-1, ROWS) * np.array(_MIX[:ROWS], np.uint64)).sum(axis=1, dtype=np.uint64)
    out: NDArray[np.uint64] = (mixed ^ (mixed >> np.uint64(29))) * _MIX[0]
    return out


def sketch_of(signature: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """SKETCH bytes of a signature, one of every few numbers: enough to tell at a look that two documents are far apart."""
    return signature[:: PERMUTATIONS // SKETCH].astype(np.uint8)


def fingerprint(record: Mapping[str, Any]) -> Fingerprint:
    """Of a record as `documents.jsonl` holds it; it needs `text`, `blocks` and `entities`."""
    text: str = record["text"]
    drugs = [(e["start"], e["end"]) for e in record["entities"] if e["label"] == "DRUG"]
    strengths = (_squeezed(e["text"]) for e in record["entities"] if e["label"] == "STRENGTH")
    words = _WORD.findall(masked(text, [(b["start"], b["end"]) for b in record["blocks"]], drugs))
    plain = " ".join(_WORD.findall(text.casefold()))
    return Fingerprint(
        _hash(plain),
        shingles(words),
        tuple(sorted(_hash(text[start:end].casefold()) for start, end in drugs)),
        tuple(sorted(map(_hash, strengths))),
    )


def _squeezed(strength: str) -> str:
    """So that "20 mg" is "20mg" and "0,5 mg" is "0.5mg"."""
    return "".join(strength.casefold().split()).replace(",", ".")


def masked(text: str, blocks: Sequence[tuple[int, int]], drugs: Sequence[tuple[int, int]]) -> str:
    r"""The text in small letters with drugs and numbers as signs, and a sign between blocks.

    >>> masked("Isotroin 20mg: for acne", [(0, 23)], [(0, 8)])
    '\x01  # mg: for acne\x02'
    """
    parts, i = list[str](), 0
    for start, end in blocks:
        here = start
        while i < len(drugs) and drugs[i][0] < end:
            if drugs[i][0] >= here:
                parts += [text[here : drugs[i][0]], _DRUG]
                here = drugs[i][1]
            i += 1
        parts += [text[here:end], _BREAK]
    return _MASKS.sub(_DRUG, _NUMBER.sub(" # ", "".join(parts).casefold()))


def shingles(words: Sequence[str]) -> Hashes:
    """The hashes of all runs of WIDTH words that lie within a block, sorted and each once; of a shorter block, its words."""
    codes = np.fromiter((crc32(word.encode("utf-8", "surrogatepass")) for word in words), np.uint64, len(words))
    breaks = np.flatnonzero(np.fromiter((word == _BREAK for word in words), bool, len(words)))
    starts = np.concatenate(([0], breaks[:-1] + 1)) if len(breaks) else breaks
    lengths = breaks - starts
    ends = np.repeat(breaks, lengths + 1)  # for each word, where its block ends
    places = np.arange(len(ends), dtype=np.int64)
    inside = places[places + WIDTH <= ends]
    short = starts[(lengths > 0) & (lengths < WIDTH)]
    padded = np.concatenate((codes, np.zeros(WIDTH, np.uint64)))
    places = np.concatenate((inside, short))
    within = np.concatenate((np.full(len(inside), WIDTH), lengths[(lengths > 0) & (lengths < WIDTH)]))
    total = np.zeros(len(places), np.uint64)
    for i in range(WIDTH):
        word = np.where(i < within, padded[places + i], np.uint64(0))
        total = (total ^ word) * _MIX[i]
        total ^= total >> np.uint64(31)
    return np.unique((total >> np.uint64(32)).astype(np.uint32))


def resemblance(a: Hashes, b: Hashes) -> float:
    """Shared shingles of all shingles (Jaccard), 0 to 1."""
    shared = len(np.intersect1d(a, b, assume_unique=True))
    return shared / (len(a) + len(b) - shared) if len(a) and len(b) else 0.0


def _hash(text: str) -> int:
    """Eight bytes of a text, as a number."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


NO_TEXT = _hash("")  # `exact` of all documents without a word
