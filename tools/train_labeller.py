"""Train the labeller of blocks and write `pipeline/boilerplate/labeller.json`.

    python tools/train_labeller.py --data FOLDER --sets news docs other:0.5 [--folds 5] [--out labeller.json]

FOLDER holds `pages/<set>/<id>.html.gz` and `gold/<set>.jsonl.gz` with rows {"id", "text"}: the main text of
each page, as people marked it. Use only annotations whose licence allows it. `set:0.5` gives the pages of
a set half the weight. With `--folds`, the probabilities for pages that a model has not seen are written
beside the weights (`labeller.fold0.json` …), so that honest figures can be had.

Needs torch (a development tool; the shipped pipeline does without). The same data, seed and version of
torch give the same weights.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import re
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipeline.boilerplate.evidence import Reading, gather
from pipeline.boilerplate.features import NAMES, Vocabulary
from pipeline.boilerplate.labeller import FAR, NEAR, REACH
from pipeline.errors import PharmacleanError
from pipeline.reading import read
from pipeline.stages.repair_text import repair_text

NETWORKS = 2  # they vote together
WIDTH, NAME_WIDTH = 32, 8
EPOCHS, BATCH, RATE, DECAY, DROPOUT = 7, 8, 3e-3, 1e-3, 0.25  # more epochs learn the pages by heart
BLANK = 0.3  # of the pages are shown without names and newer elements, as old pages have none
CROP = 500  # blocks of a page seen at a time
MOST_WORDS = 900  # those that weigh most; the file shall stay small
PAGES_OF_WORD = 16  # a class or id word must stand on so many pages to be learned
NEWER = frozenset(
    [f"around:{tag}" for tag in ("article", "main", "aside", "nav", "footer", "header", "figure", "section", "details")]
    + ["tag:section", "tag:article", "tag:button", "kind:caption", "page_article", "page_named", "stated", "page_stated"]
)
_WORD = re.compile(r"\w+")
_PARTS = re.compile(r"[^a-z]+")
_HAS_DIGIT = re.compile(r"[a-z]\d|\d[a-z]|[^a-z0-9_-]")


@dataclass
class Example:
    """A page with its features and, for each block, the share of its words that the gold text holds."""

    weight: float
    reading: Reading
    words: list[int]
    labels: list[float | None]
    key: str


def examples(folder: Path, name: str, weight: float) -> list[Example]:
    """The pages of a set that can be read."""
    out = []
    gold = gzip.decompress((folder / f"gold/{name}.jsonl.gz").read_bytes()).decode("utf-8")
    for row in map(json.loads, filter(None, gold.split("\n"))):
        try:
            document = repair_text(read(gzip.decompress((folder / f"pages/{name}/{row['id']}.html.gz").read_bytes())))
        except PharmacleanError as error:
            print(f"{name}/{row['id']}: {error}", file=sys.stderr)
            continue
        reading = gather(document)
        labels = align(reading.page.texts, row["text"])
        if reading.shown is not None:
            labels[reading.shown] = None
        words = [len(_WORD.findall(text)) for text in reading.page.texts]
        out.append(Example(weight, reading, words, labels, f"{name}/{row['id']}"))
    return out


def align(blocks: Any, gold: str) -> list[float | None]:
    """For each block the share of its words in the gold text; short ones must stand at their place in it, between long ones.

    >>> align(["Home", "Take one tablet in the morning with water.", "Home", "Share"], "Take one tablet in the morning with water. Home")
    [0.0, 1.0, 1.0, 0.0]
    """
    whole = _words(gold)
    places: dict[tuple[str, ...], list[int]] = {}
    for i in range(len(whole) - 3):
        places.setdefault(tuple(whole[i : i + 4]), []).append(i)
    texts = [_words(block) for block in blocks]
    labels: list[float | None] = [None] * len(texts)
    found: list[tuple[int, int] | None] = [None] * len(texts)
    here = 0
    for k, words in enumerate(texts):
        if len(words) < 6:
            continue
        hits = [(min(at, key=lambda p: abs(p - here)), i) for i in range(len(words) - 3) if (at := places.get(tuple(words[i : i + 4])))]
        labels[k] = len(hits) / (len(words) - 3)
        if len(hits) > 0.5 * (len(words) - 3):
            start = hits[0][0] - hits[0][1]
            found[k] = (max(0, start), here := min(len(whole), start + len(words)))
    _align_short(texts, whole, labels, found)
    return labels


def _align_short(texts: list[list[str]], whole: list[str], labels: list[float | None], found: list[tuple[int, int] | None]) -> None:
    joined, offsets = " ", [1]
    joined += "".join(word + " " for word in whole)
    for word in whole:
        offsets.append(offsets[-1] + len(word) + 1)
    following: list[int | None] = [None] * len(texts)
    ahead = None
    for k in range(len(texts) - 1, -1, -1):
        following[k] = ahead
        place = found[k]
        ahead = place[0] if place else ahead
    cursor, anchored = 0, False
    for k, words in enumerate(texts):
        place = found[k]
        if place:
            cursor, anchored = offsets[place[1]] - 1, True
        if labels[k] is not None or not words:
            continue
        sought, then = f" {' '.join(words)} ", following[k]
        low = max(0, cursor - 1) if anchored else 0
        high = (
            offsets[min(len(whole), then + 2)]
            if then is not None
            else min(len(joined), low + 400 + len(sought))
            if anchored
            else len(joined)
        )
        low = max(low, high - 400) if not anchored and then is not None else low
        at = joined.find(sought, low, high + 1)
        labels[k] = float(at >= 0)
        cursor = at + len(sought) - 1 if at >= 0 else cursor


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def vocabulary(pages: list[Example]) -> list[str]:
    """Class and id names, and their parts, that many pages share."""
    counts: Counter[str] = Counter()
    for page in pages:
        tokens = {token for hints in set(page.reading.hints) for token in hints if not any(map(_is_random, _PARTS.split(token)))}
        counts.update(tokens | {part for token in tokens for part in _PARTS.split(token)})
    return sorted(word for word, count in counts.items() if count >= PAGES_OF_WORD and 3 <= len(word) <= 24 and not _HAS_DIGIT.search(word))


def _is_random(part: str) -> bool:
    """Names that a build tool made up tell nothing of other sites: "vfsdkv"."""
    return len(part) >= 6 and sum(letter in "aeiouy" for letter in part) <= 1


def train(pages: list[Example], seed: int) -> dict[str, Any]:
    """The data of `labeller.json`."""
    words = vocabulary(pages)
    every = np.concatenate([page.reading.rows for page in pages])
    mean, scale = every.mean(axis=0), every.std(axis=0)
    scale[scale < 1e-3] = 1
    mean, scale = np.round(mean, 4), np.round(scale, 4)
    networks = [train_one(pages, words, mean, scale, seed + i) for i in range(NETWORKS)]
    words = prune(words, networks)
    return {
        "columns": list(NAMES),
        "mean": [round(float(m), 4) for m in mean],
        "scale": [round(float(s), 4) for s in scale],
        "words": words,
        "networks": networks,
    }


def prune(words: list[str], networks: list[dict[str, Any]]) -> list[str]:
    """The words that weigh most; the rows of the others are taken out of the networks."""
    weight = sum(np.abs(np.array(network[table])).sum(axis=1) for network in networks for table in ("near", "far"))
    best = sorted(sorted(range(len(words)), key=lambda i: (-weight[i], words[i]))[:MOST_WORDS])
    for network in networks:
        for table in ("near", "far"):
            network[table] = [network[table][i] for i in best]
    return [words[i] for i in best]


def train_one(pages: list[Example], words: list[str], mean: Any, scale: Any, seed: int) -> dict[str, Any]:  # noqa: PLR0915  # one recipe
    """The weights of one network."""
    import torch  # type: ignore[import-not-found,unused-ignore]
    from torch import nn  # type: ignore[import-not-found,unused-ignore]
    from torch.nn import functional  # type: ignore[import-not-found,unused-ignore]

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    chance = random.Random(seed)  # noqa: S311  # no secret hangs on it
    known = Vocabulary(words)

    class Net(nn.Module):  # type: ignore[misc,unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.near = nn.EmbeddingBag(len(words) + 1, NAME_WIDTH, mode="sum", padding_idx=len(words))
            self.far = nn.EmbeddingBag(len(words) + 1, NAME_WIDTH, mode="sum", padding_idx=len(words))
            for bag in (self.near, self.far):
                nn.init.normal_(bag.weight, 0, 0.05)
            self.input = nn.Linear(len(NAMES) + 2 * NAME_WIDTH, WIDTH)
            self.around = nn.ModuleList([nn.Conv1d(WIDTH, WIDTH, 3, dilation=d, padding=d) for d in REACH])
            self.page = nn.Linear(2 * WIDTH, WIDTH)
            self.output = nn.Linear(WIDTH, 1)
            self.drop = nn.Dropout(DROPOUT)

        def forward(self, x: Any, near: Any, far: Any, index: Any, mask: Any, keep: Any) -> Any:
            x = torch.cat([x, self.near(near)[index] * keep, self.far(far)[index] * keep], -1)
            there = mask[..., None]
            h = torch.relu(self.input(self.drop(x))) * there
            for layer in self.around:
                h = h + torch.relu(layer(self.drop(h).transpose(1, 2)).transpose(1, 2)) * there
            page = self.page(torch.cat([(h * there).sum(1) / there.sum(1), (h * there).max(1)[0]], -1))[:, None]
            return self.output(self.drop(torch.relu(h + page))).squeeze(-1)

    def tensors(page: Example) -> list[Any]:
        distinct: dict[tuple[str, ...], int] = {}
        index = torch.tensor([distinct.setdefault(hints, len(distinct)) for hints in page.reading.hints])
        bags = [[sorted(known.of(hints[:most])) for hints in distinct] for most in (NEAR, FAR)]
        width = max(1, *(len(bag) for both in bags for bag in both))
        near, far = (torch.tensor([bag + [len(words)] * (width - len(bag)) for bag in both]) for both in bags)
        rows = torch.tensor((page.reading.rows - mean) / scale).clamp(-6, 6)
        counted = [0 if label is None else count for label, count in zip(page.labels, page.words, strict=True)]
        return [rows, index, torch.tensor([label or 0.0 for label in page.labels]), torch.tensor(counted, dtype=torch.float32), near, far]

    def batch(items: list[list[Any]]) -> tuple[list[Any], Any, Any]:
        cut, base = list[list[Any]](), 0
        for item in items:
            start = chance.randrange(max(1, len(item[0]) - CROP))
            cut.append([part[start : start + CROP] for part in item[:4]])
            cut[-1][1] = cut[-1][1] + base
            base += len(item[4])
        most = max(len(item[0]) for item in cut)
        widest = max(item[4].shape[1] for item in items)
        pad = functional.pad
        fields = [
            torch.stack([pad(item[i], (0, 0, 0, most - len(item[0])) if i == 0 else (0, most - len(item[0]))) for item in cut])
            for i in range(4)
        ]
        mask = torch.stack([pad(torch.ones(len(item[0])), (0, most - len(item[0]))) for item in cut])
        names = [torch.cat([pad(item[i], (0, widest - item[i].shape[1]), value=len(words)) for item in items]) for i in (4, 5)]
        return fields, names, mask

    net = Net()
    data = [tensors(page) for page in pages]
    weights = torch.tensor([page.weight for page in pages])
    unnamed = torch.tensor([0.0 if name.startswith("name") or name in NEWER else 1.0 for name in NAMES])
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    steps = EPOCHS * math.ceil(len(data) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.2)
    net.train()
    for _ in range(EPOCHS):
        order = sorted(range(len(data)), key=lambda i: len(data[i][0]) + chance.random() * 150)
        batches = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
        chance.shuffle(batches)
        for chosen in batches:
            (x, index, y, count, *_), (near, far), mask = batch([data[i] for i in chosen])
            keep = (torch.rand(len(chosen), 1, 1) > BLANK).float()
            z = net(x * (unnamed + (1 - unnamed) * keep), near, far, index, mask, keep)
            worth = count.sqrt()
            entropy = (functional.binary_cross_entropy_with_logits(z, y, reduction="none") * worth).sum(1) / worth.sum(1).clamp(min=1)
            p = torch.sigmoid(z)
            overlap = 1 - 2 * (p * y * count).sum(1) / (((p + y) * count).sum(1) + 1)  # one minus the F1 of the page's words
            loss = ((entropy + overlap) * weights[chosen]).mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return _weights(net)


def _weights(net: Any) -> dict[str, Any]:
    """Weights as thousandths, in the layout in which the labeller multiplies: rows are inputs."""
    weights = {"near": net.near.weight[:-1], "far": net.far.weight[:-1]}
    for name, layer in (("input", net.input), ("page", net.page), ("output", net.output)):
        weights |= {name: layer.weight.T, f"{name}_bias": layer.bias}
    for i, layer in enumerate(net.around):
        weights |= {f"around_{i}": layer.weight.permute(2, 1, 0).reshape(3 * WIDTH, WIDTH), f"around_{i}_bias": layer.bias}
    return {name: np.round(value.detach().numpy() * 1000).astype(int).tolist() for name, value in weights.items()}


def write(data: dict[str, Any], path: Path) -> None:
    """One row of numbers a line, so that a diff can be read."""
    head = [f' "{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in data.items() if key != "networks"]
    networks = []
    for weights in data["networks"]:
        tables = []
        for name, value in weights.items():
            rows = [json.dumps(row, separators=(",", ":")) for row in value] if isinstance(value[0], list) else [json.dumps(value)[1:-1]]
            tables.append(f'  "{name}": [\n   ' + ",\n   ".join(rows) + "\n  ]")
        networks.append(" {\n" + ",\n".join(tables) + "\n }")
    path.write_text("{\n" + ",\n".join([*head, ' "networks": [\n' + ",\n".join(networks) + "\n ]"]) + "\n}\n", encoding="utf-8")


def main() -> None:
    """Read the options, train, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parents[1] / "pipeline/boilerplate/labeller.json")
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    pages = [page for name in options.sets for page in examples(options.data, name.split(":")[0], float([*name.split(":"), "1"][1]))]
    random.Random(options.seed).shuffle(pages)  # noqa: S311
    for fold in range(options.folds):
        path = options.out.with_suffix(f".fold{fold}.json")
        data = train([page for i, page in enumerate(pages) if i % options.folds != fold], options.seed)
        data["unseen"] = [page.key for i, page in enumerate(pages) if i % options.folds == fold]
        write(data, path)
        print(path)
    write(train(pages, options.seed), options.out)
    print(f"{options.out}: {len(pages)} pages")


if __name__ == "__main__":
    main()
