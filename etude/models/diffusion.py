"""From noise back to an example, step by step: the samplers, and the denoiser of points."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from etude.layers.noise import Noise
from etude.models.unet import Told

WAVES = 64
"""in which a point is seen"""
FINENESS = 4.0
"""deviation of their frequencies, radians for each deviation of the data"""


class PointDenoiser(nn.Module):
    """Three residual layers that see the noisy point, time and class.

    Waves of random directions and lengths stand beside the two coordinates, which alone would give soft shapes only
    (Tancik et al. 2020, arXiv:2006.10739, section 6).
    """

    directions: Tensor

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.told = Told(width, classes)
        self.register_buffer("directions", FINENESS * torch.randn(2, WAVES))
        self.enter = nn.Linear(2 + 2 * WAVES, width)
        self.layers = nn.ModuleList(
            nn.Sequential(nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width)) for _ in range(3)
        )
        self.leave = nn.Linear(width, 2)

    def forward(
        self, x: Float[Tensor, "batch 2"], t: Int[Tensor, " batch"], told: Int[Tensor, " batch"]
    ) -> Float[Tensor, "batch 2"]:
        angles = x @ self.directions  # (batch, wave)
        known, inner = self.told(t, told), self.enter(torch.cat([x, angles.sin(), angles.cos()], dim=1))
        for layer in self.layers:
            inner = inner + layer(inner + known)
        epsilon: Tensor = self.leave(inner)
        return epsilon


@runtime_checkable
class Denoiser(Protocol):
    """epsilon_theta(x_t, t): the noise in x_t."""

    def __call__(self, x: Tensor, t: Tensor) -> Tensor: ...


def guided(model: nn.Module, told: Int[Tensor, " batch"], weight: float) -> Denoiser:
    """(1 + w) epsilon(x, class) - w epsilon(x, none) (Ho and Salimans 2022, arXiv:2207.12598, eq. 6).

    w = 0 asks for the class as it is; more gives clearer examples of it, and fewer kinds.
    """

    def denoise(x: Tensor, t: Tensor) -> Tensor:
        known: Tensor = model(x, t, told)
        if weight == 0:
            return known
        unknown: Tensor = model(x, t, torch.zeros_like(told))
        return (1 + weight) * known - weight * unknown

    return denoise


@dataclass(frozen=True, slots=True)
class Reverse:
    """The way back from x_T, pure noise, to x_0, yielding x after each step.

    The x_0 that is seen on the way is kept between -bound and bound.
    """

    noise: Noise
    bound: float

    def ancestral(self, denoise: Denoiser, x: Float[Tensor, "batch ..."], chance: torch.Generator) -> Iterator[Tensor]:
        """Ho et al. 2020 (arXiv:2006.11239), algorithm 2, mean and variance of eq. 7; no noise in the last step."""
        for t in range(self.noise.T, 0, -1):
            here, before = self.noise.alpha_bar[t], self.noise.alpha_bar[t - 1]
            alpha = here / before
            x0, _ = self.cleaned(denoise, x, t)
            mean = before.sqrt() * (1 - alpha) / (1 - here) * x0 + alpha.sqrt() * (1 - before) / (1 - here) * x
            variance = (1 - before) / (1 - here) * (1 - alpha)
            x = mean + variance.sqrt() * gaussian(x, chance) if t > 1 else mean
            yield x

    def ddim(
        self, denoise: Denoiser, x: Float[Tensor, "batch ..."], *, steps: int, eta: float, chance: torch.Generator
    ) -> Iterator[Tensor]:
        """Song, Meng and Ermon 2021 (arXiv:2010.02502), eq. 12 and 16, in fewer steps than T.

        eta = 0 draws nothing but x_T; eta = 1 in T steps is `ancestral`.
        """
        times = torch.linspace(self.noise.T, 0, steps + 1).round().int().tolist()
        for t, earlier in pairwise(times):
            here, before = self.noise.alpha_bar[t], self.noise.alpha_bar[earlier]
            x0, epsilon = self.cleaned(denoise, x, t)
            variance = eta**2 * (1 - before) / (1 - here) * (1 - here / before)
            x = before.sqrt() * x0 + (1 - before - variance).clamp(min=0).sqrt() * epsilon
            x = x + variance.sqrt() * gaussian(x, chance)
            yield x

    def cleaned(
        self, denoise: Denoiser, x: Float[Tensor, "batch ..."], t: int
    ) -> tuple[Float[Tensor, "batch ..."], Float[Tensor, "batch ..."]]:
        """The example that the network sees under x_t, kept within the bound, and the noise that is then left."""
        kept = self.noise.alpha_bar[t]
        epsilon = denoise(x, torch.full((len(x),), t, device=x.device))
        x0 = ((x - (1 - kept).sqrt() * epsilon) / kept.sqrt()).clamp(-self.bound, self.bound)
        return x0, (x - kept.sqrt() * x0) / (1 - kept).sqrt()


def gaussian(x: Tensor, chance: torch.Generator) -> Tensor:
    """Fresh noise of the shape of x; drawn on the CPU, so that a seed means the same everywhere."""
    return torch.randn(x.shape, generator=chance).to(x.device)
