"""A lesson of the playground: everything that its URL says, and the experiment that this makes."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import torch

from etude.chance import stream
from etude.learners.base import GradientLearner
from etude.playground.descent import (
    BINARY,
    DISTANCES,
    MANY,
    STARTS,
    Method,
    gradient_learner,
    seed_number,
    spanning,
    with_chance,
)
from etude.playground.gan import GENERATE, LATENT, PlaneGAN, batches_for
from etude.playground.learner import BENDS as RULE_BENDS
from etude.playground.learner import RULE_LOSSES, Penalty, PlaygroundRule
from etude.playground.many import MANY as MANY_CLASSES
from etude.playground.many import class_world, classes_of
from etude.playground.network import BENDS, PlaneNetwork, told
from etude.playground.order import carried, rows_of
from etude.playground.perceptron import PERCEPTRON, PlanePerceptron, Separation, separation
from etude.playground.scores import Rule, judge_for
from etude.playground.seedrandom import SeedRandom
from etude.playground.worlds import HEIGHTS, Point, shuffled
from etude.records import Labelled
from etude.training.experiment import Experiment
from etude.types import Objective

POINTS = {"classification": 500, "regression": 1200, GENERATE: 500}
EPOCHS = 100_000
"""a lesson ends by being stopped"""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """The state of TensorFlow Playground, with its defaults, and what etude adds to it."""

    problem: Literal["classification", "regression", "generate"] = "classification"
    dataset: str = "circle"
    """the world of classes, a key of CLASSES or of MANY_CLASSES"""
    reg_dataset: Literal["reg-plane", "reg-gauss"] = "reg-plane"
    """the world of a quantity"""
    features: tuple[str, ...] = ("x", "y")
    """what the network is told of a place"""
    shape: tuple[int, ...] = (4, 2)
    """units of each hidden layer; of a GAN those of the critic"""
    generator: tuple[int, ...] = (16, 16)
    """units of each hidden layer of a GAN's generator"""
    activation: str = "tanh"
    """of all hidden units, a key of BENDS"""
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
    loss: str = "mse"
    """bce takes two classes, ce several, hinge both; the others take two classes as 1 and -1, or a quantity"""
    optimizer: str = "sgd"
    """one of OPTIMIZERS, or PERCEPTRON"""
    schedule: Literal["constant", "step", "cosine", "warm-up"] = "constant"
    """of the learning rate; warm-up goes on with a cosine"""
    span: int = 300
    """epochs of the schedule"""
    start: Literal["uniform", "xavier", "he", "orthogonal"] = "uniform"
    """of the weights"""
    dropout: float = 0.0
    """probability that a hidden unit is silent in an update"""
    decay: float = 0.0
    """weight decay of the optimizer"""
    classes: int = 3
    """of the worlds that can have any number of them"""
    own: tuple[Point, ...] = ()
    """points of one's own instead of a world's, in the order of training; their labels are numbers of classes, or the
    quantity"""

    @property
    def outputs(self) -> int:
        """Numbers that the network answers with: one for a quantity and for two classes, else one for each class."""
        if self.problem != "classification":
            return 1
        if self.own:
            return classes_of(self.own)
        return self.classes if self.dataset in MANY_CLASSES and self.classes > 2 else 1

    @property
    def is_the_browsers(self) -> bool:
        """Whether TensorFlow Playground's own rule learns it, bit for bit; everything else is learnt by autograd."""
        ours = (
            self.problem == GENERATE,
            self.optimizer,
            self.schedule,
            self.start,
            self.dropout,
            self.decay,
            self.outputs,
        )
        known = self.loss in RULE_LOSSES and BENDS[self.activation] in RULE_BENDS
        return known and ours == (False, "sgd", "constant", "uniform", 0, 0, 1)

    @property
    def answer(self) -> str:
        """How the answer is bent: to the labels 1 and -1, to the share of class 1, or not at all."""
        if self.problem == "regression" or self.loss not in (*DISTANCES, "bce"):
            return "identity"
        if self.loss == "bce":
            return "sigmoid" if self.is_the_browsers else "identity"
        return "tanh"

    @cached_property
    def drawn(self) -> tuple[list[Point], SeedRandom]:
        """The points in the order of training, and the stream of chance that drew them and goes on with the weights."""
        chance = SeedRandom(self.seed)
        if self.own:
            return list(self.own), chance
        return shuffled(list(self.world(chance, POINTS[self.problem])), chance), chance

    def world(self, chance: SeedRandom, n: int) -> Iterator[Point]:
        """Its points, class by class."""
        noise = self.noise / 100
        if self.problem == "regression":
            return HEIGHTS[self.reg_dataset](chance, n, noise)
        return class_world(self.dataset, chance, n, noise, self.classes)

    @cached_property
    def points(self) -> tuple[list[Point], list[Point]]:
        """What is learnt from, and what is held back, labelled as the loss wants it."""
        points, _ = self.drawn
        if self.problem == "classification" and self.outputs == 1:
            other = 0.0 if self.loss in BINARY else -1.0
            points = [point._replace(label=1.0 if point.label > 0 else other) for point in points]
        if self.problem == GENERATE:  # of its points it counts only that they are real
            points = [point._replace(label=1.0) for point in points]
        cut = max(1, len(points) * self.training // 100)
        return points[:cut], points[cut:]

    @cached_property
    def parts(self) -> tuple[Labelled, Labelled]:
        """The same, as the network is told of them."""
        train, test = self.points
        return self.labelled(train), self.labelled(test)

    @cached_property
    def separation(self) -> Separation | None:
        """The widest gap between the two classes that are learnt from, for the network without hidden layers."""
        return separation(self.parts[0])

    def labelled(self, points: list[Point]) -> Labelled:
        """What the network is told of some points, and what it should answer; a GAN takes the places themselves."""
        features = ("x", "y") if self.problem == GENERATE else self.features
        x = told([(point.x, point.y) for point in points], features)
        y = torch.tensor([point.label for point in points], dtype=torch.float64)
        return Labelled(x, y.long() if self.outputs > 1 else y)

    def network(self) -> PlaneNetwork:
        """With its first weights."""
        way = {"bend": self.activation, "answer": self.answer}
        network = PlaneNetwork(len(self.features), self.shape, **way, outputs=self.outputs, dropout=self.dropout)
        return self.started(network, deepcopy(self.drawn[1]), "initialisation")

    def maker(self) -> PlaneNetwork:
        """The generator of a GAN with its first weights: random numbers in, the coordinates of a point out."""
        network = PlaneNetwork(LATENT, self.generator, bend=self.activation, answer="identity", outputs=2)
        return self.started(network, SeedRandom(f"{self.seed} generator"), "generator")

    def started(self, network: PlaneNetwork, chance: SeedRandom, use: str) -> PlaneNetwork:
        """The same with first weights; the browser's start draws them from `chance`."""
        network.start(chance, zero=self.zero)
        if self.start in STARTS and not self.zero:
            STARTS[self.start](network, stream(seed_number(self.seed), use))
        return network

    def learner(self) -> Rule:
        """The network with its first weights, and the rule that changes it."""
        network = self.network()
        if self.is_the_browsers:
            loss = RULE_LOSSES[self.loss]
            return PlaygroundRule(network, rate=self.rate, penalty=self.penalty, strength=self.strength, loss=loss)
        if self.optimizer == PERCEPTRON:
            return PlanePerceptron(network, rate=self.rate)
        if self.problem == GENERATE:
            seed = seed_number(self.seed)
            return PlaneGAN(self.maker(), network, self.features, optimizer=self.optimizer, rate=self.rate, seed=seed)
        schedule = spanning(self.schedule, self.span * self.epoch)
        way = Method(optimizer=self.optimizer, rate=self.rate, decay=self.decay, schedule=schedule)
        return gradient_learner(network, self.objective, way, penalty=self.penalty, strength=self.strength)

    @property
    def objective(self) -> Objective[Labelled]:
        """The loss, without the penalty."""
        return (MANY if self.outputs > 1 else DISTANCES | BINARY)[self.loss]

    @property
    def epoch(self) -> int:
        """Updates of one."""
        train, _ = self.points
        return len(train) // min(self.batch, len(train))

    def batches(self, learner: Rule, start: int) -> Iterator[Labelled]:
        """From update `start` on."""
        train, _ = self.parts
        if isinstance(learner, PlaneGAN):
            return batches_for(learner, train, min(self.batch, len(train)))
        batches = carried(train, min(self.batch, len(train)), start=start)
        if not isinstance(learner, GradientLearner):
            return batches
        assert isinstance(learner.model, PlaneNetwork)
        return with_chance(batches, learner.model, seed=self.seed, start=start)

    def rows(self, step: int) -> list[int]:
        """The numbers of the points that update `step` learns from."""
        train, _ = self.points
        return rows_of(len(train), min(self.batch, len(train)), step)

    def experiment(self) -> Experiment[Labelled]:
        """One training without end, judged after each epoch."""
        learner, epoch = self.learner(), self.epoch
        judge = judge_for(learner, self.objective, self.parts, classes=self.problem == "classification")
        return Experiment(
            learner=learner,
            batches=lambda start: self.batches(learner, start),
            steps=EPOCHS * epoch,
            evaluate=judge,
            evaluate_every=epoch,
            log_every=epoch,
            epoch_steps=epoch,
        )
