"""Numbers as waves: a network sees fine steps of a feature that it would otherwise smooth over."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn


class PeriodicFeatures(nn.Module):
    """Gorishniy, Rubachev and Babenko 2022 (arXiv:2203.05556), section 3.3 with the shared last layer of PLR-lite.

    Each number x becomes ReLU(linear([sin(2 pi c x), cos(2 pi c x)])) with `waves` learnt frequencies c of its own,
    drawn from a normal distribution of deviation `frequency`, and one linear layer of `width` outputs for all numbers.
    """

    def __init__(self, numbers: int, *, waves: int = 24, width: int = 8, frequency: float = 0.3) -> None:
        super().__init__()
        self.frequencies = nn.Parameter(frequency * torch.randn(numbers, waves))
        self.mix = nn.Linear(2 * waves, width)
        self.width = numbers * width

    def forward(self, x: Float[Tensor, "batch number"]) -> Float[Tensor, "batch width"]:
        angle = 2 * math.pi * x[:, :, None] * self.frequencies  # (batch, number, wave)
        waves = torch.cat([angle.sin(), angle.cos()], dim=2)
        features: Tensor = self.mix(waves).relu()
        return features.flatten(1)
