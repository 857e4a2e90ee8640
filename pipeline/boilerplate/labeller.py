"""How likely each block of a page, or line of a dump, is part of its article: small networks over rows of features.

In each network a dense layer reads each block, layers of convolution over the sequence (reaching 1, 2, 4, 8 …
blocks to each side) add what stands around it, and the mean and the maximum over the page add what
kind of page it is. A few networks that differ only in the seed of their training vote together, which
is surer than any one of them. The weights stand in `labeller.json` for the blocks of pages (`features`) and in
`line_labeller.json` for the lines of dumps (`line_features`), in thousandths; `tools/train_labeller.py` made them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import cache
from importlib.resources import files
from itertools import accumulate, count, takewhile
from typing import Any

from ..errors import ConfigError
from .features import NAMES, Vocabulary
from .line_features import LINE_NAMES

FILE, LINE_FILE = "labeller.json", "line_labeller.json"
NEAR, FAR = 4, 24  # of a block's names: the nearest count on their own as well as among all
_CLIP = 6.0  # standard deviations


class Labeller:
    """The networks with their weights, stacked: their first layers are one multiplication, the others run side by side."""

    def __init__(self, data: dict[str, Any], columns: Sequence[str], file: str) -> None:
        import numpy as np

        if tuple(data["columns"]) != tuple(columns):
            raise ConfigError(f"{file} was made for other columns than its features give", "train it anew: tools/train_labeller.py")
        self.vocabulary = Vocabulary(data["words"])
        self.mean = np.array(data["mean"], dtype=np.float32)
        self.scale = np.array(data["scale"], dtype=np.float32)
        self.weights = {
            name: np.stack([np.array(one[name], dtype=np.float32) / 1000 for one in data["networks"]]) for name in data["networks"][0]
        }
        rows = len(columns)
        first = self.weights.pop("input")
        self._rows = np.concatenate(list(first[:, :rows]), axis=1)
        if self.vocabulary.numbers:  # what a name adds to the first layer is known before a page is seen
            names = self.weights["near"].shape[2]
            self._near = _with_nought(self.weights.pop("near") @ first[:, rows : rows + names])
            self._far = _with_nought(self.weights.pop("far") @ first[:, rows + names :])
        self._bias = self.weights.pop("input_bias").reshape(-1)

    def probabilities(self, rows: Any, hints: Sequence[tuple[str, ...]] = ()) -> Any:
        """For each row of features, with the names around its block if it has any, the probability that it belongs to the article."""
        return _probabilities(self._scores(rows, hints))

    def with_titles(self, rows: Any) -> tuple[Any, Any]:
        """For each row the probability that it belongs to the article, and that it is the title, among all of these rows."""
        import numpy as np

        scores = self._scores(rows, ())
        titles = np.exp(scores[:, :, 1] - scores[:, :, 1].max(axis=1, initial=-1e9)[:, None])
        return _probabilities(scores), (titles / np.maximum(titles.sum(axis=1), 1e-9)[:, None]).mean(axis=0)

    def _scores(self, rows: Any, hints: Sequence[tuple[str, ...]]) -> Any:
        """What each network gives for each row: axes network, row, output."""
        import numpy as np

        if not len(rows):
            return np.zeros((len(self.weights["page"]), 0, self.weights["output"].shape[2]), dtype=np.float32)
        first = np.clip((rows - self.mean) / self.scale, -_CLIP, _CLIP) @ self._rows
        if hints:
            first = first + self._named(hints)
        h = np.maximum(first + self._bias, 0)
        return _outputs(self.weights, h.reshape(len(rows), len(self.weights["page"]), -1).transpose(1, 0, 2))

    def _named(self, hints: Sequence[tuple[str, ...]]) -> Any:
        """What the names around each block add to the first layers."""
        numbers = {names: i for i, names in enumerate(dict.fromkeys(hints))}
        named = _sums(self._near, [self.vocabulary.of(names[:NEAR]) for names in numbers])
        named += _sums(self._far, [self.vocabulary.of(names[:FAR]) for names in numbers])
        return named[[numbers[names] for names in hints]]


def _with_nought(tables: Any) -> Any:
    """The tables of all networks side by side, with a last row of nought."""
    import numpy as np

    return np.pad(np.concatenate(list(tables), axis=1), ((0, 1), (0, 0)))


def _sums(table: Any, bags: Sequence[Collection[int]]) -> Any:
    """The sum of the table's rows for each bag of row numbers; its last row is nought, and ends every bag."""
    import numpy as np

    nought = len(table) - 1
    starts = list(accumulate((len(bag) + 1 for bag in bags), initial=0))[:-1]
    return np.add.reduceat(table[[number for bag in bags for number in (*bag, nought)]], starts)


def _probabilities(scores: Any) -> Any:
    """The mean of what the networks' first outputs say."""
    import numpy as np

    return (1 / (1 + np.exp(-scores[:, :, 0]))).mean(axis=0)


def _outputs(w: dict[str, Any], h: Any) -> Any:
    """What the last layer of each network gives; `h` has the axes network, block, unit."""
    import numpy as np

    networks, n, width = h.shape
    for i in takewhile(lambda i: f"around_{i}" in w, count()):
        reach = 2**i
        padded = np.zeros((networks, n + 2 * reach, width), dtype=np.float32)
        padded[:, reach : reach + n] = h
        around = np.concatenate([padded[:, :n], h, padded[:, 2 * reach :]], axis=2)
        h = h + np.maximum(around @ w[f"around_{i}"] + w[f"around_{i}_bias"][:, None], 0)
    page = np.concatenate([h.mean(axis=1), h.max(axis=1)], axis=1)[:, None] @ w["page"] + w["page_bias"][:, None]
    return np.maximum(h + page, 0) @ w["output"] + w["output_bias"][:, None]


@cache
def load_labeller() -> Labeller:
    """The shipped labeller of blocks."""
    return _load(FILE, NAMES)


@cache
def load_line_labeller() -> Labeller:
    """The shipped labeller of lines."""
    return _load(LINE_FILE, LINE_NAMES)


def _load(file: str, columns: Sequence[str]) -> Labeller:
    return Labeller(json.loads((files(__package__) / file).read_text(encoding="utf-8")), columns, file)
