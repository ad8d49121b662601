"""Columns of a table that carry nothing, number the rows, hold impossible values, or tie rows of several parts."""

import math
import re
from collections.abc import Iterator

import numpy as np
import polars as pl
import torch
from jaxtyping import Float

from etude.data.tables.values import numbers_in, texts_in
from etude.figures import Histogram
from etude.inside.check.findings import Finding, few
from etude.inside.check.subject import Subject, some
from etude.inside.check.traits import row_traits
from etude.inside.copies import parts_of
from etude.schema import Classes, Date, Quantity, Table

FAR = 10
"""times the distance between the quartiles, beyond which a number is doubted"""
TAIL = 0.01
"""share of the values from which on those far out are a long tail rather than mistakes"""
STANDINS = (-9.0, -99.0, -999.0, -9999.0, -99999.0, 9.0, 99.0, 999.0, 9999.0, 99999.0, 0.0)
"""numbers that often stand for a missing value"""
SAMPLE = 2_000
"""rows that a quick look takes"""
TWICE = 3
"""times that a number stands for a missing value, at least"""
ENOUGH = 50
"""rows from which on an order is no chance"""
SOMEBODY = re.compile(
    r"(^|[_\W])(id|uid|patient|subject|person|user|speaker|customer|client|household|session|participant|author|animal|"
    r"family|track|well|plate|donor|case)([_\W]?(id|no|nr|number|code))?$",
    re.IGNORECASE,
)
"""a column that says whom or what a row is about"""
PURE = 0.5
"""how far rows of one group share their answer, between chance (0) and always (1), from which on a split must know"""


def columns(subject: Subject) -> list[Finding]:
    """Everything that one column of a table shows by itself."""
    frame, inputs = subject.frame, subject.splits.schema.inputs
    if frame is None or not isinstance(inputs, Table):
        return []
    kept = {each.name for each in inputs.columns}
    found = [*empty(frame), *constant(frame, kept)]
    for name in frame.columns:
        found += of_column(subject, frame[name], kept=name in kept)
    return [*found, *dates(subject, inputs), *piled_up(subject)]


def of_column(subject: Subject, column: pl.Series, *, kept: bool) -> Iterator[Finding]:
    """One column of a table."""
    if column.name == subject.splits.schema.target.name:
        return
    values = numbers_in(column) if not column.dtype.is_temporal() and column.dtype != pl.Boolean else None
    numeric = values is not None and values.null_count() == column.null_count() < len(column)
    if kept and numeric and values is not None:
        yield from impossible(subject, column.name, values.to_numpy())
        yield from numbering(subject, column.name, values.to_numpy())
    yield from ties(subject, column)


def standins_of(subject: Subject) -> list[Finding]:
    """Stand-ins for missing values among the numbers of the training part, where nothing but the parts is known."""
    inputs = subject.splits.schema.inputs
    if not isinstance(inputs, Table) or not len(subject.splits.train):
        return []
    seen = row_traits(inputs, subject.splits.train.x[some(len(subject.splits.train), SAMPLE)].double().numpy())
    found: list[Finding] = []
    for column, values in zip(inputs.numeric, seen.values.T, strict=False):
        decimals = 4 - math.floor(math.log10(column.deviation))  # the parts hold seven digits of each number
        found += stand_ins(subject, column.name, np.round(values, decimals))
    return found


def empty(frame: pl.DataFrame) -> Iterator[Finding]:
    """Columns without a single value."""
    for name in frame.columns:
        if frame[name].null_count() == len(frame):
            yield Finding("W-COL-EMPTY", f"column {name} has no values at all", f"--drop {name}", 0.3, mend=True)


def constant(frame: pl.DataFrame, kept: set[str]) -> Iterator[Finding]:
    """Columns in which every value is the same."""
    for name in frame.columns:
        if name in kept and frame[name].drop_nulls().n_unique() == 1 and not frame[name].null_count():
            said = f"column {name} has one value only: {frame[name][0]}"
            yield Finding("W-COL-CONST", said, f"it tells nothing: --drop {name}", 0.02)


def impossible(subject: Subject, name: str, values: Float[np.ndarray, " row"]) -> Iterator[Finding]:
    """Stand-ins for missing values, else numbers that lie far outside of all others."""
    standing = list(stand_ins(subject, name, values))
    yield from standing
    known = values[~np.isnan(values)]
    rows = np.flatnonzero(far_out(values, known))
    if 0 < len(rows) < TAIL * len(values) and not standing:
        low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
        said = (
            f"column {name}: {len(rows):,} of {len(known):,} values lie more than {FAR} quartile distances outside"
            f" (half of all between {low:g} and {high:g}, median {middle:g})"
        )
        shown = few((f"{subject.place(row)}: {values[row]:g}" for row in rows[:6].tolist()), len(rows))
        yield Finding("W-COL-FAR", said, "are they real? Mend them, or empty the fields", 0.1, examples=shown)


def stand_ins(subject: Subject, name: str, values: Float[np.ndarray, " row"]) -> Iterator[Finding]:
    """Numbers beyond all others that often mean 'not known'."""
    known = values[~np.isnan(values)]
    for number in STANDINS:
        if not stands_in(known, number):
            continue
        rows, known = np.flatnonzero(values == number), known[known != number]
        said = (
            f"column {name} is {number:g} in {len(rows):,} of {len(values):,} rows; all others lie between"
            f" {known.min():g} and {known.max():g}"
        )
        advice = "if that means a missing value, empty these fields"
        if number:
            advice += f" (or, for all columns: --missing '' {number:g})"
        shown = few((subject.place(row) for row in rows[:6].tolist()), len(rows)) if subject.frame is not None else ()
        yield Finding("W-COL-STANDIN", said, advice, 0.15, examples=shown)


def stands_in(known: Float[np.ndarray, " value"], number: float) -> bool:
    """Whether a number occurs some times, beyond all others and farther from them than the middle half is wide."""
    count, others = int((known == number).sum()), known[known != number]
    if count < TWICE or len(np.unique(others)) < 5:
        return False
    quartiles = np.quantile(others, [0.25, 0.75])
    width = float(quartiles[1] - quartiles[0])
    gap = float(others.min() - number if number < others.min() else number - others.max())
    return width > 0 and gap > (width if number == 0 or number < 0 <= others.min() else 2 * width)


def far_out(values: Float[np.ndarray, " row"], known: Float[np.ndarray, " value"]) -> np.ndarray:
    """Where values lie far out; those of a column without negative ones on the scale of logarithms too."""
    far = beyond(values, known)
    if len(known) and known.min() >= 0:  # incomes, sizes and counts have long tails that are no mistakes
        far &= beyond(np.log1p(np.maximum(values, 0)), np.log1p(known))
    return far


def beyond(values: Float[np.ndarray, " row"], known: Float[np.ndarray, " value"]) -> np.ndarray:
    """Where values lie more than FAR quartile distances outside of the quartiles."""
    if len(known) < 10:
        return np.zeros(len(values), dtype=bool)
    low, high = np.quantile(known, [0.25, 0.75])
    reach = FAR * (high - low)
    far: np.ndarray = (reach > 0) & ((values < low - reach) | (values > high + reach))
    return far


def numbering(subject: Subject, name: str, values: Float[np.ndarray, " row"]) -> Iterator[Finding]:
    """A column that grows from row to row, or whole numbers that are all different."""
    if subject.grouped or len(values) < ENOUGH or np.isnan(values).any():
        return
    steps = np.diff(values)
    if bool((steps > 0).all() or (steps < 0).all()):
        said = f"column {name} grows from row to row: it numbers the rows, or it is a time"
        advice = f"--drop {name}; or, if what comes later is to be predicted, --time {name}: a random split looks ahead"
        yield Finding("W-COL-ORDER", said, advice, 0.4)
    elif bool((values == values.round()).all()) and len(np.unique(values)) == len(values):
        said = f"column {name} holds a different whole number in each of {len(values):,} rows, as an id does"
        yield Finding("W-COL-ID", said, f"if it is one: --drop {name}", 0.2)


def dates(subject: Subject, inputs: Table) -> Iterator[Finding]:
    """Dates among the inputs, and a split at random."""
    names = [each.name for each in inputs.columns if isinstance(each, Date)]
    if names and not subject.grouped and "as the data bring them" not in subject.splits.rule:
        said = f"column {', '.join(names)} holds dates, and the rows are split at random: the training looks ahead"
        yield Finding("W-SPLIT-TIME", said, f"to judge how it foretells: --time {names[0]}", 0.3)


def ties(subject: Subject, column: pl.Series) -> Iterator[Finding]:
    """A column that says whom a row is about, with the same ones in training and test."""
    if subject.grouped or not SOMEBODY.search(column.name):
        return
    names = texts_in(column).fill_null("").to_numpy().astype(str)
    different, codes, counts = np.unique(names, return_inverse=True, return_counts=True)
    parts = subject.part_of_rows()
    if len(different) < 10 or len(different) > len(names) / 1.5 or len(parts) != len(names):
        return
    both = set(codes[parts == 0]) & set(codes[parts == 2])
    if not both:
        return
    purity = shared_answers(subject, codes)
    said = f"{len(both):,} of {len(set(codes[parts == 2])):,} values of {column.name} in test stand in train too"
    if purity is not None and purity >= 0.1:
        said += f"; rows of one of them share their answer {purity:.0%} of the way from chance to always"
    mend = purity is not None and purity >= PURE
    shown = few((f"{column.name} {different[code]}: {counts[code]} rows" for code in sorted(both)[:6]), len(both))
    advice = f"--group {column.name} keeps the rows of each in one part, as new ones would be"
    yield Finding("W-SPLIT-GROUP", said, advice, 0.8 if mend else 0.35, mend, shown)


def shared_answers(subject: Subject, codes: np.ndarray) -> float | None:
    """How often another row of the same group has the same class: 0 as often as any other row, 1 always."""
    if not isinstance(subject.splits.schema.target, Classes):
        return None
    y = np.full(len(codes), -1)
    for rows, part in zip(
        subject.splits.rows, (subject.splits.train, subject.splits.valid, subject.splits.test), strict=True
    ):
        y[rows.numpy()] = part.y.numpy()
    table = np.zeros((codes.max() + 1, y.max() + 1))
    np.add.at(table, (codes, y), 1)
    sizes, totals = table.sum(axis=1), table.sum(axis=0)
    same = (table * (table - 1)).sum() / max(1.0, (sizes * (sizes - 1)).sum())
    chance = (totals * (totals - 1)).sum() / (len(y) * (len(y) - 1.0))
    return float((same - chance) / (1 - chance)) if chance < 1 else None


def piled_up(subject: Subject) -> Iterator[Finding]:
    """A quantity whose greatest value is far more frequent than any other: it was cut off there."""
    target = subject.splits.schema.target
    if not isinstance(target, Quantity):
        return
    y = np.concatenate([part.y.double().numpy() for part in parts_of(subject.splits).values()])
    values = y * target.deviation + target.mean
    different, counts = np.unique(values, return_counts=True)
    if len(different) < ENOUGH or counts[-1] < max(10, 0.02 * len(values)) or counts[-1] < 5 * np.sort(counts)[-2]:
        return
    said = f"{counts[-1]:,} of {len(values):,} answers are {different[-1]:g}, the greatest: they were cut off there"
    edges = np.linspace(values.min(), values.max(), 41)
    heights = torch.from_numpy(np.histogram(values, edges)[0])
    figure = Histogram(f"{target.name}, all parts", torch.from_numpy(edges), {"all": heights}, target.name)
    advice = "leave these rows out, or say that answers beyond it are not known"
    yield Finding("W-TARGET-CUT", said, advice, 0.2, figure=figure)
