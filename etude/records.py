"""Every batch of the system, on one page."""

from dataclasses import dataclass

from jaxtyping import Float, Int, Shaped
from torch import Tensor

from etude.types import Batch


@dataclass(frozen=True, slots=True)
class Labelled(Batch):
    """Examples with one answer each."""

    x: Shaped[Tensor, "batch ..."]
    """pictures as uint8 (batch, channel, height, width); tables (batch, column) and signals (batch, time) as float32"""
    y: Float[Tensor, " batch"] | Int[Tensor, " batch"]
    """class index (int64), or the standardised quantity (float32)"""


@dataclass(frozen=True, slots=True)
class Inputs(Batch):
    """Examples without answers."""

    x: Shaped[Tensor, "batch ..."]
    """as in `Labelled`"""


@dataclass(frozen=True, slots=True)
class Weighted(Batch):
    """Examples with one answer each, of which some count more than others."""

    x: Float[Tensor, "batch feature"]
    y: Float[Tensor, " batch"] | Int[Tensor, " batch"]
    """class index, or the quantity"""
    weight: Float[Tensor, " batch"]
    """above 0"""
