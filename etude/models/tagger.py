"""A tagger: words and their letters, read in both directions, and the tags that go well together."""

import torch
from jaxtyping import Bool, Float, Int, UInt8
from torch import Tensor, nn

from etude.layers.crf import Chain, Independent
from etude.layers.two_way import TwoWayLSTM

PAD = 0
BYTES = 256
LETTER_WIDTH = 30
LETTER_FILTERS = 50
LETTER_WINDOW = 3
"""of Ma and Hovy 2016, table 1, who take 30 filters"""


class Letters(nn.Module):
    """What a word is spelt like: filters over its letters, and the strongest hit of each (Ma and Hovy 2016, sec. 2.1).

    Letters are the bytes of UTF-8, 0 behind the end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(BYTES, LETTER_WIDTH, padding_idx=PAD)
        self.filters = nn.Conv1d(LETTER_WIDTH, LETTER_FILTERS, LETTER_WINDOW, padding=LETTER_WINDOW // 2)
        self.width = LETTER_FILTERS

    def forward(self, letters: UInt8[Tensor, "word letter"]) -> Float[Tensor, "word filter"]:
        hits: Tensor = self.filters(self.embed(letters.int()).transpose(1, 2))
        return hits.amax(dim=2)


class Tagger(nn.Module):
    """Ma and Hovy 2016 (arXiv:1603.01354): letters by convolution, words by a two-way LSTM, tags by a CRF.

    Forward gives -log p(tags | words) of each sentence in nats: what is minimised.
    """

    def __init__(self, words: int, tags: Chain | Independent, n_tags: int, *, width: int, hidden: int, dropout: float):
        super().__init__()
        self.letters = Letters()
        self.embed = nn.Embedding(words, width, padding_idx=PAD)
        nn.init.uniform_(self.embed.weight, -((3 / width) ** 0.5), (3 / width) ** 0.5)  # section 3.1
        with torch.no_grad():
            self.embed.weight[PAD] = 0
        self.read = TwoWayLSTM(width + self.letters.width, hidden)
        self.dropout = nn.Dropout(dropout)
        self.answer = nn.Linear(2 * hidden, n_tags)
        self.tags = tags

    def forward(
        self,
        x: Int[Tensor, "batch time"],
        letters: UInt8[Tensor, "batch time letter"],
        y: Int[Tensor, "batch time"],
    ) -> Float[Tensor, " batch"]:
        return self.tags.surprise(self.emissions(x, letters), x != PAD, y)

    def best(
        self, x: Int[Tensor, "batch time"], letters: UInt8[Tensor, "batch time letter"]
    ) -> Int[Tensor, "batch time"]:
        """The most probable tags; 0 at the padding."""
        return self.tags.best(self.emissions(x, letters), x != PAD)

    def marginals(
        self, x: Int[Tensor, "batch time"], letters: UInt8[Tensor, "batch time letter"]
    ) -> Float[Tensor, "batch time tag"]:
        """How probable each tag is at each position, whatever the others."""
        return self.tags.marginals(self.emissions(x, letters), x != PAD)

    def emissions(
        self, x: Int[Tensor, "batch time"], letters: UInt8[Tensor, "batch time letter"]
    ) -> Float[Tensor, "batch time tag"]:
        """How well each tag fits each word in its sentence; what stands at the padding means nothing."""
        visible: Bool[Tensor, "batch time"] = x != PAD
        spellings = self.letters(letters[visible])
        spelt = spellings.new_zeros(*x.shape, self.letters.width)
        spelt[visible] = spellings
        words = self.dropout(torch.cat([self.embed(x), spelt], dim=2))
        states = self.read(words, visible.sum(dim=1))
        fitting: Tensor = self.answer(self.dropout(states))
        return fitting
