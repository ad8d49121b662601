"""Pictures that are to come back as they were, whatever was done to them on the way in."""

from dataclasses import dataclass

import torch
from jaxtyping import Shaped
from torch import Tensor, nn
from torch.nn import functional as F

from etude.layers.units import unit_rows
from etude.records import Inputs
from etude.types import Loss


def masked(
    x: Shaped[Tensor, "batch ..."], share: float, generator: torch.Generator | None = None
) -> Shaped[Tensor, "batch ..."]:
    """The same numbers, each set to 0 with probability `share` (Vincent et al. 2008, section 2.3)."""
    if share == 0:
        return x
    return x * (torch.rand(x.shape, generator=generator, device=x.device) >= share)


@dataclass(frozen=True)
class Restoration:
    """The squared error of the pixels, which run from 0 to 1, as a mean over pixels and pictures.

    Vincent, Larochelle, Bengio and Manzagol 2008 (doi:10.1145/1390156.1390294): what goes in has lost some pixels, what
    is wanted is the whole picture. Summed over the pixels, as some print it, the number is as many times larger as
    there are pixels.
    """

    share: float
    """of the pixels that are set to 0 before the network sees them; 0 for a plain autoencoder"""

    def __call__(self, model: nn.Module, batch: Inputs) -> Loss:
        return Loss(F.mse_loss(model(masked(batch.x, self.share)), unit_rows(batch.x)), len(batch))
