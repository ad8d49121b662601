"""Whether the first line of a table names the columns, and which names they get."""

from itertools import pairwise

import polars as pl

from etude.data.tables.values import numbers_in
from etude.errors import DataError

SAMPLE = 1000
"""records that are looked at"""


def names_columns(records: pl.DataFrame, missing: tuple[str, ...]) -> bool:
    """Whether the first record looks like names: a text above numbers, or a text that no row repeats.

    A number above numbers, a missing value, or a text that recurs below speaks for a record; the majority of the
    columns decides, and without any sign the line is taken for names.
    """
    sample = records.head(SAMPLE)
    first = [(text or "").strip() for text in sample.row(0)]
    if _counts_up(first):
        return True
    votes = sum(
        _vote(text, sample[name][1:].str.strip_chars(), missing)
        for text, name in zip(first, sample.columns, strict=True)
    )
    return votes >= 0


def _counts_up(first: list[str]) -> bool:
    """Years, or the numbers that pandas writes over nameless columns: 0, 1, 2, ..."""
    whole = [int(text) for text in first if text.isascii() and text.isdecimal() and len(text) < 10]
    return len(whole) >= 3 and all(later == earlier + 1 for earlier, later in pairwise(whole))


def _vote(text: str, below: pl.Series, missing: tuple[str, ...]) -> int:
    """1 for a name, -1 for a value, 0 for no opinion."""
    if not text:
        return 0
    if text in missing:
        return -1
    below = below.filter(below.is_not_null() & ~below.is_in(list(missing)))
    own = numbers_in(pl.Series([text])).null_count() == 0
    if not len(below):
        return -1 if own else 0
    if numbers_in(below).null_count() <= 0.1 * len(below):
        return -1 if own else 1
    if (below == text).any():
        return -1
    return 1 if below.n_unique() <= 0.5 * len(below) else 0


def named(records: pl.DataFrame, *, header: bool, drop: tuple[str, ...]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The rows under their names, with notes; without a header the columns are `column_1`, `column_2`, ...

    DataError E-CSV-DUPCOL for a name that occurs twice, E-CSV-NOCOL for a nameless empty column.
    """
    if not header:
        said = f"no header line: the columns are column_1 to column_{records.width} (--header yes if there is one)"
        return records, (said,)
    names = [(text or "").strip() for text in records.row(0)]
    rows = records[1:]
    for position, name in enumerate(names):
        if name in names[:position] and name:
            raise DataError(
                "E-CSV-DUPCOL",
                f"'{name}' occurs in columns {names.index(name) + 1} and {position + 1}: rename one"
                " (if the first line holds values and no names: --header no)",
            )
    notes = []
    for position, name in enumerate(names):
        if name:
            continue
        names[position] = f"column_{position + 1}"
        column = rows.to_series(position)
        if names[position] not in drop and not (column.str.strip_chars() != "").any():
            raise DataError(
                "E-CSV-NOCOL",
                f"column {position + 1} has no name and is empty (a comma at the end of the lines?):"
                f" leave it out with --drop {names[position]}",
            )
        notes.append(f"column {position + 1} has no name: called {names[position]}")
    return rows.rename(dict(zip(rows.columns, names, strict=True))), tuple(notes)
