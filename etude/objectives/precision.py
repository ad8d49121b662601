"""Half the bits in the matrix products, the same weights."""

from typing import Literal

import torch
from torch import nn

from etude.records import Labelled
from etude.types import Loss, Objective


class Autocast:
    """An objective whose forward pass runs in another precision (Micikevicius et al. 2018, arXiv:1710.03740)."""

    def __init__(
        self, objective: Objective[Labelled], device_type: str, precision: Literal["float32", "bfloat16"]
    ) -> None:
        self.objective, self.device_type, self.enabled = objective, device_type, precision == "bfloat16"

    def __call__(self, model: nn.Module, batch: Labelled) -> Loss:
        with torch.autocast(self.device_type, torch.bfloat16, enabled=self.enabled):
            return self.objective(model, batch)
