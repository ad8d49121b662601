"""Networks that name the next character from the few before it: the ladder of makemore (Karpathy 2022)."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from etude.models.sampling import Read

PAD, START = 0, 2
"""ids of the padding, and of what stands before the first character"""


class Windowed(nn.Module):
    """A network on the last `span` tokens, moved along the text; before the text stands START.

    Padded positions do not go through the network, so that a batch norm never sees them; their logits are 0.
    """

    def __init__(self, network: nn.Module, *, span: int) -> None:
        """`network` gives logits (n, token) for contexts (n, span)."""
        super().__init__()
        self.network = network
        self.span = span

    def forward(self, x: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time token"]:
        """The logits of the token after each position."""
        contexts = F.pad(x, (self.span - 1, 0), value=START).unfold(1, self.span, 1)  # (batch, time, span)
        is_read = x != PAD
        found = self.network(contexts[is_read])  # (n, token)
        logits: Tensor = found.new_zeros(*x.shape, found.shape[1])
        logits[is_read] = found
        return logits

    def reader(self, batch: int) -> Read:
        """One that reads `batch` texts token by token."""
        return WindowedReader(self)


class WindowedReader:
    """Reads texts piece by piece and keeps their last tokens."""

    def __init__(self, windowed: Windowed) -> None:
        self.windowed = windowed
        self.seen: Tensor | None = None

    def __call__(self, x: Int[Tensor, "batch new"]) -> Float[Tensor, "batch vocabulary"]:
        """Read more tokens; the logits of the one that follows them."""
        span = self.windowed.span
        before = x.new_full((len(x), span), START) if self.seen is None else self.seen
        self.seen = torch.cat([before, x], dim=1)[:, -span:]
        logits: Tensor = self.windowed.network(self.seen)
        return logits


def bigram(vocabulary: int) -> Windowed:
    """One row of logits for each token. Its best rows are known: the logarithms of the counts."""
    table = nn.Embedding(vocabulary, vocabulary)
    nn.init.zeros_(table.weight)
    return Windowed(nn.Sequential(table, nn.Flatten()), span=1)


def mlp(vocabulary: int, *, span: int = 3, embedding: int = 10, width: int = 200) -> Windowed:
    """Vectors of the last tokens side by side, one hidden layer (Bengio et al. 2003, JMLR 3, eq. 1)."""
    return Windowed(
        nn.Sequential(
            nn.Embedding(vocabulary, embedding),
            nn.Flatten(),
            nn.Linear(span * embedding, width),
            nn.Tanh(),
            small(nn.Linear(width, vocabulary)),
        ),
        span=span,
    )


def mlp_bn(vocabulary: int, *, span: int = 3, embedding: int = 10, width: int = 200) -> Windowed:
    """The same with a batch norm before the bend, which replaces the bias (Ioffe and Szegedy 2015, section 3.2)."""
    return Windowed(
        nn.Sequential(
            nn.Embedding(vocabulary, embedding),
            nn.Flatten(),
            nn.Linear(span * embedding, width, bias=False),
            nn.BatchNorm1d(width),
            nn.Tanh(),
            small(nn.Linear(width, vocabulary)),
        ),
        span=span,
    )


def wavenet(vocabulary: int, *, embedding: int = 24, width: int = 128) -> Windowed:
    """Eight tokens, joined two by two on three floors: van den Oord et al. 2016 (arXiv:1609.03499), figure 3."""
    floors = [floor(embedding, width), floor(width, width), floor(width, width)]
    return Windowed(
        nn.Sequential(nn.Embedding(vocabulary, embedding), *floors, nn.Flatten(), small(nn.Linear(width, vocabulary))),
        span=8,
    )


def floor(width_in: int, width: int) -> nn.Sequential:
    """Half as many positions, each from two neighbours."""
    return nn.Sequential(Neighbours(), nn.Linear(2 * width_in, width, bias=False), OverPositions(width), nn.Tanh())


class Neighbours(nn.Module):
    """Two positions become one, their vectors side by side."""

    def forward(self, x: Float[Tensor, "batch time width"]) -> Float[Tensor, "batch half pair"]:
        pairs: Tensor = x.unflatten(1, (-1, 2))  # (batch, half, 2, width)
        return pairs.flatten(2)


class OverPositions(nn.BatchNorm1d):
    """A batch norm whose mean is over the examples and the positions, not over the examples alone."""

    def forward(self, input: Float[Tensor, "batch time width"]) -> Float[Tensor, "batch time width"]:
        normed: Tensor = super().forward(input.transpose(1, 2))
        return normed.transpose(1, 2)


def small(layer: nn.Linear) -> nn.Linear:
    """A last layer that starts with nearly equal logits: the first loss is that of guessing."""
    nn.init.normal_(layer.weight, 0, 0.01)
    nn.init.zeros_(layer.bias)
    return layer
