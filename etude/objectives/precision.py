"""Half the bits in the matrix products, the same weights."""

from typing import Generic, Literal

import torch
from torch import nn

from etude.errors import ResourceError
from etude.types import B, Loss, Objective


class Autocast(Generic[B]):
    """An objective whose forward pass runs in another precision (Micikevicius et al. 2018, arXiv:1710.03740)."""

    def __init__(self, objective: Objective[B], device_type: str, precision: Literal["float32", "bfloat16"]) -> None:
        self.objective, self.device_type = objective, device_type
        self.enabled = is_half(precision, device_type)

    def __call__(self, model: nn.Module, batch: B) -> Loss:
        with torch.autocast(self.device_type, torch.bfloat16, enabled=self.enabled):
            return self.objective(model, batch)


def is_half(precision: Literal["float32", "bfloat16"], device_type: str) -> bool:
    """Whether bfloat16 is wanted; ResourceError E-PRECISION on a processor that can only imitate it.

    There a product takes 70 times as long as in float32, and torch's LSTM fails.
    """
    if precision == "bfloat16" and device_type == "cpu" and not has_half_units():
        raise ResourceError(
            "E-PRECISION",
            "--precision bfloat16: this processor has no units for it and would be far slower than in float32; "
            "leave --precision away.",
        )
    return precision == "bfloat16"


def has_half_units() -> bool:
    """Whether the processor multiplies numbers in bfloat16."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
