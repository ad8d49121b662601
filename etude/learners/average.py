"""A slow copy of a network, which is often the better one."""

import copy

import torch
from torch import nn


class EMA(nn.Module):
    """Exponential moving average of the weights (Polyak and Juditsky 1992; decay as in Tarvainen and Valpola 2017, arXiv:1703.01780).

    After each update, average = decay x average + (1 - decay) x weight; buffers such as the statistics of batch
    normalisation are copied.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        super().__init__()
        if not 0 <= decay < 1:
            raise ValueError(f"decay is {decay}; it must be at least 0 and below 1")
        self.model = copy.deepcopy(model).requires_grad_(False)
        self.decay = decay

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Take one step towards `model`, which has the layers of the copy."""
        pairs = zip(self.model.parameters(), model.parameters(), strict=True)
        for average, weight in pairs:
            average.lerp_(weight, 1 - self.decay)
        for kept, current in zip(self.model.buffers(), model.buffers(), strict=True):
            kept.copy_(current)
