"""Train the labeller of blocks and write `pipeline/boilerplate/labeller.json`, or with `--lines` that of lines, `line_labeller.json`.

    python tools/train_labeller.py --data FOLDER --sets news docs other:0.5 [--lines] [--folds 5] [--out labeller.json]

FOLDER holds `pages/<set>/<id>.html.gz` and `gold/<set>.jsonl.gz` with rows {"id", "text"}: the main text of
each page, as people marked it. Use only annotations whose licence allows it. `set:0.5` gives the pages of
a set half the weight. With `--folds`, the probabilities for pages that a model has not seen are written
beside the weights (`labeller.fold0.json` …), so that honest figures can be had.

Lines are learned from the same pages, dumped as text in three ways, and from their articles alone with a few lines around them.

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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from text_dumps import STYLES

from pipeline.boilerplate.dumps import read_lines
from pipeline.boilerplate.evidence import gather
from pipeline.boilerplate.features import NAMES, Vocabulary
from pipeline.boilerplate.labeller import FAR, FILE, LINE_FILE, NEAR
from pipeline.boilerplate.line_features import LINE_NAMES
from pipeline.boilerplate.rules import load_rules
from pipeline.boilerplate.titles import like_title
from pipeline.errors import PharmacleanError
from pipeline.reading import read
from pipeline.stages.repair_text import repair_text

WIDTH, NAME_WIDTH = 32, 8
BATCH, RATE, DECAY, DROPOUT = 8, 3e-3, 1e-3, 0.25
TITLE = 0.2  # the weight of finding the title's line
BLANK = 0.3  # of the pages are shown without names and newer elements, as old pages have none
CROP = 500  # blocks of a page seen at a time
MOST_WORDS = 900  # those that weigh most; the file shall stay small
PAGES_OF_WORD = 16  # a class or id word must stand on so many pages to be learned
NEWER = frozenset(
    [f"around:{tag}" for tag in ("article", "main", "aside", "nav", "footer", "header", "figure", "section", "details")]
    + ["tag:section", "tag:article", "tag:button", "kind:caption", "page_article", "page_named", "stated", "page_stated"]
)
AROUND, AMONG = (0, 0, 1, 2, 5, 10), (0, 0.1, 0.3, 1)  # lines left above or below an article alone; share of those left inside it
_WORD = re.compile(r"\w+")
_PARTS = re.compile(r"[^a-z]+")
_HAS_DIGIT = re.compile(r"[a-z]\d|\d[a-z]|[^a-z0-9_-]")


@dataclass(frozen=True)
class Recipe:
    """What differs between the two labellers.

    columns: of their rows; reach: blocks to each side, a layer each; words: they look up names; newer: columns that old pages lack;
    epochs: more of them learn the pages by heart; networks: they vote together; titles: they also learn which line is the title.
    """

    file: str
    columns: tuple[str, ...]
    reach: tuple[int, ...]
    words: bool
    newer: frozenset[str]
    epochs: int
    networks: int
    titles: bool


BLOCKS = Recipe(FILE, NAMES, (1, 2, 4, 8), True, NEWER, 7, 2, False)
LINES = Recipe(LINE_FILE, LINE_NAMES, (1, 2, 4, 8, 16, 32), False, frozenset(), 6, 3, True)


@dataclass
class Example:
    """A page, or a dump, with its features and, for each block, the share of its words that the gold text holds; index of its title."""

    weight: float
    rows: Any
    hints: Sequence[tuple[str, ...]]
    words: list[int]
    labels: list[float | None]
    key: str
    title: int | None = None


def pages_of(folder: Path, name: str) -> Iterator[tuple[str, bytes, str]]:
    """(key, page, main text) of a set."""
    gold = gzip.decompress((folder / f"gold/{name}.jsonl.gz").read_bytes()).decode("utf-8")
    for row in map(json.loads, filter(None, gold.split("\n"))):
        yield f"{name}/{row['id']}", gzip.decompress((folder / f"pages/{name}/{row['id']}.html.gz").read_bytes()), row["text"]


def block_examples(folder: Path, name: str, weight: float) -> Iterator[Example]:
    """The pages of a set that can be read."""
    for key, page, gold in pages_of(folder, name):
        try:
            reading = gather(repair_text(read(page)))
        except PharmacleanError as error:
            print(f"{key}: {error}", file=sys.stderr)
            continue
        labels = align(reading.page.texts, gold)
        if reading.shown is not None:
            labels[reading.shown] = None
        yield Example(weight, reading.rows, reading.hints, _counts(reading.page.texts), labels, key)


def line_examples(folder: Path, name: str, weight: float) -> Iterator[Example]:
    """Dumps of the pages of a set, and their articles alone."""
    chance = random.Random(name)  # noqa: S311
    for key, page, gold in pages_of(folder, name):
        whole = [dump(page) for dump in STYLES.values()]
        title = read(page).title if whole[0] else None
        for text in (*whole, _article_alone(whole[0], gold, chance)):
            try:
                reading = read_lines(repair_text(read(text.encode("utf-8", "surrogatepass"))), load_rules())
            except PharmacleanError:
                continue
            texts = reading.page.texts
            labels = align(texts, gold)
            yield Example(weight, reading.rows, [()] * len(texts), _counts(texts), labels, key, _title_line(texts, title, labels))


def _title_line(texts: Sequence[str], title: str | None, labels: Sequence[float | None]) -> int | None:
    """Of the lines that are the title the one nearest above the article."""
    alike = like_title(texts, title) if title else []
    begin = next((i for i, label in enumerate(labels) if (label or 0) > 0.5 and i not in alike), len(texts))
    return max((i for i in alike if i <= begin), default=min(alike, default=None))


def _article_alone(text: str, gold: str, chance: random.Random) -> str:
    """The lines of the article, a few around them and a few inside."""
    lines = [line for line in text.split("\n") if line.strip()]
    labels = [label or 0.0 for label in align(lines, gold)]
    own = [i for i, label in enumerate(labels) if label > 0.5]
    if not own:
        return ""
    first, last = max(0, own[0] - chance.choice(AROUND)), own[-1] + chance.choice(AROUND)
    share, gap = chance.choice(AMONG), chance.choice(("\n", "\n\n"))
    return gap.join(
        line for line, label in list(zip(lines, labels, strict=True))[first : last + 1] if label > 0.5 or chance.random() < share
    )


def _counts(texts: Sequence[str]) -> list[int]:
    return [len(_WORD.findall(text)) for text in texts]


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
        tokens = {token for hints in set(page.hints) for token in hints if not any(map(_is_random, _PARTS.split(token)))}
        counts.update(tokens | {part for token in tokens for part in _PARTS.split(token)})
    return sorted(word for word, count in counts.items() if count >= PAGES_OF_WORD and 3 <= len(word) <= 24 and not _HAS_DIGIT.search(word))


def _is_random(part: str) -> bool:
    """Names that a build tool made up tell nothing of other sites: "vfsdkv"."""
    return len(part) >= 6 and sum(letter in "aeiouy" for letter in part) <= 1


def train(recipe: Recipe, pages: list[Example], seed: int) -> dict[str, Any]:
    """The data of a labeller's file."""
    words = vocabulary(pages) if recipe.words else []
    every = np.concatenate([page.rows for page in pages])
    mean, scale = every.mean(axis=0), every.std(axis=0)
    scale[scale < 1e-3] = 1
    mean, scale = np.round(mean, 4), np.round(scale, 4)
    networks = [train_one(recipe, pages, words, mean, scale, seed + i) for i in range(recipe.networks)]
    words = prune(words, networks) if words else words
    return {
        "columns": list(recipe.columns),
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


def train_one(recipe: Recipe, pages: list[Example], words: list[str], mean: Any, scale: Any, seed: int) -> dict[str, Any]:  # noqa: PLR0915  # one recipe
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
            self.input = nn.Linear(len(recipe.columns) + (2 * NAME_WIDTH if words else 0), WIDTH)
            self.around = nn.ModuleList([nn.Conv1d(WIDTH, WIDTH, 3, dilation=d, padding=d) for d in recipe.reach])
            self.page = nn.Linear(2 * WIDTH, WIDTH)
            self.output = nn.Linear(WIDTH, 2 if recipe.titles else 1)
            self.drop = nn.Dropout(DROPOUT)

        def forward(self, x: Any, near: Any, far: Any, index: Any, mask: Any, keep: Any) -> Any:
            if words:
                x = torch.cat([x, self.near(near)[index] * keep, self.far(far)[index] * keep], -1)
            there = mask[..., None]
            h = torch.relu(self.input(self.drop(x))) * there
            for layer in self.around:
                h = h + torch.relu(layer(self.drop(h).transpose(1, 2)).transpose(1, 2)) * there
            page = self.page(torch.cat([(h * there).sum(1) / there.sum(1), (h * there).max(1)[0]], -1))[:, None]
            return self.output(self.drop(torch.relu(h + page)))

    def tensors(page: Example) -> list[Any]:
        distinct: dict[tuple[str, ...], int] = {}
        index = torch.tensor([distinct.setdefault(hints, len(distinct)) for hints in page.hints])
        bags = [[sorted(known.of(hints[:most])) for hints in distinct] for most in (NEAR, FAR)]
        width = max(1, *(len(bag) for both in bags for bag in both))
        near, far = (torch.tensor([bag + [len(words)] * (width - len(bag)) for bag in both]) for both in bags)
        rows = torch.tensor((page.rows - mean) / scale).clamp(-6, 6)
        counted = [0 if label is None else count for label, count in zip(page.labels, page.words, strict=True)]
        title = torch.zeros(len(rows))
        if page.title is not None:
            title[page.title] = 1
        labels = torch.tensor([label or 0.0 for label in page.labels])
        return [rows, index, labels, torch.tensor(counted, dtype=torch.float32), title, near, far]

    def batch(items: list[list[Any]]) -> tuple[list[Any], Any, Any]:
        cut, base = list[list[Any]](), 0
        for item in items:
            start = chance.randrange(max(1, len(item[0]) - CROP))
            cut.append([part[start : start + CROP] for part in item[:5]])
            cut[-1][1] = cut[-1][1] + base
            base += len(item[5])
        most = max(len(item[0]) for item in cut)
        widest = max(item[5].shape[1] for item in items)
        pad = functional.pad
        fields = [
            torch.stack([pad(item[i], (0, 0, 0, most - len(item[0])) if i == 0 else (0, most - len(item[0]))) for item in cut])
            for i in range(5)
        ]
        mask = torch.stack([pad(torch.ones(len(item[0])), (0, most - len(item[0]))) for item in cut])
        names = [torch.cat([pad(item[i], (0, widest - item[i].shape[1]), value=len(words)) for item in items]) for i in (5, 6)]
        return fields, names, mask

    net = Net()
    data = [tensors(page) for page in pages]
    weights = torch.tensor([page.weight for page in pages])
    unnamed = torch.tensor([0.0 if name.startswith("name") or name in recipe.newer else 1.0 for name in recipe.columns])
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    steps = recipe.epochs * math.ceil(len(data) / BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps, pct_start=0.2)
    net.train()
    for _ in range(recipe.epochs):
        order = sorted(range(len(data)), key=lambda i: len(data[i][0]) + chance.random() * 150)
        batches = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
        chance.shuffle(batches)
        for chosen in batches:
            (x, index, y, count, title), (near, far), mask = batch([data[i] for i in chosen])
            keep = (torch.rand(len(chosen), 1, 1) > BLANK).float()
            out = net(x * (unnamed + (1 - unnamed) * keep), near, far, index, mask, keep)
            z = out[..., 0]
            worth = count.sqrt()
            entropy = (functional.binary_cross_entropy_with_logits(z, y, reduction="none") * worth).sum(1) / worth.sum(1).clamp(min=1)
            p = torch.sigmoid(z)
            overlap = 1 - 2 * (p * y * count).sum(1) / (((p + y) * count).sum(1) + 1)  # one minus the F1 of the page's words
            loss = ((entropy + overlap) * weights[chosen]).mean()
            if recipe.titles:
                chosen_line = torch.log_softmax(out[..., 1].masked_fill(mask == 0, -1e4), 1)
                loss = loss - TITLE * (chosen_line * title).sum(1).mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return _weights(net)


def _weights(net: Any) -> dict[str, Any]:
    """Weights as thousandths, in the layout in which the labeller multiplies: rows are inputs."""
    weights = {name: table.weight[:-1] for name, table in (("near", net.near), ("far", net.far)) if len(table.weight) > 1}
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
    parser.add_argument("--lines", action="store_true")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    recipe, examples = (LINES, line_examples) if options.lines else (BLOCKS, block_examples)
    out = options.out or Path(__file__).resolve().parents[1] / "pipeline/boilerplate" / recipe.file
    pages = [page for name in options.sets for page in examples(options.data, name.split(":")[0], float([*name.split(":"), "1"][1]))]
    random.Random(options.seed).shuffle(pages)  # noqa: S311
    keys = list(dict.fromkeys(page.key for page in pages))
    for fold in range(options.folds):
        path, unseen = out.with_suffix(f".fold{fold}.json"), keys[fold :: options.folds]
        data = train(recipe, [page for page in pages if page.key not in set(unseen)], options.seed)
        data["unseen"] = unseen
        write(data, path)
        print(path)
    write(train(recipe, pages, options.seed), out)
    print(f"{out}: {len(pages)} pages")


if __name__ == "__main__":
    main()
