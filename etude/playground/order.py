"""The order in which points are learnt from."""

from collections.abc import Iterator
from itertools import cycle, islice

import torch

from etude.records import Labelled


def carried(train: Labelled, size: int, *, start: int) -> Iterator[Labelled]:
    """Batches from update `start` on, in one order for ever.

    What is left over at the end of an epoch is carried into the first batch of the next one.
    """
    epoch = len(train) // size
    batches = [train[k * size : (k + 1) * size] for k in range(epoch)]
    left = torch.arange(epoch * size, len(train))
    first = train[torch.cat([left, torch.arange(size)])]
    later = cycle([first, *batches[1:]])
    if start < epoch:
        yield from batches[start:]
        start = epoch
    yield from islice(later, start % epoch, None)


def rows_of(n: int, size: int, step: int) -> list[int]:
    """The numbers of the points, of n, in batch `step`."""
    numbers = torch.arange(n, dtype=torch.float64)
    rows: list[int] = next(carried(Labelled(numbers[:, None], numbers), size, start=step)).y.long().tolist()
    return rows
