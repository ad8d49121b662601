"""How etude's own parts learn what TensorFlow Playground cannot say: any loss, optimizer, schedule and start."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import nn

from etude.chance import stream
from etude.layers.initialise import he, orthogonal, xavier
from etude.learners.base import GradientLearner
from etude.objectives.classification import binary_cross_entropy, binary_hinge, cross_entropy, hinge
from etude.objectives.penalty import Lasso, Penalised
from etude.objectives.regression import Huber, mean_absolute_error, mean_squared_error
from etude.optim import METHODS, Optimizer
from etude.playground.learner import Penalty
from etude.playground.network import PlaneNetwork
from etude.playground.perceptron import PERCEPTRON, perceptron_criterion
from etude.records import Labelled
from etude.schedules import SCHEDULES, Schedule, cosine, warmed
from etude.types import Loss, Objective

WARM = 10
"""a warm-up lasts for one update in so many of the schedule"""


def half_squared_error(model: nn.Module, batch: Labelled) -> Loss:
    """Half the mean squared error, which TensorFlow Playground calls the loss."""
    loss = mean_squared_error(model, batch)
    return Loss(loss.value / 2, loss.n)


DISTANCES: dict[str, Objective[Labelled]] = {"mse": half_squared_error, "mae": mean_absolute_error, "huber": Huber()}
"""between an answer and a number: a quantity, or 1 and -1 for two classes"""
BINARY: dict[str, Objective[Labelled]] = {
    "bce": binary_cross_entropy,
    "hinge": binary_hinge,
    PERCEPTRON: perceptron_criterion,
}
"""of one score for two classes, 0 and 1"""
MANY: dict[str, Objective[Labelled]] = {"ce": cross_entropy, "hinge": hinge}
"""of one score for each of several classes"""
OPTIMIZERS = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")
STARTS: dict[str, Callable[[nn.Module, torch.Generator], None]] = {"xavier": xavier, "he": he, "orthogonal": orthogonal}
"""first weights, beside the browser's own; biases of 0"""
SPANS: dict[str, Callable[[int], Schedule]] = {
    **{name: SCHEDULES[name] for name in ("constant", "step", "cosine")},
    "warm-up": lambda steps: warmed(cosine(steps), max(1, steps // WARM)),
}
"""schedules over so many updates"""


def spanning(name: str, steps: int) -> Schedule:
    """A schedule of SPANS that stays where it ends."""
    schedule = SPANS[name](steps)
    return lambda step: schedule(min(step, steps - 1))


@dataclass(frozen=True, kw_only=True)
class Method:
    """How the weights are changed."""

    optimizer: str
    """one of OPTIMIZERS"""
    rate: float
    decay: float
    schedule: Schedule


def gradient_learner(
    network: PlaneNetwork, objective: Objective[Labelled], way: Method, *, penalty: Penalty, strength: float
) -> GradientLearner[Labelled]:
    """The rule that changes the network by autograd."""
    priced: dict[Penalty, Objective[Labelled]] = {
        "none": objective,
        "L1": Lasso(objective, strength),
        "L2": Penalised(objective, strength),
    }
    descent = METHODS[way.optimizer](network.parameters(), rate=way.rate, weight_decay=way.decay)
    return GradientLearner(network, priced[penalty], Optimizer(descent, schedule=way.schedule))


def seed_number(seed: str) -> int:
    """The seed of a lesson as etude's own chance wants it."""
    return zlib.crc32(seed.encode())


def with_chance(batches: Iterator[Labelled], network: PlaneNetwork, *, seed: str, start: int) -> Iterator[Labelled]:
    """The same batches; the dropout of each update depends on the seed and its number alone, so it can be repeated."""
    for number, batch in enumerate(batches, start):
        network.chance.manual_seed(stream(seed_number(seed), "dropout", number).initial_seed())
        yield batch
