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


IGNORED = -100
"""the answer at a position that counts for nothing: padding, or a token that was not masked"""


@dataclass(frozen=True, slots=True)
class Tokens(Batch):
    """Texts with one answer at each position."""

    x: Int[Tensor, "batch time"]
    """token ids, padded with 0"""
    y: Int[Tensor, "batch time"]
    """what is wanted at each position, or IGNORED"""


@dataclass(frozen=True, slots=True)
class Weighted(Batch):
    """Examples with one answer each, of which some count more than others."""

    x: Float[Tensor, "batch feature"]
    y: Float[Tensor, " batch"] | Int[Tensor, " batch"]
    """class index, or the quantity"""
    weight: Float[Tensor, " batch"]
    """above 0"""
