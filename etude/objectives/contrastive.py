"""Contrast: two views of one example shall be alike, views of different examples shall not."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from etude.records import Views
from etude.types import Loss


def nt_xent(
    first: Float[Tensor, "batch dimension"], second: Float[Tensor, "batch dimension"], *, temperature: float
) -> Float[Tensor, ""]:
    """The normalised temperature-scaled cross-entropy, in nats, as a mean over the 2 batch views.

    Chen et al. 2020 (arXiv:2002.05709), eq. 1: each view has its other view among all views but itself to find, by
    cosine similarity.
    """
    z = F.normalize(torch.cat([first, second]), dim=1)
    similarity = z @ z.T / temperature
    similarity = similarity.masked_fill(torch.eye(len(z), dtype=torch.bool, device=z.device), -torch.inf)
    partner = torch.arange(len(z), device=z.device).roll(len(first))
    return F.cross_entropy(similarity, partner)


@dataclass(frozen=True)
class Contrastive:
    """NT-Xent of what the model makes of both views, in one forward pass: batch statistics then tell nothing apart."""

    temperature: float = 0.5
    """the smaller, the more the most similar wrong views count"""

    def __call__(self, model: nn.Module, batch: Views) -> Loss:
        z = model(torch.cat([batch.first, batch.second]))
        return Loss(nt_xent(z[: len(batch)], z[len(batch) :], temperature=self.temperature), len(batch))
