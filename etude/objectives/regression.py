"""Losses for quantities; answers and targets are (batch,), an axis too many would broadcast without an error."""

import torch
from torch import nn
from torch.nn import functional as F

from etude.records import Labelled
from etude.types import Loss


def mean_squared_error(model: nn.Module, batch: Labelled) -> Loss:
    """(answer - y)^2; its minimum is the mean."""
    return Loss(F.mse_loss(model(batch.x), batch.y), len(batch))


def mean_absolute_error(model: nn.Module, batch: Labelled) -> Loss:
    """|answer - y|; its minimum is the median, so outliers pull less."""
    return Loss(F.l1_loss(model(batch.x), batch.y), len(batch))


def mean_squared_log_error(model: nn.Module, batch: Labelled) -> Loss:
    """(log(1 + answer) - log(1 + y))^2, for answers and targets above -1: relative errors count alike at all sizes."""
    return Loss(F.mse_loss(torch.log1p(model(batch.x)), torch.log1p(batch.y)), len(batch))


class Huber:
    """Squared up to `delta`, linear beyond (Huber 1964, doi:10.1214/aoms/1177703732)."""

    def __init__(self, delta: float) -> None:
        self.delta = delta

    def __call__(self, model: nn.Module, batch: Labelled) -> Loss:
        return Loss(F.huber_loss(model(batch.x), batch.y, delta=self.delta), len(batch))
