"""A price on large weights."""

import torch
from torch import nn

from etude.records import Labelled
from etude.types import Loss, Objective


class Penalised:
    """Ridge: an objective plus `strength` times half the squared norm of the weight matrices; biases go free."""

    def __init__(self, objective: Objective[Labelled], strength: float) -> None:
        self.objective, self.strength = objective, strength

    def __call__(self, model: nn.Module, batch: Labelled) -> Loss:
        loss = self.objective(model, batch)
        squares = [weight.square().sum() for weight in model.parameters() if weight.ndim > 1]
        return Loss(loss.value + 0.5 * self.strength * torch.stack(squares).sum(), loss.n, loss.parts)


class Lasso:
    """An objective plus `strength` times the sum of the absolute weights of the matrices; biases go free.

    Tibshirani 1996. By its subgradient weights come near 0 and stay there, but rarely are 0.
    """

    def __init__(self, objective: Objective[Labelled], strength: float) -> None:
        self.objective, self.strength = objective, strength

    def __call__(self, model: nn.Module, batch: Labelled) -> Loss:
        loss = self.objective(model, batch)
        sums = [weight.abs().sum() for weight in model.parameters() if weight.ndim > 1]
        return Loss(loss.value + self.strength * torch.stack(sums).sum(), loss.n, loss.parts)
