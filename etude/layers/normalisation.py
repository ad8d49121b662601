"""Layers that bring activations to mean 0 and variance 1 and then learn a scale and a shift."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from etude.errors import UsageError

EPSILON = 1e-5
"""added to a variance before the root, so that a constant activation stays finite; PyTorch's"""


class BatchNorm(nn.Module):
    """Normalise each feature over the batch and, for pictures, over the pixels.

    Ioffe and Szegedy 2015 (arXiv:1502.03167). In training the mean and variance are those of the batch (algorithm
    1), and running means of them move on by the share `momentum`; in evaluation these are used instead (algorithm 2).
    PyTorch's momentum 0.1 is what Keras calls 0.9.
    """

    running_mean: Tensor
    running_variance: Tensor

    def __init__(self, features: int, *, momentum: float = 0.1) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(features))
        self.beta = nn.Parameter(torch.zeros(features))
        self.register_buffer("running_mean", torch.zeros(features))
        self.register_buffer("running_variance", torch.ones(features))
        self.momentum = momentum

    def forward(self, x: Float[Tensor, "batch feature *pixel"]) -> Float[Tensor, "batch feature *pixel"]:
        """Raise UsageError E-CFG-BN in training if a feature has one value alone, whose variance is 0."""
        mean, variance = self.of_batch(x) if self.training else (self.running_mean, self.running_variance)
        normal = (x - along(x, mean)) / along(x, variance + EPSILON).sqrt()
        return along(x, self.gamma) * normal + along(x, self.beta)

    def of_batch(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance of this batch; the running ones learn of them, the variance as an unbiased estimate."""
        count = x.numel() // x.shape[1]
        if count < 2:
            raise UsageError(
                "E-CFG-BN",
                "batch norm needs at least 2 examples in a batch of training; this batch has 1. Raise --batch.",
            )
        axes = [axis for axis in range(x.ndim) if axis != 1]
        mean, variance = x.mean(axes), x.var(axes, correction=0)
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)
            self.running_variance.lerp_(variance * count / (count - 1), self.momentum)
        return mean, variance


class LayerNorm(nn.Module):
    """Normalise each example over its features, the last axis (Ba, Kiros and Hinton 2016, arXiv:1607.06450, eq. 4)."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(features))
        self.bias = nn.Parameter(torch.zeros(features))

    def forward(self, x: Float[Tensor, "... feature"]) -> Float[Tensor, "... feature"]:
        mean = x.mean(-1, keepdim=True)
        variance = x.var(-1, keepdim=True, correction=0)
        return self.gain * (x - mean) / (variance + EPSILON).sqrt() + self.bias


def along(x: Tensor, feature: Tensor) -> Tensor:
    """One number for each feature, shaped so that it meets axis 1 of `x`."""
    return feature.view(-1, *[1] * (x.ndim - 2))
