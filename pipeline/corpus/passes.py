"""A batch with passes over all of its documents: one before, that learns the lines of sites, and one after, that finds copies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from ..batch import Folder, Job, Part, Run, Shard, Summary, part_records, read_shard, rewrite_part, run_batch
from ..batch.manifest import Manifest
from ..batch.work import forget_pipeline
from ..chain import Options
from ..engine.limits import OutOfTimeError, limited
from ..errors import ConfigError, ReadError
from .dedup import MODES, Dedup, mark_of, summed
from .duplicates import DuplicateIndex
from .fingerprint import fingerprint
from .sample import SiteSample
from .template_file import page_of, read_templates, templates_of, write_templates

TABLE = "templates.tsv"
AUTO = "auto"


class Say(Protocol):
    """Is told how far a pass is; last: that it is at its end."""

    def __call__(self, text: str, /, *, last: bool = False) -> None:
        """Take it or leave it."""


def _silent(_text: str, /, *, last: bool = False) -> None:
    pass


@dataclass
class Passes:
    """What is done before and after the cleaning of a batch.

    templates: "auto" to learn them from the batch itself, else a table's path, or None. dedup: one of MODES, or None to look for no copies.
    say: is told how far the pass before is.
    """

    templates: str | None = None
    dedup: str | None = None
    site: str | None = None
    say: Say = _silent
    found: Dedup | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.dedup not in (None, *MODES):
            raise ConfigError(f"unknown --dedup {self.dedup!r}", f"one of: {', '.join(MODES)}")

    def run(self, inputs: Any, out: str | Path, options: Options, *, form: str = "jsonl", **more: Any) -> Summary:
        """`run_batch` with the passes."""
        options = replace(options, templates=Path(self.templates) if self.templates not in (None, AUTO) else None, site=self.site)
        told = {name: value for name, value in (("templates", self.templates), ("dedup", self.dedup)) if value}
        if (self.templates == AUTO or self.dedup) and "://" in str(out):
            raise ConfigError("--templates auto and --dedup need a folder of this machine", "clean without them, or choose another -o")
        if self.dedup == "drop" and form not in ("jsonl", "json"):
            raise ConfigError(f"--dedup drop cannot set copies aside in --format {form}", "use --format jsonl or json, or --dedup mark")
        if options.templates:
            read_templates(options.templates)  # said now, not by every worker
        again = bool(self.dedup) or _was_marked(Path(out))
        summary = run_batch(
            inputs,
            out,
            options,
            form=form,
            before=self._learn if self.templates == AUTO else None,
            after=self._mark if again else None,
            passes=told,
            **more,
        )
        if self.dedup and not self.found:  # nothing was left to do
            self.found = _found_before(Path(out))
        return summary

    def _learn(self, run: Run) -> Options:
        """The pass before. A batch that goes on takes the table that its first part was cleaned with."""
        path = Path(run.store.out.path(TABLE))
        if run.store.unfinished() is None or not path.exists():
            pages = 0
            with closing(SiteSample()) as sample:
                for rows in run.map(learn_shard):
                    for row in rows:
                        sample.offer(*row)
                    pages += len(rows)
                    self.say(f"learning the lines of sites: {pages:,} pages")
                templates = templates_of(sample)
            write_templates(path, templates)
            self.say(f"{len(templates):,} lines that sites repeat, learned from {pages:,} pages, in {path}", last=True)
        forget_pipeline()
        return replace(run.job.options, templates=path)

    def _mark(self, run: Run) -> None:
        """The pass after: copies are found among all records, and the parts that hold some are written anew."""
        old, marks = dict[int, Any](), dict[int, Any]()
        with closing(DuplicateIndex()) as index:
            for number, record in enumerate(record for folder, part in run.parts() for record in part_records(folder, part)):
                if record["duplicate"]:
                    old[number] = record["duplicate"]
                if self.dedup:
                    index.add(fingerprint(record), record["id"])
            found = index.find()
            if self.dedup:
                self.found = summed(found, index.id)
            if self.dedup in ("mark", "drop"):
                marks = {copy.document: mark_of(copy, index.id) for copy in found.duplicates}
        if marks or old:
            _rewrite(run, marks, old)
        run.aside = self.dedup == "drop"
        if self.found:
            run.more["dedup"] = self.found.row()


def learn_shard(job: Job, shard: Shard) -> list[tuple[str, bytes, bytes]]:
    """The pages of a shard as learning needs them. What cannot be read is told by the cleaning, later."""
    rows = []
    for raw in read_shard(shard, job.reading, job.sample):
        try:
            with limited(job.limits):
                rows.append(page_of(raw, job.options.site).row())
        except (ReadError, OutOfTimeError):
            continue
        except Exception:  # noqa: BLE001, S112
            continue  # likewise: the document lands in failures.jsonl
    return rows


def _rewrite(run: Run, marks: dict[int, Any], old: dict[int, Any]) -> None:
    """Write those parts anew in which a mark comes, goes or changes."""
    first = 0
    for folder, part in list(run.parts()):
        numbers = range(first, first + part.summary.documents)
        if any(marks.get(n) != old.get(n) for n in numbers):
            run.rewritten(rewrite_part(run.job, part, _marked(folder, part, first, marks)))
        first += part.summary.documents


def _marked(folder: Folder, part: Part, first: int, marks: dict[int, Any]) -> Iterator[dict[str, Any]]:
    for number, record in enumerate(part_records(folder, part), first):
        yield {**record, "duplicate": marks.get(number)}


def _was_marked(out: Path) -> bool:
    """Whether an earlier batch in this folder marked copies: its marks are to be taken off."""
    passes = (Manifest(Folder(str(out))).configuration() or {}).get("passes")
    return isinstance(passes, dict) and bool(passes.get("dedup"))


def _found_before(out: Path) -> Dedup | None:
    """The copies that the batch in this folder found, as its summary tells them."""
    try:
        return Dedup.load(json.loads((out / "summary.json").read_text(encoding="utf-8"))["dedup"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
