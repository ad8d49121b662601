"""Generators and their critics, for points and for pictures."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

SLOPE = 0.2
"""of the leaky ReLU below 0, as in DCGAN"""


def point_generator(latent: int, width: int) -> nn.Sequential:
    """From `latent` random numbers to a point, through three hidden layers."""
    return perceptron(latent, width, outputs=2)


def point_critic(width: int) -> nn.Sequential:
    """From a point to one logit, or one height: (batch, 1)."""
    return perceptron(2, width, outputs=1)


def perceptron(inputs: int, width: int, *, outputs: int) -> nn.Sequential:
    """Three hidden layers of rectified units, as in the toy example of Gulrajani et al. 2017 (their gan_toy.py)."""
    return nn.Sequential(
        nn.Linear(inputs, width),
        nn.ReLU(),
        nn.Linear(width, width),
        nn.ReLU(),
        nn.Linear(width, width),
        nn.ReLU(),
        nn.Linear(width, outputs),
    )


class PictureGenerator(nn.Module):
    """Radford, Metz and Chintala 2015 (arXiv:1511.06434), section 3, for squares of 4k pixels.

    A linear layer makes k x k places; two transposed convolutions double the side each. Batch normalisation stands
    everywhere but at the end, where tanh gives pixels from -1 to 1.
    """

    def __init__(self, latent: int, width: int, *, channels: int, size: int) -> None:
        super().__init__()
        self.width, self.quarter = width, size // 4
        self.project = nn.Sequential(
            nn.Linear(latent, 2 * width * self.quarter**2, bias=False),
            nn.BatchNorm1d(2 * width * self.quarter**2),
            nn.ReLU(),
        )
        self.draw = nn.Sequential(
            nn.ConvTranspose2d(2 * width, width, 4, stride=2, padding=1, bias=False),  # (batch, width, 2k, 2k)
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.ConvTranspose2d(width, channels, 4, stride=2, padding=1),  # (batch, channel, 4k, 4k)
            nn.Tanh(),
        )
        self.apply(as_dcgan)

    def forward(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch channel height width"]:
        places = self.project(z).unflatten(1, (2 * self.width, self.quarter, self.quarter))
        pixels: Tensor = self.draw(places.contiguous(memory_format=torch.channels_last))
        return pixels


class PictureCritic(nn.Module):
    """Radford et al. 2015 without batch normalisation, which the gradient penalty of each single picture forbids."""

    def __init__(self, width: int, *, channels: int, size: int) -> None:
        super().__init__()
        self.judge = nn.Sequential(
            nn.Conv2d(channels, width, 4, stride=2, padding=1),  # (batch, width, 2k, 2k)
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(width, 2 * width, 4, stride=2, padding=1),  # (batch, 2 width, k, k)
            nn.LeakyReLU(SLOPE),
            nn.Flatten(),
            nn.Linear(2 * width * (size // 4) ** 2, 1),
        )
        self.apply(as_dcgan)

    def forward(self, x: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch 1"]:
        height: Tensor = self.judge(x.contiguous(memory_format=torch.channels_last))
        return height


def as_dcgan(layer: nn.Module) -> None:
    """Weights normal with deviation 0.02, no biases at the start (Radford et al. 2015, section 4)."""
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.normal_(layer.weight, 0.0, 0.02)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
