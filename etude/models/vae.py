"""A variational autoencoder: a code for each picture that is a region, not a point (Kingma and Welling 2013)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from etude.layers.units import unit_rows


@dataclass(frozen=True, slots=True)
class Passed:
    """What a batch became on its way through the network."""

    x: Float[Tensor, "batch pixel"]
    """the pictures as numbers from 0 to 1"""
    mean: Float[Tensor, "batch latent"]
    """of q(z | x)"""
    log_variance: Float[Tensor, "batch latent"]
    logits: Float[Tensor, "batch pixel"]
    """log-odds that each pixel is on, from one z drawn from q(z | x)"""


class VAE(nn.Module):
    """Kingma and Welling 2013 (arXiv:1312.6114), appendix C: Gaussian encoder and Bernoulli decoder, one hidden layer.

    q(z | x) = N(mean, variance) without correlations, p(z) = N(0, 1), p(x | z) = Bernoulli.
    """

    def __init__(self, pixels: int, *, hidden: int, latent: int) -> None:
        super().__init__()
        self.latent = latent
        self.encoder = nn.Sequential(nn.Linear(pixels, hidden), nn.ReLU())
        self.mean = nn.Linear(hidden, latent)
        self.log_variance = nn.Linear(hidden, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, pixels))

    def encode(
        self, x: Float[Tensor, "batch pixel"]
    ) -> tuple[Float[Tensor, "batch latent"], Float[Tensor, "batch latent"]]:
        """Mean and log-variance of q(z | x)."""
        hidden = self.encoder(x)
        return self.mean(hidden), self.log_variance(hidden)

    def decode(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch pixel"]:
        """The log-odds of p(x | z)."""
        logits: Tensor = self.decoder(z)
        return logits

    def forward(
        self, pictures: Shaped[Tensor, "batch channel height width"], generator: torch.Generator | None = None
    ) -> Passed:
        """z = mean + deviation * noise, so that the gradient passes through the draw (section 2.4)."""
        x = unit_rows(pictures)
        mean, log_variance = self.encode(x)
        noise = torch.randn(mean.shape, generator=generator, device=mean.device, dtype=mean.dtype)
        z = mean + (0.5 * log_variance).exp() * noise
        return Passed(x, mean, log_variance, self.decode(z))
