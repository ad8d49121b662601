"""Layers of sigmoid units that can each be taught alone before they learn together (Bengio et al. 2007)."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from etude.layers.units import unit_rows

SIGMOID_GAIN = 4.0
"""a sigmoid is a quarter as steep as tanh, for which Glorot and Bengio 2010 made their rule (deeplearning.net, mlp)"""


class SigmoidStack(nn.Module):
    """Grey pictures as rows from 0 to 1, sigmoid layers of `hidden` units, and a score for each class."""

    def __init__(self, pixels: int, *, hidden: Sequence[int], classes: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(*shape) for shape in pairwise([pixels, *hidden]))
        for weight in (each for each in self.layers.parameters() if each.ndim == 2):
            nn.init.xavier_uniform_(weight, gain=SIGMOID_GAIN)
        self.answer = nn.Linear(hidden[-1], classes)

    def code(self, pictures: Shaped[Tensor, "batch channel height width"], depth: int) -> Float[Tensor, "batch unit"]:
        """What the first `depth` layers make of pictures: their pixels at depth 0."""
        h = unit_rows(pictures)
        for layer in self.layers[:depth]:
            h = torch.sigmoid(layer(h))
        return h

    def forward(self, pictures: Shaped[Tensor, "batch channel height width"]) -> Float[Tensor, "batch class"]:
        scores: Tensor = self.answer(self.code(pictures, len(self.layers)))
        return scores
