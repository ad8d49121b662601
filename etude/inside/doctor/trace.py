"""One update of a copy, with everything noted that a check may ask for; the training itself does not feel it."""

import random
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from etude.inside.doctor.listening import Calls, Listening, overheard
from etude.inside.rehearsal import Change, Passage, noted
from etude.learners.base import Learner, device_of
from etude.optim import Optimizer
from etude.types import Logs

PLACES = 50
"""updates at which a schedule is asked"""


@dataclass(frozen=True, slots=True)
class Trace:
    """An update of a copy."""

    learner: Learner[Any]
    """the copy, after it"""
    changes: dict[str, Change]
    passages: dict[str, Passage]
    logs: Logs
    calls: Calls
    seconds: float
    error: Exception | None = None
    """what ended the update before it was done"""


@contextmanager
def unnoticed(learner: nn.Module) -> Iterator[None]:
    """All chance is afterwards as before, and nobody is warned of what is looked for here."""
    device = device_of(learner)
    states = random.getstate(), np.random.get_state()
    with torch.random.fork_rng([device] if device.type == "cuda" else []), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            random.setstate(states[0])
            np.random.set_state(states[1])


def begin_chance(number: int) -> None:
    """torch.manual_seed without its look at devices that nobody uses, which takes longer than a small update."""
    torch.default_generator.manual_seed(number)
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed_all(number)


def copy_of(learner: Learner[Any], steps: int) -> Learner[Any]:
    """A copy at the highest rate that its schedules reach: an update while they warm up would tell nothing."""
    copy = deepcopy(learner)
    copy.train()
    for optimizer in copy.optimizers().values():
        set_factor(optimizer, peak(optimizer, steps))
    return copy


def set_factor(optimizer: Optimizer, factor: float) -> None:
    """The same share of the base rate in every update."""
    optimizer.schedule = lambda step: factor


def factors(optimizer: Optimizer, steps: int) -> list[float]:
    """What the schedule says at some updates, the first and the last among them."""
    places = sorted({round(k * (steps - 1) / (PLACES - 1)) for k in range(PLACES)})
    return [float(optimizer.schedule(place)) for place in places]


def peak(optimizer: Optimizer, steps: int) -> float:
    """The highest factor of the schedule."""
    return max(factors(optimizer, steps))


def trace(learner: Learner[Any], batch: Any, *, steps: int, gradients: Mapping[str, Tensor] | None = None) -> Trace:
    """Let a copy learn from `batch`; `gradients` are what an earlier update would have left in the parameters."""
    copy, calls = copy_of(learner, steps), Calls()
    for name, parameter in copy.named_parameters():
        if gradients is not None and name in gradients:
            parameter.grad = gradients[name].clone()
    before = {name: each.detach().clone() for name, each in copy.named_parameters()}
    logs: Logs = {}
    error: Exception | None = None
    listening = Listening(calls, len(batch), {id(each) for each in copy.parameters()})
    with torch.enable_grad(), noted(copy) as passages, overheard(copy, calls), listening:
        begun = time.perf_counter()
        try:
            logs = copy.update(batch)
        except Exception as raised:  # of any kind: it is what the user is told of
            error = raised
        seconds = time.perf_counter() - begun
    changes = {name: Change(before[name], each.detach(), each.grad) for name, each in copy.named_parameters()}
    return Trace(copy, changes, dict(passages), logs, calls, seconds, error)
