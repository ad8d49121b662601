"""What all checks look at: a training, some of its batches, and the trace of its first update."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn

from etude.inside.doctor.trace import Trace, begin_chance, trace, unnoticed
from etude.learners.base import device_of
from etude.training.experiment import Experiment

BATCHES = 3
"""that are looked at"""


@dataclass(frozen=True, slots=True)
class Exam:
    """One training under examination."""

    experiment: Experiment[Any]
    batches: list[Any]
    """the first ones, on the device of the learner"""
    first: Trace
    """the first update of a copy"""

    @property
    def batch(self) -> Any:
        """The first batch."""
        return self.batches[0]

    @property
    def depends(self) -> bool:
        """Whether the batches come from what the learner does: reinforcement learning."""
        return self.experiment.splits is None

    def again(self, *, gradients: dict[str, Tensor] | None = None) -> Trace:
        """The first update once more, from the same weights and the same chance."""
        with unnoticed(self.experiment.learner):
            begin_chance(0)
            return trace(self.experiment.learner, self.batch, steps=self.experiment.steps, gradients=gradients)


def exam_of(experiment: Experiment[Any]) -> Exam:
    """Take the first batches and rehearse the first update; the experiment stays as it was."""
    learner = experiment.learner
    with unnoticed(learner), kept(experiment):
        batches = [
            each.to(device_of(learner)) for each in islice(experiment.batches(0), BATCHES if experiment.splits else 1)
        ]
    with unnoticed(learner):
        begin_chance(0)
        return Exam(experiment, batches, trace(learner, batches[0], steps=experiment.steps))


@contextmanager
def kept(experiment: Experiment[Any]) -> Iterator[None]:
    """Where batches come from acting, the world is a part of the learner, and goes back to where it stood."""
    if experiment.splits is not None:
        yield
        return
    state = {
        name: each.clone() if isinstance(each, Tensor) else each
        for name, each in experiment.learner.state_dict().items()
    }
    yield
    experiment.learner.load_state_dict(state)


@torch.no_grad()
def asked(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], *, chance: int = 0) -> Tensor | None:
    """What a module answers once training is over; None where that is no tensor."""
    modes = [(each, each.training) for each in module.modules()]
    module.eval()
    try:
        begin_chance(chance)
        return tensor_in(module(*args, **kwargs))
    finally:
        for each, mode in modes:
            each.training = mode


def tensor_in(output: object) -> Tensor | None:
    """The tensor that an answer is, or begins with."""
    if isinstance(output, tuple) and output:
        return tensor_in(output[0])
    return output.detach() if isinstance(output, Tensor) else None
