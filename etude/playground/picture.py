"""How the answers of a network are shown: one number from -1 to 1 for each place."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Picture:
    """Answers over the plane."""

    strength: Float[Tensor, "row column"]
    """of one number its value, two classes being -1 and 1; of several classes from 0 to 1 how sure the network is"""
    each: Float[Tensor, "class row column"]
    """of each class, from -1 for never to 1 for surely"""


def pictured(answers: Float[Tensor, "class row column"], loss: str) -> Picture:
    """What the network says at each place; `loss` tells what its numbers mean.

    Log-odds z of one of two classes become tanh(z / 2), which is 2p - 1. Several classes have probabilities where the
    loss is a likelihood; for the hinge the distance to the best other score counts, of which a hinge asks for 1.
    """
    if len(answers) == 1:
        one = torch.tanh(answers / 2) if loss == "bce" else answers
        return Picture(one[0], one)
    if loss == "hinge":
        best, second = answers.topk(2, dim=0).values
        others = torch.where(answers == best, second, best)
        return Picture((best - second).clamp(0, 1), (answers - others).clamp(-1, 1))
    p = answers.softmax(dim=0)
    return Picture((p.amax(0) * len(p) - 1) / (len(p) - 1), 2 * p - 1)
