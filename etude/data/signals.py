"""Series of equal length: split and encoded."""

import hashlib

import numpy as np
import torch

from etude.data.pictures import natural
from etude.data.raw import RawSignals
from etude.data.splits import Splits
from etude.data.splitting import split_rows
from etude.errors import DataError
from etude.records import Labelled
from etude.schema import Classes, Quantity, Schema, Signals, Target
from etude.source import Source


def signal_splits(raw: RawSignals, source: Source) -> Splits[Labelled]:
    """The series in three parts; one mean and one deviation for all samples of the training part."""
    classify = source.task != "regress" and (
        source.task == "classify" or not np.issubdtype(raw.answers.dtype, np.floating)
    )
    labels = raw.answers.astype(str) if classify else None
    rows, rule = split_rows(len(raw.values), source=source, classes=labels, part=raw.part)
    target, y = class_target(labels, rows[0]) if labels is not None else quantity_target(raw.answers, rows[0])
    chosen = raw.values[rows[0]].astype(np.float64)
    inputs = Signals(raw.values.shape[1], float(chosen.mean()), float(chosen.std()) or 1.0)
    train, valid, test = (torch.from_numpy(each) for each in rows)
    every = Labelled(torch.from_numpy(raw.values), y)
    digest = hashlib.sha256(raw.values.tobytes() + y.numpy().tobytes()).hexdigest()
    notes = (*raw.notes, f"series of {inputs.length} samples")
    return Splits(
        every[train], every[valid], every[test], Schema(inputs, target), (train, valid, test), rule, notes, digest
    )


def class_target(labels: np.ndarray, train: np.ndarray) -> tuple[Target, torch.Tensor]:
    """The classes in natural order, and the index of each row's."""
    names = natural(set(labels.tolist()))
    if len(names) < 2:
        raise DataError("E-TARGET-ONE", f"all {len(labels)} labels are {names[0]!r}; nothing to learn.")
    y = np.array([names.index(label) for label in labels.tolist()], dtype=np.int64)
    counts = tuple(np.bincount(y[train], minlength=len(names)).tolist())
    return Classes("class", tuple(names), counts), torch.from_numpy(y)


def quantity_target(answers: np.ndarray, train: np.ndarray) -> tuple[Target, torch.Tensor]:
    """The standardised quantity."""
    values = answers.astype(np.float64)
    mean, deviation = float(values[train].mean()), float(values[train].std())
    if deviation == 0:
        raise DataError("E-TARGET-ONE", f"all answers are {mean:g}; nothing to learn.")
    return Quantity("value", mean, deviation), torch.from_numpy(((values - mean) / deviation).astype(np.float32))
