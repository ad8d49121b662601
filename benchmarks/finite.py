"""What it costs a training that each of its updates is asked whether its loss is a finite number."""

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch

from benchmarks.pairs import Row
from etude.training.experiment import Experiment
from etude.training.fit import refuse_lost
from etude.training.unsaved import UnsavedRun
from etude.verbs.recipes import default_recipe, fill_recipe

UPDATES = 300
ASKED = 100_000
RECIPES = (("linear", "diabetes"), ("lenet", "digits"))
"""the smallest step there is, and a small convolutional network"""


def rows() -> Iterator[Row]:
    """One row for each recipe."""
    torch.set_num_threads(1)
    for name, data in RECIPES:
        experiment = next(fill_recipe(default_recipe(name), {"data": data}).experiments())
        share = asked(experiment) / updated(experiment)
        yield Row(f"{name} on {data}: the check of each update, share of an update", "below 2 %", f"{share:.2%}")


def updated(experiment: Experiment[Any]) -> float:
    """Seconds of a bare update, the median of many."""
    batches, seconds = experiment.batches(0), []
    for _ in range(UPDATES):
        start = time.perf_counter()
        experiment.learner.update(next(batches))
        seconds.append(time.perf_counter() - start)
    return sorted(seconds)[UPDATES // 2]


def asked(experiment: Experiment[Any]) -> float:
    """Seconds of one check."""
    logs = experiment.learner.update(next(experiment.batches(0)))
    check = partial(refuse_lost, UnsavedRun(), 1, logs)
    start = time.perf_counter()
    for _ in range(ASKED):
        check()
    return (time.perf_counter() - start) / ASKED


if __name__ == "__main__":
    for row in rows():
        print(f"{row.what}: {row.measured} (wanted {row.wanted})")
