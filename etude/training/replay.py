"""The updates before a disaster once more, from the last state that was kept: they are the same to the last bit."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic

from jaxtyping import Int
from torch import Tensor

from etude.data.batches import Drawn
from etude.learners.base import Learner, device_of
from etude.training.checkpoint import Snapshot, lost_tensor, put_back, snapshot
from etude.training.experiment import Experiment
from etude.types import B, Logs

REMEMBERED = 20
"""updates before the bad one of which the loss and the weights are told"""


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one update left."""

    step: int
    logs: dict[str, float]
    largest: float
    """absolute value among the weights"""
    layer: str
    """of the parameter that holds it"""


@dataclass(frozen=True, slots=True)
class BadUpdate(Generic[B]):
    """The update that left the finite numbers, ready to be made again."""

    step: int
    origin: Snapshot
    """the state that was kept, from which it was found"""
    before: Snapshot
    """the state just before it"""
    batch: B
    rows: Int[Tensor, " batch"] | None
    """which training examples the batch holds; None where the batches do not say"""
    trail: tuple[Footprint, ...]
    """of the state that was kept, of the updates just before the bad one, and of itself"""

    @property
    def before_it(self) -> Footprint:
        """What the update before it left."""
        return self.trail[-2]


def replay(experiment: Experiment[B], origin: Snapshot, *, until: int, deadline: float) -> BadUpdate[B] | None:
    """The first update up to number `until` that leaves the finite numbers; None if none does, or the time is up.

    `deadline` is on the clock of `time.perf_counter`. The learner is left in the state of the last update.
    """
    learner = experiment.learner
    device = device_of(learner)
    step = put_back(origin, learner)
    phase = origin.state["phase"]
    learner.train()
    batches = experiment.batches(step)
    trail = [footprint(step, learner, {})]
    while step < until and time.perf_counter() < deadline:
        before = snapshot(learner, step=step, phase=phase)
        batch = next(batches).to(device)
        logs = learner.update(batch)
        step += 1
        trail = [trail[0], *trail[1:][-REMEMBERED:], footprint(step, learner, logs)]
        if is_lost(learner, logs):
            return BadUpdate(step, origin, before, batch, rows_of(batches, experiment), tuple(trail))
    return None


def footprint(step: int, learner: Learner[Any], logs: Logs) -> Footprint:
    """What an update left."""
    return Footprint(step, {name: float(value) for name, value in logs.items()}, *largest_weight(learner))


def is_lost(learner: Learner[Any], logs: Logs) -> bool:
    """Whether an update left the finite numbers: in what it says, or in the weights."""
    return not all(math.isfinite(float(value)) for value in logs.values()) or lost_tensor(learner) is not None


def largest_weight(learner: Learner[Any]) -> tuple[float, str]:
    """The largest absolute value among the parameters, NaN if one is NaN, and the parameter that holds it."""
    sizes = {name: float(each.detach().abs().max()) for name, each in learner.named_parameters() if each.numel()}
    name = max(sizes, key=lambda each: math.inf if math.isnan(sizes[each]) else sizes[each], default="")
    return sizes.get(name, 0.0), name.removeprefix("model.")


def rows_of(batches: Iterator[B], experiment: Experiment[B]) -> Int[Tensor, " batch"] | None:
    """Which examples of the source are in the latest batch."""
    if not isinstance(batches, Drawn):
        return None
    splits = experiment.splits
    if splits is None or len(splits.rows[0]) != len(batches.examples):
        return batches.rows
    return splits.rows[0][batches.rows]
