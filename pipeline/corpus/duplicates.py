"""Which documents are one document: exact, near, and spun copies (the same text about another brand or strength).

Copies are found by MinHash and banding, and each match is confirmed by the shingles themselves. A later
document is a copy of an earlier one, its leader, which it resembles by THRESHOLD or more. What is kept
of a document (about 3 kB) is kept on disk; memory grows by some 100 bytes a document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from .fingerprint import NO_TEXT, PERMUTATIONS, ROWS, SKETCH, Fingerprint, bands_of, resemblance, sketch_of
from .store import Rows

THRESHOLD = 0.6  # shared of all shingles; a tenth of the sentences rewritten leaves .75
FEWEST = 12  # shingles; of a shorter document only exact copies are told
_BANDS = PERMUTATIONS // ROWS
_LOOKS = 256  # groups of copies that a document is compared with in a band, so that work grows with the documents alone
_ALIKE = 0.35  # of the sketch, below which documents are not compared: of those that share .6, 4 in 1,000 are missed in a band
_SWAPPED = 0.1  # of the mentions of drugs, or of strengths
_LEADERS = 64  # the same among the leaders of one group


@dataclass(frozen=True, slots=True)
class Duplicate:
    """`document` is a copy of `of` (both by their numbers); kind: exact, near, spun."""

    document: int
    of: int
    similarity: float
    kind: str


@dataclass(slots=True)
class Found:
    """What an index found: the copies in order of their numbers."""

    documents: int
    duplicates: list[Duplicate] = field(default_factory=list)

    def clusters(self) -> dict[int, list[Duplicate]]:
        """Copies by their leader, larger clusters first."""
        groups: dict[int, list[Duplicate]] = {}
        for duplicate in self.duplicates:
            groups.setdefault(duplicate.of, []).append(duplicate)
        return dict(sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])))

    def kinds(self) -> Counter[str]:
        """How many copies of each kind."""
        return Counter(duplicate.kind for duplicate in self.duplicates)


class DuplicateIndex:
    """Takes fingerprints in the order of the documents, then tells which are copies. Use it in a `with` block."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="pharmaclean-")
        folder = Path(self._folder.name)
        self._exact, self._shingles = Rows(folder / "exact", np.uint64), Rows(folder / "shingles", np.uint32)
        self._names, self._strengths = Rows(folder / "names", np.uint64), Rows(folder / "strengths", np.uint64)
        self._bands, self._banded = Rows(folder / "bands", np.uint64), Rows(folder / "banded", np.int64)
        self._ids = Rows(folder / "ids", np.uint8)
        self._sketches = bytearray()

    def close(self) -> None:
        """Let go of the files."""
        for rows in self._all():
            rows.close()
        self._folder.cleanup()

    def _all(self) -> tuple[Rows, ...]:
        return self._exact, self._shingles, self._names, self._strengths, self._bands, self._banded, self._ids

    def add(self, print_: Fingerprint, identity: str = "") -> None:
        """The next document, and what it is called."""
        number = len(self._exact)
        self._ids.append(np.frombuffer(identity.encode("utf-8", "surrogatepass"), np.uint8))
        self._exact.append(np.array([print_.exact], np.uint64))
        self._shingles.append(print_.shingles)
        self._names.append(np.array(print_.names, np.uint64))
        self._strengths.append(np.array(print_.strengths, np.uint64))
        if len(print_.shingles) >= FEWEST:
            signature = print_.signature()
            self._bands.append(bands_of(signature))
            self._banded.append(np.array([number], np.int64))
            self._sketches += sketch_of(signature).tobytes()

    def id(self, number: int) -> str:
        """What a document is called, once `find` was called."""
        return bytes(self._ids[number]).decode("utf-8", "surrogatepass")

    def find(self) -> Found:
        """All copies among the documents that were added."""
        groups = _Groups(len(self._exact))
        self._same_text(groups)
        self._same_bands(groups)
        found = Found(len(self._exact))
        for members in groups.listed():
            found.duplicates += self._copies(members)
        found.duplicates.sort(key=lambda duplicate: duplicate.document)
        return found

    def _same_text(self, groups: _Groups) -> None:
        """Pages with no text at all are no copies of one another."""
        exact = self._exact.column(0, 1)
        for members in _equal(exact):
            if exact[members[0]] == NO_TEXT:
                continue
            for other in members[1:]:
                groups.join(int(members[0]), int(other))

    def _same_bands(self, groups: _Groups) -> None:
        """Documents that share a band are compared, each with the first of every group that it meets there."""
        if not len(self._bands):
            return
        numbers, sketches = self._banded.column(0, 1), np.frombuffer(self._sketches, np.uint8).reshape(-1, SKETCH)
        for band in range(_BANDS):
            for members in _equal(self._bands.column(band, _BANDS)):
                roots, firsts = set[int](), list[int]()  # groups met here, and the first member of each that was met
                for member in members.tolist():
                    number = int(numbers[member])
                    if groups.root(number) in roots:
                        continue
                    others = np.array(firsts[-_LOOKS:], np.int64)
                    alike = (sketches[others] == sketches[member]).sum(axis=1) >= _ALIKE * SKETCH
                    for other in numbers[others[alike]].tolist():
                        if self._resemblance(number, other) >= THRESHOLD:
                            groups.join(number, other)
                            break
                    else:
                        roots.add(groups.root(number))
                        firsts.append(member)

    def _copies(self, members: Sequence[int]) -> Iterator[Duplicate]:
        """Of a group, in order: a document is a copy of the leader that it resembles most, or a leader itself."""
        leaders = list[int]()
        for number in members:
            scores = [(1.0 if self._is_same(number, leader) else self._resemblance(number, leader), -leader) for leader in leaders]
            best, leader = max(scores, default=(0.0, 0))
            if best >= THRESHOLD:
                yield Duplicate(number, -leader, round(best, 4), self._kind(number, -leader))
            elif len(leaders) < _LEADERS:
                leaders.append(number)

    def _resemblance(self, one: int, other: int) -> float:
        return resemblance(self._shingles[one], self._shingles[other])

    def _is_same(self, one: int, other: int) -> bool:
        return bool(self._exact[one][0] == self._exact[other][0])

    def _kind(self, one: int, other: int) -> str:
        """Spun where names or strengths were put for others, not only left out or added."""
        if self._is_same(one, other):
            return "exact"
        swapped = any(_is_swapped(rows[one], rows[other]) for rows in (self._names, self._strengths))
        return "spun" if swapped else "near"


def _is_swapped(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> bool:
    """Whether each has a tenth of its mentions, or more, that the other has not."""
    mine, theirs = Counter(one.tolist()), Counter(other.tolist())
    lost, gained = (mine - theirs).total(), (theirs - mine).total()
    return min(lost, gained) >= max(1, _SWAPPED * min(len(one), len(other)))


def _equal(values: NDArray[np.uint64]) -> Iterator[NDArray[np.int64]]:
    """The places of each value that stands more than once, ascending."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))) if len(values) else np.zeros(0, np.int64)
    ends = np.append(starts[1:], len(values))
    for start, end in zip(starts[ends - starts > 1], ends[ends - starts > 1], strict=True):
        yield order[start:end]


class _Groups:
    """Union-find over numbers; the root of a group is its smallest number."""

    def __init__(self, count: int) -> None:
        self._parents = np.arange(count, dtype=np.int64)

    def root(self, number: int) -> int:
        parents = self._parents
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = int(parents[number])
        return number

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self._parents[high] = low

    def listed(self) -> Iterator[list[int]]:
        """The members of each group of two or more, ascending."""
        groups: dict[int, list[int]] = {}
        for number in np.flatnonzero(self._parents != np.arange(len(self._parents))).tolist():
            root = self.root(number)
            groups.setdefault(root, [root]).append(number)
        yield from groups.values()
