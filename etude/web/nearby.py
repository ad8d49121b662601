"""The training examples that a network finds most like what somebody tries; the latest search space is kept."""

from pathlib import Path
from tempfile import TemporaryDirectory

from etude.data.new import read_new
from etude.errors import EtudeError
from etude.figures import Figure, Text
from etude.inside.neighbours import Space, neighbours_figure, space_of
from etude.schema import Classes, Pictures, Quantity, Schema, Signals, Table
from etude.schema import Text as Texts
from etude.training.abilities import Answering
from etude.training.experiment import Recipe
from etude.verbs.trained import Trained
from etude.web.subject import Subject
from etude.web.trying import Trial

HURRY, PATIENCE = 0.5, 8.0
"""seconds for passing training examples through a network: while a training waits, and while nobody does"""
TITLE = "Nearest training examples"


class Nearby:
    """Remembers the space of the network that was asked last, so that only the first question takes time."""

    def __init__(self) -> None:
        self.latest: tuple[tuple[Path, int], Space | None] | None = None
        """run folder and updates, and its space"""

    def figures(self, subject: Subject, trial: Trial) -> dict[str, Figure]:
        """The neighbours of what was sent."""
        trained = subject.answering()
        space = self.space(subject, trained)
        if space is None:
            return {"near": Text(TITLE, "No linear layer ends this network, so there is no space to look in.")}
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"input{trial.suffix}"
            path.write_bytes(trial.content)
            x = read_new(trained.schema, trained.recipe.source, [path]).x[:1]
        return {"near": neighbours_figure(trained.predictor.network, space, x)}

    def space(self, subject: Subject, trained: Trained) -> Space | None:
        """That of a network, found once for each of its checkpoints."""
        key = trained.run.folder, trained.step
        if self.latest is None or self.latest[0] != key:
            seconds = HURRY if subject.playing else PATIENCE
            network, splits = trained.predictor.network, subject.splits
            self.latest = key, space_of(network, splits, seconds=seconds) if splits is not None else None
        return self.latest[1]


def unknown(error: EtudeError) -> dict[str, Figure]:
    """That the training examples are gone, or others than they were."""
    return {"near": Text(TITLE, f"They cannot be looked up: {error.message}")}


def searchable(schema: Schema, recipe: Recipe) -> bool:
    """Whether somebody can try such an example, and it has one answer."""
    kinds = isinstance(schema.inputs, Pictures | Table | Texts | Signals) and isinstance(
        schema.target, Classes | Quantity
    )
    return kinds and not isinstance(recipe, Answering)
