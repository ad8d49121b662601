"""A run that goes on to its end, and what it has learnt then."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from torch import Tensor

from etude.training.experiment import Experiment
from etude.training.phases import train
from etude.verbs.train import restart


def resumed(folder: Path) -> tuple[list[int], dict[str, Tensor]]:
    """The updates that were left to do, and the last learner."""
    experiments, run = restart(str(folder))
    built: list[Experiment[Any]] = []

    def kept() -> Iterator[Experiment[Any]]:
        for experiment in experiments:
            built.append(experiment)
            yield experiment

    steps = [event.step for event in train(kept(), run)]
    return steps, built[-1].learner.state_dict()
