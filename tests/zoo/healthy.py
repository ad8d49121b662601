"""A small training with nothing wrong, and what a bug changes in it."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from etude.data.batches import shuffled, steps_per_epoch
from etude.data.splits import Splits
from etude.evaluation.predictor import evaluating
from etude.learners.base import GradientLearner
from etude.optim import Optimizer, adam
from etude.records import Labelled
from etude.schema import Classes, Number, Quantity, Schema, Table
from etude.training.experiment import Experiment
from etude.types import Loss, Objective

N, WIDTH, CLASSES, BATCH, STEPS = 320, 8, 3, 32, 400
Change = Callable[[], Experiment[Any]]
"""what makes a broken training"""
COLUMNS = tuple(Number(f"x{k}", 0.0, 0.0, 1.0, missing=False) for k in range(WIDTH))


def cross_entropy(model: nn.Module, batch: Labelled) -> Loss:
    """As somebody writes it who knows of no contracts."""
    return Loss(F.cross_entropy(model(batch.x), batch.y), len(batch))


def squared(model: nn.Module, batch: Labelled) -> Loss:
    """For quantities."""
    return Loss(F.mse_loss(model(batch.x), batch.y), len(batch))


def examples(n: int = N) -> Labelled:
    """Three clouds of points, in an order by chance."""
    chance = torch.Generator().manual_seed(3)
    y = torch.randint(CLASSES, (n,), generator=chance)
    centres = 2 * torch.randn(CLASSES, WIDTH, generator=chance)
    x = centres[y] + torch.randn(n, WIDTH, generator=chance)
    return Labelled((x - x.mean(0)) / x.std(0), y)


def quantities(n: int = N) -> Labelled:
    """A line with noise."""
    chance = torch.Generator().manual_seed(4)
    x = torch.randn(n, WIDTH, generator=chance)
    y = x.sum(1) / math.sqrt(WIDTH) + 0.1 * torch.randn(n, generator=chance)
    return Labelled(x, y)


def network(*ends: nn.Module, outputs: int = CLASSES) -> nn.Sequential:
    """Two hidden layers."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(WIDTH, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, outputs), *ends)


def training(
    model: nn.Module | None = None,
    objective: Objective[Labelled] = cross_entropy,
    optimizer: Callable[[nn.Module], Optimizer] = lambda model: Optimizer(adam(model.parameters(), rate=3e-3)),
    *,
    data: Labelled | None = None,
    batches: Callable[[int], Iterator[Labelled]] | None = None,
    batch: int = BATCH,
) -> Experiment[Labelled]:
    """The healthy one, but for what is given."""
    part = examples() if data is None else data
    model = network() if model is None else model

    def evaluate() -> dict[str, float]:
        with evaluating(model):
            return {"valid_loss": float(model(part.x[:8]).mean())}

    return Experiment(
        GradientLearner(model, objective, optimizer(model)),
        batches or (lambda start: shuffled(part, batch, seed=0, start=start)),
        STEPS,
        evaluate=evaluate,
        epoch_steps=steps_per_epoch(len(part), batch),
        splits=splits(part),
    )


def splits(part: Labelled) -> Splits[Labelled]:
    """All three parts are the same: nobody asks here."""
    rows = torch.arange(len(part))
    target = (
        Quantity("y", 0.0, 1.0)
        if part.y.is_floating_point()
        else Classes("y", tuple("abc"), tuple(int((part.y == k).sum()) for k in range(CLASSES)))
    )
    return Splits(part, part, part, Schema(Table(COLUMNS), target), (rows, rows, rows), "", (), "")


def regression(model: nn.Module, objective: Objective[Labelled] = squared, data: Labelled | None = None) -> Any:
    """The same for a quantity."""
    return training(model, objective, data=quantities() if data is None else data)


def with_learner(learner: Any) -> Experiment[Labelled]:
    """The healthy data for a learner of one's own."""
    return replace(training(), learner=learner, evaluate=dict)


class Through(nn.Module):
    """A layer from a function, as in somebody's forward()."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)
