"""Rosenblatt's rule on the plane, and how often it can be wrong at most (Novikoff 1962)."""

import importlib
import math
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from etude.learners.perceptron import PerceptronRule
from etude.playground.network import PlaneNetwork
from etude.records import Labelled
from etude.types import Loss

PERCEPTRON = "perceptron"
"""the optimizer, and the only loss that it knows"""
OTHERS = {"regression": "a quantity is learnt", "generate": "points are made"}
"""what is done in problems without classes"""
THINNEST = 1e-9
"""of a margin, as a share of the radius; what is thinner is rounding"""


def perceptron_criterion(model: nn.Module, batch: Labelled) -> Loss:
    """Mean of max(0, -t s) with t = 2y - 1: how far mistakes lie on the wrong side; the rule descends it."""
    return Loss(F.relu((1 - 2 * batch.y) * model(batch.x)).mean(), len(batch))


class PlanePerceptron(PerceptronRule):
    """The rule on a network of the playground without hidden layers.

    Mistakes are counted from `origin` on: the weights that the lesson began with, or that were last set by hand.
    """

    origin: Tensor

    def __init__(self, network: PlaneNetwork, *, rate: float) -> None:
        (score,) = network.linears
        super().__init__(nn.Identity(), score, rate=rate)
        self.plane = network
        self.register_buffer("origin", self.weights)

    @property
    def network(self) -> nn.Module:
        return self.plane

    @property
    def weights(self) -> Float[Tensor, " feature_and_one"]:
        """A copy of w, the bias last."""
        return torch.cat([self.score.weight[0], self.score.bias]).detach()

    def count_anew(self) -> None:
        """From the weights of now on."""
        self.mistakes.zero_()
        self.origin.copy_(self.weights)


@dataclass(frozen=True)
class Separation:
    """The widest gap between two classes, seen from the origin, with a 1 behind the features of each point."""

    radius: float
    """R, the largest norm"""
    margin: float
    """gamma, the least distance to the border"""
    normal: Float[np.ndarray, " feature_and_one"]
    """of the border, one long"""

    def most_mistakes(self, origin: Float[np.ndarray, " feature_and_one"], rate: float) -> float:
        """Novikoff's bound; R^2 / gamma^2 from weights of 0.

        After M mistakes w v >= w0 v + rate M gamma and |w|^2 <= |w0|^2 + rate^2 M R^2, where v is the normal; since
        w v <= |w|, M is at most the greater root of (a + M gamma)^2 = b^2 + M R^2, a = w0 v / rate, b = |w0| / rate.
        """
        if rate == 0:
            return math.inf
        a, square = float(origin @ self.normal) / rate, float(origin @ origin) / rate**2
        half = self.radius**2 / 2 - a * self.margin
        return (half + math.sqrt(half**2 + self.margin**2 * (square - a**2))) / self.margin**2


def separation(part: Labelled) -> Separation | None:
    """The widest margin between labels 0 and 1; None if no border through the origin parts them.

    The margin is the distance of the origin from the convex hull of all t x, t = +-1, by non-negative least squares
    on t x with one more coordinate of 1, whose target is 1 where that of all others is 0 (Lawson and Hanson 1974).
    """
    x, t = part.x.numpy(), 2 * part.y.numpy() - 1
    rows = t[:, None] * np.column_stack([x, np.ones(len(x))])
    target = np.zeros(rows.shape[1] + 1)
    target[-1] = 1.0
    nnls = importlib.import_module("scipy.optimize").nnls  # for whose import no other lesson waits
    shares, _ = nnls(np.vstack([rows.T, np.ones(len(rows))]), target)
    normal = rows.T @ shares
    radius, length = float(np.linalg.norm(rows, axis=1).max()), float(np.linalg.norm(normal))
    if length < THINNEST * radius:
        return None
    margin = float((rows @ normal).min()) / length
    return Separation(radius, margin, normal / length) if margin > THINNEST * radius else None


def hindrance(problem: str, *, outputs: int, hidden: int) -> str:
    """Why the rule cannot learn a lesson, in words; empty if it can."""
    if problem in OTHERS:
        return f"The perceptron rule tells two classes apart; here {OTHERS[problem]}. Choose Problem: Classification."
    if outputs > 1:
        return f"The perceptron rule tells two classes apart; here are {outputs}. Choose points of two classes."
    if hidden:
        layers = "is a hidden layer" if hidden == 1 else f"are {hidden} hidden layers"
        return (
            f"The perceptron rule moves the weights of a single unit; here {layers} before it. A step has no slope, so "
            "no mistake can be sent back to them. Remove the hidden layers, then choose the rule again."
        )
    return ""
