"""The multilayer perceptron that starts where scikit-learn's does, from the same random numbers."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from etude.layers.outputs import Scalar
from etude.models.mlp import MLP

BENDS = {"identity": "identity", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu"}
"""scikit-learn's name of an activation -> etude's"""


def starting_network(
    features: int,
    hidden: Sequence[int],
    *,
    outputs: int,
    activation: str,
    dtype: torch.dtype,
    random: np.random.RandomState,
) -> nn.Sequential:
    """Features (batch, feature) -> answers (batch, output), or (batch,) where there is one output."""
    with torch.random.fork_rng(devices=[]):  # the layers draw weights of their own, which are overwritten below
        body = MLP(features, hidden, bend=BENDS[activation])
        answer = nn.Linear(body.width, outputs)
    network = nn.Sequential(body, answer, *([Scalar()] if outputs == 1 else [])).to(dtype)
    draw_weights(network, factor=2.0 if activation == "logistic" else 6.0, random=random)
    return network


def draw_weights(network: nn.Module, *, factor: float, random: np.random.RandomState) -> None:
    """Weights and biases uniform within ±sqrt(factor / (inputs + outputs)); factor 6: Glorot and Bengio 2010, eq. 16.

    They are drawn in the order and the layout of scikit-learn's MLPClassifier, so the same seed gives the same network.
    """
    with torch.no_grad():
        for layer in linear_layers(network):
            bound = math.sqrt(factor / (layer.in_features + layer.out_features))
            weight = random.uniform(-bound, bound, (layer.in_features, layer.out_features))
            layer.weight.copy_(torch.from_numpy(weight.T))
            layer.bias.copy_(torch.from_numpy(random.uniform(-bound, bound, layer.out_features)))


def linear_layers(network: nn.Module) -> list[nn.Linear]:
    """The layers with weights, first to last."""
    return [layer for layer in network.modules() if isinstance(layer, nn.Linear)]
