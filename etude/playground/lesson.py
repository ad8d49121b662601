"""A lesson of the playground: everything that its URL says, and the experiment that this makes."""

import math
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, islice
from typing import Literal

import numpy as np
import torch

from etude.playground.learner import LOSSES, Loss, Penalty, PlaygroundRule
from etude.playground.network import PlaneNetwork, told
from etude.playground.seedrandom import SeedRandom
from etude.playground.worlds import CLASSES, HEIGHTS, Point, shuffled
from etude.records import Labelled
from etude.training.experiment import Experiment

POINTS = {"classification": 500, "regression": 1200}
EPOCHS = 100_000
"""a lesson ends by being stopped"""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """The state of TensorFlow Playground, with its defaults; `loss` and `own` go beyond it."""

    problem: Literal["classification", "regression"] = "classification"
    dataset: Literal["circle", "xor", "gauss", "spiral"] = "circle"
    """the world of two classes"""
    reg_dataset: Literal["reg-plane", "reg-gauss"] = "reg-plane"
    """the world of a quantity"""
    features: tuple[str, ...] = ("x", "y")
    """what the network is told of a place"""
    shape: tuple[int, ...] = (4, 2)
    """units of each hidden layer"""
    activation: Literal["relu", "tanh", "sigmoid", "linear"] = "tanh"
    """of all hidden units"""
    rate: float = 0.03
    """learning rate"""
    penalty: Penalty = "none"
    strength: float = 0.0
    """of the penalty"""
    noise: float = 0.0
    """percent"""
    batch: int = 10
    """points in an update"""
    training: int = 50
    """percent of the points that are learnt from"""
    seed: str = "0.00000"
    """of points and weights"""
    zero: bool = False
    """start all weights at 0"""
    loss: Loss = "half squared error"
    """of an answer; cross-entropy is for classes, which it calls 1 and 0"""
    own: tuple[Point, ...] = ()
    """points of one's own instead of a world's, in the order of training; of a class if their label is above 0"""

    def __post_init__(self) -> None:
        if self.loss == "binary cross-entropy" and self.problem == "regression":
            raise ValueError("binary cross-entropy compares classes; a quantity wants the half squared error")

    @property
    def answer(self) -> str:
        """How the answer is bent."""
        if self.problem == "regression":
            return "identity"
        return "sigmoid" if self.loss == "binary cross-entropy" else "tanh"

    @cached_property
    def drawn(self) -> tuple[list[Point], SeedRandom]:
        """The points in the order of training, and the stream of chance that drew them and goes on with the weights."""
        chance = SeedRandom(self.seed)
        if self.own:
            return list(self.own), chance
        world = CLASSES[self.dataset] if self.problem == "classification" else HEIGHTS[self.reg_dataset]
        return shuffled(list(world(chance, POINTS[self.problem], self.noise / 100)), chance), chance

    @property
    def points(self) -> tuple[list[Point], list[Point]]:
        """What is learnt from, and what is held back."""
        points, _ = self.drawn
        if self.problem == "classification":
            other = 0.0 if self.loss == "binary cross-entropy" else -1.0
            points = [point._replace(label=1.0 if point.label > 0 else other) for point in points]
        cut = max(1, len(points) * self.training // 100)
        return points[:cut], points[cut:]

    @property
    def parts(self) -> tuple[Labelled, Labelled]:
        """The same, as the network is told of them."""
        train, test = self.points
        return self.labelled(train), self.labelled(test)

    def labelled(self, points: list[Point]) -> Labelled:
        """What the network is told of some points, and what it should answer."""
        labels = torch.tensor([point.label for point in points], dtype=torch.float64)
        return Labelled(told([(point.x, point.y) for point in points], self.features), labels)

    def learner(self) -> PlaygroundRule:
        """The network with its first weights, and the rule that changes it."""
        network = PlaneNetwork(len(self.features), self.shape, bend=self.activation, answer=self.answer)
        network.start(deepcopy(self.drawn[1]), zero=self.zero)
        return PlaygroundRule(network, rate=self.rate, penalty=self.penalty, strength=self.strength, loss=self.loss)

    def experiment(self) -> Experiment[Labelled]:
        """One training without end, judged after each epoch."""
        learner, (train, test) = self.learner(), self.parts
        batch = min(self.batch, len(train))

        every = np.concatenate([train.x.numpy(), test.x.numpy()]).T
        labels = np.concatenate([train.y.numpy(), test.y.numpy()])

        def evaluate() -> dict[str, float]:
            with np.errstate(all="ignore"):  # what has left the finite numbers is said elsewhere
                losses = LOSSES[self.loss](learner.forward_pass(every)[1][-1][1], labels)
            parts = {"train_loss": losses[: len(train)], "test_loss": losses[len(train) :]}
            return {name: float(part.mean()) if len(part) else math.nan for name, part in parts.items()}

        epoch = len(train) // batch
        return Experiment(
            learner=learner,
            batches=lambda start: carried(train, batch, start=start),
            steps=EPOCHS * epoch,
            evaluate=evaluate,
            evaluate_every=epoch,
            log_every=epoch,
            epoch_steps=epoch,
        )


def carried(train: Labelled, size: int, *, start: int) -> Iterator[Labelled]:
    """Batches from update `start` on, in one order for ever.

    What is left over at the end of an epoch is carried into the first batch of the next one.
    """
    epoch = len(train) // size
    batches = [train[k * size : (k + 1) * size] for k in range(epoch)]
    left = torch.arange(epoch * size, len(train))
    first = train[torch.cat([left, torch.arange(size)])]
    later = cycle([first, *batches[1:]])
    if start < epoch:
        yield from batches[start:]
        start = epoch
    yield from islice(later, start % epoch, None)
