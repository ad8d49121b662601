"""Pictures as rows of numbers between 0 and 1, which can be read as the probabilities that pixels are on."""

import torch
from jaxtyping import Float, Shaped, UInt8
from torch import Tensor


def unit_rows(x: Shaped[Tensor, "batch channel height width"]) -> Float[Tensor, "batch pixel"]:
    """Bytes 0 to 255 as numbers from 0 to 1, one row for each picture."""
    rows: Tensor = x.flatten(1).to(torch.float32) / 255
    return rows


def as_pictures(rows: Float[Tensor, "batch pixel"], *, height: int) -> UInt8[Tensor, "batch 1 height width"]:
    """Rows of numbers from 0 to 1 as grey pictures."""
    pixels = (rows * 255).round().clamp(0, 255).to(torch.uint8).cpu()
    return pixels.reshape(len(rows), 1, height, -1)
