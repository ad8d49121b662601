"""Few-shot learning by prototypes."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from etude.records import Episode
from etude.types import Loss


def prototypes(embedded: Float[Tensor, "way shot dimension"]) -> Float[Tensor, "way dimension"]:
    """c_k, the mean of the embedded examples of a class: Snell, Swersky and Zemel 2017 (arXiv:1703.05175), eq. 1."""
    return embedded.mean(dim=1)


def squared_distances(
    x: Float[Tensor, "query dimension"], centres: Float[Tensor, "way dimension"]
) -> Float[Tensor, "query way"]:
    """Squared Euclidean distance of each x to each centre; its negative is the logit of eq. 2."""
    return (x[:, None] - centres).square().sum(dim=2)


def prototypical(model: nn.Module, batch: Episode) -> Loss:
    """Cross-entropy in nats of the softmax over -|f(x) - c_k|^2, as a mean over the queries (eq. 2, algorithm 1).

    Support and queries go through the model together, so that their batch statistics are the same.
    """
    way, shot, queries = len(batch), batch.support.shape[1], batch.query.shape[1]
    pictures = torch.cat([batch.support.flatten(0, 1), batch.query.flatten(0, 1)])
    z = model(pictures)  # (way * shot + way * query, dimension)
    centres = prototypes(z[: way * shot].unflatten(0, (way, shot)))
    logits = -squared_distances(z[way * shot :], centres)
    y = torch.arange(way, device=z.device).repeat_interleave(queries)
    right = (logits.detach().argmax(dim=1) == y).float().mean()
    return Loss(F.cross_entropy(logits, y), len(y), {"accuracy": right})
