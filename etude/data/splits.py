"""A data set, split once and for all, with what its columns mean."""

from dataclasses import dataclass, replace
from typing import Generic

import torch
from jaxtyping import Int
from torch import Tensor

from etude.chance import stream
from etude.schema import Schema
from etude.types import B


@dataclass(frozen=True, slots=True)
class Splits(Generic[B]):
    """The three parts; only `evaluate` looks at `test`."""

    train: B
    valid: B
    test: B
    schema: Schema
    rows: tuple[Int[Tensor, " train"], Int[Tensor, " valid"], Int[Tensor, " test"]]
    """which rows of the source (in reading order, from 0) stand in each part"""
    rule: str
    """how it was split, in words: '70/20/10 stratified by class, seed 0'"""
    notes: tuple[str, ...]
    """what was inferred or changed while reading, one sentence each; printed before training"""
    fingerprint: str
    """SHA-256 of the encoded examples and answers, in reading order"""


def first_rows(splits: Splits[B], n: int) -> Splits[B]:
    """The same data with the first `n` training examples as training and validation part."""
    few = splits.train[:n]
    rows = splits.rows[0][:n]
    notes = (*splits.notes, f"overfit: training and validation on the same {len(few)} examples")
    return Splits(
        few, few, splits.test, splits.schema, (rows, rows, splits.rows[2]), splits.rule, notes, splits.fingerprint
    )


def labelled_rows(splits: Splits[B], n: int | None, *, seed: int) -> Splits[B]:
    """The same data with `n` training examples, drawn by the seed; None keeps all."""
    if n is None or n >= len(splits.train):
        return splits
    rows = torch.randperm(len(splits.train), generator=stream(seed, "labels"))[:n]
    note = f"labels: {n:,} of {len(splits.train):,} training examples keep theirs, the others are seen without"
    return replace(
        splits,
        train=splits.train[rows],
        rows=(splits.rows[0][rows], *splits.rows[1:]),
        notes=(*splits.notes, note),
    )


def part(splits: Splits[B], name: str) -> tuple[B, Int[Tensor, " part"]]:
    """The examples and source rows of 'train', 'valid' or 'test'."""
    position = ("train", "valid", "test").index(name)
    return (splits.train, splits.valid, splits.test)[position], splits.rows[position].to(torch.int64)
