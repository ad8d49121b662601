"""BERT: a Transformer that reads in both directions, and guesses words that are hidden."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from etude.layers.transformer import EncoderBlock

PAD, UNKNOWN, START, END = range(4)
DEVIATION, WIDTH = 0.02, 768
"""of all first weights of the paper's network, and its width; narrower ones start with larger weights"""


class BERT(nn.Module):
    """Devlin et al. 2018 (arXiv:1810.04805), section 3: vectors of words and places, and blocks with the norm behind.

    A text stands between [CLS] and [SEP], here the ids of a start and an end. There is one text at a time, so the
    vector that tells a second text from the first is left out. The id behind the vocabulary is [MASK]. Forward gives
    the class, from the state of [CLS]; `words` guesses words from the states of all.
    """

    def __init__(
        self, words: int, classes: int, *, length: int, width: int, layers: int, heads: int, dropout: float
    ) -> None:
        super().__init__()
        self.mask = words
        self.embed = nn.Embedding(words + 1, width, padding_idx=PAD)
        self.places = nn.Embedding(length + 2, width)
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(
            EncoderBlock(width, heads, hidden=4 * width, dropout=dropout, bend="gelu") for _ in range(layers)
        )
        self.pool = nn.Linear(width, width)
        self.answer = nn.Linear(width, classes)
        self.turn = nn.Linear(width, width)
        self.turn_norm = nn.LayerNorm(width)
        self.frequency = nn.Parameter(torch.zeros(words))
        deviation = DEVIATION * (WIDTH / width) ** 0.5  # so that what a layer gives is as large as in the paper
        self.apply(lambda layer: begin(layer, deviation))

    def forward(self, x: Int[Tensor, "batch time"]) -> Float[Tensor, "batch class"]:
        first = self.read(framed(x))[:, 0]
        logits: Tensor = self.answer(self.dropout(self.pool(first).tanh()))
        return logits

    def words(self, x: Int[Tensor, "batch time"], asked: Bool[Tensor, "batch time"]) -> Float[Tensor, "asked word"]:
        """Logits of the words at the positions that are asked for, by the very vectors that words go in with."""
        states = self.read(framed(x))[:, 1:-1][asked]
        turned: Tensor = self.turn_norm(F.gelu(self.turn(states)))
        return turned @ self.embed.weight[: self.mask].T + self.frequency

    def read(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time width"]:
        """The state of each token in its text."""
        place = torch.arange(ids.shape[1], device=ids.device)
        states: Tensor = self.dropout(self.norm(self.embed(ids) + self.places(place)))
        visible = ids != PAD
        for block in self.blocks:
            states = block(states, visible=visible)
        return states


def framed(x: Int[Tensor, "batch time"]) -> Int[Tensor, "batch framed"]:
    """A start before each text and an end behind it."""
    edge = x.new_zeros(len(x), 1)
    framed = torch.cat([edge + START, x, edge], dim=1)
    return framed.scatter(1, (x != PAD).sum(dim=1, keepdim=True) + 1, END)


def begin(layer: nn.Module, deviation: float) -> None:
    """Small normal weights, no bias; the padding's vector is 0."""
    if isinstance(layer, nn.Linear | nn.Embedding):
        nn.init.normal_(layer.weight, std=deviation)
    if isinstance(layer, nn.Linear):
        nn.init.zeros_(layer.bias)
    if isinstance(layer, nn.Embedding) and layer.padding_idx is not None:
        with torch.no_grad():
            layer.weight[layer.padding_idx] = 0
