"""What a training will cost on this machine, measured in about two seconds."""

import resource
import sys
import time
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor, nn

from etude.errors import UsageError
from etude.learners.base import device_of
from etude.training.experiment import Experiment, Recipe


@dataclass(frozen=True, slots=True)
class Cost:
    """Measured seconds and memory, and what follows from them for the whole training."""

    steps: int
    seconds_per_update: float
    seconds_per_evaluation: float
    evaluations: int
    parameters: int
    memory_megabytes: float
    """peak of this process"""

    @property
    def seconds(self) -> float:
        """Of the whole training."""
        return self.steps * self.seconds_per_update + self.evaluations * self.seconds_per_evaluation


@dataclass(frozen=True, slots=True)
class Layer:
    """One line of the table of layers."""

    name: str
    kind: str
    shape: tuple[int, ...]
    """of its output, for one batch"""
    parameters: int


def measure(experiment: Experiment[Any], *, seconds: float = 2.0) -> Cost:
    """Train on a few batches and evaluate once; the learner is changed by it and must not be used afterwards."""
    batches, device = experiment.batches(0), device_of(experiment.learner)
    experiment.learner.train()
    logs = experiment.learner.update(next(batches).to(device))  # first use of every kernel, which costs more
    updates, start = 0, time.perf_counter()
    while updates < experiment.steps and time.perf_counter() - start < seconds:
        logs = experiment.learner.update(next(batches).to(device))
        updates += 1
    [float(value) for value in logs.values()]  # a GPU has not finished before somebody asks
    update = (time.perf_counter() - start) / updates
    start = time.perf_counter()
    experiment.evaluate()
    evaluation = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return Cost(
        steps=experiment.steps,
        seconds_per_update=update,
        seconds_per_evaluation=evaluation,
        evaluations=-(-experiment.steps // experiment.evaluate_every),
        parameters=sum(each.numel() for each in experiment.learner.network.parameters()),
        memory_megabytes=peak,
    )


def updates_in(recipe: Recipe, minutes: float) -> int:
    """How many updates, with their evaluations, fit into a time; 5 % of it are kept for reading and saving."""
    if not minutes > 0:
        raise UsageError("E-CFG-RANGE", f"--minutes {minutes}: a time above 0 is wanted.")
    experiment = next(recipe.experiments())
    cost = measure(replace(experiment, steps=10**9))
    update = cost.seconds_per_update + cost.seconds_per_evaluation / experiment.evaluate_every
    return max(1, int(0.95 * 60 * minutes / update))


def layers(experiment: Experiment[Any]) -> list[Layer]:
    """The layers of the network in the order of a forward pass over one batch, with what each makes of it."""
    rows: list[Layer] = []

    def note(name: str) -> Any:
        def hook(module: nn.Module, _: object, output: object) -> None:
            if isinstance(output, Tensor) and name not in seen:  # an update may pass through a layer many times
                count = sum(each.numel() for each in module.parameters(recurse=False))
                seen.add(name)
                rows.append(Layer(name, type(module).__name__, tuple(output.shape), count))

        return hook

    seen = set[str]()
    learner = experiment.learner
    batch = next(experiment.batches(0)).to(device_of(learner))
    leaves = [(name, each) for name, each in learner.network.named_modules() if not list(each.children())]
    hooks = [each.register_forward_hook(note(name)) for name, each in leaves]
    learner.train()
    learner.update(batch)
    for hook in hooks:
        hook.remove()
    return rows
