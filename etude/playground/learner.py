"""How TensorFlow Playground learns, written out: forward, backward, and a step that also pulls weights to zero."""

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
import torch
from jaxtyping import Bool, Float, Shaped
from torch import Tensor, nn

from etude.learners.base import Learner
from etude.playground.fdlibm import tanh
from etude.playground.network import PlaneNetwork
from etude.records import Labelled
from etude.types import Logs

Penalty: TypeAlias = Literal["none", "L1", "L2"]
Loss: TypeAlias = Literal["half squared error", "binary cross-entropy"]
Columns: TypeAlias = Float[np.ndarray, "_ point"]
"""a number of each unit for each point"""
ONE = np.array(1.0)
"""an operation of an array with an array is twice as fast as with a number"""
BENDS: dict[str, tuple[Callable[[Columns], Columns], Callable[[Columns, Columns], Columns]]] = {
    "identity": (lambda z: z, lambda z, a: np.ones_like(z)),
    "relu": (lambda z: np.maximum(z, 0.0), lambda z, a: (z > 0).astype(z.dtype)),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z, a: a * (ONE - a)),
    "tanh": (tanh, lambda z, a: ONE - a * a),
}
"""an activation, and its slope from its argument z and its value a"""
PerPoint: TypeAlias = Float[np.ndarray, " point"]
LEAST_LOG = -100.0
"""of a share that is 0, as in torch: one point that is wholly wrong must not make the mean infinite"""


def half_squared_error(a: PerPoint, y: PerPoint) -> PerPoint:
    """Of each answer and label."""
    half: np.ndarray = (a - y) ** 2 / 2
    return half


def binary_cross_entropy(a: PerPoint, y: PerPoint) -> PerPoint:
    """In nats, of the share that each answer gives to class 1, and the class, 1 or 0."""
    one, zero = (np.maximum(np.log(share), LEAST_LOG) for share in (a, ONE - a))
    nats: np.ndarray = -(y * one + (ONE - y) * zero)
    return nats


LOSSES: dict[Loss, Callable[[PerPoint, PerPoint], PerPoint]] = {
    "half squared error": half_squared_error,
    "binary cross-entropy": binary_cross_entropy,
}
RULE_LOSSES: dict[str, Loss] = {"mse": "half squared error", "bce": "binary cross-entropy"}
"""what TensorFlow Playground's rule can learn by, under the names in the URL"""


class PlaygroundRule(Learner[Labelled]):
    """Plain gradient descent on the mean loss, without autograd.

    It is several times as fast as autograd on networks of a few units, where every operation is mostly overhead. Sums
    run in the browser's order (src/nn.ts), so that even after thousands of updates the losses are the browser's.
    The penalty acts on weights, never on biases; with L1 a weight that would cross zero becomes 0 and stays dead.
    """

    alive: Tensor
    """which numbers may still change"""

    def __init__(
        self,
        network: PlaneNetwork,
        *,
        rate: float,
        penalty: Penalty = "none",
        strength: float = 0.0,
        loss: Loss = "half squared error",
    ) -> None:
        """`rate` may be changed between two updates; cross-entropy wants a network whose answer is a sigmoid."""
        super().__init__()
        self.model = network
        self.rate, self.penalty, self.strength = rate, penalty, strength
        self.loss: Loss = loss
        self.bends = [BENDS[bend] for bend in network.bends]
        if (
            loss == "binary cross-entropy"
        ):  # dE/dz = a - y: the sigmoid's slope a (1 - a) cancels that of the logarithms
            self.bends[-1] = (BENDS["sigmoid"][0], BENDS["identity"][1])
        self.flat, self.matrices = side_by_side(network)
        self.gradient = np.zeros_like(self.flat)
        """sums over the points of dE/db and dE/dW, placed like the numbers themselves"""
        self.gradients = cut(self.gradient, network)
        self.is_bias = np.zeros(self.flat.shape, dtype=bool)
        for biases in cut(self.is_bias, network):
            biases[:, 0] = True
        self.register_buffer("alive", torch.ones(self.flat.shape, dtype=torch.bool))

    @property
    def living(self) -> list[Bool[np.ndarray, "unit _"]]:
        """`alive`, placed like the numbers themselves."""
        return cut(self.alive.numpy(), self.model)

    @property
    def network(self) -> nn.Module:
        return self.model

    def update(self, batch: Labelled) -> Logs:
        x, y = batch.x.numpy().T, batch.y.numpy()
        with np.errstate(all="ignore"):  # what leaves the finite numbers is noticed after the epoch
            sums, values = self.forward_pass(x)
            answers = values[-1][1]
            self.backward_pass(sums, values, (answers - y)[None])  # dE/da of (a - y)^2 / 2
            self.step(len(y))
            loss = np.add.reduce(LOSSES[self.loss](answers, y)) / len(y)
        return {"loss": torch.from_numpy(np.asarray(loss))}

    def forward_pass(self, x: Float[np.ndarray, "feature point"]) -> tuple[list[Columns], list[Columns]]:
        """z = b + W a of each layer, and a = bend(z); each a, the features first, has a row of ones above it."""
        sums, values = [], [under_ones(x)]
        for matrix, (bend, _) in zip(self.matrices, self.bends, strict=True):
            z = added(matrix.T[:, :, None] * values[-1][:, None])  # (1 + source, unit, point)
            sums.append(z)
            values.append(under_ones(bend(z)))
        return sums, values

    def backward_pass(self, sums: list[Columns], values: list[Columns], by_value: Columns) -> None:
        """Fill `gradient`; `by_value` is dE/da of the answer."""
        for number in range(len(sums) - 1, -1, -1):
            _, slope = self.bends[number]
            by_sum = by_value * slope(sums[number], values[number + 1][1:])  # dE/dz, (unit, point)
            self.gradients[number][...] = np.add.accumulate(by_sum[:, None] * values[number], axis=2)[:, :, -1]
            if number:
                by_value = added(self.matrices[number][:, 1:, None] * by_sum[:, None])  # of the layer below

    def step(self, n: int) -> None:
        """w -= rate mean gradient over n points, then w -= rate strength (sign w or w), with the w from before."""
        flat, gradient = self.flat, self.gradient
        pull = self.rate * self.strength * (np.sign(flat) if self.penalty == "L1" else flat)
        flat -= np.where(self.is_bias, self.rate * gradient / n, self.rate / n * gradient)
        if self.penalty == "none":
            return
        pull[self.is_bias] = 0.0
        if self.penalty == "L1":
            alive = self.alive.numpy()
            flat *= alive
            alive &= flat * (flat - pull) >= 0
            pull[~alive] = flat[~alive]
        flat -= pull


def added(terms: Float[np.ndarray, "number ..."]) -> Float[np.ndarray, "..."]:
    """Their sum, one after the other, while numpy's own sum may take them in another order."""
    total: np.ndarray = np.add.accumulate(terms)[-1]
    return total


def under_ones(a: Columns) -> Columns:
    """With a row of ones above, so that a bias is one more weight."""
    rows = np.empty((len(a) + 1, a.shape[1]))
    rows[0] = 1.0
    rows[1:] = a
    return rows


def side_by_side(network: PlaneNetwork) -> tuple[Float[np.ndarray, " parameter"], list[Float[np.ndarray, "unit _"]]]:
    """All parameters in one array, and each layer's part of it as a matrix, the bias before the weights.

    The layers of the network hold the same memory from now on.
    """
    flat = np.empty(sum(parameter.numel() for parameter in network.parameters()))
    matrices = cut(flat, network)
    for matrix, layer in zip(matrices, network.linears, strict=True):
        both = torch.from_numpy(matrix)
        both[:, 0], both[:, 1:] = layer.bias.detach(), layer.weight.detach()
        layer.bias.data, layer.weight.data = both[:, 0], both[:, 1:]
    return flat, matrices


def cut(flat: Shaped[np.ndarray, " parameter"], network: PlaneNetwork) -> list[Shaped[np.ndarray, "unit _"]]:
    """The part of each layer."""
    found, at = list[np.ndarray](), 0
    for layer in network.linears:
        size = layer.weight.numel() + layer.bias.numel()
        found.append(flat[at : at + size].reshape(layer.out_features, -1))
        at += size
    return found
