"""A network of the playground with a name for every number in it, however it learns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import torch
from jaxtyping import Float

from etude.learners.base import GradientLearner
from etude.objectives.classification import binary_cross_entropy
from etude.objectives.penalty import Lasso, Penalised
from etude.playground.descent import half_squared_error
from etude.playground.formula import Formula, Quantity, leaves
from etude.playground.learner import Loss, Penalty, PlaygroundRule
from etude.playground.network import PlaneNetwork
from etude.records import Labelled

SYMBOLS = {
    "x": "x₁",
    "y": "x₂",
    "xSquared": "x₁²",
    "ySquared": "x₂²",
    "xTimesY": "x₁x₂",
    "sinX": "sin x₁",
    "sinY": "sin x₂",
}
"""of the features, under their names in the URL"""
ANSWER = "ŷ"
WrittenRule: TypeAlias = PlaygroundRule | GradientLearner[Labelled]
"""rules whose updates can be written out"""
WrittenLoss: TypeAlias = Loss | Literal["cross-entropy of a score"]
Kind: TypeAlias = Literal["sum", "bend", "loss", "delta", "gradient", "step"]


@dataclass(frozen=True)
class Line:
    """A quantity, and what it is."""

    kind: Kind
    result: Quantity
    formula: Formula

    @property
    def operands(self) -> tuple[Quantity, ...]:
        """The quantities of the formula, in the order in which they are written."""
        return tuple(leaves(self.formula))


@dataclass(frozen=True)
class Named:
    """A network whose quantities have names."""

    features: Sequence[str]
    """what the network is told, keys of SYMBOLS"""
    matrices: Sequence[Float[np.ndarray, "_ _"]]
    """of each layer, the bias before the weights"""
    bends: Sequence[str]
    loss: WrittenLoss
    price: tuple[Penalty, float] = ("none", 0.0)
    """a penalty that is part of the gradient, and its strength"""

    @property
    def sizes(self) -> list[int]:
        """Units of each layer, the features first."""
        return [len(self.features), *(len(matrix) for matrix in self.matrices)]

    def at(self, symbol: str, value: float, layer: int, unit: int, source: int | None = None) -> Quantity:
        """A quantity of a unit, or of the weight from `source` to it; numbered as far as there is a choice."""
        sizes = self.sizes
        choices = [(unit, sizes[layer]), (source, sizes[layer - 1])]
        numbers = [place + 1 for place, many in choices if place is not None and many > 1]
        if symbol == ANSWER:  # there is one
            return Quantity(value, symbol, layer=layer, unit=unit)
        lower = (", " if any(number > 9 for number in numbers) else "").join(map(str, numbers))
        return Quantity(value, symbol, lower, f"({layer})" if len(sizes) > 2 else "", layer, unit, source)

    def line(self, kind: Kind, symbol: str, formula: Formula, *place: int) -> Line:
        """What stands at a place (layer, unit, source) is this formula."""
        return Line(kind, self.at(symbol, formula.value, *place), formula)

    def biases(self, layer: int) -> list[Quantity]:
        """One for each unit."""
        values = self.matrices[layer - 1][:, 0].tolist()
        return [self.at("b", value, layer, unit) for unit, value in enumerate(values)]

    def weights(self, layer: int) -> list[list[Quantity]]:
        """To each unit, from each unit of the layer before."""
        rows = self.matrices[layer - 1][:, 1:].tolist()
        return [[self.at("w", w, layer, unit, source) for source, w in enumerate(row)] for unit, row in enumerate(rows)]


def named(rule: WrittenRule, features: Sequence[str]) -> Named:
    """The network of a rule as it is now; ValueError for one that `is_written` does not know."""
    if isinstance(rule, PlaygroundRule):
        return Named(features, rule.matrices, rule.model.bends, rule.loss)
    network = rule.model
    loss = loss_of(rule)
    if not isinstance(network, PlaneNetwork) or loss is None:
        raise ValueError("only the losses of one answer are written out, of a network of the playground")
    matrices = [torch.cat([each.bias[:, None], each.weight], dim=1).detach().numpy() for each in network.linears]
    return Named(features, matrices, network.bends, loss, price_of(rule))


def loss_of(rule: GradientLearner[Labelled]) -> WrittenLoss | None:
    """What autograd goes down, without the penalty; None if it is not written out."""
    priced = rule.objective
    objective = priced.objective if isinstance(priced, Lasso | Penalised) else priced
    if objective is half_squared_error:
        return "half squared error"
    return "cross-entropy of a score" if objective is binary_cross_entropy else None


def price_of(rule: GradientLearner[Labelled]) -> tuple[Penalty, float]:
    """The penalty in what autograd goes down, and its strength."""
    match rule.objective:
        case Lasso() as priced:
            return "L1", priced.strength
        case Penalised() as priced:
            return "L2", priced.strength
        case _:
            return "none", 0.0
