"""Tell the words that stand together from words of chance (Mikolov et al. 2013, arXiv:1310.4546)."""

from abc import ABC, abstractmethod

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from etude.records import Windows
from etude.types import Loss

PAD = 0
POWER = 0.75
"""of the counts, by which words of chance are drawn: between as often as they occur and all alike (section 2.2)"""
SHARED = 512
"""words of chance that all pairs of a batch share: one product of matrices in place of many small ones. With 64 of them
each counts so much that the vectors come out worse than counting: similarity 0.18 in place of 0.38 on 400,000 words"""


class NegativeSampling(ABC):
    """-log s(v'_w . h) - k E log s(-v'_n . h) in nats, eq. 4, the mean over all pairs of a given and a wanted word.

    The expectation over words n of chance is a mean over SHARED of them, drawn anew for each batch and weighed as k;
    one that is itself wanted counts nothing.
    """

    def __init__(self, counts: Int[Tensor, " word"], negatives: int) -> None:
        """`counts` say how often each word occurs; `negatives` is k."""
        self.chances = counts.to(torch.float32) ** POWER
        self.negatives = negatives

    @abstractmethod
    def sides(self, batch: Windows) -> tuple[Int[Tensor, "batch given"], Int[Tensor, "batch wanted"]]:
        """Which words are given, and which are wanted."""

    def __call__(self, model: nn.Module, batch: Windows) -> Loss:
        given, wanted = self.sides(batch)
        noise = torch.multinomial(self.chances.to(given.device), SHARED, replacement=True)
        together, apart = model(given, wanted, noise)
        pairs = (wanted != PAD) & (given != PAD).any(1, keepdim=True)
        near = (F.logsigmoid(together) * pairs).sum()
        far = (F.logsigmoid(-apart) * self.shares(wanted, noise, pairs)).sum()
        n = pairs.sum()
        return Loss(-(near + far) / n.clamp(min=1), n)

    def shares(
        self, wanted: Int[Tensor, "batch wanted"], noise: Int[Tensor, " noise"], pairs: Tensor
    ) -> Float[Tensor, "batch noise"]:
        """How much each word of chance counts for each row: k / SHARED for each of its pairs."""
        clean = (wanted[:, :, None] != noise).all(1)  # (batch, noise)
        return clean * pairs.sum(1, keepdim=True) * (self.negatives / SHARED)


class SkipGram(NegativeSampling):
    """From the word in the middle to those around it."""

    def sides(self, batch: Windows) -> tuple[Int[Tensor, "batch given"], Int[Tensor, "batch wanted"]]:
        return batch.centre[:, None], batch.context


class ContinuousBag(NegativeSampling):
    """From the mean of the words around it to the word in the middle (CBOW)."""

    def sides(self, batch: Windows) -> tuple[Int[Tensor, "batch given"], Int[Tensor, "batch wanted"]]:
        return batch.context, batch.centre[:, None]
