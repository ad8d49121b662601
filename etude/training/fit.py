"""The training loop: the only one."""

import math
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from etude.errors import DivergedError
from etude.learners.base import Learner, device_of
from etude.training.checkpoint import lost_tensor
from etude.training.experiment import Experiment
from etude.types import B, Logs


@dataclass(frozen=True, slots=True)
class Event:
    """What one update brought."""

    step: int
    """updates so far, this one included"""
    steps: int
    """updates that were asked for"""
    logs: Logs
    scores: dict[str, float]
    """empty except after an evaluation"""
    note: str = ""
    """what went wrong meanwhile, though the training goes on"""


@runtime_checkable
class Journal(Protocol):
    """Where a training is written down: `Run` writes a folder, `UnsavedRun` keeps the curves in memory."""

    @property
    def kept(self) -> str:
        """What is left after an error, as a sentence."""
        ...

    def load(self, learner: Learner[Any]) -> int:
        """Put the learner where the training stopped; the updates behind it."""
        ...

    def log(self, step: int, values: Mapping[str, float]) -> None:
        """Add a row to the curves."""

    def offer(self, step: int, learner: Learner[Any]) -> str:
        """Keep the state of the training if it is good or if it is time to; what went wrong, as a sentence."""
        ...

    def save(self, step: int, learner: Learner[Any]) -> None:
        """Keep the state of the training."""

    def keep_best(self) -> None:
        """Keep the best state that was offered."""


def fit(experiment: Experiment[B], run: Journal) -> Generator[Event, None, None]:
    """Update after update; the caller shows, pauses, changes or stops between two of them.

    Closing the generator saves a checkpoint, from which the next `fit` goes on as if nothing had happened. An error
    inside an update saves nothing of it: the last good checkpoint stays, and the best one.
    """
    learner = experiment.learner
    step = run.load(learner)
    device = device_of(learner)
    learner.train()
    batches = experiment.batches(step)
    try:
        while step < experiment.steps:
            logs = learner.update(next(batches).to(device))
            step += 1
            if device.type == "cpu":  # elsewhere reading would wait for the device: the rows of the curves tell
                refuse_lost(run, step, logs)
            scores: dict[str, float] = {}
            note = ""
            if step % experiment.evaluate_every == 0 or step == experiment.steps:
                refuse_lost_weights(run, step, learner)
                scores = experiment.evaluate()
            if scores or step % experiment.log_every == 0:
                record(run, experiment, step, logs, scores)
                note = run.offer(step, learner)
            yield Event(step, experiment.steps, logs, scores, note)
    except GeneratorExit:  # the caller stopped looking: keep what was learnt
        run.save(step, learner)
        raise
    except Exception:
        run.keep_best()
        raise
    run.save(step, learner)


def record(run: Journal, experiment: Experiment[B], step: int, logs: Logs, scores: dict[str, float]) -> None:
    """Write one row of the curves; a number that is not finite ends the training here."""
    refuse_lost(run, step, logs)
    row: dict[str, float] = {name: float(value) for name, value in logs.items()}
    for name, optimizer in experiment.learner.optimizers().items():
        row["learning_rate" if name == "optimizer" else f"{name}_learning_rate"] = optimizer.rate
    if experiment.epoch_steps is not None:
        row["epoch"] = step / experiment.epoch_steps
    run.log(step, row | scores)


def refuse_lost(run: Journal, step: int, logs: Logs) -> None:
    """DivergedError E-DIVERGED for what an update says of itself in NaN or infinite numbers."""
    for name, value in logs.items():
        number = value.item()
        if not math.isfinite(number):
            raise diverged(run, step, f"{name} is {number}")


def refuse_lost_weights(run: Journal, step: int, learner: Learner[Any]) -> None:
    """DivergedError E-DIVERGED for weights that are not finite, before anything is scored by them."""
    lost = lost_tensor(learner)
    if lost is not None:
        raise diverged(run, step, f"{lost} is not finite")


def diverged(run: Journal, step: int, what: str) -> DivergedError:
    """The error of a training that left the finite numbers."""
    return DivergedError(
        "E-DIVERGED",
        f"{what} after update {step}: the training left the finite numbers. "
        f"{run.kept} Lower the learning rate (--rate), or clip the gradient.",
    )
