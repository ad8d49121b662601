"""The column to predict: which it is, whether it names classes or is a quantity, and its encoding."""

import re

import numpy as np
import polars as pl
import torch
from jaxtyping import Float, Int
from torch import Tensor

from etude.data.tables.checks import checked_numbers
from etude.data.tables.infer import FEW_VALUES
from etude.data.tables.values import numbers_in, place, texts_in
from etude.errors import DataError, UsageError, nearest
from etude.schema import Classes, Quantity, Target
from etude.source import Source

USUAL_NAMES = ("target", "label", "class", "y")


def target_name(columns: list[str], source: Source) -> tuple[str, tuple[str, ...]]:
    """The column that the user named (or numbered, from 1), else a usual name, else the last one; with a note.

    UsageError E-TARGET if there is no such column.
    """
    wanted = source.target
    if wanted is None:
        usual = [name for name in columns if name.lower() in USUAL_NAMES]
        free = [name for name in columns if name not in {source.group, source.time, *source.drop}]
        if not free:
            raise UsageError("E-TARGET", "every column is dropped: nothing is left to predict")
        name = usual[0] if usual else free[-1]
        return name, (f"target: {name}{'' if usual else ', the last column'} (--target)",)
    if wanted in columns:
        return wanted, ()
    if wanted.isascii() and wanted.isdecimal() and 1 <= int(wanted) <= len(columns):
        return columns[int(wanted) - 1], (f"target: {columns[int(wanted) - 1]}, column {wanted} of the file",)
    listed = ", ".join(columns[:50]) + (", ..." if len(columns) > 50 else "")
    raise UsageError("E-TARGET", f"no column '{wanted}'{nearest(wanted, columns)} Columns: {listed}.")


def check_present(column: pl.Series, lines: np.ndarray | None) -> None:
    """DataError E-TARGET-MISSING if a row has no answer."""
    absent = column.is_null().arg_true()
    if len(absent):
        first = ", ".join(place(lines, int(row)) for row in absent[:3])
        rows = "1 row" if len(absent) == 1 else f"{len(absent)} rows"
        raise DataError(
            "E-TARGET-MISSING",
            f"{rows} without label in column {column.name} (first: {first}): fill them in or remove the rows,"
            " or name another column with --target",
        )


def names_classes(column: pl.Series, source: Source) -> tuple[bool, str]:
    """Whether the answers are classes rather than a quantity, and a note that says why.

    Texts and truth values are classes; so are whole numbers if two, or few: at most 20 and at most the square root of
    the rows, and each in at least three rows.
    """
    numbers = numbers_in(column) if column.dtype != pl.Boolean else pl.Series([None] * len(column), dtype=pl.Float64)
    numeric = numbers.null_count() == 0 and not column.dtype.is_temporal()
    different = column.n_unique()
    many = different > max(FEW_VALUES, len(column) / 5)
    looks = f"; W-TASK: {different} classes of {len(column)} rows looks like an id or a quantity" if many else ""
    if source.task == "classify":
        return True, f"{different} classes{looks}"
    if source.task == "regress":
        if not numeric:
            text = texts_in(column).filter(numbers.is_null())[0]
            raise DataError(
                "E-TARGET-TEXT",
                f"--task regress needs numbers in column {column.name}, it holds '{text}': --task classify",
            )
        return False, f"quantity{'; W-TASK: 2 values looks like classification' if different <= 2 else ''}"
    if not numeric:
        return True, f"{different} classes{looks}"
    whole = bool((numbers == numbers.round()).all())
    few = different <= min(FEW_VALUES, len(column) ** 0.5) and numbers.unique_counts().min() != 1
    if whole and (different <= 2 or (few and _least(numbers) >= 3)):
        return True, f"{different} classes, as it has {different} different whole numbers (--task regress for a number)"
    return False, f"quantity, as it has {different} different numbers (--task classify for classes)"


def _least(numbers: pl.Series) -> int:
    return int(numbers.value_counts()["count"].min())  # type: ignore[arg-type]


def class_texts(column: pl.Series) -> pl.Series:
    """The answers as class names: 1.0 and 1 are the same."""
    return texts_in(column).str.replace(r"^([+-]?\d+)\.0*$", "${1}")


def fit_target(column: pl.Series, train: np.ndarray, *, classes: bool, lines: np.ndarray | None) -> Target:
    """The classes in natural order with their counts in training, or mean and deviation of the training rows.

    DataError E-TARGET-ONE if all answers are the same.
    """
    if not classes:
        values = checked_numbers(column, lines).to_numpy()
        _check_two(column, len(np.unique(values[train])))
        return Quantity(column.name, mean=float(values[train].mean()), deviation=float(values[train].std()))
    texts = class_texts(column)
    names = natural_order(texts.unique().to_list())
    _check_two(texts, len(names))
    counts = dict(texts.gather(train).value_counts().rows())
    return Classes(column.name, names=names, counts=tuple(counts.get(name, 0) for name in names))


def _check_two(column: pl.Series, different: int) -> None:
    if different < 2:
        raise DataError(
            "E-TARGET-ONE",
            f"all {len(column)} labels are '{column[0]}'; nothing to learn: name another column with --target",
        )


def natural_order(names: list[str]) -> tuple[str, ...]:
    """By size if all are numbers, else by the alphabet."""
    if numbers_in(pl.Series(names)).null_count():
        return tuple(sorted(names))
    return tuple(sorted(names, key=lambda name: (float(name), name)))


def encode_answers(target: Target, column: pl.Series) -> Int[Tensor, " rows"] | Float[Tensor, " rows"]:
    """Class indices (int64) or standardised quantities (float32).

    A label that differs from one class only in case, spaces or a final point is taken for it. DataError
    E-TARGET-MISSING for a missing answer, E-TARGET-LABEL for a label that is no class.
    """
    check_present(column, None)
    if isinstance(target, Quantity):
        values = checked_numbers(column, None).to_numpy()
        return torch.from_numpy(((values - target.mean) / target.deviation).astype(np.float32))
    codes = {name: code for code, name in enumerate(target.names)}
    near = {_plain(name): code for name, code in codes.items()}
    near = near if len(near) == len(codes) else {}
    texts = class_texts(column)
    found = {text: codes.get(text, near.get(_plain(text), -1)) for text in texts.unique()}
    unknown = sorted(text for text, code in found.items() if code < 0)
    if unknown:
        shown = ", ".join(repr(each) for each in unknown[:5])
        raise DataError(
            "E-TARGET-LABEL",
            f"column {column.name} holds labels that are no classes of the run: {shown}"
            f"{nearest(unknown[0], target.names)} Classes: {', '.join(target.names[:20])}.",
        )
    return torch.from_numpy(texts.replace_strict(found, return_dtype=pl.Int64).to_numpy().copy())


def _plain(label: str) -> str:
    return re.sub(r"\s+", " ", label).strip().rstrip(".").casefold()


def near_labels(column: pl.Series) -> tuple[str, ...]:
    """A note for labels that differ only in case, spaces or a final point; `column` as it was read."""
    if column.dtype != pl.String:
        return ()
    spellings: dict[str, list[str]] = {}
    for text in column.drop_nulls().unique().sort().head(1000):
        spellings.setdefault(_plain(text), []).append(text)
    return tuple(
        f"W-LABEL-NEAR: {len(each)} spellings look alike: {', '.join(repr(text) for text in each)} in column"
        f" {column.name} (only spaces around a label are ignored)"
        for each in spellings.values()
        if len(each) > 1
    )
