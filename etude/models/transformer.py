"""The Transformer: a text is read and another one written by attention alone."""

import math
from dataclasses import dataclass
from typing import TypeAlias, cast

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from etude.layers.transformer import DecoderBlock, EncoderBlock, sinusoids

PAD = 0
"""the id of padding in every vocabulary"""
LONGEST = 512
"""positions that are computed once; longer texts are refused"""

State: TypeAlias = tuple[Tensor, Tensor, Tensor]
"""what is visible of the source (batch, source); keys and values of the source, and of what is written so far, both
(batch, layer, 2, head, time, part)"""


@dataclass(frozen=True, slots=True)
class Size:
    """How large a Transformer is; the paper's base model is 512 wide, with 8 heads and 6 layers."""

    width: int
    heads: int
    layers: int
    """of the encoder, and as many of the decoder"""
    hidden: int
    """units between the two layers of a block"""
    dropout: float


class Transformer(nn.Module):
    """Vaswani et al. 2017 (arXiv:1706.03762), figure 1, with one vocabulary for what is read, one for what is written.

    The embedding of what is written is also the matrix before the softmax (section 3.4).
    """

    position: Tensor

    def __init__(self, reads: int, writes: int, size: Size) -> None:
        """`reads` and `writes` are the sizes of the two vocabularies."""
        super().__init__()
        self.size = size
        self.reading, self.writing = (nn.Embedding(n, size.width, padding_idx=PAD) for n in (reads, writes))
        for table in (self.reading, self.writing):
            nn.init.normal_(table.weight, std=size.width**-0.5)  # times sqrt(width): variance 1 beside the sinusoids
            nn.init.zeros_(table.weight[PAD].data)
        self.register_buffer("position", sinusoids(LONGEST, size.width), persistent=False)
        shape = (size.width, size.heads)
        self.encoder, self.decoder = (
            nn.ModuleList(kind(*shape, hidden=size.hidden, dropout=size.dropout) for _ in range(size.layers))
            for kind in (EncoderBlock, DecoderBlock)
        )
        self.dropout = nn.Dropout(size.dropout)

    @property
    def writers(self) -> tuple[DecoderBlock, ...]:
        """The blocks of the decoder, bottom first."""
        return cast(tuple[DecoderBlock, ...], tuple(self.decoder))

    def forward(
        self, x: Int[Tensor, "batch source"], y: Int[Tensor, "batch target"]
    ) -> Float[Tensor, "batch target token"]:
        """Logits of the token that follows each position of `y`, which begins with START (teacher forcing)."""
        source, visible = self.encoded(x), x != PAD
        hidden = self.embedded(self.writing, y)
        for block in self.writers:
            hidden = block(hidden, source, source_visible=visible)
        return F.linear(hidden, self.writing.weight)

    def encoded(self, x: Int[Tensor, "batch source"]) -> Float[Tensor, "batch source width"]:
        """The source, each position with what it has seen of the others."""
        hidden, visible = self.embedded(self.reading, x), x != PAD
        for block in self.encoder:
            hidden = block(hidden, visible=visible)
        return hidden

    def embedded(
        self, table: nn.Embedding, ids: Int[Tensor, "batch time"], *, first: int = 0
    ) -> Float[Tensor, "batch time width"]:
        """Embeddings times sqrt(width), section 3.4, plus positions from number `first` on, with dropout on the sum."""
        last = first + ids.shape[1]
        if last > LONGEST:
            raise ValueError(f"a text of {last} tokens; this network knows {LONGEST} positions")
        dropped: Tensor = self.dropout(table(ids) * math.sqrt(self.size.width) + self.position[first:last])
        return dropped

    def read(self, x: Int[Tensor, "batch source"]) -> State:
        """Read the sources, before the first token is written."""
        source = self.encoded(x)
        seen = [torch.stack(block.cross.keys_values(source), dim=1) for block in self.writers]
        stacked = torch.stack(seen, dim=1)  # (batch, layer, 2, head, source, part)
        return x != PAD, stacked, stacked[:, :, :, :, :0]

    def write(self, token: Int[Tensor, " batch"], state: State) -> tuple[Float[Tensor, "batch token"], State]:
        """Logits of what follows `token`, the latest that was written, and the state with it."""
        visible, source, own = state
        hidden = self.embedded(self.writing, token[:, None], first=own.shape[4])
        grown = []
        for number, block in enumerate(self.writers):
            new = torch.stack(block.attention.keys_values(hidden), dim=1)
            every = torch.cat([own[:, number], new], dim=3)  # (batch, 2, head, time, part)
            seen = source[:, number]
            hidden = block.grow(hidden, (every[:, 0], every[:, 1]), (seen[:, 0], seen[:, 1]), source_visible=visible)
            grown.append(every)
        return F.linear(hidden[:, 0], self.writing.weight), (visible, source, torch.stack(grown, dim=1))

    def looks(
        self, x: Int[Tensor, "batch source"], y: Int[Tensor, "batch target"]
    ) -> Float[Tensor, "batch target source"]:
        """Where the last layer looks in `x` before it writes what follows each token of `y`: the mean of its heads."""
        source, visible = self.encoded(x), x != PAD
        hidden = self.embedded(self.writing, y)
        *before, last = self.writers
        for block in before:
            hidden = block(hidden, source, source_visible=visible)
        return last.source_weights(hidden, source, source_visible=visible).mean(1)
