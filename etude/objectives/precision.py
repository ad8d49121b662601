"""Half the bits in the matrix products, the same weights."""

from typing import Generic, Literal

import torch
from torch import nn

from etude.types import B, Loss, Objective


class Autocast(Generic[B]):
    """An objective whose forward pass runs in another precision (Micikevicius et al. 2018, arXiv:1710.03740)."""

    def __init__(self, objective: Objective[B], device_type: str, precision: Literal["float32", "bfloat16"]) -> None:
        self.objective, self.device_type, self.enabled = objective, device_type, precision == "bfloat16"

    def __call__(self, model: nn.Module, batch: B) -> Loss:
        with torch.autocast(self.device_type, torch.bfloat16, enabled=self.enabled):
            return self.objective(model, batch)
