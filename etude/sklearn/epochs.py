"""etude's loop seen from scikit-learn: one row for each epoch, nothing written."""

import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, repeat

import torch
from torch import Tensor

from etude.data.batches import in_order, shuffled, steps_per_epoch
from etude.learners.base import GradientLearner
from etude.records import Weighted
from etude.training.experiment import Experiment
from etude.training.fit import fit
from etude.training.unsaved import UnsavedRun


@dataclass(frozen=True, slots=True)
class Epoch:
    """What one pass over the training rows brought."""

    loss: float
    """mean over the rows, each before the update that it took part in"""
    scores: dict[str, float]
    """of the network after the pass"""


def size_of_batches(batch_size: int | str, rows: int) -> int:
    """Rows of a batch, by default 200, and never more than there are."""
    if isinstance(batch_size, str):  # 'auto', the only word that the constraints let through
        return min(200, rows)
    if batch_size > rows:
        warnings.warn(
            f"Got `batch_size` larger than sample size ({batch_size} > {rows}). It is going to be clipped", stacklevel=6
        )
    return int(min(batch_size, rows))


def in_random_order(train: Weighted, size: int, *, seed: int) -> Callable[[int], Iterator[Weighted]]:
    """The batches of an experiment, in a fresh order every epoch."""
    return lambda start: shuffled(train, size, seed=seed, start=start)


def in_given_order(train: Weighted, size: int) -> Callable[[int], Iterator[Weighted]]:
    """The batches of an experiment that starts at update 0, in the order of the rows every epoch."""
    return lambda start: chain.from_iterable(in_order(each, size) for each in repeat(train))


def epochs(
    learner: GradientLearner[Weighted],
    batches: Callable[[int], Iterator[Weighted]],
    *,
    rows: int,
    size: int,
    count: int,
    evaluate: Callable[[], dict[str, float]],
) -> Generator[Epoch, None, None]:
    """Train for `count` passes over `rows` rows in batches of `size`; close the generator to stop earlier."""
    steps = steps_per_epoch(rows, size)
    experiment = Experiment(
        learner=learner,
        batches=batches,
        steps=count * steps,
        evaluate=evaluate,
        evaluate_every=steps,
        log_every=steps,
        epoch_steps=steps,
    )
    sizes = torch.tensor([size] * (steps - 1) + [rows - size * (steps - 1)])
    losses: list[Tensor] = []
    with closing(fit(experiment, UnsavedRun())) as events:
        for event in events:
            losses.append(event.logs["loss"])
            if len(losses) == steps:
                yield Epoch(float(torch.stack(losses).double() @ sizes.double() / rows), event.scores)
                losses.clear()
