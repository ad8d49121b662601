"""Encoded examples in words: what the numbers of a row or the ids of a text say, and the answer to them."""

from jaxtyping import Shaped
from torch import Tensor

from etude.data.tokenizers import decode
from etude.schema import Classes, Inputs, Quantity, Table, Text, Wanted

COLUMNS = 12
"""of a row that are told"""
LETTERS = 300
"""of a text that are told"""


def answer_in_words(target: Wanted, y: Shaped[Tensor, ""]) -> str:
    """The name of the class, or the quantity in its own unit."""
    if isinstance(target, Classes):
        return target.names[int(y)]
    assert isinstance(target, Quantity)
    return f"{float(y) * target.deviation + target.mean:.4g}"


def example_in_words(inputs: Inputs, x: Shaped[Tensor, "..."]) -> str:
    """A text, or the columns of a row; nothing for what is to be looked at."""
    if isinstance(inputs, Text):
        text = decode(inputs, x.tolist())
        return text if len(text) <= LETTERS else f"{text[:LETTERS]}…"
    return row_in_words(inputs, x) if isinstance(inputs, Table) else ""


def row_in_words(table: Table, x: Shaped[Tensor, " width"]) -> str:
    """'age 34, job clerk': numbers before categories, as in the encoding."""
    values = x.tolist()
    first = table.width - len(table.categorical)
    numbers = [
        f"{column.name} {value * column.deviation + column.mean:.4g}"
        for column, value in zip(table.numeric, values, strict=False)
    ]
    names = [
        f"{column.name} {('?', *column.values)[int(code)]}"
        for column, code in zip(table.categorical, values[first:], strict=True)
    ]
    told = [*numbers, *names]
    return ", ".join(told[:COLUMNS]) + (", …" if len(told) > COLUMNS else "")
