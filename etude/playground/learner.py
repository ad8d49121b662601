"""How TensorFlow Playground learns, written out: forward, backward, and a step that also pulls weights to zero."""

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from etude.learners.base import Learner
from etude.playground.fdlibm import tanh
from etude.playground.network import PlaneNetwork
from etude.records import Labelled
from etude.types import Logs

Penalty: TypeAlias = Literal["none", "L1", "L2"]
Rows: TypeAlias = Float[np.ndarray, "batch _"]


def added(terms: Float[np.ndarray, "number ..."]) -> Float[np.ndarray, "..."]:
    """Their sum, one after the other, while numpy's own sum may take them in another order."""
    total: np.ndarray = np.add.accumulate(terms)[-1]
    return total


BENDS: dict[str, tuple[Callable[[Rows], Rows], Callable[[Rows, Rows], Rows]]] = {
    "identity": (lambda z: z, lambda z, a: np.ones_like(z)),
    "relu": (lambda z: np.maximum(z, 0.0), lambda z, a: (z > 0).astype(z.dtype)),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z, a: a * (1 - a)),
    "tanh": (tanh, lambda z, a: 1 - a * a),
}
"""an activation, and its slope from its argument z and its value a"""


class PlaygroundRule(Learner[Labelled]):
    """Plain gradient descent on the mean of (answer - label)^2 / 2, without autograd.

    It is several times as fast as autograd on networks of a few units, where every operation is mostly overhead. Sums
    run in the browser's order (src/nn.ts), so that even after thousands of updates the losses are the browser's.
    The penalty acts on weights, never on biases; with L1 a weight that would cross zero becomes 0 and stays dead.
    """

    def __init__(self, network: PlaneNetwork, *, rate: float, penalty: Penalty = "none", strength: float = 0.0) -> None:
        """`rate` may be changed between two updates."""
        super().__init__()
        self.model = network
        self.rate, self.penalty, self.strength = rate, penalty, strength
        self.weights = [layer.weight.detach().numpy() for layer in network.linears]  # the same memory
        self.biases = [layer.bias.detach().numpy() for layer in network.linears]
        for number, layer in enumerate(network.linears):
            self.register_buffer(f"alive_{number}", torch.ones_like(layer.weight, dtype=torch.bool))

    @property
    def network(self) -> nn.Module:
        return self.model

    def update(self, batch: Labelled) -> Logs:
        x, y = batch.x.numpy(), batch.y.numpy()
        with np.errstate(all="ignore"):  # what leaves the finite numbers is noticed after the epoch
            sums, values = self.forward_pass(x)
            error = values[-1] - y[:, None]  # dE/da of the answer, where E = (a - y)^2 / 2
            gradients = self.backward_pass(x, sums, values, error)
            for number, (by_weight, by_bias) in enumerate(gradients):
                self.step(number, by_weight, by_bias, len(y))
        return {"loss": (torch.from_numpy(error) ** 2).mean() / 2}

    def forward_pass(self, x: Rows) -> tuple[list[Rows], list[Rows]]:
        """z = b + W a of each layer, and a = bend(z)."""
        sums, values, a = list[Rows](), list[Rows](), x
        for weight, bias, bend in zip(self.weights, self.biases, self.model.bends, strict=True):
            terms = np.empty((len(weight.T) + 1, *a.shape[:1], len(weight)))  # (1 + input, batch, unit)
            terms[0] = bias
            np.multiply(weight.T[:, None], a.T[:, :, None], out=terms[1:])
            z = added(terms)
            a = BENDS[bend][0](z)
            sums.append(z)
            values.append(a)
        return sums, values

    def backward_pass(
        self, x: Rows, sums: list[Rows], values: list[Rows], by_value: Rows
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """Sums over the batch of dE/dW and dE/db of each layer; `by_value` is dE/da of the answer."""
        found: list[tuple[np.ndarray, np.ndarray]] = []
        below = [x, *values[:-1]]
        for number in reversed(range(len(sums))):
            slope = BENDS[self.model.bends[number]][1]
            by_sum = by_value * slope(sums[number], values[number])  # dE/dz, (batch, unit)
            by_weight = added(by_sum[:, :, None] * below[number][:, None])
            found.insert(0, (by_weight, added(by_sum)))
            by_value = added(self.weights[number][:, None] * by_sum.T[:, :, None])  # of the layer below
        return found

    def step(self, number: int, by_weight: np.ndarray, by_bias: np.ndarray, n: int) -> None:
        """w -= rate mean gradient, then w -= rate strength (sign w or w), with the w from before."""
        weight, bias = self.weights[number], self.biases[number]
        pull = self.rate * self.strength * (np.sign(weight) if self.penalty == "L1" else weight)
        bias -= self.rate * by_bias / n
        weight -= self.rate / n * by_weight
        if self.penalty == "L2":
            weight -= pull
        elif self.penalty == "L1":
            alive = self.alive(number).numpy()
            weight *= alive
            crosses = weight * (weight - pull) < 0
            alive &= ~crosses
            weight -= pull
            weight *= alive

    def alive(self, number: int) -> Tensor:
        """Which weights of a layer may still change."""
        return self.get_buffer(f"alive_{number}")
