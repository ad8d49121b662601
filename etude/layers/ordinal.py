"""Ranks: one score for an example, and thresholds that cut the line of scores into ranks."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn


class RankLogits(nn.Module):
    """f_k(x) = g(x) + b_k, the logit of y > r_k: Cao, Mirjalili and Raschka 2020 (arXiv:1901.07884), section 3.3.

    All ranks share the weights of g. That is what makes the probabilities of y > r_1, y > r_2, ... fall (theorem 1):
    only the thresholds differ, and they come out in order. They begin with the log-odds of the ranks in the training
    part, `counts`, which are in order too; from the authors' start between 0 and 1, rare ranks take long to reach.
    """

    def __init__(self, width: int, counts: Sequence[int]) -> None:
        super().__init__()
        self.score = nn.Linear(width, 1, bias=False)
        self.thresholds = nn.Parameter(log_odds(counts))

    def forward(self, h: Float[Tensor, "batch width"]) -> Float[Tensor, "batch threshold"]:
        logits: Tensor = self.score(h) + self.thresholds
        return logits


def log_odds(counts: Sequence[int]) -> Float[Tensor, " threshold"]:
    """log P(y > r_k) / P(y <= r_k) with half an example added to each rank, so that none is infinite."""
    numbers = torch.tensor(counts, dtype=torch.float64) + 0.5
    below = numbers.cumsum(0)[:-1]
    return ((numbers.sum() - below) / below).log().float()


def exceeded(logits: Float[Tensor, "batch threshold"]) -> Int[Tensor, " batch"]:
    """The rank, from 0: how many of the probabilities of y > r_k are above one half (eq. 1)."""
    return (logits > 0).sum(dim=1)


def rank_probabilities(logits: Float[Tensor, "batch threshold"]) -> Float[Tensor, "batch rank"]:
    """P(y = r_k) as the difference of P(y > r_(k-1)) and P(y > r_k); negative where these do not fall."""
    above = logits.sigmoid()
    ones, zeros = torch.ones_like(above[:, :1]), torch.zeros_like(above[:, :1])
    return torch.cat([ones, above], dim=1) - torch.cat([above, zeros], dim=1)
