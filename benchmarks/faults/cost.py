"""G6: what the saving costs a training, and what a kill costs."""

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

UPDATES = 1500
PAIRS = 5


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
    again = seconds_after_a_kill()
    yield Goal(
        "G6",
        f"checkpoints at the default interval, lenet, {UPDATES:,} updates, {PAIRS} pairs; a kill in the middle of a "
        "training of 12 updates",
        "at most 3 % of the training time; at most 2 s to start again",
        f"{cost:.1%} ({min(pair.ratios) - 1:.1%} to {max(pair.ratios) - 1:.1%}); {again:.1f} s more than undisturbed",
        "CheckFreq at most 3.5 %, seconds",
        met=cost <= 0.03 and again <= 2,
    )


def seconds_after_a_kill() -> float:
    """What a training that is killed half way takes longer than one that is not, without the import of torch."""
    with TemporaryDirectory() as name:
        whole = to_the_end("lenet", Path(name) / "whole")
        begun = time.perf_counter()
        killed_after("lenet", Path(name) / "killed", whole / 2)
        to_the_end("lenet", Path(name) / "killed")
        return time.perf_counter() - begun - whole
