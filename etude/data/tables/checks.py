"""Numbers that can be learnt from: finite, of a size that fits, and numbers all of them."""

import numpy as np
import polars as pl

from etude.data.tables.values import numbers_in, place
from etude.errors import DataError

LARGEST = float(np.finfo(np.float32).max)

_NON_FINITE = r"(?i)^[+-]?(inf|infinity|nan)$"
_MANY_DIGITS = r"^[+-]?\d{20,}$"


def checked_numbers(column: pl.Series, lines: np.ndarray | None) -> pl.Series:
    """The column as float64, null where a value is missing.

    DataError: E-CSV-MIXED for a text that is no number, E-NUM-NONFINITE for inf and nan, E-NUM-RANGE for a number
    beyond float32 or an integer of more than 19 digits.
    """
    numbers = numbers_in(column)
    odd = (numbers.is_null() & column.is_not_null()).arg_true()
    if len(odd):
        raise DataError("E-CSV-MIXED", _mixed(column, odd, lines=lines))
    _check_finite(column, numbers, lines=lines)
    _check_range(column, numbers, lines=lines)
    return numbers


def _mixed(column: pl.Series, odd: pl.Series, *, lines: np.ndarray | None) -> str:
    name, first = column.name, int(odd[0])
    texts = "1 text" if len(odd) == 1 else f"{len(odd)} texts, the first"
    return (
        f"column {name}: {column.count() - len(odd)} numbers, {texts} '{column[first]}' in {place(lines, first)}:"
        f" correct it, or --missing '{column[first]}' (missing value), --categories {name}, or --drop {name}"
    )


def _check_finite(column: pl.Series, numbers: pl.Series, *, lines: np.ndarray | None) -> None:
    strange = (~numbers.is_finite()).fill_null(False)
    if column.dtype == pl.String:  # 1e999 became infinite in reading: that is for the next check
        strange = column.str.contains(_NON_FINITE).fill_null(False)
    rows = strange.arg_true()
    if not len(rows):
        return
    found = column.gather(rows).cast(pl.String).value_counts(sort=True).rows()
    counts = ", ".join(f"{count} x {text}" for text, count in found)
    raise DataError(
        "E-NUM-NONFINITE",
        f"column {column.name}: {len(rows)} values are not finite ({counts}; first: {place(lines, int(rows[0]))}):"
        f" --missing {found[0][0]} treats them as missing, --drop {column.name} leaves the column out",
    )


def _check_range(column: pl.Series, numbers: pl.Series, *, lines: np.ndarray | None) -> None:
    where = f"column {column.name}"
    if column.dtype == pl.String:
        long = column.str.contains(_MANY_DIGITS).fill_null(False).arg_true()
        if len(long):
            text = column[int(long[0])]
            raise DataError(
                "E-NUM-RANGE",
                f"{place(lines, int(long[0]))}, {where}: {text} has {len(text.lstrip('+-'))} digits, a float keeps"
                f" 15; if it is an id, keep it as text with --categories {column.name}, or --drop {column.name}",
            )
    large = (numbers.abs() > LARGEST).fill_null(False).arg_true()
    if len(large):
        row = int(large[0])
        raise DataError(
            "E-NUM-RANGE",
            f"{place(lines, row)}, {where}: {column[row]} does not fit a float: correct it,"
            f" or --missing {column[row]}, or --drop {column.name}",
        )
