"""What looks wrong in a table though it can be learnt from: constant columns, leaks, rows that stand in two parts."""

import numpy as np
import polars as pl
from jaxtyping import Float, Shaped
from torch import Tensor

from etude.data.tables.encode import MOST_LEVELS
from etude.data.tables.infer import Kind
from etude.data.tables.values import numbers_in

ENOUGH_ROWS = 20
"""fewer rows prove no leak"""


def columns_in_doubt(frame: pl.DataFrame, kinds: tuple[Kind, ...]) -> tuple[str, ...]:
    """Notes on columns that are constant, or categories with too many values to keep them all."""
    notes = []
    for each in kinds:
        different = frame[each.name].drop_nulls().n_unique()
        if each.kind != "left out" and different == 1 and not frame[each.name].null_count():
            notes.append(f"W-COL-CONST: column {each.name} has one value only and is scaled to 0 (--drop {each.name})")
        if each.kind == "category" and different > MOST_LEVELS:
            notes.append(
                f"column {each.name} has {different} values: the {MOST_LEVELS} most frequent are kept, the rest"
                " count as unknown"
            )
    return tuple(notes)


def leaks(frame: pl.DataFrame, kinds: tuple[Kind, ...], *, answers: pl.Series, classes: bool) -> tuple[str, ...]:
    """A note on each column whose values tell the answer without error (and recur, so that it is no chance)."""
    if len(frame) < ENOUGH_ROWS:
        return ()
    told = [
        each.name
        for each in kinds
        if each.kind != "left out"
        and (_tells_class(frame[each.name], answers) if classes else _is_quantity(frame[each.name], answers))
    ]
    return tuple(
        f"W-LEAK: column {name} predicts the target perfectly: is it known before the answer? (--drop {name})"
        for name in told
    )


def _tells_class(column: pl.Series, answers: pl.Series) -> bool:
    different = column.n_unique()
    if different < 2 or different > len(column) / 2:
        return False
    pairs = pl.DataFrame({"value": column, "answer": answers}).unique()
    return len(pairs) == different


def _is_quantity(column: pl.Series, answers: pl.Series) -> bool:
    values, wanted = numbers_in(column), numbers_in(answers)
    if values.null_count() or column.dtype.is_temporal() or values.n_unique() < 3:
        return False
    x, y = values.to_numpy(), wanted.to_numpy()
    return bool(abs(np.corrcoef(x, y)[0, 1]) > 1 - 1e-9)


def rows_in_both(
    x: Float[Tensor, "rows width"], y: Shaped[Tensor, " rows"], *, train: np.ndarray, test: np.ndarray
) -> tuple[str, ...]:
    """A note with the number of test rows that equal a training row, answer included."""
    rows = np.column_stack([x.numpy().astype(np.float64), y.numpy().astype(np.float64)])
    seen = {row.tobytes() for row in rows[train]}
    twice = sum(row.tobytes() in seen for row in rows[test])
    if not twice:
        return ()
    rows_said = "1 identical row" if twice == 1 else f"{twice} identical rows"
    return (f"W-SPLIT-DUP: {rows_said} in both training and test: the score may flatter",)
