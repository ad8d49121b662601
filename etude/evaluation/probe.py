"""A linear probe: how much a linear model reads from a representation that was learnt without answers."""

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch import Tensor, nn

from etude.chance import stream
from etude.data.batches import in_order
from etude.evaluation.baselines import spread
from etude.evaluation.predictor import evaluating
from etude.figures import Line
from etude.records import Labelled

BATCH = 1000
"""examples that go through a network at once, always the same, so that the same weights give the same bits"""
COUNTS = (3, 10, 30, 100)
"""labels of each class in a curve of the probe; then all there are"""


@dataclass(frozen=True, slots=True)
class Represented:
    """Examples in some representation, with their answers."""

    x: Float[np.ndarray, "row width"]
    y: Int[np.ndarray, " row"]


def represented(network: nn.Module, examples: Labelled) -> Represented:
    """The examples as `network` represents them, unchanged and with dropout off."""
    device = next(network.parameters()).device
    with evaluating(network):
        x: list[Tensor] = [network(piece.x.to(device)).flatten(1).cpu() for piece in in_order(examples, BATCH)]
    return Represented(torch.cat(x).numpy(), examples.y.numpy())


def plain(examples: Labelled) -> Represented:
    """The examples as they came."""
    return Represented(examples.x.flatten(1).numpy(), examples.y.numpy())


def fitted(train: Represented, other: Represented) -> Float[np.ndarray, "row class"]:
    """Probabilities of the classes for `other` from a logistic regression on the standardised `train`."""
    scale = StandardScaler().fit(train.x)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        line = LogisticRegression(tol=1e-2, max_iter=1000).fit(scale.transform(train.x), train.y)
    probabilities: np.ndarray = spread(
        line.predict_proba(scale.transform(other.x)), line.classes_, int(train.y.max()) + 1
    )
    shares: np.ndarray = np.exp(probabilities)
    return shares


def probe(train: Represented, other: Represented) -> Int[np.ndarray, " row"]:
    """1 for each example of `other` whose most probable class is the right one, else 0."""
    right: np.ndarray = fitted(train, other).argmax(axis=1) == other.y
    return right.astype(np.int64)


def probe_curve(train: Represented, other: Represented) -> Line:
    """Accuracy of the probe over the labels of each class that it is given, drawn with seed 0."""
    most = int(np.bincount(train.y).max())
    counts = [*(count for count in COUNTS if count < most), most]
    order = torch.randperm(len(train.y), generator=stream(0, "sampling")).numpy()
    accuracies = []
    for count in counts:
        rows = np.concatenate([order[train.y[order] == each][:count] for each in np.unique(train.y)])
        accuracies.append(probe(Represented(train.x[rows], train.y[rows]), other).mean())
    return Line(torch.tensor(counts).float(), torch.tensor(np.array(accuracies)).float())
