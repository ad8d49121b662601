"""Pictures between -1 and 1, the span in which generators draw; other numbers stay as they are."""

import torch
from jaxtyping import Float, Shaped, UInt8
from torch import Tensor


def spanned(x: Shaped[Tensor, "batch ..."]) -> Float[Tensor, "batch ..."]:
    """Bytes 0 to 255 as numbers from -1 to 1; standardised numbers as they are."""
    return x / 127.5 - 1 if x.dtype == torch.uint8 else x


def as_bytes(x: Float[Tensor, "batch channel height width"]) -> UInt8[Tensor, "batch channel height width"]:
    """Numbers from -1 to 1 as the nearest bytes; what lies outside becomes black or white."""
    return ((x + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
