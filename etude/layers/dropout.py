"""Noise that keeps units from relying on each other: in training, each is silent with a given probability."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from etude.errors import UsageError


class Dropout(nn.Module):
    """Silence each number with `probability`, and scale the others so that the mean stays.

    Srivastava et al. 2014 (JMLR 15), section 10. In evaluation it does nothing.
    UsageError E-CFG-RANGE for a probability outside [0, 1).
    """

    def __init__(self, probability: float = 0.5, *, generator: torch.Generator | None = None) -> None:
        """Chance is drawn from `generator`, else from torch's own stream."""
        super().__init__()
        if not 0 <= probability < 1:
            raise UsageError("E-CFG-RANGE", f"dropout is {probability}; it must be at least 0 and below 1.")
        self.probability, self.generator = probability, generator

    def forward(self, x: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        if not self.training or self.probability == 0:
            return x
        kept = torch.empty_like(x).bernoulli_(1 - self.probability, generator=self.generator)
        return x * kept / (1 - self.probability)
