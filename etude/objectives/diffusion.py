"""Learning to tell the noise from the example under it."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from etude.layers.noise import Noise
from etude.layers.span import spanned
from etude.records import Inputs, Labelled
from etude.types import Loss

NO_CLASS = 0
"""what the network is told in place of a class; class k is told as k + 1"""


class Denoising(nn.Module):
    """Ho, Jain and Abbeel 2020 (arXiv:2006.11239), eq. 14: mean of (epsilon - epsilon_theta(x_t, t))^2, t uniform.

    Examples with a class tell it to the network, but for a share `drop` of them, so that it learns both the noise of
    the class and that of all examples (Ho and Salimans 2022, arXiv:2207.12598, algorithm 1).
    """

    def __init__(self, noise: Noise, drop: float = 0.1) -> None:
        super().__init__()
        self.noise, self.drop = noise, drop

    def forward(self, model: nn.Module, batch: Inputs | Labelled) -> Loss:
        x0 = spanned(batch.x)
        t = torch.randint(1, self.noise.T + 1, (len(x0),), device=x0.device)
        epsilon = torch.randn_like(x0)
        told = classes_told(batch)
        told = told.masked_fill(torch.rand(len(x0), device=x0.device) < self.drop, NO_CLASS)
        return Loss(F.mse_loss(model(self.noise(x0, t, epsilon), t, told), epsilon), len(x0))


def classes_told(batch: Inputs | Labelled) -> Tensor:
    """(batch,) of k + 1 for class k, or of NO_CLASS where the examples have none."""
    if isinstance(batch, Labelled):
        return batch.y + 1
    return torch.zeros(len(batch), dtype=torch.int64, device=batch.x.device)
