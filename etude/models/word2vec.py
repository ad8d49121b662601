"""Two vectors for each word, one as the word in the middle and one as the word around it."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

PAD = 0
"""the id that stands for no word"""


class Word2Vec(nn.Module):
    """Mikolov et al. 2013 (arXiv:1310.4546): how well words fit to the mean of others, by products of vectors.

    `inner` are the vectors that are kept (v in the paper), `outer` those of the words that are predicted (v').
    """

    def __init__(self, words: int, width: int) -> None:
        super().__init__()
        self.inner = nn.Parameter(torch.empty(words, width).uniform_(-0.5 / width, 0.5 / width))
        self.outer = nn.Parameter(torch.zeros(words, width))

    def forward(
        self, given: Int[Tensor, "batch given"], wanted: Int[Tensor, "batch wanted"], noise: Int[Tensor, " noise"]
    ) -> tuple[Float[Tensor, "batch wanted"], Float[Tensor, "batch noise"]]:
        """v'_w . h for the wanted words and for those of chance, where h is the mean of v over the given words."""
        known = (given != PAD).to(self.inner.dtype)[:, :, None]
        h = (self.inner[given] * known).sum(1) / known.sum(1).clamp(min=1)  # (batch, width)
        return torch.einsum("bw,bpw->bp", h, self.outer[wanted]), h @ self.outer[noise].T
