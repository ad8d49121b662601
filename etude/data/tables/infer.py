"""What each column of a table is: number, date, category, or nothing to learn from."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from etude.data.tables.checks import checked_numbers
from etude.data.tables.values import date_format, numbers_in, texts_in
from etude.errors import DataError, UsageError, nearest, together
from etude.source import Source

FEW_ROWS = 10
"""below this a column is never left out for being all different"""
FEW_VALUES = 20
"""so many different values are few: texts that recur, or classes"""

_LEADING_ZERO = r"^[+-]?0\d+$"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column was taken for, and why if that is not plain."""

    name: str
    kind: Literal["number", "date", "category", "left out"]
    format: str = ""
    """of a date"""
    why: str = ""


def kinds_of(frame: pl.DataFrame, source: Source, *, target: str, lines: np.ndarray | None) -> tuple[Kind, ...]:
    """The kind of every column but the target, the group and the time column, and those that the user dropped.

    UsageError E-COLUMN for a flag that names no column; DataError for a column that cannot be learnt from.
    """
    flags = {"group": (source.group,), "time": (source.time,), "drop": source.drop}
    flags |= {"numbers": source.numbers, "categories": source.categories, "dates": source.dates}
    for flag, names in flags.items():
        for name in names:
            if name is not None and name not in frame.columns:
                listed = ", ".join(frame.columns[:50])
                raise UsageError(
                    "E-COLUMN", f"--{flag}: no column '{name}'{nearest(name, frame.columns)} Columns: {listed}."
                )
    inputs = [name for name in frame.columns if name not in {target, source.group, source.time, *source.drop}]
    kinds = _kinds(frame, inputs, source, lines)
    if kinds and all(each.kind == "left out" for each in kinds):  # better an id than nothing
        kinds = [
            Kind(each.name, "number" if numbers_in(frame[each.name]).null_count() == 0 else "category")
            for each in kinds
        ]
    if not kinds:
        raise no_inputs(frame, target)
    return tuple(kinds)


def _kinds(frame: pl.DataFrame, names: list[str], source: Source, lines: np.ndarray | None) -> list[Kind]:
    """The kind of each column; DataError for all columns that have none, together."""
    kinds: list[Kind] = []
    errors: list[DataError] = []
    for name in names:
        try:
            kinds.append(_kind(frame[name], source, lines))
        except DataError as error:
            errors.append(error)
    if errors:
        raise together(errors, f"{len(errors)} of {len(names)} columns cannot be learnt from as they are:")
    return kinds


def no_inputs(frame: pl.DataFrame, target: str) -> DataError:
    """The error for a table of one column, which may be a file of series with spaces between the numbers."""
    fields = str(frame[target][0]).split()
    if frame.width == 1 and len(fields) > 2 and not numbers_in(pl.Series(fields)).null_count():
        return DataError(
            "E-TABLE-NOINPUT",
            f"each line holds {len(fields)} numbers with spaces between, as files of series do: save them as .npz with "
            "x (series, time) and y (a label for each), such as np.savez('series.npz', x=rows[:, 1:], "
            "y=rows[:, 0].astype(int)) where the label comes first",
        )
    return DataError("E-TABLE-NOINPUT", f"no column beside the target {target} is left to learn from")


def _kind(column: pl.Series, source: Source, lines: np.ndarray | None) -> Kind:
    """The kind that the user asked for, else the one that the values show."""
    name = column.name
    if name in source.categories:
        return Kind(name, "category")
    if name in source.dates:
        return _asked_date(column, source, lines)
    if column.null_count() == len(column):
        raise DataError("E-COL-EMPTY", f"column {name} has no values at all: leave it out with --drop {name}")
    if name in source.numbers:
        checked_numbers(column, lines)
        return Kind(name, "number")
    if column.dtype == pl.String:
        return _text_kind(column, source, lines)
    if column.dtype.is_numeric():
        checked_numbers(column, lines)
        return _number_or_id(column)
    if column.dtype in (pl.Date, pl.Datetime):
        return Kind(name, "date", format=date_format(column, dayfirst=False, lines=lines) or "")
    return Kind(name, "category")


def _asked_date(column: pl.Series, source: Source, lines: np.ndarray | None) -> Kind:
    format = date_format(column, dayfirst=source.dayfirst, lines=lines)
    if format is None:
        raise DataError(
            "E-DATE-FORMAT",
            f"column {column.name}: no format fits all its dates (the first: '{texts_in(column).drop_nulls()[0]}'):"
            " write them as 2023-02-01 or 2023-02-01 13:45:00",
        )
    return Kind(column.name, "date", format=format)


def _text_kind(column: pl.Series, source: Source, lines: np.ndarray | None) -> Kind:
    name, texts = column.name, column.drop_nulls()
    if texts.str.contains(_LEADING_ZERO).any():
        zero = texts.filter(texts.str.contains(_LEADING_ZERO))[0]
        return _category_or_text(column, why=f"leading zeros such as {zero}")
    odd = texts.filter(numbers_in(texts).is_null())
    if not len(odd):
        checked_numbers(column, lines)
        return _number_or_id(column)
    recurs = texts.n_unique() <= FEW_VALUES and odd.unique_counts().min() != 1
    if len(odd) <= 0.1 * len(texts) and not recurs:
        checked_numbers(column, lines)  # says which text, in which line
    format = date_format(column, dayfirst=source.dayfirst, lines=lines)
    if format is not None:
        return Kind(name, "date", format=format)
    return _category_or_text(column, why="" if len(odd) == len(texts) else "numbers and texts")


def _category_or_text(column: pl.Series, *, why: str) -> Kind:
    """A category, unless so many values differ that nothing recurs."""
    texts = column.drop_nulls()
    different = texts.n_unique()
    all_differ = different == len(texts) >= FEW_ROWS
    if all_differ or (different > FEW_VALUES and different > len(texts) / 2):
        return Kind(column.name, "left out", why="almost every value differs")
    return Kind(column.name, "category", why=why)


def _number_or_id(column: pl.Series) -> Kind:
    """A number, unless the column only numbers the rows."""
    numbers = numbers_in(column)
    if len(numbers) < FEW_ROWS or numbers.null_count() or numbers.n_unique() < len(numbers):
        return Kind(column.name, "number")
    if bool((numbers != numbers.round()).any()):
        return Kind(column.name, "number")
    counts = float(np.ptp(numbers.to_numpy())) == len(numbers) - 1
    called = column.name.lower().replace("-", "_")
    if counts or called == "id" or called.endswith("_id") or column.name.endswith(("Id", "ID")):
        return Kind(column.name, "left out", why="it numbers the rows")
    return Kind(column.name, "number")


def said_of(kinds: tuple[Kind, ...], frame: pl.DataFrame, source: Source) -> tuple[str, ...]:
    """What was inferred: one sentence on all columns, one each on what is not plain."""
    pieces = []
    for kind, one, many in (("number", "number", "numbers"), ("category", "category", "categories")):
        pieces.append(_listed([each for each in kinds if each.kind == kind], frame, one=one, many=many))
    pieces.append(_listed([each for each in kinds if each.kind == "date"], frame, one="date", many="dates"))
    left = [each for each in kinds if each.kind == "left out"]
    if left:
        reasons = "; ".join(
            f"{', '.join(each.name for each in left if each.why == why)}: {why}"
            for why in dict.fromkeys(each.why for each in left)
        )
        keep = f"--{'numbers' if left[0].why.startswith('it') else 'categories'} {left[0].name}"
        pieces.append(f"{len(left)} left out ({reasons}; {keep} keeps it)")
    if source.drop:
        pieces.append(f"{len(source.drop)} dropped ({', '.join(source.drop)})")
    notes = [f"{frame.width} columns: {', '.join(each for each in pieces if each)}"]
    for each in kinds:
        if each.why and each.kind == "category":
            notes.append(f"column {each.name} is read as a category: {each.why} (--numbers {each.name} overrides)")
        if each.kind == "date" and each.format.startswith("%m/%d"):
            notes.append(f"column {each.name}: month before day, as in {frame[each.name].drop_nulls()[0]} (--dayfirst)")
    return tuple(notes)


def _listed(kinds: list[Kind], frame: pl.DataFrame, *, one: str, many: str) -> str:
    """`5 numbers (Age 177 missing, Fare, ...)`."""
    if not kinds:
        return ""
    names = []
    for each in kinds[:8]:
        missing = frame[each.name].null_count()
        names.append(f"{each.name} {missing} missing" if missing else each.name)
    more = ", ..." if len(kinds) > 8 else ""
    return f"{len(kinds)} {one if len(kinds) == 1 else many} ({', '.join(names)}{more})"
