"""How likely each block of a page is part of its article: small networks over the rows of `features`.

In each network a dense layer reads each block, four layers of convolution over the sequence (reaching 1, 2, 4 and 8
blocks to each side) add what stands around it, and the mean and the maximum over the page add what
kind of page it is. A few networks that differ only in the seed of their training vote together, which
is surer than any one of them. The weights stand in `labeller.json`, in thousandths;
`tools/train_labeller.py` made them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from ..errors import ConfigError
from .features import NAMES, Vocabulary

FILE = "labeller.json"
REACH = (1, 2, 4, 8)
NEAR, FAR = 4, 24  # of a block's names: the nearest count on their own as well as among all
_CLIP = 6.0  # standard deviations


class Labeller:
    """The networks with their weights."""

    def __init__(self, data: dict[str, Any]) -> None:
        import numpy as np

        if tuple(data["columns"]) != NAMES:
            raise ConfigError(f"{FILE} was made for other columns than features.py gives", "train it anew: tools/train_labeller.py")
        self.vocabulary = Vocabulary(data["words"])
        self.networks = [{key: np.array(value, dtype=np.float32) / 1000 for key, value in one.items()} for one in data["networks"]]
        self.mean = np.array(data["mean"], dtype=np.float32)
        self.scale = np.array(data["scale"], dtype=np.float32)

    def probabilities(self, rows: Any, hints: Sequence[tuple[str, ...]]) -> Any:
        """For each row of features, with the names around its block, the probability that the block belongs to the article."""
        import numpy as np

        x = np.clip((rows - self.mean) / self.scale, -_CLIP, _CLIP)
        numbers = {names: i for i, names in enumerate(dict.fromkeys(hints))}
        near = [self.vocabulary.of(names[:NEAR]) for names in numbers]
        far = [self.vocabulary.of(names[:FAR]) for names in numbers]
        places = np.array([numbers[names] for names in hints])
        total = np.zeros(len(rows), dtype=np.float32)
        for weights in self.networks:
            total += _score(weights, x, _sums(weights["near"], near)[places], _sums(weights["far"], far)[places])
        return total / len(self.networks)


def _sums(table: Any, bags: Sequence[Sequence[int]]) -> Any:
    """The sum of the table's rows for each bag of row numbers."""
    import numpy as np

    flat = [number for bag in bags for number in bag]
    owners = np.repeat(np.arange(len(bags)), [len(bag) for bag in bags])
    out = np.zeros((len(bags), table.shape[1]), dtype=np.float32)
    np.add.at(out, owners, table[flat])
    return out


def _score(w: dict[str, Any], x: Any, near: Any, far: Any) -> Any:
    """The probabilities that one network gives."""
    import numpy as np

    h = np.maximum(np.concatenate([x, near, far], axis=1) @ w["input"] + w["input_bias"], 0)
    n, width = h.shape
    for i, reach in enumerate(REACH):
        padded = np.zeros((n + 2 * reach, width), dtype=np.float32)
        padded[reach : reach + n] = h
        around = np.concatenate([padded[:n], h, padded[2 * reach :]], axis=1)
        h = h + np.maximum(around @ w[f"around_{i}"] + w[f"around_{i}_bias"], 0)
    page = np.concatenate([h.mean(axis=0), h.max(axis=0)]) @ w["page"] + w["page_bias"]
    score = np.maximum(h + page, 0) @ w["output"] + w["output_bias"]
    return 1 / (1 + np.exp(-score[:, 0]))


@cache
def load_labeller() -> Labeller:
    """The shipped labeller."""
    return Labeller(json.loads((files(__package__) / FILE).read_text(encoding="utf-8")))
