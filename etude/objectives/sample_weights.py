"""A loss in which some examples count more than others, and large weights of the network cost something."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from etude.records import Weighted
from etude.types import Loss


class SampleWeighted:
    """Mean of `row_loss` over the examples by their weights, plus `penalty`/2 times the squared matrices.

    The penalty is divided by the summed weights of the batch, so it matters less as there are more examples; this is
    scikit-learn's convention for its multilayer perceptrons.
    """

    def __init__(self, row_loss: Callable[[Tensor, Tensor], Tensor], *, penalty: float) -> None:
        """`row_loss` maps the network's answer and the targets to one loss for each row of the batch."""
        self.row_loss, self.penalty = row_loss, penalty

    def __call__(self, model: nn.Module, batch: Weighted) -> Loss:
        total = torch.dot(self.row_loss(model(batch.x), batch.y), batch.weight)
        n = batch.weight.sum()
        squares = torch.stack([weight.square().sum() for weight in model.parameters() if weight.ndim > 1]).sum()
        return Loss((total + 0.5 * self.penalty * squares) / n, n)


def row_cross_entropy(logits: Tensor, y: Tensor) -> Tensor:
    """Nats for each row, from logits (batch, class) and class indices (batch,)."""
    return F.cross_entropy(logits, y, reduction="none")


def row_binary_cross_entropy(logits: Tensor, y: Tensor) -> Tensor:
    """Nats for each row, from one logit for the second of two classes (batch,) and class indices (batch,)."""
    return F.binary_cross_entropy_with_logits(logits, y.to(logits.dtype), reduction="none")


def row_half_squared_error(prediction: Tensor, y: Tensor) -> Tensor:
    """Half the square of the error of each row."""
    return 0.5 * (prediction - y).square()
