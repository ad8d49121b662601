"""Pairs of texts from a table: one column is read, another is written."""

from pathlib import Path

import polars as pl

from etude.data.tables.read import Reading, read_frame
from etude.data.tables.values import numbers_in
from etude.errors import DataError, UsageError, nearest
from etude.source import Source

SUFFIXES = frozenset([".csv", ".parquet", ".json", ".jsonl", ".ndjson"])


def is_table(path: Path) -> bool:
    """Whether the name is that of a CSV, JSON or Parquet file, perhaps packed; lines with tabs are no table here."""
    return Path(path.stem if path.suffix == ".gz" else path.name).suffix.lower() in SUFFIXES


def table_of_pairs(path: Path, source: Source) -> tuple[list[list[str]], tuple[str, str], tuple[str, ...]]:
    """The pairs, the names of the column that is read and of the one that is written, and notes.

    DataError E-PAIRS unless it is clear which two columns are meant; UsageError E-TARGET for a column that is none.
    """
    reading = read_frame(path, source)
    reads, writes = two_columns(reading.frame, path, source)
    pairs = list(map(list, zip(texts(reading, reads), texts(reading, writes), strict=True)))
    note = f"pairs: {writes} is written for {reads}{'' if source.target else ' (--target)'}"
    return pairs, (reads, writes), (*reading.notes, note)


def two_columns(frame: pl.DataFrame, path: Path, source: Source) -> tuple[str, str]:
    """What is read and what is written: of two columns the second, unless --target names one."""
    if source.target is not None and source.target not in frame.columns:
        close = nearest(source.target, frame.columns)
        raise UsageError("E-TARGET", f"no column {source.target!r}{close} Columns: {', '.join(frame.columns)}.")
    open_ones = [name for name in frame.columns if name not in source.drop]
    if len(open_ones) != 2:  # an id and other numbers are no texts
        open_ones = [name for name in open_ones if name == source.target or numbers_in(frame[name]).null_count()]
    if len(open_ones) != 2 or (source.target is not None and source.target not in open_ones):
        raise DataError(
            "E-PAIRS",
            f"{path.name} has {len(open_ones)} columns of texts ({', '.join(open_ones[:20])}): want two, one that is "
            "read and one that is written; name the second with --target and leave others away with --drop.",
        )
    writes = source.target or open_ones[1]
    return next(name for name in open_ones if name != writes), writes


def texts(reading: Reading, column: str) -> list[str]:
    """The column as it is written; nothing where a text is missing."""
    return reading.frame[column].cast(pl.String).fill_null("").to_list()


def new_texts(path: Path, source: Source, *, written: str) -> list[str]:
    """What is to be read of a new table, which may lack the column that is `written`."""
    reading = read_frame(path, source)
    others = [name for name in reading.frame.columns if name != written and name not in source.drop]
    if len(others) > 1:
        others = [name for name in others if numbers_in(reading.frame[name]).null_count()]
    if len(others) != 1:
        raise DataError(
            "E-SCHEMA", f"{path.name} has {len(others)} columns of texts beside {written}: want one that is read."
        )
    return texts(reading, others[0])
