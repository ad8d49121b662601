"""From the columns of a table to the numbers that a network takes, and back."""

from collections import Counter

import numpy as np
import polars as pl
import torch
from jaxtyping import Float
from torch import Tensor

from etude.data.tables.checks import checked_numbers
from etude.data.tables.infer import Kind
from etude.data.tables.values import day_as_text, days_in, place, texts_in
from etude.errors import DataError
from etude.schema import Category, Column, Date, Number, Table

MOST_LEVELS = 100
"""rarer values of a category count as unknown"""


def fit_table(frame: pl.DataFrame, kinds: tuple[Kind, ...], train: np.ndarray) -> Table:
    """Medians, means, deviations and the values of categories, all from the rows `train`."""
    part = frame[train]
    return Table(tuple(_fit(part[each.name], each) for each in kinds if each.kind != "left out"))


def _fit(column: pl.Series, kind: Kind) -> Column:
    if kind.kind == "category":
        counts = Counter(texts_in(column).drop_nulls().to_list())
        levels = sorted(counts, key=lambda text: (-counts[text], text))
        return Category(column.name, values=tuple(levels[:MOST_LEVELS]))
    numbers = checked_numbers(column, None) if kind.kind == "number" else days_in(column, kind.format)
    present = numbers.drop_nulls().to_numpy()
    median = float(np.median(present)) if len(present) else 0.0
    filled = numbers.fill_null(median).to_numpy()
    mean, deviation = float(filled.mean()), float(filled.std())
    if filled.min() == filled.max():  # the mean of equal values may be off by a rounding
        mean, deviation = float(filled[0]), 1.0
    missing = len(present) < len(numbers)
    if kind.kind == "number":
        return Number(column.name, median=median, mean=mean, deviation=deviation, missing=missing)
    return Date(column.name, format=kind.format, median=median, mean=mean, deviation=deviation, missing=missing)


def encode_rows(inputs: Table, frame: pl.DataFrame) -> Float[Tensor, "rows width"]:
    """The rows as the schema orders them; a category that training did not have becomes code 0.

    DataError E-SCHEMA if `frame` lacks a column or has texts where training had numbers or dates.
    """
    check_columns(inputs, frame)
    numeric = [_numbers(each, frame[each.name]) for each in inputs.numeric]
    scaled = [
        (values.fill_null(each.median).to_numpy() - each.mean) / each.deviation
        for each, values in zip(inputs.numeric, numeric, strict=True)
    ]
    indicators = [
        values.is_null().to_numpy().astype(np.float64)
        for each, values in zip(inputs.numeric, numeric, strict=True)
        if each.missing
    ]
    codes = [_codes(each, frame[each.name]) for each in inputs.categorical]
    rows = np.empty((len(frame), inputs.width), dtype=np.float32)
    for position, values in enumerate([*scaled, *indicators, *codes]):
        rows[:, position] = values
    return torch.from_numpy(rows)


def check_columns(inputs: Table, frame: pl.DataFrame) -> None:
    """DataError E-SCHEMA, with the difference, if a column of the training is not in `frame`."""
    lacking = [each.name for each in inputs.columns if each.name not in frame.columns]
    if lacking:
        known = {each.name for each in inputs.columns}
        others = [name for name in frame.columns if name not in known]
        beside = f"; it has {', '.join(others[:10])} beside" if others else ""
        raise DataError(
            "E-SCHEMA",
            f"the file lacks {len(lacking)} of the {len(inputs.columns)} columns that the run was trained on:"
            f" {', '.join(lacking[:10])}{beside}. Add them (empty for missing values)",
        )


def _numbers(column: Number | Date, values: pl.Series) -> pl.Series:
    if isinstance(column, Number):
        return checked_numbers(values, None)
    days = days_in(values, column.format)
    wrong = (days.is_null() & values.is_not_null()).arg_true()
    if len(wrong):
        row = int(wrong[0])
        raise DataError(
            "E-SCHEMA",
            f"column {column.name}: '{values[row]}' in {place(None, row)} is no date as in training ({column.format})",
        )
    return days


def _codes(column: Category, values: pl.Series) -> np.ndarray:
    codes = {value: code for code, value in enumerate(column.values, start=1)}
    texts = texts_in(values)
    return texts.replace_strict(codes, default=0, return_dtype=pl.Int64).fill_null(0).to_numpy()


def unknown_values(inputs: Table, frame: pl.DataFrame) -> tuple[str, ...]:
    """A note for each category that has values which training did not have."""
    notes = []
    for column in inputs.categorical:
        texts = texts_in(frame[column.name]).drop_nulls()
        unknown = texts.filter(~texts.is_in(list(column.values)))
        if len(unknown):
            shown = ", ".join(repr(each) for each in unknown.unique().sort().head(3))
            rows = "1 row" if len(unknown) == 1 else f"{len(unknown)} rows"
            notes.append(
                f"column {column.name}: {rows} with values unknown to the training ({shown}): taken as unknown"
            )
    return tuple(notes)


def described_rows(inputs: Table, x: Float[Tensor, "rows width"]) -> list[dict[str, str]]:
    """The encoded rows in readable values, by column name."""
    values = x.to(torch.float64).tolist()
    indicators = [each.name for each in inputs.numeric if each.missing]
    first_code = len(inputs.numeric) + len(indicators)
    described = []
    for row in values:
        absent = {
            name for name, flag in zip(indicators, row[len(inputs.numeric) : first_code], strict=True) if flag > 0.5
        }
        words = {
            each.name: "missing" if each.name in absent else _in_units(each, value)
            for each, value in zip(inputs.numeric, row, strict=False)
        }
        words |= {
            each.name: each.values[round(code) - 1] if code >= 0.5 else "missing or unknown"
            for each, code in zip(inputs.categorical, row[first_code:], strict=True)
        }
        described.append({each.name: words[each.name] for each in inputs.columns})
    return described


def _in_units(column: Number | Date, value: float) -> str:
    original = value * column.deviation + column.mean
    if isinstance(column, Date):
        return day_as_text(original, column.format)
    rounding = 1e-6 * max(column.deviation, abs(column.mean))  # float32 keeps 7 digits: what is less was 0
    return "0" if abs(original) < rounding else f"{original:.6g}"
