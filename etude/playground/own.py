"""Points of one's own from a table: two columns of numbers and one of labels, laid on the plane."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from etude.data.tables.delimited import fields, separator_of
from etude.data.tables.header import named, names_columns
from etude.data.tables.values import cleaned, numbers_in, place, texts_in
from etude.errors import DataError
from etude.playground.many import MOST_CLASSES
from etude.playground.worlds import Point
from etude.source import Source

MOST_ROWS = 10_000
DEVIATION = 2.0
"""of the points on the plane, in each direction: three deviations are its edge"""
FARTHEST = 25.0
"""deviations from the mean; our sine is good no farther"""
LARGEST = 1e100
"""size of a number, so that its square is one too"""
MISSING = Source("points").missing


@dataclass(frozen=True)
class OwnPoints:
    """Points, and what was done to them in words."""

    points: tuple[Point, ...]
    said: tuple[str, ...]


def read_points(text: str, *, quantity: bool) -> OwnPoints:
    """The points of a table; DataError, with the line, for what is none. Labels are classes, or a quantity."""
    if not text.strip():
        raise DataError("E-DATA-EMPTY", "There is nothing to read: give rows such as 1.5,2.0,red.")
    separator, _ = separator_of(text, wanted="auto", suffix=".csv")
    records, lines = fields(text, separator=separator)
    header = names_columns(records, MISSING)
    frame, _ = named(records, header=header, drop=())
    frame, lines = cleaned(frame, MISSING), lines[1:] if header else lines
    check_size(frame)
    label = label_of(frame)
    across, up = (each for each in frame.columns if each != label)
    x, scale_x = on_the_plane(finite(frame[across], lines), across, lines)
    y, scale_y = on_the_plane(finite(frame[up], lines), up, lines)
    labels, said = quantities(frame[label], lines) if quantity else numbered(frame[label], lines)
    points = tuple(map(Point, x.tolist(), y.tolist(), labels.tolist()))
    return OwnPoints(points, (f"{len(points):,} points", scale_x, scale_y, said))


def check_size(frame: pl.DataFrame) -> None:
    """DataError unless there are three columns, and not too many rows."""
    if frame.width != 3:
        raise DataError(
            "E-DATA-KIND",
            f"Each row has {frame.width} fields ({', '.join(frame.columns[:5])}); wanted 3: two numbers and a label.",
        )
    if not 2 <= len(frame) <= MOST_ROWS:
        raise DataError("E-DATA-WIDE", f"There are {len(frame):,} rows; wanted 2 to {MOST_ROWS:,}.")


def label_of(frame: pl.DataFrame) -> str:
    """The column of the labels: the only one that holds no numbers, else the last."""
    words = [name for name in frame.columns if numbers_in(frame[name]).null_count() == len(frame)]
    return words[0] if len(words) == 1 else frame.columns[-1]


def finite(column: pl.Series, lines: np.ndarray) -> np.ndarray:
    """The numbers of a column; DataError for a field that is none, or too large."""
    numbers = numbers_in(column)
    good = (numbers.abs() <= LARGEST).fill_null(False)
    if not good.all():
        row = int((~good).arg_true()[0])
        raise DataError(
            "E-DATA-NUMBER",
            f"{place(lines, row)}: '{column[row] or ''}' in column {column.name}; wanted a number up to {LARGEST:g}.",
        )
    return numbers.to_numpy()


def on_the_plane(values: np.ndarray, name: str, lines: np.ndarray) -> tuple[np.ndarray, str]:
    """Standardised and spread over the plane, to a thousandth, and how."""
    mean, deviation = float(values.mean()), float(values.std())
    if not deviation > 0:
        raise DataError("E-DATA-KIND", f"Column {name} is {mean:g} in every row; wanted numbers that differ.")
    scaled = (values - mean) / deviation
    far = np.abs(scaled) > FARTHEST
    if far.any():
        row = int(far.argmax())
        raise DataError(
            "E-DATA-NUMBER",
            f"{place(lines, row)}: {values[row]:g} in column {name} lies {abs(scaled[row]):.0f} deviations from the "
            f"mean; wanted at most {FARTHEST:g}.",
        )
    return (DEVIATION * scaled).round(3), f"{name}: 0 is {mean:.4g}, 1 is {mean + deviation / DEVIATION:.4g}"


def numbered(column: pl.Series, lines: np.ndarray) -> tuple[np.ndarray, str]:
    """The classes as 0, 1, ... in the order of their names, and which is which."""
    texts = texts_in(column)
    if texts.null_count():
        row = int(texts.is_null().arg_true()[0])
        raise DataError("E-DATA-LABEL", f"{place(lines, row)}: no label in column {column.name}; wanted a class.")
    names = texts.unique().sort().to_list()
    if not 2 <= len(names) <= MOST_CLASSES:
        raise DataError(
            "E-DATA-LABEL",
            f"Column {column.name} holds {len(names)} classes; wanted 2 to {MOST_CLASSES}. For a quantity choose "
            "Problem: Regression first.",
        )
    labels = np.array([names.index(each) for each in texts], dtype=np.float64)
    return labels, ", ".join(f"class {number + 1}: {name}" for number, name in enumerate(names))


def quantities(column: pl.Series, lines: np.ndarray) -> tuple[np.ndarray, str]:
    """The quantity from -1 for the least to 1 for the greatest, and how."""
    values = finite(column, lines)
    middle, half = float(values.max() + values.min()) / 2, float(values.max() - values.min()) / 2
    if not half > 0:
        raise DataError("E-DATA-KIND", f"Column {column.name} is {middle:g} in every row; wanted numbers that differ.")
    return ((values - middle) / half).round(4), f"{column.name}: 0 is {middle:.4g}, 1 is {middle + half:.4g}"
