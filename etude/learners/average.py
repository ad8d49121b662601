"""A copy of a network that follows it slowly and often answers better."""

import copy

import torch
from torch import Tensor, nn


class EMA(nn.Module):
    """The exponential moving average of a model's parameters and buffers in the spirit of Polyak's averaging.

    Polyak and Juditsky 1992 (doi:10.1137/0330046). After an update, average = decay * average + (1 - decay) * model.
    Whole-number buffers are taken over as they are. It starts as the model is when it is made, so a `decay` near 1
    needs several times 1 / (1 - decay) updates to forget that.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        super().__init__()
        if not 0 <= decay < 1:
            raise ValueError(f"decay is {decay}; it must be at least 0 and below 1")
        self.model = copy.deepcopy(model).requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Move the copy one small step towards `model`."""
        for own, other in zip(self.model.parameters(), model.parameters(), strict=True):
            own.lerp_(other, 1 - self.decay)
        for mine, theirs in zip(self.model.buffers(), model.buffers(), strict=True):
            if mine.is_floating_point():
                mine.lerp_(theirs, 1 - self.decay)
            else:
                mine.copy_(theirs)

    def forward(self, x: Tensor) -> Tensor:
        """The answer of the copy."""
        answer: Tensor = self.model(x)
        return answer
