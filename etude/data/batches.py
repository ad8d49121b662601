"""Batches from examples in memory: shuffled, balanced by class, or in order; batch n depends on (seed, n) alone."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Generic

import torch
from jaxtyping import Int
from torch import Tensor

from etude.chance import stream
from etude.types import B


def steps_per_epoch(n: int, size: int) -> int:
    """Batches of `size` that cover `n` examples once; the last one may be smaller."""
    return -(-n // size)


class Drawn(Generic[B]):
    """Batches of examples, and which examples are in the latest one."""

    def __init__(
        self,
        examples: B,
        order: Iterator[Int[Tensor, " batch"]],
        seed: int,
        start: int,
        augment: Callable[[B, torch.Generator], B] | None,
    ) -> None:
        """`order` says which examples make batch number `start` and those after it."""
        self.examples, self.order, self.seed, self.number, self.augment = examples, order, seed, start, augment
        self.rows: Int[Tensor, " batch"] = torch.zeros(0, dtype=torch.int64)
        """of the examples, in the latest batch"""

    def __iter__(self) -> Iterator[B]:
        return self

    def __next__(self) -> B:
        self.rows = next(self.order)
        batch = _augmented(_take(self.examples, self.rows), seed=self.seed, number=self.number, augment=self.augment)
        self.number += 1
        return batch


def shuffled(
    examples: B,
    size: int,
    *,
    seed: int,
    start: int = 0,
    augment: Callable[[B, torch.Generator], B] | None = None,
) -> Iterator[B]:
    """Endless batches from batch number `start`, in a fresh order every epoch; an epoch shows each example once.

    `augment` changes a batch with the generator of that batch, so a resumed training sees the same pictures.
    """
    _demand_examples(len(examples), size)
    return Drawn(examples, _in_epochs(len(examples), size, seed=seed, start=start), seed, start, augment)


def _in_epochs(n: int, size: int, *, seed: int, start: int) -> Iterator[Int[Tensor, " batch"]]:
    epoch, first = divmod(start, steps_per_epoch(n, size))
    while True:
        order = torch.randperm(n, generator=stream(seed, "order", epoch))
        yield from order.split(size)[first:]
        epoch, first = epoch + 1, 0


def balanced(
    examples: B,
    size: int,
    *,
    seed: int,
    classes: Int[Tensor, " examples"],
    start: int = 0,
    augment: Callable[[B, torch.Generator], B] | None = None,
) -> Iterator[B]:
    """Endless batches drawn with replacement in which every class that occurs is equally likely.

    `classes` holds the class of each example; within a class every example is equally likely.
    """
    _demand_examples(len(examples), size)
    return Drawn(examples, _by_class(classes, size, seed=seed, start=start), seed, start, augment)


def _by_class(
    classes: Int[Tensor, " examples"], size: int, *, seed: int, start: int
) -> Iterator[Int[Tensor, " batch"]]:
    by_class = classes.argsort(stable=True)
    counts = classes.unique(return_counts=True)[1]
    offsets = counts.cumsum(0) - counts
    for number in count(start):
        generator = stream(seed, "order", number)
        drawn = torch.randint(len(counts), (size,), generator=generator)
        within = torch.rand(size, generator=generator, dtype=torch.float64) * counts[drawn]
        yield by_class[offsets[drawn] + within.long()]


def in_order(examples: B, size: int) -> Iterator[B]:
    """All examples once, as they stand; the last batch may be smaller. The batches are views."""
    for first in range(0, len(examples), size):
        yield examples[first : first + size]


def _take(examples: B, rows: Tensor) -> B:
    # index_select copies whole rows; indexing with a tensor would take the slower general path
    return type(examples)(*(tensor.index_select(0, rows) for tensor in examples.tensors()))


def _augmented(batch: B, *, seed: int, number: int, augment: Callable[[B, torch.Generator], B] | None) -> B:
    return batch if augment is None else augment(batch, stream(seed, "augmentation", number))


def _demand_examples(n: int, size: int) -> None:
    if n == 0:
        raise ValueError("no examples to make batches of")
    if size < 1:
        raise ValueError(f"a batch needs at least 1 example, not {size}")
