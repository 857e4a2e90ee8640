"""Clean JSON lines of pages as a step of datatrove: python with_datatrove.py FOLDER OUT"""

import json
import sys

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers.jsonl import JsonlWriter

from pipeline.engine.rows import clean_rows


class Pharmaclean(PipelineStep):
    """Puts the article in place of the page; the record goes into the metadata, failures are counted and dropped."""

    type, name = "🧹 - CLEANER", "pharmaclean"

    def run(self, data, rank=0, world_size=1):
        """Documents in, documents out."""
        for document in data:
            with self.track_time():
                (row,) = clean_rows([{"id": document.id, "url": document.metadata.get("url"), "html": document.text}])
            if row["record"] is None:
                self.stat_update("failed")
                continue
            self.stat_update("cleaned")
            document.text = json.loads(row["record"])["text"]
            document.metadata["record"] = row["record"]
            yield document


if __name__ == "__main__":
    steps = [JsonlReader(sys.argv[1], text_key="html"), Pharmaclean(), JsonlWriter(sys.argv[2], compression=None)]
    LocalPipelineExecutor(steps, tasks=2, workers=2, logging_dir=f"{sys.argv[2]}-log").run()
