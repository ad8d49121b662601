"""G6: what the saving costs a training, and what a kill costs."""

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from benchmarks.faults.goal import Goal
from benchmarks.faults.training import killed_after, to_the_end
from benchmarks.pairs import interleaved
from etude.training.phases import train
from etude.training.saving import Saver
from etude.verbs.recipes import default_recipe, fill_recipe
from etude.verbs.train import start

UPDATES = 500
PAIRS = 20
"""many short ones: a machine that others use drifts by a fifth within half a minute"""
KILLS = 5


def goals() -> Iterator[Goal]:
    """LeNet with the checkpoints that are due, against one without any but the last."""

    def trained() -> None:
        with TemporaryDirectory() as name:
            recipe = fill_recipe(default_recipe("lenet"), {"steps": UPDATES})
            experiments, run = start("lenet", recipe, out=Path(name))
            for _ in train(experiments, run):
                pass

    def unsaved() -> None:
        with patch.object(Saver, "is_due", lambda saver: False):
            trained()

    pair = interleaved(unsaved, trained, pairs=PAIRS)
    cost = pair.ratio - 1
    low, _, high = statistics.quantiles(pair.ratios, n=4)
    again = seconds_after_a_kill()
    yield Goal(
        "G6",
        f"checkpoints at the default interval, lenet, {UPDATES:,} updates, {PAIRS} pairs; {KILLS} kills in the "
        "middle of trainings of 12 updates",
        "at most 3 % of the training time; at most 2 s to start again",
        f"{cost:.1%} (half of the pairs from {low - 1:.1%} to {high - 1:.1%}); {again:.1f} s more than undisturbed",
        "CheckFreq at most 3.5 %, seconds",
        met=cost <= 0.03 and again <= 2,
    )


def seconds_after_a_kill() -> float:
    """What a training that is killed half way takes longer than one that is not, in the median, without the imports."""
    with TemporaryDirectory() as name:
        to_the_end("lenet", Path(name) / "first")  # imports torch, once for all
        return statistics.median(lost_by_a_kill(Path(name) / str(number)) for number in range(KILLS))


def lost_by_a_kill(folder: Path) -> float:
    """Seconds, against a training of the same moment."""
    whole = to_the_end("lenet", folder / "whole")
    begun = time.perf_counter()
    killed_after("lenet", folder / "killed", whole / 2)
    to_the_end("lenet", folder / "killed")
    return time.perf_counter() - begun - whole
