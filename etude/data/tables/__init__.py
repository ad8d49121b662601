"""Tables: CSV, TSV, Parquet and JSONL files, or frames, to encoded rows."""

from etude.data.tables.answers import encode_answers
from etude.data.tables.encode import described_rows, encode_rows, unknown_values
from etude.data.tables.load import read_new_table, read_table, table_splits

__all__ = [
    "described_rows",
    "encode_answers",
    "encode_rows",
    "read_new_table",
    "read_table",
    "table_splits",
    "unknown_values",
]
