"""From encoded examples and their answers to the three parts, the same way for pictures, signals and texts."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor

from etude.data.raw import RawPictures, RawSignals, RawTexts
from etude.data.splits import Splits
from etude.data.splitting import split_rows
from etude.data.tables.answers import check_present, class_texts, encode_answers, fit_target, names_classes
from etude.errors import DataError, UsageError
from etude.records import Inputs, Labelled
from etude.schema import Classes, Schema, Target
from etude.schema import Inputs as InputKind
from etude.source import Source


@dataclass(frozen=True, slots=True)
class Answered:
    """Which rows stand in which part, and what is to be answered of all of them."""

    rows: tuple[Int[np.ndarray, " training"], Int[np.ndarray, " validation"], Int[np.ndarray, " test"]]
    rule: str
    target: Target
    y: Float[Tensor, " rows"] | Int[Tensor, " rows"]
    notes: tuple[str, ...]


def assembled(
    x: Shaped[Tensor, "rows ..."],
    raw: RawPictures | RawSignals,
    *,
    source: Source,
    fit: Callable[[Int[np.ndarray, " training"]], InputKind],
    notes: tuple[str, ...],
) -> Splits[Labelled]:
    """The parts of `x`, whose rows are those of `raw`; `fit` describes the inputs by the training rows.

    DataError E-TARGET-MISSING, E-TARGET-ONE, E-SPLIT-SMALL; UsageError for flags that only tables have.
    """
    answered = answered_rows(raw, source)
    return in_parts(x, answered, inputs=fit(answered.rows[0]), notes=raw.notes + notes)


def answered_rows(raw: RawPictures | RawSignals | RawTexts, source: Source) -> Answered:
    """The answers encoded, and the rows of each part, which do not depend on what the examples hold."""
    refuse_columns(source)
    order = () if isinstance(raw, RawSignals) else raw.classes
    answers = _answers(raw.answers, order)
    check_present(answers, None)
    classes, why = _are_classes(answers, source)
    name = raw.target if isinstance(raw, RawTexts) else "class" if classes else "value"
    answers = answers.rename(name)
    rows, rule = split_rows(
        len(answers), source=source, classes=class_texts(answers).to_numpy() if classes else None, part=raw.part
    )
    target = fit_target(answers, rows[0], classes=classes, lines=None)
    if isinstance(target, Classes) and order:
        target = _reordered(target, order)
    y = encode_answers(target, answers)
    if isinstance(target, Classes):
        listed = ", ".join(target.names[:12]) + (", ..." if len(target.names) > 12 else "")
        why = (*why, f"{len(target.names)} classes: {listed}")
    return Answered(rows, rule, target, y, why)


def in_parts(
    x: Shaped[Tensor, "rows ..."], answered: Answered, *, inputs: InputKind, notes: tuple[str, ...]
) -> Splits[Labelled]:
    """The examples with their answers in three parts."""
    every = Labelled(x, answered.y)
    train, valid, test = (torch.from_numpy(each) for each in answered.rows)
    notes = (*notes, *answered.notes, *in_two_parts(x, answered.rows))
    schema = Schema(inputs, answered.target)
    parts = (train, valid, test)
    return Splits(every[train], every[valid], every[test], schema, parts, answered.rule, notes, fingerprint(every))


def fingerprint(examples: Inputs | Labelled) -> str:
    """SHA-256 of the numbers of all examples, then of all answers if there are any."""
    digest = hashlib.sha256()
    for tensor in examples.tensors():
        digest.update(tensor.contiguous().numpy().data)
    return digest.hexdigest()


def refuse_columns(source: Source) -> None:
    """UsageError for flags that only tables have."""
    given = {"target": source.target, "group": source.group, "time": source.time}
    for flag, value in given.items():
        if value is not None:
            raise UsageError(
                "E-COLUMN", f"--{flag} {value} names a column, and '{source.data}' has none: leave the flag away"
            )


def _answers(answers: np.ndarray, order: tuple[str, ...]) -> pl.Series:
    """As a column; whole numbers become the names that they stand for."""
    if order and answers.dtype.kind in "iu":
        outside = answers[(answers < 0) | (answers >= len(order))]
        if len(outside):
            raise DataError(
                "E-TARGET-LABEL", f"label {outside[0]} is outside the {len(order)} classes 0 to {len(order) - 1}"
            )
        answers = np.array(order)[answers]
    column = pl.Series("answers", answers)
    return column.fill_nan(None) if column.dtype.is_float() else column


def _are_classes(answers: pl.Series, source: Source) -> tuple[bool, tuple[str, ...]]:
    """Names and whole numbers are classes unless the user wants a quantity; other numbers as in a table."""
    if not answers.dtype.is_float() and source.task != "regress":
        return True, ()
    classes, why = names_classes(answers, source)
    return classes, (f"target: {why}",)


def _reordered(target: Classes, order: tuple[str, ...]) -> Classes:
    counts = dict(zip(target.names, target.counts, strict=True))
    return Classes(target.name, names=order, counts=tuple(counts.get(name, 0) for name in order))


def in_two_parts(x: Tensor, rows: tuple[np.ndarray, np.ndarray, np.ndarray]) -> tuple[str, ...]:
    """A note if the very same example stands in the training part and in another one."""
    flat = x.flatten(1).numpy()
    digests = [{hashlib.blake2b(flat[row].tobytes(), digest_size=16).digest() for row in part} for part in rows]
    shared = len(digests[0] & (digests[1] | digests[2]))
    if not shared:
        return ()
    are = "1 example is" if shared == 1 else f"{shared} examples are"
    return (f"W-SPLIT-DUP: {are} in the training part and, identical, in validation or test too",)
