"""Tables from file to encoded parts: read, inferred, split, fitted on the training part, encoded."""

import hashlib
from pathlib import Path

import numpy as np
import polars as pl
import torch

from etude.data.raw import RawTable
from etude.data.splits import Splits
from etude.data.splitting import split_rows
from etude.data.tables import answers, doubts
from etude.data.tables.encode import check_columns, encode_rows, fit_table
from etude.data.tables.infer import kinds_of, said_of
from etude.data.tables.read import read_frame
from etude.data.tables.values import cleaned, date_format, days_in, numbers_in, place, texts_in, with_decimal_points
from etude.errors import DataError
from etude.records import Labelled
from etude.schema import Schema, Table
from etude.source import Source


def read_table(path: Path, source: Source) -> RawTable:
    """The table in `path` with its target column named; UsageError E-TARGET, DataError for what is no table."""
    reading = read_frame(path, source)
    target, notes = answers.target_name(reading.frame.columns, source)
    return RawTable(reading.frame, target=target, notes=reading.notes + notes, lines=reading.lines)


def read_new_table(path: Path, source: Source, inputs: Table) -> pl.DataFrame:
    """The table in `path`, read as `source` says, for a network that was trained on `inputs`.

    DataError E-SCHEMA if it lacks a column of them; other columns, the target among them, stay.
    """
    reading = read_frame(path, source, known=tuple(each.name for each in inputs.columns))
    check_columns(inputs, reading.frame)
    read_as_text = (*source.drop, *(each.name for each in inputs.categorical))
    return with_decimal_points(cleaned(reading.frame, source.missing), reading.lines, passed=read_as_text)[0]


def table_splits(raw: RawTable, source: Source) -> Splits[Labelled]:
    """The table encoded and in three parts; everything fitted comes from the training part."""
    frame, notes = with_decimal_points(
        cleaned(raw.frame, source.missing), raw.lines, passed=(*source.drop, *source.categories)
    )
    kinds = kinds_of(frame, source, target=raw.target, lines=raw.lines)
    answer = frame[raw.target]
    answers.check_present(answer, raw.lines)
    classes, why = answers.names_classes(answer, source)
    rows, rule = split_rows(
        len(frame),
        source=source,
        classes=answers.class_texts(answer).to_numpy() if classes else None,
        part=raw.part,
        groups=None if source.group is None else _groups(frame[source.group], raw.lines),
        times=None if source.time is None else _times(frame[source.time], source, raw.lines),
    )
    inputs = fit_table(frame, kinds, rows[0])
    target = answers.fit_target(answer, rows[0], classes=classes, lines=raw.lines)
    x, y = encode_rows(inputs, frame), answers.encode_answers(target, answer)
    notes = raw.notes + notes + said_of(kinds, frame, source) + (f"target {raw.target}: {why}",)
    notes += answers.near_labels(raw.frame[raw.target]) + doubts.columns_in_doubt(frame, kinds)
    notes += doubts.leaks(frame, kinds, answers=answer, classes=classes)
    notes += doubts.rows_in_both(x, y, train=rows[0], test=rows[2])
    train, valid, test = (torch.from_numpy(each) for each in rows)
    digest = hashlib.sha256(x.numpy().tobytes() + y.numpy().tobytes()).hexdigest()
    every = Labelled(x, y)
    parts = (train, valid, test)
    return Splits(every[train], every[valid], every[test], Schema(inputs, target), parts, rule, notes, digest)


def _groups(column: pl.Series, lines: np.ndarray | None) -> np.ndarray:
    _check_complete(column, lines, flag="group", code="E-SPLIT-GROUPS")
    return texts_in(column).to_numpy()


def _times(column: pl.Series, source: Source, lines: np.ndarray | None) -> np.ndarray:
    """Numbers, or dates as days."""
    _check_complete(column, lines, flag="time", code="E-SPLIT-TIME")
    numbers = numbers_in(column)
    if not column.dtype.is_temporal() and not numbers.null_count():
        return numbers.to_numpy()
    format = date_format(column, dayfirst=source.dayfirst, lines=lines)
    if format is None:
        raise DataError(
            "E-SPLIT-TIME",
            f"column {column.name} holds neither numbers nor dates of one format ('{column[0]}'):"
            " choose another column for --time",
        )
    return days_in(column, format).to_numpy()


def _check_complete(column: pl.Series, lines: np.ndarray | None, *, flag: str, code: str) -> None:
    absent = column.is_null().arg_true()
    if len(absent):
        raise DataError(
            code,
            f"--{flag} {column.name}: {len(absent)} rows have no value there (first: {place(lines, int(absent[0]))}):"
            " fill them in or remove the rows",
        )
