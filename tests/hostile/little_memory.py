"""Cleans hostile pages with 1 to 5 MB of memory each, and prints as JSON what came of them. A new process has no memory to spare."""

from __future__ import annotations

import json
from collections import Counter

from pipeline.batch.work import attempt, pipeline_for, warm_up
from pipeline.chain import Failure, Options
from pipeline.document import Document
from pipeline.engine.limits import Limits
from pipeline.reading import Raw
from pipeline.record import to_line

from .pages import PAGES


def main() -> None:
    """Clean, count, and look whether one page is cleaned after all this as it was before."""
    warm_up(Options())  # what is loaded on first use does not count as a page's
    pipeline, page = pipeline_for(Options()), Raw(PAGES["tags-headings"](1))
    before, said = pipeline.attempt(page), Counter[str]()
    for place, make in enumerate(PAGES.values()):
        result = attempt(pipeline, Raw(make(4)), Limits(megabytes=1 + place % 5))
        said[result.error if isinstance(result, Failure) else "cleaned"] += 1
    after = pipeline.attempt(page)
    same = isinstance(before, Document) and isinstance(after, Document) and to_line(before.record()) == to_line(after.record())
    print(json.dumps({"same": same, "said": said}))  # noqa: T201


if __name__ == "__main__":
    main()
