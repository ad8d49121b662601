"""Distances between two samples, each without bias: by a kernel of one's choice, and by mean distances."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor


def kernel_distance(real: Float[Tensor, "real feature"], fake: Float[Tensor, "fake feature"]) -> float:
    """KID: the squared maximum mean discrepancy of the kernel (x.y / d + 1)^3.

    Bińkowski et al. 2018 (arXiv:1801.01401), section 4. Without bias at any sample size, unlike the Fréchet distance.
    """
    return discrepancy(lambda x, y: (x @ y.T / x.shape[1] + 1) ** 3, real, fake)


def energy_distance(real: Float[Tensor, "real feature"], fake: Float[Tensor, "fake feature"]) -> float:
    """2 E|x - y| - E|x - x'| - E|y - y'| (Székely and Rizzo 2013, doi:10.1016/j.jspi.2013.03.018, eq. 5)."""
    return discrepancy(lambda x, y: -torch.cdist(x, y), real, fake)


def discrepancy(kernel: Callable[[Tensor, Tensor], Tensor], real: Tensor, fake: Tensor) -> float:
    """E k(x, x') + E k(y, y') - 2 E k(x, y), no example paired with itself (Gretton et al. 2012, eq. 3)."""
    x, y = real.double(), fake.double()
    within = [
        (matrix.sum() - matrix.diagonal().sum()) / (len(matrix) * (len(matrix) - 1))
        for matrix in (kernel(x, x), kernel(y, y))
    ]
    return float(within[0] + within[1] - 2 * kernel(x, y).mean())
