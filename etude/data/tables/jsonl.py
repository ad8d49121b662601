"""One JSON object in each line, or an array of objects, as columns of text."""

import json
import re
from collections.abc import Iterator

import numpy as np
import polars as pl

from etude.errors import DataError, together

SPACE = re.compile(r"[ \t\r\n]*")
ARRAY = re.compile(r"\s*\[\s*\{")
"""how an array of objects begins"""


def objects(text: str) -> tuple[pl.DataFrame, np.ndarray]:
    """A column for every key, null where a line lacks it; and the line of each row. Numbers stay as they are written.

    DataError E-JSON-LINE with line and column for what is not one flat object.
    """
    rows: list[dict[str, str | None]] = []
    numbers: list[int] = []
    errors: list[DataError] = []
    for number, one in _in_array(text) if ARRAY.match(text) else _in_lines(text):
        try:
            rows.append(_row(one, number))
        except DataError as error:
            errors.append(error)
        numbers.append(number)
    if errors:
        raise together(errors, f"{len(errors)} of {len(numbers)} rows are no flat JSON objects:")
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: pl.Series(name, [row.get(name) for row in rows], dtype=pl.String) for name in names}
    return pl.DataFrame(columns), np.array(numbers, dtype=np.int64)


def _in_lines(text: str) -> Iterator[tuple[int, str]]:
    """Number and text of each line that is not empty."""
    return ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())


def _in_array(text: str) -> Iterator[tuple[int, str]]:
    """Line and text of each element of an array."""
    decoder = json.JSONDecoder(parse_int=str, parse_float=str)
    number, counted, mark = 1, 0, text.index("[")
    while counted == 0 or text[mark : mark + 1] == ",":
        begin = _behind_space(text, mark + 1)
        number, counted = number + text.count("\n", counted, begin), begin
        try:
            _, stop = decoder.raw_decode(text, begin)
        except json.JSONDecodeError as error:
            where = f"line {error.lineno}, column {error.colno}"
            raise DataError("E-JSON-LINE", f"{where}: not JSON ({error.msg})") from error
        except RecursionError as error:
            raise DataError("E-JSON-LINE", f"line {number}: nested too deeply: want flat objects") from error
        yield number, text[begin:stop]
        mark = _behind_space(text, stop)
    if text[mark:].strip() != "]":
        number += text.count("\n", counted, mark)
        raise DataError("E-JSON-LINE", f"line {number}: the array goes on strangely: want a comma and an object, or ]")


def _behind_space(text: str, place: int) -> int:
    found = SPACE.match(text, place)
    return found.end() if found else place


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
