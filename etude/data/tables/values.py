"""What the texts of a column stand for: numbers, dates, missing values."""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from etude.errors import DataError

DATE_FORMATS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%dT%H:%M:%S%.fZ",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d",
    "%Y/%m/%d %H:%M:%S",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%Y%m%d",
)
MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%y")
DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%y")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WITH_COMMA = r"^[+-]?\d*,\d+([eE][+-]?\d+)?$"
_WITH_POINT = r"^[+-]?\d*\.\d+([eE][+-]?\d+)?$"
_THOUSANDS = r"^[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?$"


def place(lines: np.ndarray | None, row: int) -> str:
    """Where a row (from 0) stands: its line in the file, else its number from 1."""
    return f"row {row + 1}" if lines is None else f"line {lines[row]}"


def cleaned(frame: pl.DataFrame, missing: tuple[str, ...]) -> pl.DataFrame:
    """The same columns; texts without spaces around them, and null for what means a missing value."""
    text = pl.col(pl.String).str.strip_chars()
    absent = [each.strip() for each in missing] + [""]
    frame = frame.with_columns(pl.when(text.is_in(absent)).then(None).otherwise(text).name.keep())
    names = {each.lower() for each in missing}
    return frame.with_columns(pl.col(pl.Float64, pl.Float32).fill_nan(None)) if "nan" in names else frame


def texts_in(column: pl.Series) -> pl.Series:
    """The values as texts, a whole number without a point; null stays null."""
    if column.dtype == pl.Boolean:
        return column.replace_strict({True: "true", False: "false"}, return_dtype=pl.String)
    if column.dtype.is_float():
        return column.cast(pl.String).str.replace(r"\.0$", "")
    return column.cast(pl.String)


def numbers_in(column: pl.Series) -> pl.Series:
    """The values as float64; null for a missing value and for what is no number."""
    return column.cast(pl.Float64, strict=False)


def days_in(column: pl.Series, format: str) -> pl.Series:
    """Dates as days since 1970 (float64); null for what `format` does not fit."""
    if column.dtype == pl.String:
        if "%H" not in format:
            column = column.str.to_date(format, strict=False).cast(pl.Datetime("us"))
        else:
            column = column.str.to_datetime(format, strict=False, time_unit="us")
    elif column.dtype == pl.Date:
        column = column.cast(pl.Datetime("us"))
    elif not isinstance(column.dtype, pl.Datetime):
        column = pl.Series(column.name, [None] * len(column), dtype=pl.Datetime("us"))
    return column.dt.epoch("us").cast(pl.Float64) / 86_400_000_000


def day_as_text(days: float, format: str) -> str:
    """A number of days since 1970 as a date in `format`, to the second."""
    moment = _EPOCH + timedelta(seconds=round(days * 86_400))
    if "%H" not in format:
        moment = _EPOCH + timedelta(days=round(days))
    return moment.strftime(format.replace("%.f", ""))


def date_format(column: pl.Series, *, dayfirst: bool, lines: np.ndarray | None) -> str | None:
    """The format in which every text of the column is a date, or None.

    01/02/2023 is the second of January unless `dayfirst`; DataError E-DATE-AMBIG if the column holds a date that
    cannot be read so, but could be read the other way.
    """
    if column.dtype != pl.String:
        return "%Y-%m-%d" if column.dtype == pl.Date else "%Y-%m-%d %H:%M:%S"
    texts = column.drop_nulls()
    if not len(texts):
        return None
    wanted, other = (DAY_FIRST, MONTH_FIRST) if dayfirst else (MONTH_FIRST, DAY_FIRST)
    for format in (*DATE_FORMATS, *wanted):
        if _fits(texts, format):
            return format
    for format in other:
        if _fits(texts, format):
            refused = days_in(column, wanted[other.index(format)])
            row = int((refused.is_null() & column.is_not_null()).arg_true()[0])
            order = "no month as its second number; without" if dayfirst else "no month as its first number; with"
            raise DataError(
                "E-DATE-AMBIG",
                f"column {column.name}: '{column[row]}' in {place(lines, row)} has {order} --dayfirst"
                f" '{texts[0]}' and the others can be read, or --categories {column.name}",
            )
    return None


def _fits(texts: pl.Series, format: str) -> bool:
    if days_in(texts[:1], format).null_count():
        return False
    days = days_in(texts, format)
    # %Y takes '20' for the year 20, and %y takes 2020 for nothing: a year has as many digits as its format
    return not days.null_count() and ("%Y" not in format or bool((days > -350_000).all()))


def with_decimal_points(
    frame: pl.DataFrame, lines: np.ndarray | None, *, passed: tuple[str, ...]
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Columns of numbers such as 1,5 rewritten as 1.5, with a note; `passed` columns are not looked at.

    DataError E-CSV-DECIMAL for 1,5 beside 1.5 in a column, E-CSV-THOUSANDS for 1,234 where nothing says that the
    comma is a decimal one.
    """
    text_columns = [name for name, kind in frame.schema.items() if kind == pl.String and name not in passed]
    commas = [name for name in text_columns if _numbers_with_comma(frame[name])]
    if not commas:
        return frame, ()
    certain = [name for name in commas if _surely_decimal(frame[name])]
    for name in commas:
        _check_commas(frame[name], lines, decimal=bool(certain))
    note = f"decimal comma detected in {', '.join(commas)}: 1,5 is read as 1.5"
    return frame.with_columns(pl.col(commas).str.replace(",", ".", literal=True)), (note,)


def _numbers_with_comma(column: pl.Series) -> bool:
    """Whether all texts are numbers, some of them with a comma."""
    texts = column.drop_nulls()
    if not len(texts) or not texts.str.contains(",", literal=True).any():
        return False
    return numbers_in(texts.str.replace_all(",", "", literal=True)).null_count() == 0 and bool(
        texts.str.contains(rf"{_WITH_COMMA}|{_THOUSANDS}|^[^,]*$").all()
    )


def _surely_decimal(column: pl.Series) -> bool:
    return bool((column.str.contains(_WITH_COMMA) & ~column.str.contains(_THOUSANDS)).any())


def _check_commas(column: pl.Series, lines: np.ndarray | None, *, decimal: bool) -> None:
    pointed = column.str.contains(_WITH_POINT).fill_null(False).arg_true()
    comma = column.str.contains(",", literal=True).fill_null(False).arg_true()
    first = int(comma[0])
    if _surely_decimal(column) and len(pointed):
        point = int(pointed[0])
        raise DataError(
            "E-CSV-DECIMAL",
            f"column {column.name}: '{column[first]}' in {place(lines, first)} has a decimal comma,"
            f" '{column[point]}' in {place(lines, point)} a decimal point: write all in one way",
        )
    if not decimal or re.search(r",.*[,.]", column[first]):
        raise DataError(
            "E-CSV-THOUSANDS",
            f"column {column.name}: {column[first]} in {place(lines, first)} is text; remove the commas between"
            f" thousands, or keep it as text with --categories {column.name}, or --drop {column.name}",
        )
