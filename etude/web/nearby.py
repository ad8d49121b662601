"""The training examples that a network finds most like what somebody tries; the latest search space is kept."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from etude.data.new import read_new
from etude.data.splits import Splits
from etude.errors import EtudeError
from etude.figures import Figure, Text
from etude.inside.neighbours import Space, neighbours_figure, space_of
from etude.schema import Classes, Pictures, Quantity, Schema, Table
from etude.schema import Text as Texts
from etude.training.abilities import Answering
from etude.verbs.trained import Trained, same_experiment
from etude.web.live import LiveTraining
from etude.web.trying import Trial

HURRY, PATIENCE = 0.5, 8.0
"""seconds for passing training examples through a network: while a training waits, and while nobody does"""
TITLE = "Nearest training examples"


class Nearby:
    """Remembers the space of the network that was asked last, so that only the first question takes time."""

    def __init__(self) -> None:
        self.latest: tuple[tuple[Path, int], Space | None] | None = None
        """run folder and updates, and its space"""

    def figures(self, trained: Trained, trial: Trial, live: LiveTraining | None) -> dict[str, Figure]:
        """The neighbours of what was sent; nothing where an example has no single answer."""
        schema = trained.schema
        if not searchable(schema) or isinstance(trained.recipe, Answering):
            return {}
        try:
            space = self.space(trained, live)
        except EtudeError as error:  # gone, or others than they were
            return {"near": Text(TITLE, f"They cannot be looked up: {error.message}")}
        if space is None:
            return {"near": Text(TITLE, "No linear layer ends this network, so there is no space to look in.")}
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"input{trial.suffix}"
            path.write_bytes(trial.content)
            x = read_new(schema, trained.recipe.source, [path]).x[:1]
        return {"near": neighbours_figure(trained.predictor.network, space, x)}

    def space(self, trained: Trained, live: LiveTraining | None) -> Space | None:
        """That of a network, found once for each of its checkpoints; a training has its data at hand."""
        key = trained.run.folder, trained.step
        if self.latest is None or self.latest[0] != key:
            splits = live_splits(live) if live is not None else same_experiment(trained).splits
            seconds = HURRY if live is not None and live.playing else PATIENCE
            found = space_of(trained.predictor.network, splits, seconds=seconds) if splits is not None else None
            self.latest = key, found
        return self.latest[1]


def searchable(schema: Schema) -> bool:
    """Whether somebody can try such an example, and it has one answer."""
    return isinstance(schema.inputs, Pictures | Table | Texts) and isinstance(schema.target, Classes | Quantity)


def live_splits(live: LiveTraining) -> Splits[Any] | None:
    """What the training learns from."""
    assert live.experiment is not None
    return live.experiment.splits
