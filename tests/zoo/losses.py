"""Bugs between the answers, the targets and the loss."""

from dataclasses import replace

import torch
from torch import nn
from torch.nn import functional as F

from etude.layers.outputs import Scalar
from etude.records import Labelled
from etude.types import Loss
from tests.zoo.healthy import Change, Through, examples, network, quantities, regression, training


def binary(model: nn.Module, batch: Labelled) -> Loss:
    """Binary cross-entropy on logits."""
    return Loss(F.binary_cross_entropy_with_logits(model(batch.x), batch.y.float()), len(batch))


def likelihood(model: nn.Module, batch: Labelled) -> Loss:
    """Without the logarithm that it wants."""
    return Loss(F.nll_loss(model(batch.x), batch.y), len(batch))


def summed(model: nn.Module, batch: Labelled) -> Loss:
    """A sum over the batch."""
    return Loss(F.cross_entropy(model(batch.x), batch.y, reduction="sum"), len(batch))


def upwards(model: nn.Module, batch: Labelled) -> Loss:
    """The wrong sign."""
    return Loss(-F.cross_entropy(model(batch.x), batch.y), len(batch))


def errors(model: nn.Module, batch: Labelled) -> Loss:
    """Counted mistakes, which have no slope."""
    return Loss((model(batch.x).argmax(1) != batch.y).float().mean(), len(batch))


def by_hand(model: nn.Module, batch: Labelled) -> Loss:
    """The squared error, written out."""
    return Loss(((model(batch.x) - batch.y) ** 2).mean(), len(batch))


def labels(change: object) -> Change:
    """The healthy examples with other labels."""
    return lambda: training(data=replace(examples(), y=change(examples().y)))  # type: ignore[operator]


def two_classes() -> Labelled:
    """0 and 1."""
    return replace(examples(), y=(examples().y > 0).long())


BUGS: dict[str, tuple[str, Change]] = {
    "softmax before the cross-entropy": ("E-CFG-LOSS", lambda: training(network(nn.Softmax(dim=1)))),
    "log-softmax before the cross-entropy": ("E-CFG-LOSS", lambda: training(network(nn.LogSoftmax(dim=1)))),
    "sigmoid before the loss that takes it": (
        "E-CFG-LOSS",
        lambda: training(network(nn.Sigmoid(), Scalar(), outputs=1), binary, data=two_classes()),
    ),
    "logits for the log-likelihood": ("E-CFG-LOSS", lambda: training(network(), likelihood)),
    "a ReLU behind the last layer": ("W-LOGITS-BENT", lambda: training(network(nn.ReLU()))),
    "(batch, 1) against (batch,)": ("E-BROADCAST", lambda: regression(network(outputs=1))),
    "(batch, 1) against (batch,), by hand": ("E-BROADCAST", lambda: regression(network(outputs=1), by_hand)),
    "labels from 1": ("E-LABELS", labels(lambda y: y + 1)),
    "a label of -1": ("E-LABELS", labels(lambda y: torch.where(y == 2, -1, y))),
    "labels 1 and 2 for a binary loss": (
        "E-LABELS",
        lambda: training(network(Scalar(), outputs=1), binary, data=replace(two_classes(), y=two_classes().y + 1)),
    ),
    "one class only": ("E-TARGET-ONE", labels(torch.zeros_like)),
    "a sum over the batch": ("W-LOSS-START", lambda: training(network(), summed)),
    "a last layer that is too sure": ("W-LOSS-START", lambda: training(network(Through(lambda x: 100 * x)))),
    "the wrong sign": ("W-LOSS-SIGN", lambda: training(network(), upwards)),
    "a loss without a slope": ("E-GRAPH-CUT", lambda: training(network(), errors)),
    "targets in the thousands": (
        "W-TARGET-SCALE",
        lambda: regression(network(Scalar(), outputs=1), data=replace(quantities(), y=2e4 + 5e3 * quantities().y)),
    ),
    "a target that is NaN": (
        "E-NUM-NONFINITE",
        lambda: regression(
            network(Scalar(), outputs=1), data=replace(quantities(), y=torch.where(quantities().y > 1, torch.nan, 0.0))
        ),
    ),
}
