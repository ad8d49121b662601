"""Batches of texts of like length, so that little of a batch is padding; batch n depends on (seed, n) alone."""

from collections.abc import Iterator
from itertools import islice

import torch
from jaxtyping import Int
from torch import Tensor

from etude.chance import stream
from etude.data.batches import steps_per_epoch
from etude.data.tokenizers import PAD
from etude.records import Pairs

POOL = 50
"""batches that are sorted by length together: more mean less padding, and less chance in who meets whom"""


def bucketed(pairs: Pairs, size: int, *, seed: int, start: int = 0) -> Iterator[Pairs]:
    """Endless batches from batch number `start`, in a fresh order every epoch; an epoch shows each pair once.

    The shuffled pairs are sorted within pools of POOL batches, and the batches of an epoch are shuffled again.
    """
    if len(pairs) == 0:
        raise ValueError("no pairs to make batches of")
    lengths = length_key(pairs)
    epoch, first = divmod(start, steps_per_epoch(len(pairs), size))
    while True:
        for rows in islice(batch_rows(lengths, size, generator=stream(seed, "order", epoch)), first, None):
            yield trimmed(pairs[rows])
        epoch, first = epoch + 1, 0


def batch_rows(lengths: Int[Tensor, " pair"], size: int, *, generator: torch.Generator) -> Iterator[Tensor]:
    """The rows of each batch of an epoch."""
    order = torch.randperm(len(lengths), generator=generator)
    batches = [
        rows for pool in order.split(POOL * size) for rows in pool[lengths[pool].argsort(stable=True)].split(size)
    ]
    return (batches[number] for number in torch.randperm(len(batches), generator=generator).tolist())


def by_length(pairs: Pairs, size: int) -> Iterator[tuple[Int[Tensor, " batch"], Pairs]]:
    """All pairs once, shortest first, each batch with the rows that it holds."""
    for rows in length_key(pairs).argsort(stable=True).split(size):
        yield rows, trimmed(pairs[rows])


def length_key(pairs: Pairs) -> Int[Tensor, " pair"]:
    """A number by which pairs are sorted: by the length of y, and by that of x where those are equal."""
    return (pairs.y != PAD).sum(1) * (pairs.x.shape[1] + 1) + (pairs.x != PAD).sum(1)


def trimmed(pairs: Pairs) -> Pairs:
    """The same pairs without the columns that are padding in all of them."""
    x, y = (side[:, : max(1, int((side != PAD).sum(1).max()))] for side in pairs.tensors())
    return Pairs(x, y)
