"""Many documents: from files of any kind to one folder of results, by many workers, with nothing lost.

The unit of work is the *shard* (`shards.py`): stretches of files that together hold some 64 documents. A shard is cleaned by a pure
function (`work.clean_shard`) into a *part*, written under another name and renamed, with an entry that tells what it was made of.
Everything else follows from that: a batch that broke off goes on where it stopped, a finished one is extended by what is new, a
worker that dies costs its shard and no more, and any engine (`pipeline.engine`) may run the function. At the
end the parts are put together in the order of the documents (`store.py`), so that the bytes do not depend on the workers.

More than one pass. `run_batch(before=…, after=…)` takes two hooks, each given the `Run`:

- `before(run) -> Options` is called before anything is cleaned. `run.map(function)` sends `function(job, shard) -> result` through
  all shards on all workers and gives the results in order; `function` goes over `documents_of(job, shard)` (cleaned with
  `job.options`), or over `read_shard(shard, job.reading, job.sample)` for the raw inputs. What the hook returns are the options that
  the cleaning pass uses, for instance with the file of what was learned; they are part of each shard's key, so that parts made with
  other ones are not taken for finished.
- `after(run)` is called when all parts are there and nothing is assembled yet. `run.parts()` gives (folder, part) in order,
  `part_records(folder, part)` the records of one. `rewrite_part(run.job, part, records)` writes a part anew, and `run.rewritten(part)`
  notes it.

    def learn(job, shard):  # at the top of a module, so that it can be sent to the workers
        lines = Counter()
        for raw, document in documents_of(job, shard):
            ...
        return lines

    def before(run):
        total = Counter()
        for lines in run.map(learn):
            total.update(lines)
        ...
        return replace(run.job.options, templates=path)
"""

from __future__ import annotations

from ..reading.sources import Reading
from .folder import Folder
from .run import Progress, Run, run_batch
from .shards import Selection, Shard, plan, read_shard
from .summary import Summary
from .work import Job, Part, clean_shard, documents_of, part_lines, part_records, rewrite_part

__all__ = [
    "Folder", "Job", "Part", "Progress", "Reading", "Run", "Selection", "Shard", "Summary", "clean_shard", "documents_of", "part_lines",
    "part_records", "plan", "read_shard", "rewrite_part", "run_batch",
]  # fmt: skip
