"""Clean a table of pages with Spark: PYSPARK_PYTHON=$(which python) python with_spark.py PAGES.parquet OUT"""

import sys

import pandas as pd
from pyspark.sql import SparkSession

from pipeline.engine.rows import COLUMNS, clean_rows


def clean(frames):
    """Data frames in, data frames out; the stages are loaded once a Python worker."""
    for frame in frames:
        yield pd.DataFrame(clean_rows(frame.to_dict("records")), columns=COLUMNS)


if __name__ == "__main__":
    spark = SparkSession.builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", 64).getOrCreate()
    pages = spark.read.parquet(sys.argv[1])
    pages.mapInPandas(clean, ", ".join(f"{name} string" for name in COLUMNS)).write.parquet(sys.argv[2])
