"""Losses for classes: how far the answer is from the truth, in nats unless said otherwise."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from etude.records import Labelled
from etude.types import Loss


def cross_entropy(model: nn.Module, batch: Labelled) -> Loss:
    """-log p(y), from logits (batch, class): softmax and logarithm in one, so that neither overflows."""
    return Loss(F.cross_entropy(model(batch.x), batch.y), len(batch))


def negative_log_likelihood(model: nn.Module, batch: Labelled) -> Loss:
    """-log p(y), from a model that ends in log-softmax; logits or probabilities would train, and train wrongly."""
    return Loss(F.nll_loss(model(batch.x), batch.y), len(batch))


def binary_cross_entropy(model: nn.Module, batch: Labelled) -> Loss:
    """-y log p - (1 - y) log(1 - p), from one logit for each example (batch,)."""
    return Loss(F.binary_cross_entropy_with_logits(model(batch.x), batch.y.to(torch.float32)), len(batch))


def hinge(model: nn.Module, batch: Labelled) -> Loss:
    """The margin by which the best wrong class comes too near the right one.

    Crammer and Singer 2001 (jmlr.org/papers/v2/crammer01a), max(0, 1 + max over k != y of s_k - s_y), from scores
    (batch, class); for two classes with s = (0, s_1) it is the hinge of support vector machines.
    """
    scores = model(batch.x)
    right = scores.gather(1, batch.y[:, None])
    rivals = scores.scatter(1, batch.y[:, None], -torch.inf).amax(1, keepdim=True)
    return Loss((1 + rivals - right).clamp(min=0).mean(), len(batch))


class Smoothed:
    """Cross-entropy against targets that leave a share `epsilon` to all classes alike (Szegedy et al. 2016, arXiv:1512.00567, section 7)."""

    def __init__(self, epsilon: float) -> None:
        self.epsilon = epsilon

    def __call__(self, model: nn.Module, batch: Labelled) -> Loss:
        return Loss(F.cross_entropy(model(batch.x), batch.y, label_smoothing=self.epsilon), len(batch))


class Focal:
    """Cross-entropy that counts examples less the better they are known (Lin et al. 2017, arXiv:1708.02002, eq. 4).

    -(1 - p)^gamma log p for the probability p of the true class; gamma 0 is cross-entropy.
    """

    def __init__(self, gamma: float) -> None:
        self.gamma = gamma

    def __call__(self, model: nn.Module, batch: Labelled) -> Loss:
        log_p = F.log_softmax(model(batch.x), dim=1).gather(1, batch.y[:, None])[:, 0]
        return Loss((-((1 - log_p.exp()) ** self.gamma) * log_p).mean(), len(batch))


class Weighted:
    """Cross-entropy with a weight for each class; the mean is over the summed weights, so pieces add up exactly."""

    def __init__(self, weights: Float[Tensor, " class"]) -> None:
        self.weights = weights

    def __call__(self, model: nn.Module, batch: Labelled) -> Loss:
        weights = self.weights.to(batch.y.device)
        return Loss(F.cross_entropy(model(batch.x), batch.y, weight=weights), weights[batch.y].sum())
