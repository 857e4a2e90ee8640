"""Site templates: what of the boilerplate that single-page cleaning lets through they remove, and what they cost.

    python benchmarks/templates.py lines DATA [--text] [--least 4]
    python benchmarks/templates.py scale [--sizes 1000 10000 100000]

DATA holds sources.jsonl (id, group: the site), raw/html/ID.html.gz or raw/text/ID.txt, and for some pages gold/ID.jsonl with one line of
the page a row (text, label: keep or drop). Sites with fewer than --least pages are left out; --text renders every page as plain text first.
Every line that templates remove is printed, to be read; the last line counts, over the pages with gold, lines let through, those of them
removed, and lines that are to be kept and were lost. scale: made-up pages of ten sites are learned from, each number in its own process.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from articles import article
from speed import peak_of_this_process

from pipeline.corpus.lines import site_page
from pipeline.corpus.site_templates import Templates, learn
from pipeline.corpus.template_file import learn_templates
from pipeline.document import Document
from pipeline.reading import Raw, read
from pipeline.rules.folding import fold
from pipeline.stages.repair_text import repair_text
from pipeline.stages.strip_boilerplate import strip_boilerplate


def sites(data: Path, least: int) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """(site, [(id, bytes)]) of sites with enough pages, larger ones first."""
    groups: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    for line in (data / "sources.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        html, text = data / "raw/html" / f"{row['id']}.html.gz", data / "raw/text" / f"{row['id']}.txt"
        groups[row["group"]].append((row["id"], gzip.decompress(html.read_bytes()) if html.exists() else text.read_bytes()))
    yield from sorted(((site, pages) for site, pages in groups.items() if len(pages) >= least), key=lambda item: (-len(item[1]), item[0]))


def repaired(page: bytes, *, as_text: bool) -> Document:
    """A page as templates meet it; as_text: as the plain text that a browser would copy, a block a line."""
    document = read(Raw(page))
    if as_text:
        document = read(Raw("\n".join(document.block_text(block) for block in document.blocks), kind="text"))
    return repair_text(document)


def gold(data: Path, name: str) -> tuple[set[str], set[str]]:
    """Folded lines of a page that are to be kept, and those that are to go wherever they stand."""
    path = data / "gold" / f"{name}.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    keep = {fold(row["text"]) for row in rows if row["label"] == "keep"}
    return keep, {fold(row["text"]) for row in rows if row["label"] == "drop"} - keep


def label(text: str, keep: set[str], drop: set[str]) -> str | None:
    """What the gold says of a block: by the whole line, else by a line that holds it or that it holds."""
    line = fold(text)
    for name, lines in (("keep", keep), ("drop", drop)):
        if line in lines:
            return name
    for name, lines in (("keep", keep), ("drop", drop)):
        if line and any(line in other or (len(other) > 20 and other in line) for other in lines):
            return name
    return None


def measure(site: str, pages: list[tuple[str, bytes]], data: Path, *, as_text: bool) -> Counter[str]:
    """Learn from a site's pages and clean them with what was learned."""
    before = [(name, repaired(page, as_text=as_text)) for name, page in pages]
    alone = [(name, document, strip_boilerplate(document)) for name, document in before]
    sample = sorted((site_page(document, clean, site) for _, document, clean in alone), key=lambda page: page.digest())
    templates = Templates(learn(site, sample))
    counts = Counter[str]()
    for name, document, clean in alone:
        after = templates.remove(document, clean, site)
        for change in after.changes():
            if change.reason == "site-template":
                print(f"{site}\t{name}\t{change.rule}\t{' '.join(change.before.split())[:200]}")
        left = Counter(after.block_text(block) for block in after.blocks)
        keep, drop = gold(data, name)
        for block in clean.blocks if keep or drop else ():
            text = clean.block_text(block)
            stays = left[text] > 0
            left[text] -= 1
            told = label(text, keep, drop)
            counts["to keep"] += told == "keep"
            counts["let through"] += told == "drop"
            counts["removed"] += told == "drop" and not stays
            counts["lost"] += told == "keep" and not stays
    return counts


def made_up(count: int) -> Iterator[Raw]:
    """Pages of ten sites: an article each, between the site's own lines."""
    rng, words = random.Random(3), ["river", "lamp", "stone", "cloud", "garden", "harbour", "window", "letter", "orchard", "meadow"]  # noqa: S311
    for number in range(count):
        site = words[number % len(words)]
        head = [f"The {site} gazette", f"News from the {site}", "Letters", f"{site.title()} club", "Jobs and houses"]
        foot = [f"Read more of the {site} every Sunday, in print and on the wall of our old house", f"{site.title()} house, ring twice"]
        body = article(rng, ("Calmoxil", "Ferrodan", "Lumetra")).text()
        yield Raw("\n\n".join([*head, body, *foot]), url=f"https://{site}.example/{number}", kind="text")


def scale(size: int) -> dict[str, Any]:
    """Time and peak memory of learning from `size` pages, in a process of its own."""
    command = [sys.executable, __file__, "learn", "--sizes", str(size)]
    row: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return row


def learn_once(size: int) -> dict[str, Any]:
    """Learn from made-up pages; cleaning each page alone is most of the time."""
    learn_templates(made_up(50))
    before, started = peak_of_this_process(), time.process_time()
    learned = learn_templates(made_up(size))
    seconds = time.process_time() - started
    return {
        "pages": size,
        "templates": len(learned.templates),
        "CPU s": round(seconds, 1),
        "ms a page": round(1000 * seconds / size, 2),
        "peak MB": round(peak_of_this_process()),
        "of them before": round(before),
    }


def main() -> None:
    """Print lines or rows, and the figures as JSON on the last line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["lines", "scale", "learn"])
    parser.add_argument("data", type=Path, nargs="?", help="folder of pages with gold lines")
    parser.add_argument("--text", action="store_true")
    parser.add_argument("--least", type=int, default=4)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    args = parser.parse_args()
    if args.what == "learn":
        print(json.dumps(learn_once(args.sizes[0])))
    elif args.what == "scale":
        rows = []
        for size in args.sizes:
            rows.append(scale(size))
            print("  ".join(f"{key} {value}" for key, value in rows[-1].items()), flush=True)
        print(json.dumps(rows))
    elif args.data is None:
        parser.error("say where the pages are")
    else:
        total, by_site = Counter[str](), {}
        for site, pages in sites(args.data, args.least):
            by_site[site] = measure(site, pages, args.data, as_text=args.text)
            total += by_site[site]
        for site, counts in by_site.items():
            print(f"{site}: {dict(counts)}")
        print(json.dumps({key: total[key] for key in ("to keep", "lost", "let through", "removed")}))


if __name__ == "__main__":
    main()
