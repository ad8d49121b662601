"""The bends between two layers: without them a deep network is one matrix."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor, nn

from etude.errors import UsageError, nearest

LEAK = 0.01
"""slope of leaky ReLU below zero; Maas et al. 2013 and PyTorch use 0.01, many courses draw 0.1"""
LEAST_EXPONENT = 80.0
"""exp(80) and its reciprocal are within float32, and 1 + exp(-80) is 1 even in float64"""
SATURATION = 20.0
"""tanh(20) is 1 to the last bit, even in float64"""


def sigmoid(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """1 / (1 + e^-x), between 0 and 1: the probability whose log-odds are x."""
    return 1 / (1 + torch.exp(-x.clamp(min=-LEAST_EXPONENT)))


def tanh(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """(e^2x - 1) / (e^2x + 1), between -1 and 1; steeper than the sigmoid and centred."""
    power = torch.expm1(2 * x.clamp(-SATURATION, SATURATION))
    return power / (power + 2)


def relu(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """max(0, x), with gradient 0 at 0 (Nair and Hinton 2010)."""
    return torch.where(x > 0, x, 0.0)


def leaky_relu(x: Float[Tensor, "*shape"], slope: float = LEAK) -> Float[Tensor, "*shape"]:
    """x above zero, `slope` x below, so that no unit dies (Maas, Hannun and Ng 2013)."""
    return torch.where(x > 0, x, slope * x)


def elu(x: Float[Tensor, "*shape"], alpha: float = 1.0) -> Float[Tensor, "*shape"]:
    """x above zero, alpha (e^x - 1) below (Clevert, Unterthiner and Hochreiter 2016, arXiv:1511.07289, eq. 15)."""
    return torch.where(x > 0, x, alpha * torch.expm1(x.clamp(max=0)))


def softmax(x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """e^x_k / sum_j e^x_j along the last axis: logits to probabilities."""
    # softmax does not notice a shift, and without the greatest nothing overflows
    power = torch.exp(x - x.amax(-1, keepdim=True))
    return power / power.sum(-1, keepdim=True)


def maxout(x: Float[Tensor, "... unit_piece"], pieces: int) -> Float[Tensor, "... unit"]:
    """The greatest of each `pieces` neighbours on the last axis (Goodfellow et al. 2013, arXiv:1302.4389)."""
    groups: Tensor = x.unflatten(-1, (-1, pieces))  # (..., unit, piece)
    return groups.amax(-1)


class Maxout(nn.Module):
    """Units that learn their own bend: each is the greatest of `pieces` weighted sums."""

    def __init__(self, features: int, units: int, *, pieces: int = 2) -> None:
        super().__init__()
        self.sums = nn.Linear(features, units * pieces)
        self.pieces = pieces

    def forward(self, x: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch unit"]:
        return maxout(self.sums(x), self.pieces)


class Sine(nn.Module):
    """sin x, which repeats itself as no other bend does (Sitzmann et al. 2020, arXiv:2006.09661, eq. 3)."""

    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        return x.sin()


ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "identity": nn.Identity,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky-relu": lambda: nn.LeakyReLU(LEAK),
    "elu": nn.ELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "softplus": nn.Softplus,
    "sine": Sine,
}
"""PyTorch's kernels, each faster than the formula above that it equals"""


def activation(name: str) -> nn.Module:
    """The bend of that name; UsageError E-CFG-NAME for a name that is none."""
    if name not in ACTIVATIONS:
        raise UsageError(
            "E-CFG-NAME", f"no activation {name!r}{nearest(name, ACTIVATIONS)} Known: {', '.join(ACTIVATIONS)}."
        )
    return ACTIVATIONS[name]()
