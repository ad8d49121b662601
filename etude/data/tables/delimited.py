"""Lines of fields between separators, cut into columns of text; every line must have as many fields as the first."""

import csv
import io
import re
from collections import Counter
from itertools import islice

import numpy as np
import polars as pl

from etude.errors import DataError, UsageError

MOST_COLUMNS = 20_000
"""more is refused by name: each column costs a few milliseconds to look at"""
LONGEST_FIELD = csv.field_size_limit()
"""characters of a quoted field, the bound of Python's reader"""

_CANDIDATES = (",", ";", "\t", "|")
_NAMES = {"\t": "tab", "tab": "\t", "\\t": "\t"}


def fields(text: str, *, separator: str) -> tuple[pl.DataFrame, np.ndarray]:
    """All records, the header line included, as columns of text `column_1`, ...; and the line that each begins in.

    Empty lines are passed over; an unquoted empty field is null or "". DataError (E-CSV-RAGGED, E-CSV-QUOTE,
    E-CSV-TRUNC, E-DATA-WIDE) with the line.
    """
    return _quoted(text, separator) if '"' in text else _plain(text, separator)


def separator_of(text: str, *, wanted: str, suffix: str) -> tuple[str, tuple[str, ...]]:
    """The character between two fields and a note; `wanted` is that of the user, or 'auto'.

    DataError E-CSV-SEP if comma and semicolon fit equally well.
    """
    if wanted != "auto":
        separator = _NAMES.get(wanted, wanted)
        if len(separator) != 1:
            raise UsageError("E-CSV-SEP", f"--separator '{wanted}': want one character, or tab")
        return separator, ()
    if suffix in {".tsv", ".tab"}:
        return "\t", ()
    sample = re.sub(r'"[^"]*"', "", "\n".join(islice(re.split(r"\r\n|\r|\n", text[:200_000]), 100)))
    lines = [each for each in sample.split("\n") if each.strip()]
    counts = {each: [line.count(each) for line in lines] for each in _CANDIDATES}
    steady = [each for each in _CANDIDATES if counts[each] and counts[each][0] and len(set(counts[each])) == 1]
    if "," in steady and ";" in steady:
        first = lines[0]
        raise DataError(
            "E-CSV-SEP",
            f"the separator is not clear: ',' makes {first.count(',') + 1} fields of every line and"
            f" ';' makes {first.count(';') + 1} ('{_short(first)}'): give --separator , or --separator ';'",
        )
    found = max(steady or _CANDIDATES, key=lambda each: (each == "\t" and each in steady, *_regular(counts[each])))
    if not any(counts[found]):
        return ",", ()
    return found, () if found == "," else (f"separator '{_NAMES.get(found, found)}' detected (--separator)",)


def _regular(counts: list[int]) -> tuple[int, int]:
    """How many lines have the first line's count of a separator, and that count; nothing if the first has none."""
    if not counts or not counts[0]:
        return 0, max(counts, default=0)
    return sum(each == counts[0] for each in counts), counts[0]


def _plain(text: str, separator: str) -> tuple[pl.DataFrame, np.ndarray]:
    """No quotes anywhere: cut by polars."""
    every = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    numbers = np.array([number for number, line in enumerate(every, start=1) if line.strip()], dtype=np.int64)
    kept = [line for line in every if line.strip()]
    widths = [line.count(separator) + 1 for line in kept]
    if kept:
        _check_widths(widths, numbers, shown=kept, whole_end=not every[-1].strip())
    content = io.BytesIO("\n".join([" ", *kept]).encode())  # polars would take a file that begins with x^ for packed
    frame = pl.read_csv(
        content, separator=separator, has_header=False, infer_schema=False, quote_char=None, skip_rows=1
    )
    frame.columns = [f"column_{k}" for k in range(1, frame.width + 1)]  # polars counts from 0 or 1 by its version
    return frame, numbers


def _quoted(text: str, separator: str) -> tuple[pl.DataFrame, np.ndarray]:
    """Quotes somewhere: cut by Python's reader, which knows the line that it is in."""
    stream = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True)
    rows: list[list[str]] = []
    numbers: list[int] = []
    begun = 1
    try:
        for row in stream:
            if len(row) > 1 or (row and row[0].strip()):
                rows.append(row)
                numbers.append(begun)
            begun = stream.line_num + 1
    except csv.Error as error:
        raise _quote_error(error, begun=begun, line=stream.line_num) from error
    lines = np.array(numbers, dtype=np.int64)
    shown = [separator.join(row) for row in rows]
    _check_widths([len(row) for row in rows], lines, shown=shown, whole_end=text.endswith(("\n", "\r")))
    columns = {f"column_{k}": list(column) for k, column in enumerate(zip(*rows, strict=True), start=1)}
    return pl.DataFrame(columns, schema={name: pl.String for name in columns}), lines


def _quote_error(error: csv.Error, *, begun: int, line: int) -> DataError:
    if "field larger" in str(error):
        return DataError("E-DATA-WIDE", f"line {begun}: a field of more than {LONGEST_FIELD:,} characters")
    if "unexpected end" not in str(error):
        return DataError(
            "E-CSV-QUOTE",
            f"quote opened in line {begun} is never closed: text follows the next quote, in line {line}."
            ' Write a quote inside a field twice: ""',
        )
    if begun == line:
        return DataError("E-CSV-TRUNC", f"last line {line} ends inside a quoted field; file incomplete? Fetch it again")
    return DataError("E-CSV-QUOTE", f"quote opened in line {begun} is never closed: close it, or remove it")


def _check_widths(widths: list[int], numbers: np.ndarray, *, shown: list[str], whole_end: bool) -> None:
    """DataError unless all records are as wide as the first."""
    if not widths:
        raise DataError(
            "E-DATA-EMPTY", "there is nothing in it but quotes and space: give a file with a header and rows"
        )
    wanted = widths[0]
    if wanted > MOST_COLUMNS:
        raise DataError("E-DATA-WIDE", f"{wanted} columns; at most {MOST_COLUMNS}: give a part of them")
    wrong = [k for k, width in enumerate(widths) if width != wanted]
    if not wrong:
        return
    first, last = wrong[0], len(widths) - 1
    if first == last and widths[last] < wanted and not whole_end and Counter(widths)[wanted] > 2:
        raise DataError(
            "E-CSV-TRUNC",
            f"last line {numbers[last]} has {widths[last]} of {wanted} fields and no line end; file incomplete?"
            " Fetch it again, or remove the line",
        )
    also = ", ".join(str(numbers[k]) for k in wrong[1:5])
    more = f"; also lines {also}{', ...' if len(wrong) > 5 else ''} ({len(wrong)} in all)" if also else ""
    advice = "Unquoted comma?" if widths[first] > wanted else "Fields missing?"
    raise DataError(
        "E-CSV-RAGGED",
        f"line {numbers[first]}: {widths[first]} fields, header has {wanted}: '{_short(shown[first])}'. {advice}{more}",
    )


def _short(line: str) -> str:
    return line if len(line) <= 60 else line[:57] + "..."
