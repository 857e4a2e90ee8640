"""Flags of manufactured text, each with its surroundings, to be judged by a reader.

    python benchmarks/flags.py FOLDER… [--kind KIND] [--names FILE]

FOLDER holds pages (.html, .html.gz, .txt), also in folders of its own. --names leaves out pages: a JSON object whose lists hold objects
with an `id`, the name of a page without its suffixes. The last line counts, for each kind, flags and the pages that they stand on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pipeline.attempt import Failure
from pipeline.chain import Options, Pipeline
from pipeline.reading import Raw


def pages(folders: list[Path], left_out: set[str]) -> Iterator[tuple[str, Raw]]:
    """(name, page) of each file."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.name.removesuffix(".gz").removesuffix(".html").removesuffix(".txt")
            if path.name.endswith((".html", ".html.gz", ".txt")) and name not in left_out:
                yield name, Raw(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())


def main() -> None:
    """Print a line a flag, then the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--kind", action="append", help="only this kind (may be repeated)")
    parser.add_argument("--names", type=Path, help="JSON that lists pages to leave out")
    args = parser.parse_args()
    lists = json.loads(args.names.read_text(encoding="utf-8")).values() if args.names else ()
    left_out = {str(page["id"]) for listed in lists for page in listed}
    chain, count, flags, on = Pipeline(Options(skip=("relate_entities",))), 0, Counter[str](), defaultdict[str, set[str]](set)
    for name, raw in pages(args.folders, left_out):
        document = chain.attempt(raw)
        if isinstance(document, Failure):
            continue
        count += 1
        for flag in document.flags:
            if args.kind and flag.kind not in args.kind:
                continue
            flags[flag.kind] += 1
            on[flag.kind].add(name)
            start, end = flag.start or 0, flag.end or 0
            before, inside, after = document.text[max(0, start - 60) : start], document.text[start:end], document.text[end : end + 60]
            inside = inside if len(inside) < 160 else f"{inside[:80]} … {inside[-80:]}"
            print(f"{flag.kind}\t{name}\t{flag.note}\t{before}[[{inside}]]{after}".replace("\n", " "))
    print(json.dumps({"pages": count, **{kind: {"flags": n, "pages": len(on[kind])} for kind, n in flags.most_common()}}))


if __name__ == "__main__":
    main()
