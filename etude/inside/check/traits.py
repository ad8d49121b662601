"""A few plain numbers for each example: the columns of a row, how bright a picture is, how a text begins."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped, UInt8
from torch import Tensor

from etude.data.tokenizers import PAD
from etude.schema import Inputs, Pictures, Signals, Table, Text

MISSING = " (whether it is missing)"
"""behind the name of a column with missing values: a trait of its own"""


@dataclass(frozen=True, slots=True)
class Traits:
    """Named columns of numbers; a named one (a category, a word) has codes that are not ordered."""

    names: tuple[str, ...]
    values: Float[np.ndarray, "example trait"]
    """of a table in the units of its columns; a missing value is NaN"""
    coded: Bool[np.ndarray, " trait"]


def traits(inputs: Inputs, x: Shaped[Tensor, "batch ..."]) -> Traits | None:
    """What is plain to see of each example; None for kinds that have no such numbers."""
    match inputs:
        case Table():
            return row_traits(inputs, x.double().numpy())
        case Pictures():
            return picture_traits(x.numpy())
        case Text():
            return text_traits(x.numpy())
        case Signals():
            return series_traits(x.double().numpy())
        case _:
            return None


def row_traits(table: Table, x: Float[np.ndarray, "batch width"]) -> Traits:
    """The columns, and for those with missing values whether one is missing."""
    lacking = [each.name for each in table.numeric if each.missing]
    count, first_code = len(table.numeric), len(table.numeric) + len(lacking)
    values = x.copy()
    for k, column in enumerate(table.numeric):
        values[:, k] = x[:, k] * column.deviation + column.mean
    absent = dict(zip(lacking, x[:, count:first_code].T, strict=True))
    for k, column in enumerate(table.numeric):
        if column.missing:
            values[absent[column.name] > 0.5, k] = np.nan
    names = [each.name for each in table.numeric]
    names += [name + MISSING for name in lacking] + [each.name for each in table.categorical]
    return Traits(tuple(names), values, np.arange(values.shape[1]) >= count)


def picture_traits(x: UInt8[np.ndarray, "batch channel height width"]) -> Traits:
    """Brightness, contrast, and the grey of the frame."""
    grey = x.mean(axis=1)
    frame = np.concatenate([grey[:, 0], grey[:, -1], grey[:, :, 0], grey[:, :, -1]], axis=1)
    values = [grey.mean(axis=(1, 2)), grey.std(axis=(1, 2)), frame.mean(axis=1), frame.std(axis=1)]
    names = ["the brightness", "the contrast", "the brightness of the frame", "the contrast of the frame"]
    if x.shape[1] == 3:
        colours = x.mean(axis=(2, 3))
        values += [colours[:, 0] - colours[:, 1], colours[:, 2] - colours[:, 1]]
        names += ["the red against the green", "the blue against the green"]
    return Traits(tuple(names), np.stack(values, axis=1).astype(np.float64), np.zeros(len(names), dtype=bool))


def text_traits(x: Int[np.ndarray, "batch time"]) -> Traits:
    """Length, first and last token."""
    present = x != PAD
    lengths = present.sum(axis=1)
    last = x[np.arange(len(x)), np.maximum(lengths - 1, 0)]
    names = ("the number of words", "the first word", "the last word")
    values = np.stack([lengths, x[:, 0], last], axis=1).astype(np.float64)
    return Traits(names, values, np.array([False, True, True]))


def series_traits(x: Float[np.ndarray, "batch time"]) -> Traits:
    """Where a series lies and how far it swings."""
    values = np.stack([x.mean(axis=1), x.std(axis=1), x.min(axis=1), x.max(axis=1)], axis=1)
    return Traits(("the mean", "the deviation", "the least value", "the greatest value"), values, np.zeros(4, bool))
