"""What ordinal regression minimises: one yes or no for each threshold between two ranks."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from etude.records import Labelled
from etude.types import Loss


def levels(y: Int[Tensor, " batch"], *, thresholds: int) -> Float[Tensor, "batch threshold"]:
    """1 where the rank, from 0, is above the threshold: rank 2 of 5 is 1, 1, 0, 0."""
    return (y[:, None] > torch.arange(thresholds, device=y.device)).float()


def coral(model: nn.Module, batch: Labelled) -> Loss:
    """Sum over the thresholds of the binary cross-entropy, in nats, as a mean over the examples; all lambda_k are 1.

    Cao, Mirjalili and Raschka 2020 (arXiv:1901.07884), eq. 4. From logits (batch, threshold).
    """
    logits = model(batch.x)
    y = levels(batch.y, thresholds=logits.shape[1]).to(logits.dtype)  # torch sums in the type of y
    total = F.binary_cross_entropy_with_logits(logits, y, reduction="sum")
    return Loss(total / len(batch), len(batch))
