"""A convolutional network on sentences: filters that look for phrases, and the strongest hit of each."""

from collections.abc import Iterator

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

PAD = 0


class TextCNN(nn.Module):
    """Kim 2014 (arXiv:1408.5882), figure 1, with vectors that start at random (CNN-rand).

    A filter w of h words gives c_i = ReLU(w . x_{i:i+h-1} + b) at each place (eq. 2), and its strongest answer
    c = max(c_1, ..., c_{n-h+1}) is all that remains of a sentence of n words (section 2). Places that touch the
    padding do not count; a sentence shorter than the filter has the one place where it begins, filled with zeros.
    """

    def __init__(
        self, words: int, classes: int, *, width: int, sizes: tuple[int, ...], filters: int, dropout: float
    ) -> None:
        """`sizes` are the words h that the filters see, with `filters` of each."""
        super().__init__()
        self.sizes = sizes
        self.embed = nn.Embedding(words, width, padding_idx=PAD)
        nn.init.uniform_(self.embed.weight, -0.25, 0.25)  # section 3.2
        with torch.no_grad():
            self.embed.weight[PAD] = 0
        self.filters = nn.ModuleList(nn.Conv1d(width, filters, size) for size in sizes)
        self.dropout = nn.Dropout(dropout)
        self.answer = nn.Linear(filters * len(sizes), classes)

    def forward(self, x: Int[Tensor, "batch time"]) -> Float[Tensor, "batch class"]:
        logits: Tensor = self.answer(self.dropout(self.summary(x)))
        return logits

    def summary(self, x: Int[Tensor, "batch time"]) -> Float[Tensor, "batch feature"]:
        """The strongest answer of each filter: z of eq. 3."""
        return torch.cat([answers.amax(dim=2) for answers in self.answers(x)], dim=1)

    def answers(self, x: Int[Tensor, "batch time"]) -> Iterator[Float[Tensor, "batch filter place"]]:
        """c of each size of filter at each place, 0 at the places that do not count; ReLU makes 0 the least."""
        x = F.pad(x, (0, max(self.sizes) - 1))
        length = (x != PAD).sum(dim=1)
        sentence = self.embed(x).transpose(1, 2)  # (batch, width, time)
        for size, filters in zip(self.sizes, self.filters, strict=True):
            answers = F.relu(filters(sentence))
            place = torch.arange(answers.shape[2], device=x.device)
            counts = place < (length - size + 1).clamp(min=1)[:, None]
            yield answers * counts[:, None, :]
