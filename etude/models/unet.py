"""A small U-Net that is told the time and the class: what denoises pictures."""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

GROUPS = 8
"""of a group normalisation, in which every width here must be divisible"""


class Told(nn.Module):
    """Time and class as one vector: waves of the time (Vaswani et al. 2017, section 3.5) and a learnt vector.

    Class 0 stands for none.
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.width = width
        self.time = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.name = nn.Embedding(classes + 1, width)

    def forward(self, t: Int[Tensor, " batch"], told: Int[Tensor, " batch"]) -> Float[Tensor, "batch width"]:
        vector: Tensor = self.time(waves(t, self.width).to(self.name.weight.dtype)) + self.name(told)
        return vector


def waves(t: Int[Tensor, " batch"], width: int) -> Float[Tensor, "batch width"]:
    """Sines and cosines of t with wavelengths from 2 pi to 20,000 pi."""
    half = width // 2
    frequencies = torch.exp(-math.log(10_000) / half * torch.arange(half, device=t.device))
    angle = t[:, None] * frequencies
    return torch.cat([angle.sin(), angle.cos()], dim=1)


def rectified(inputs: int, outputs: int) -> nn.Sequential:
    """Normalisation, bend, convolution."""
    return nn.Sequential(nn.GroupNorm(GROUPS, inputs), nn.SiLU(), nn.Conv2d(inputs, outputs, 3, padding=1))


def silenced(layers: nn.Sequential) -> nn.Sequential:
    """The same layers with a last one that says 0 until it has learnt something."""
    for parameter in layers[-1].parameters():
        nn.init.zeros_(parameter)
    return layers


class Block(nn.Module):
    """Two convolutions around which the picture may pass, moved by what the network is told (He et al. 2016)."""

    def __init__(self, inputs: int, outputs: int, told: int) -> None:
        super().__init__()
        self.first = rectified(inputs, outputs)
        self.second = silenced(rectified(outputs, outputs))  # at first the block changes nothing
        self.move = nn.Linear(told, outputs)
        self.around = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(
        self, x: Float[Tensor, "batch inputs height width"], told: Float[Tensor, "batch told"]
    ) -> Float[Tensor, "batch outputs height width"]:
        inner = self.first(x) + self.move(F.silu(told))[:, :, None, None]
        changed: Tensor = self.around(x) + self.second(inner)
        return changed


class Attention(nn.Module):
    """Every place of the picture looks at every other one, with one head (Ho et al. 2020, appendix B)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.normalise = nn.GroupNorm(GROUPS, width)
        self.ask = nn.Conv2d(width, 3 * width, 1)
        self.answer = nn.Conv2d(width, width, 1)
        nn.init.zeros_(self.answer.weight)

    def forward(self, x: Float[Tensor, "batch channel height width"]) -> Float[Tensor, "batch channel height width"]:
        places = self.ask(self.normalise(x)).flatten(2).transpose(1, 2)  # (batch, place, 3 channel)
        query, key, value = places.chunk(3, dim=2)
        seen = F.scaled_dot_product_attention(query, key, value).transpose(1, 2)
        looked: Tensor = x + self.answer(seen.reshape(x.shape))
        return looked


class UNet(nn.Module):
    """Ronneberger et al. 2015 (arXiv:1505.04597) as in Ho et al. 2020 (appendix B), for squares of 4k pixels.

    Down to k x k in two halvings and up again, each level beside its twin; `width` filters at the full size, twice as
    many below. Group normalisation, since a batch holds pictures of every noise level.
    """

    def __init__(self, channels: int, width: int, classes: int) -> None:
        super().__init__()
        told, wide = 4 * width, 2 * width
        self.told = Told(told, classes)
        self.enter = nn.Conv2d(channels, width, 3, padding=1)
        self.down = nn.ModuleList([Block(width, width, told), Block(width, wide, told), Block(wide, wide, told)])
        self.halve = nn.ModuleList([nn.Conv2d(width, width, 3, 2, 1), nn.Conv2d(wide, wide, 3, 2, 1)])
        self.middle, self.look = Block(wide, wide, told), Attention(wide)
        self.up = nn.ModuleList(
            [Block(2 * wide, wide, told), Block(2 * wide, wide, told), Block(wide + width, width, told)]
        )
        self.leave = silenced(rectified(width, channels))

    def forward(
        self, x: Float[Tensor, "batch channel height width"], t: Int[Tensor, " batch"], told: Int[Tensor, " batch"]
    ) -> Float[Tensor, "batch channel height width"]:
        known = self.told(t, told)
        full = self.down[0](self.enter(x.contiguous(memory_format=torch.channels_last)), known)
        half = self.down[1](self.halve[0](full), known)
        quarter = self.down[2](self.halve[1](half), known)
        deep = self.middle(self.look(quarter), known)
        rise = self.up[0](torch.cat([deep, quarter], dim=1), known)
        rise = self.up[1](torch.cat([F.interpolate(rise, scale_factor=2.0), half], dim=1), known)
        rise = self.up[2](torch.cat([F.interpolate(rise, scale_factor=2.0), full], dim=1), known)
        epsilon: Tensor = self.leave(rise)
        return epsilon
