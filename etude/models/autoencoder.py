"""An autoencoder: a network that has to say every picture again through a few numbers (Hinton, Salakhutdinov 2006)."""

from collections.abc import Sequence
from itertools import pairwise

from jaxtyping import Float, Shaped
from torch import Tensor, nn

from etude.layers.units import unit_rows


class Autoencoder(nn.Module):
    """Hinton and Salakhutdinov 2006 (doi:10.1126/science.1127647): z = f(x), and x again from z."""

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def encode(self, x: Float[Tensor, "batch pixel"]) -> Float[Tensor, "batch latent"]:
        """The code of pictures whose pixels run from 0 to 1."""
        z: Tensor = self.encoder(x)
        return z

    def decode(self, z: Float[Tensor, "batch latent"]) -> Float[Tensor, "batch pixel"]:
        """The picture of a code, its pixels from 0 to 1 again."""
        x: Tensor = self.decoder(z)
        return x

    def forward(self, pictures: Shaped[Tensor, "batch channel height width"]) -> Float[Tensor, "batch pixel"]:
        return self.decode(self.encode(unit_rows(pictures)))


def autoencoder(side: int, *, channels: Sequence[int], hidden: Sequence[int], latent: int) -> Autoencoder:
    """For grey squares of `side` pixels: convolutions that halve them, dense layers, the code, and all of it backwards.

    `channels` are those of the convolutions, none for a dense network; `hidden` are the units of the dense layers. The
    code itself is a weighted sum without a bend, and a sigmoid ends the decoder, since pixels lie between 0 and 1.
    """
    sides = [side]
    for _ in channels:
        sides.append(-(-sides[-1] // 2))
    planes = [1, *channels]
    features = planes[-1] * sides[-1] ** 2
    encoder: list[nn.Module] = [nn.Unflatten(1, (1, side, side))]
    for before, after in pairwise(planes):
        encoder += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.ReLU()]
    encoder += [nn.Flatten(), *dense([features, *hidden, latent])]
    decoder: list[nn.Module] = dense([latent, *reversed(hidden), features])
    decoder += [nn.Unflatten(1, (planes[-1], sides[-1], sides[-1]))]
    for (after, before), larger in zip(pairwise(reversed(planes)), reversed(sides[:-1]), strict=True):
        odd = 1 - larger % 2  # a side of 7 came from 13 or from 14
        decoder += [nn.ReLU(), nn.ConvTranspose2d(after, before, 3, stride=2, padding=1, output_padding=odd)]
    return Autoencoder(nn.Sequential(*encoder), nn.Sequential(*decoder, nn.Flatten(), nn.Sigmoid()))


def dense(widths: Sequence[int]) -> list[nn.Module]:
    """Weighted sums with a bend between each two."""
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), nn.ReLU()]
    return layers[:-1]
