"""Where the weights start: too small and the signal dies from layer to layer, too large and it explodes."""

import math
from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor, nn


@torch.no_grad()
def zero(module: nn.Module) -> None:
    """All weights and biases 0: every unit of a layer then learns the same, for ever."""
    for weight in weights(module):
        weight.zero_()


@torch.no_grad()
def uniform(module: nn.Module, generator: torch.Generator, *, bound: float) -> None:
    """Weights uniform in [-bound, bound), biases 0."""
    for weight in weights(module):
        weight.uniform_(-bound, bound, generator=generator)


@torch.no_grad()
def xavier(module: nn.Module, generator: torch.Generator) -> None:
    """Uniform with variance 2 / (fan in + fan out), for tanh (Glorot and Bengio 2010, eq. 16); biases 0."""
    for weight in weights(module):
        bound = math.sqrt(6 / (fan_in(weight) + fan_out(weight)))
        weight.uniform_(-bound, bound, generator=generator)


@torch.no_grad()
def he(module: nn.Module, generator: torch.Generator) -> None:
    """Normal with variance 2 / fan in, for ReLU (He et al. 2015, arXiv:1502.01852, eq. 10); biases 0."""
    for weight in weights(module):
        weight.normal_(0, math.sqrt(2 / fan_in(weight)), generator=generator)


@torch.no_grad()
def orthogonal(module: nn.Module, generator: torch.Generator) -> None:
    """Orthonormal rows, or columns where there are fewer (Saxe et al. 2014, arXiv:1312.6120, section 3); biases 0.

    Filters are flattened to output x rest. Every such matrix is equally likely.
    """
    for weight in weights(module):
        flat = torch.empty_like(weight.flatten(1)).normal_(generator=generator)
        wide = flat.shape[0] < flat.shape[1]
        q, r = torch.linalg.qr(flat.T if wide else flat)
        q = q * r.diagonal().sign()  # without it, QR's own convention would prefer some matrices (Mezzadri 2007)
        weight.copy_((q.T if wide else q).view(weight.shape))


def weights(module: nn.Module) -> Iterator[Tensor]:
    """Every weight with two axes or more, layer by layer; on the way, biases are set to 0."""
    for layer in module.modules():
        weight, bias = getattr(layer, "weight", None), getattr(layer, "bias", None)
        if isinstance(weight, Tensor) and weight.ndim >= 2:
            if isinstance(bias, Tensor):
                bias.zero_()
            yield weight


def fan_in(weight: Float[Tensor, "output input ..."]) -> int:
    """Numbers that one unit sums over."""
    return weight[0].numel()


def fan_out(weight: Float[Tensor, "output input ..."]) -> int:
    """Numbers that one input goes to, at every place of the filter."""
    return weight.shape[0] * weight[0, 0].numel()
