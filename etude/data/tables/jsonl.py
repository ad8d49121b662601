"""One JSON object in each line, as columns of text."""

import json

import numpy as np
import polars as pl

from etude.errors import DataError, together


def objects(text: str) -> tuple[pl.DataFrame, np.ndarray]:
    """A column for every key, null where a line lacks it; and the line of each row. Numbers stay as they are written.

    DataError E-JSON-LINE with line and column for what is not one flat object.
    """
    rows: list[dict[str, str | None]] = []
    numbers: list[int] = []
    errors: list[DataError] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(_row(line, number))
        except DataError as error:
            errors.append(error)
        numbers.append(number)
    if errors:
        raise together(errors, f"{len(errors)} of {len(numbers)} lines are no flat JSON objects:")
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: pl.Series(name, [row.get(name) for row in rows], dtype=pl.String) for name in names}
    return pl.DataFrame(columns), np.array(numbers, dtype=np.int64)


def _row(line: str, number: int) -> dict[str, str | None]:
    try:
        found = json.loads(
            line, object_pairs_hook=_distinct, parse_constant=_no_constant, parse_int=str, parse_float=str
        )
    except json.JSONDecodeError as error:
        raise DataError("E-JSON-LINE", f"line {number}, column {error.colno}: not JSON ({error.msg})") from error
    except RecursionError as error:
        raise DataError("E-JSON-LINE", f"line {number}: nested too deeply: want one flat object a line") from error
    except ValueError as error:
        raise DataError("E-JSON-LINE", f"line {number}: {error}") from error
    if not isinstance(found, dict):
        raise DataError(
            "E-JSON-LINE", f"line {number}: no object: want one such as {{'age': 3, 'label': 'cat'}} a line"
        )
    return {_whole(name, number): _text(value, name, number=number) for name, value in found.items()}


def _text(value: object, name: str, *, number: int) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return value
    if isinstance(value, str):
        return _whole(value, number)
    raise DataError("E-JSON-LINE", f"line {number}: '{name}' holds a list or an object: want a text or a number")


def _whole(text: str, number: int) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        half = ascii(text[error.start])[1:-1]
        raise DataError("E-JSON-LINE", f"line {number}: {half} is half a character: write both halves") from None
    return text


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"the key '{twice}' stands twice in one object")
    return dict(pairs)


def _no_constant(word: str) -> str:
    raise ValueError(f"{word} is no JSON number: write null for a missing value")
