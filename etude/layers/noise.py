"""How noise is mixed into an example in T steps, from nearly none to nothing else."""

import math
from collections.abc import Callable

import torch
from jaxtyping import Float, Int, Shaped
from torch import Tensor, nn

from etude.errors import UsageError, nearest

FIRST, LAST = 1e-4, 0.02
"""beta_1 and beta_T of Ho et al. 2020, section 4, for T = 1,000"""
OFFSET = 0.008
"""s of Nichol and Dhariwal 2021, so that the first steps are not too small"""
LARGEST = 0.999
"""beta at most, since the cosine ends in pure noise, from which no step leads back"""


def linear_betas(T: int) -> Float[Tensor, " T"]:
    """From 1e-4 to 0.02 (Ho, Jain and Abbeel 2020, arXiv:2006.11239, section 4), both times 1,000 / T for other T."""
    scale = 1000 / T
    return torch.linspace(scale * FIRST, scale * LAST, T, dtype=torch.float64).clamp(max=LARGEST)


def cosine_betas(T: int) -> Float[Tensor, " T"]:
    """Such that alpha-bar falls as a squared cosine (Nichol and Dhariwal 2021, arXiv:2102.09672, eq. 17)."""
    t = torch.arange(T + 1, dtype=torch.float64) / T
    signal = ((t + OFFSET) / (1 + OFFSET) * math.pi / 2).cos().square()
    return (1 - signal[1:] / signal[:-1]).clamp(max=LARGEST)


BETAS: dict[str, Callable[[int], Tensor]] = {"linear": linear_betas, "cosine": cosine_betas}
"""schedules of the noise by name"""


def betas(name: str, T: int) -> Float[Tensor, " T"]:
    """A schedule of the noise by name in T steps; UsageError for a name that is none."""
    if name not in BETAS:
        raise UsageError("E-CFG-NAME", f"no noise schedule {name!r}{nearest(name, BETAS)} Known: {', '.join(BETAS)}.")
    return BETAS[name](T)


class Noise(nn.Module):
    """q(x_t | x_0) = N(sqrt(alpha-bar_t) x_0, (1 - alpha-bar_t) I) for t = 1 ... T (Ho et al. 2020, eq. 4).

    `alpha_bar[t]` is alpha-bar_t, and alpha-bar_0 = 1: no noise.
    """

    alpha_bar: Tensor

    def __init__(self, betas: Float[Tensor, " T"]) -> None:
        super().__init__()
        self.T = len(betas)
        kept = torch.cat([betas.new_ones(1), (1 - betas).cumprod(dim=0)])
        self.register_buffer("alpha_bar", kept.float())

    def forward(
        self, x0: Float[Tensor, "batch ..."], t: Int[Tensor, " batch"], epsilon: Float[Tensor, "batch ..."]
    ) -> Float[Tensor, "batch ..."]:
        """x_t = sqrt(alpha-bar_t) x_0 + sqrt(1 - alpha-bar_t) epsilon."""
        kept = per_example(self.alpha_bar[t], x0)
        return kept.sqrt() * x0 + (1 - kept).sqrt() * epsilon


def per_example(values: Shaped[Tensor, " batch"], x: Shaped[Tensor, "batch ..."]) -> Shaped[Tensor, "batch ..."]:
    """One value for each example, ready to be multiplied with all its numbers."""
    return values.view(-1, *[1] * (x.ndim - 1))
