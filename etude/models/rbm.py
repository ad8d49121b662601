"""A restricted Boltzmann machine: visible and hidden units that switch each other on (Smolensky 1986)."""

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn
from torch.nn import functional as F

from etude.layers.units import unit_rows


class RBM(nn.Module):
    """Units that are 0 or 1 with the energy E(v, h) = -b v - c h - v W h, and p(v, h) = e^-E / Z.

    Hinton 2012, "A practical guide to training restricted Boltzmann machines". The forward pass gives p(h = 1 | v) for
    pictures: what the hidden units say of them.
    """

    def __init__(self, visible: int, hidden: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(0.01 * torch.randn(visible, hidden))  # section 8.1 of the guide
        self.visible_bias = nn.Parameter(torch.zeros(visible))
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))

    def hidden_given(self, v: Float[Tensor, "batch visible"]) -> Float[Tensor, "batch hidden"]:
        """p(h = 1 | v), equation 7 of the guide."""
        return torch.sigmoid(v @ self.weight + self.hidden_bias)

    def visible_given(self, h: Float[Tensor, "batch hidden"]) -> Float[Tensor, "batch visible"]:
        """p(v = 1 | h), equation 8 of the guide."""
        return torch.sigmoid(h @ self.weight.T + self.visible_bias)

    def free_energy(self, v: Float[Tensor, "batch visible"]) -> Float[Tensor, " batch"]:
        """F(v) = -b v - sum log(1 + e^(c + v W)), so that p(v) = e^-F(v) / Z (equation 25 of the guide)."""
        return -v @ self.visible_bias - F.softplus(v @ self.weight + self.hidden_bias).sum(dim=1)

    @torch.no_grad()
    def gibbs(self, v: Float[Tensor, "batch visible"], steps: int) -> Float[Tensor, "batch visible"]:
        """All hidden units drawn from the visible ones, and these from them, `steps` times; units are 0 or 1."""
        for _ in range(steps):
            h = torch.bernoulli(self.hidden_given(v))
            v = torch.bernoulli(self.visible_given(h))
        return v

    def forward(self, pictures: Shaped[Tensor, "batch channel height width"]) -> Float[Tensor, "batch hidden"]:
        return self.hidden_given(unit_rows(pictures))


def start_biases(rbm: RBM, on: Float[Tensor, " visible"]) -> None:
    """log p / (1 - p) for the share p of pictures in which a pixel is on (section 8.1 of the guide)."""
    with torch.no_grad():
        rbm.visible_bias.copy_(torch.logit(on.clamp(0.01, 0.99)))
