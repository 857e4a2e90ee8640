"""Clean a table of pages with Ray Data: python with_ray.py PAGES.parquet OUT"""

import sys

import ray

from pipeline.engine.rows import COLUMNS, clean_rows


def clean(batch):
    """A batch of columns in, a batch of columns out."""
    rows = [dict(zip(batch, values, strict=True)) for values in zip(*batch.values(), strict=True)]
    cleaned = list(clean_rows(rows))
    return {name: [row[name] for row in cleaned] for name in COLUMNS}


if __name__ == "__main__":
    pages = ray.data.read_parquet(sys.argv[1])
    pages.map_batches(clean, batch_size=64, batch_format="numpy").write_parquet(sys.argv[2])
