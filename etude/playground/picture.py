"""How the answers of a network are shown: one number from -1 to 1 for each place."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from etude.playground.perceptron import PERCEPTRON


@dataclass(frozen=True)
class Picture:
    """Answers over the plane."""

    strength: Float[Tensor, "row column"]
    """of one number its value, two classes being -1 and 1; of several classes from 0 to 1 how sure the network is"""
    each: Float[Tensor, "class row column"]
    """of each class, from -1 for never to 1 for surely"""


def pictured(answers: Float[Tensor, "class row column"], loss: str, bend: str) -> Picture:
    """What the network says at each place; `loss`, and how the answer is bent, tell what its numbers mean.

    A share p of one of two classes becomes 2p - 1, which is tanh(z / 2) of its log-odds z. Several classes have
    probabilities where the loss is a likelihood; for the hinge the distance to the best other score counts, of which
    it asks for 1.
    """
    if len(answers) == 1:
        if loss == PERCEPTRON:  # the unit is a step
            answers = answers.sign()
        odds = torch.tanh(answers / 2) if loss == "bce" else answers
        one = 2 * answers - 1 if bend == "sigmoid" else odds
        return Picture(one[0], one)
    if loss == "hinge":
        best, second = answers.topk(2, dim=0).values
        others = torch.where(answers == best, second, best)
        return Picture((best - second).clamp(0, 1), (answers - others).clamp(-1, 1))
    p = answers.softmax(dim=0)
    return Picture((p.amax(0) * len(p) - 1) / (len(p) - 1), 2 * p - 1)


def quantised(values: Tensor) -> np.ndarray:
    """From -1 to 1 in 255 steps, and beyond it the same as there."""
    return ((values.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8).numpy()


def in_a_row(tensors: Iterable[Tensor]) -> np.ndarray:
    """The numbers of several tensors, one behind the other."""
    return torch.cat([each.detach().flatten() for each in tensors]).float().numpy()
