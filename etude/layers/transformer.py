"""The blocks that a Transformer is stacked from, and the positions that attention cannot see."""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from etude.layers.activations import activation
from etude.layers.attention import MultiHeadAttention


def sinusoids(length: int, width: int) -> Float[Tensor, "length width"]:
    """PE(pos, 2i) = sin(pos / 10000^(2i/width)), PE(pos, 2i+1) = cos of the same.

    Vaswani et al. 2017 (arXiv:1706.03762), section 3.5. `width` must be even.
    """
    frequency = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
    angle = torch.arange(length)[:, None] * frequency  # (position, pair)
    return torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)


class FeedForward(nn.Sequential):
    """Two layers on each position by itself, eq. 2: max(0, x W1 + b1) W2 + b2, or with another bend."""

    def __init__(self, width: int, hidden: int, *, bend: str = "relu") -> None:
        super().__init__(nn.Linear(width, hidden), activation(bend), nn.Linear(hidden, width))


class EncoderBlock(nn.Module):
    """Attention and two layers, each as LayerNorm(x + Sublayer(x)), section 3.1: the norm comes after.

    Dropout falls on what each of the two gives (section 5.4) and on the attention's weights. Deep stacks of it need a
    rate that warms up.
    """

    def __init__(self, width: int, heads: int, *, hidden: int, dropout: float = 0.0, bend: str = "relu") -> None:
        super().__init__()
        self.attention = MultiHeadAttention(width, heads, dropout=dropout)
        self.feed = FeedForward(width, hidden, bend=bend)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        x: Float[Tensor, "batch time width"],
        *,
        visible: Bool[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch time width"]:
        x = self.norms[0](x + self.dropout(self.attention(x, visible=visible)))
        y: Tensor = self.norms[1](x + self.dropout(self.feed(x)))
        return y


class DecoderBlock(nn.Module):
    """The encoder's block with a look at the source between its two layers, the norm after each (section 3.1).

    A position sees what is written before it, and the whole source.
    """

    def __init__(self, width: int, heads: int, *, hidden: int, dropout: float = 0.0, bend: str = "relu") -> None:
        super().__init__()
        self.attention = MultiHeadAttention(width, heads, dropout=dropout)
        self.cross = MultiHeadAttention(width, heads, dropout=dropout)
        self.feed = FeedForward(width, hidden, bend=bend)
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        x: Float[Tensor, "batch time width"],
        source: Float[Tensor, "batch source width"],
        *,
        source_visible: Bool[Tensor, "batch source"] | None = None,
    ) -> Float[Tensor, "batch time width"]:
        own = self.attention.keys_values(x)
        return self.grow(x, own, self.cross.keys_values(source), source_visible=source_visible)

    def grow(
        self,
        x: Float[Tensor, "batch new width"],
        own: tuple[Tensor, Tensor],
        source: tuple[Tensor, Tensor],
        *,
        source_visible: Bool[Tensor, "batch source"] | None = None,
    ) -> Float[Tensor, "batch new width"]:
        """The same for the latest positions alone, given keys and values of all so far and of the source."""
        x = self.norms[0](x + self.dropout(self.attention.look(x, *own, causal=True)))
        x = self.norms[1](x + self.dropout(self.cross.look(x, *source, visible=source_visible)))
        y: Tensor = self.norms[2](x + self.dropout(self.feed(x)))
        return y

    def source_weights(
        self,
        x: Float[Tensor, "batch time width"],
        source: Float[Tensor, "batch source width"],
        *,
        source_visible: Bool[Tensor, "batch source"] | None = None,
    ) -> Float[Tensor, "batch head time source"]:
        """Where each head looks in the source while each position is written."""
        x = self.norms[0](x + self.dropout(self.attention(x, causal=True)))
        return self.cross.weights(x, source, visible=source_visible)
