"""How the learning rate changes over the updates: a schedule maps an update's number to a factor on the base rate."""

import math
from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor, nn

from etude.errors import UsageError, nearest

Schedule: TypeAlias = Callable[[int], float]
"""Update number, from 0 -> factor on the base learning rate."""


def constant(step: int) -> float:
    """The base rate all the way."""
    return 1.0


def step_decay(every: int, factor: float = 0.1) -> Schedule:
    """Multiply by `factor` after each `every` updates."""
    at_least_one(every)
    return lambda step: factor ** (step // every)


def exponential(factor: float) -> Schedule:
    """Multiply by `factor` after each update."""
    return lambda step: factor**step


def linear(steps: int) -> Schedule:
    """A straight line from 1 to 0 over `steps` updates, then 0."""
    at_least_one(steps)
    return lambda step: 1 - min(step, steps) / steps


def cosine(steps: int, floor: float = 0.0) -> Schedule:
    """Half a cosine from 1 down to `floor` over `steps` updates, then flat.

    Loshchilov and Hutter 2017 (arXiv:1608.03983), eq. 5, without restarts.
    """
    at_least_one(steps)
    return lambda step: half_cosine(1.0, floor, min(step, steps) / steps)


def one_cycle(steps: int, rise: float = 0.3, *, start: float = 1 / 25, end: float = 1 / 250_000) -> Schedule:
    """Up to the base rate in the share `rise` of all `steps` updates, and down to nearly nothing.

    Smith and Topin 2019 (arXiv:1708.07120). `start` and `end` are the first and the last factor; their defaults and the
    two half cosines are PyTorch's. The last factor comes with update `steps - 1` and stays.
    """
    at_least_one(steps)
    peak, last = max(rise * steps - 1, 0.0), steps - 1

    def factor(step: int) -> float:
        if step < peak:
            return half_cosine(start, 1.0, step / peak)
        return half_cosine(1.0, end, (min(step, last) - peak) / max(last - peak, 1))

    return factor


def warmed(schedule: Schedule, steps: int) -> Schedule:
    """`schedule` with its first `steps` updates damped by 1/steps, 2/steps, ... 1.

    Goyal et al. 2017 (arXiv:1706.02677), section 2.2. The schedule keeps its own clock, so
    `warmed(cosine(1000), 50)` ends with update 1,000.
    """
    at_least_one(steps)
    return lambda step: min(1.0, (step + 1) / steps) * schedule(step)


class Plateau(nn.Module):
    """A schedule that is fed scores: when none of the last `patience` + 1 was better than the best, the factor falls.

    A module, so that a learner which holds it as an attribute saves it; its numbers stay on the host, where they cost
    an update nothing.
    """

    def __init__(
        self, *, patience: int = 10, factor: float = 0.1, threshold: float = 1e-4, higher_is_better: bool = False
    ) -> None:
        """`threshold` is the least improvement that counts, as a share of the best score."""
        super().__init__()
        self.patience, self.shrink = patience, factor
        self.threshold, self.sign = threshold, -1.0 if higher_is_better else 1.0
        self.factor, self.best, self.bad = 1.0, math.inf, 0

    def observe(self, score: float) -> None:
        """Take notice of one evaluation."""
        cost = self.sign * score
        if cost < self.best - self.threshold * abs(self.best) or math.isinf(self.best):
            self.best, self.bad = cost, 0
        else:
            self.bad += 1
        if self.bad > self.patience:
            self.factor, self.bad = self.factor * self.shrink, 0

    def forward(self, step: int) -> float:
        return self.factor

    def get_extra_state(self) -> Tensor:
        """Factor, best cost and bad evaluations since, for the checkpoint."""
        return torch.tensor([self.factor, self.best, self.bad], dtype=torch.float64)

    def set_extra_state(self, state: Tensor) -> None:
        """Go on where `get_extra_state` was asked."""
        factor, best, bad = state.tolist()
        self.factor, self.best, self.bad = factor, best, int(bad)


SCHEDULES: dict[str, Callable[[int], Schedule]] = {
    "constant": lambda steps: constant,
    "step": lambda steps: step_decay(max(1, steps // 3)),
    "exponential": lambda steps: exponential(1e-3 ** (1 / steps)),
    "cosine": cosine,
    "one-cycle": one_cycle,
}
"""by name, for a training of so many updates; `step` falls to a tenth twice, `exponential` to a thousandth in all"""


def schedule(name: str, steps: int) -> Schedule:
    """A schedule by name over `steps` updates; UsageError for a name that is none."""
    if name not in SCHEDULES:
        close = nearest(name, SCHEDULES)
        raise UsageError("E-CFG-NAME", f"no schedule {name!r}{close} Known: {', '.join(SCHEDULES)}.")
    return SCHEDULES[name](steps)


def half_cosine(start: float, end: float, progress: float) -> float:
    """From `start` to `end` as `progress` goes from 0 to 1, level at both ends."""
    return end + (start - end) * (1 + math.cos(math.pi * progress)) / 2


def at_least_one(steps: int) -> None:
    """Refuse a span of no updates."""
    if steps < 1:
        raise ValueError(f"a schedule spans at least 1 update, got {steps}")
