"""Random changes of pictures that keep their class: vectorised over the batch, uint8 in and uint8 out."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import torch
import torch.nn.functional as F
from jaxtyping import UInt8
from torch import Tensor

from etude.records import Labelled

Augmentation: TypeAlias = Callable[[Labelled, torch.Generator], Labelled]


def shift(pixels: int) -> Augmentation:
    """Move each picture by up to `pixels` to each side, filling with 0 (Krizhevsky et al. 2012, section 4.1)."""

    def augment(batch: Labelled, generator: torch.Generator) -> Labelled:
        by = torch.randint(2 * pixels + 1, (2, len(batch)), generator=generator)
        return replace(batch, x=_shifted(batch.x, down=by[0], right=by[1], pixels=pixels))

    return augment


def flip(batch: Labelled, generator: torch.Generator) -> Labelled:
    """Mirror each picture left to right with probability one half."""
    mirrored = torch.rand(len(batch), generator=generator) < 0.5
    return replace(batch, x=torch.where(mirrored[:, None, None, None], batch.x.flip(3), batch.x))


def both(first: Augmentation, second: Augmentation) -> Augmentation:
    """`first`, then `second`, from one stream of chance."""

    def augment(batch: Labelled, generator: torch.Generator) -> Labelled:
        return second(first(batch, generator), generator)

    return augment


def _shifted(
    x: UInt8[Tensor, "batch channel height width"], *, down: Tensor, right: Tensor, pixels: int
) -> UInt8[Tensor, "batch channel height width"]:
    height, width = x.shape[2:]
    padded = F.pad(x, (pixels, pixels, pixels, pixels))
    rows = down[:, None] + torch.arange(height)  # (batch, height)
    columns = right[:, None] + torch.arange(width)  # (batch, width)
    example = torch.arange(len(x))[:, None, None]
    # with the channel last the three index tensors stand together and whole pixels are gathered
    picked = padded.permute(0, 2, 3, 1)[example, rows[:, :, None], columns[:, None, :]]
    return picked.permute(0, 3, 1, 2).contiguous()
