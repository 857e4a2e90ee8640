"""Clean a table of pages with Daft: python with_daft.py PAGES.parquet OUT"""

import sys

import daft
from daft import DataType, col

from pipeline.engine.rows import COLUMNS, clean_rows

CLEANED = DataType.struct({name: DataType.string() for name in COLUMNS})


@daft.func.batch(return_dtype=CLEANED, batch_size=64)
def clean(ids, urls, pages):
    """Three columns in, one of structs out."""
    rows = zip(ids.to_pylist(), urls.to_pylist(), pages.to_pylist(), strict=True)
    return list(clean_rows({"id": a, "url": b, "html": c} for a, b, c in rows))


if __name__ == "__main__":
    pages = daft.read_parquet(sys.argv[1])
    cleaned = pages.select(clean(col("id"), col("url"), col("html")).alias("row"))
    cleaned.select(*(col("row").get(name).alias(name) for name in COLUMNS)).write_parquet(sys.argv[2])
