"""From a file to a frame of columns with names, whatever its format."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from etude.data.tables.delimited import fields, separator_of
from etude.data.tables.header import named, names_columns
from etude.data.tables.jsonl import ARRAY, objects
from etude.data.tables.parquet import parquet_frame
from etude.data.tables.sniff import table_bytes, text_of
from etude.errors import DataError
from etude.source import Source


@dataclass(frozen=True, slots=True)
class Reading:
    """The columns as they stand in the file; texts are not yet interpreted."""

    frame: pl.DataFrame
    lines: np.ndarray | None
    """line that each row begins in"""
    notes: tuple[str, ...]


def read_frame(path: Path, source: Source, *, known: tuple[str, ...] = ()) -> Reading:
    """The table in `path`: Parquet by its content, JSON by name or content, else separated fields.

    `known` are the columns of a training: whether the first line holds them decides if it is a header.
    """
    content, notes = table_bytes(path)
    if content.startswith(b"PAR1"):
        reading = Reading(parquet_frame(content, path.name, drop=source.drop), None, notes)
    else:
        text, more = text_of(content, path.name, encoding=source.encoding)
        if not text.strip():
            raise DataError("E-DATA-EMPTY", f"{path.name} holds nothing but space: give a file with a header and rows")
        suffix = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
        if suffix in {".json", ".jsonl", ".ndjson"} or text.lstrip().startswith("{") or ARRAY.match(text):
            frame, lines = objects(text)
            reading = Reading(frame, lines, notes + more)
        else:
            reading = _delimited(text, source, suffix=suffix, known=known)
            reading = Reading(reading.frame, reading.lines, notes + more + reading.notes)
    if not len(reading.frame):
        raise DataError("E-DATA-NOROWS", f"{path.name} has a header but no rows: give rows to learn from")
    return reading


def _delimited(text: str, source: Source, *, suffix: str, known: tuple[str, ...]) -> Reading:
    separator, notes = separator_of(text, wanted=source.separator, suffix=suffix)
    records, lines = fields(text, separator=separator)
    header = source.header == "yes" or (source.header == "auto" and _is_header(records, source, known))
    frame, more = named(records, header=header, drop=source.drop)
    return Reading(frame, lines[1:] if header else lines, notes + more)


def _is_header(records: pl.DataFrame, source: Source, known: tuple[str, ...]) -> bool:
    if not known:
        return names_columns(records, source.missing)
    numbered = all(re.fullmatch(r"column_\d+", name) for name in known)
    return not numbered or any((text or "").strip() in known for text in records.row(0))
