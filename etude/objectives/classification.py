"""How wrong the scores of classes are: the losses of classification, in nats where they are likelihoods.

Networks for two classes or more answer with one logit for each class, (batch, class); a network with one logit for the
second of two classes, (batch,), goes with the losses called binary.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from etude.records import Labelled
from etude.types import Loss


def cross_entropy(model: nn.Module, batch: Labelled) -> Loss:
    """Mean of -log softmax(logits)_y, from logits (batch, class)."""
    return Loss(F.cross_entropy(model(batch.x), batch.y), len(batch))


def negative_log_likelihood(model: nn.Module, batch: Labelled) -> Loss:
    """Mean of -log p_y, from log-probabilities (batch, class), as nn.LogSoftmax gives them."""
    return Loss(F.nll_loss(model(batch.x), batch.y), len(batch))


def binary_cross_entropy(model: nn.Module, batch: Labelled) -> Loss:
    """Mean of -y log p - (1 - y) log(1 - p) with p = sigmoid(logit), from logits (batch,) and y in {0, 1}.

    Without the second term, as some slides print it, an example of class 0 has loss 0 and teaches nothing.
    """
    logits = model(batch.x)
    return Loss(F.binary_cross_entropy_with_logits(logits, batch.y.to(logits.dtype)), len(batch))


def hinge(model: nn.Module, batch: Labelled) -> Loss:
    """Mean of max(0, 1 + s_j - s_y), s_j the best score of the other classes.

    From scores (batch, class); Crammer and Singer 2001 (JMLR 2), eq. 3.
    """
    scores = model(batch.x)  # (batch, class)
    y = batch.y.unsqueeze(1)
    others = scores.scatter(1, y, -torch.inf).amax(1)
    return Loss(F.relu(1 + others - scores.gather(1, y).squeeze(1)).mean(), len(batch))


def binary_hinge(model: nn.Module, batch: Labelled) -> Loss:
    """Mean of max(0, 1 - t s) with t = 2y - 1, from scores (batch,) and y in {0, 1} (Cortes and Vapnik 1995)."""
    scores = model(batch.x)
    if scores.shape != batch.y.shape:
        raise ValueError(f"scores {tuple(scores.shape)} and labels {tuple(batch.y.shape)} must have one shape")
    return Loss(F.relu(1 - (2 * batch.y.to(scores.dtype) - 1) * scores).mean(), len(batch))


@dataclass(frozen=True)
class Focal:
    """Cross-entropy in which an example of probability p counts (1 - p)^gamma.

    Lin et al. 2017 (arXiv:1708.02002), eq. 4.
    """

    gamma: float = 2.0
    """0 is the cross-entropy; the greater, the less the easy examples count"""

    def __call__(self, model: nn.Module, batch: Labelled) -> Loss:
        log_p = log_likelihood(model(batch.x), batch.y)
        surprise = -torch.expm1(log_p)  # 1 - p, exact where p is near 1
        return Loss(-(surprise**self.gamma * log_p).mean(), len(batch))


@dataclass(frozen=True)
class Smoothed:
    """Cross-entropy against 1 - epsilon on the label plus epsilon / classes on each class.

    Szegedy et al. 2016 (arXiv:1512.00567), section 7.
    """

    epsilon: float = 0.1
    """share of the target that is spread evenly"""

    def __call__(self, model: nn.Module, batch: Labelled) -> Loss:
        return Loss(F.cross_entropy(model(batch.x), batch.y, label_smoothing=self.epsilon), len(batch))


@dataclass(frozen=True, eq=False)
class Weighted:
    """Cross-entropy in which an example counts by the weight of its class: the mean is over the summed weights."""

    class_weights: Float[Tensor, " class"]
    """often inversely proportional to how frequent the class is"""

    def __call__(self, model: nn.Module, batch: Labelled) -> Loss:
        logits = model(batch.x)
        weights = self.class_weights.to(logits)
        return Loss(F.cross_entropy(logits, batch.y, weight=weights), weights[batch.y].sum())


def log_likelihood(logits: Float[Tensor, "batch class"], y: Int[Tensor, " batch"]) -> Float[Tensor, " batch"]:
    """log softmax(logits)_y of each example, in nats."""
    return F.log_softmax(logits, dim=1).gather(1, y.unsqueeze(1)).squeeze(1)
