"""SimCLR: an encoder that is kept, and a projector that is only there for training."""

from jaxtyping import Float, Shaped
from torch import Tensor, nn


def halving(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    """A convolution over every second sample, normalised, with ReLU."""
    return nn.Sequential(
        nn.Conv1d(inputs, outputs, kernel, stride=2, padding=kernel // 2, bias=False),
        nn.BatchNorm1d(outputs),
        nn.ReLU(),
    )


class SignalEncoder(nn.Module):
    """Three convolutions over a series, then the greatest answer of each filter over time: what, and not where."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(halving(1, width, 5), halving(width, width, 3), halving(width, width, 3))
        self.width = width

    def forward(self, x: Float[Tensor, "batch time"]) -> Float[Tensor, "batch width"]:
        h: Tensor = self.layers(x[:, None])  # (batch, width, time / 8)
        return h.amax(dim=2)


class SimCLR(nn.Module):
    """z = g(f(x)): Chen et al. 2020 (arXiv:2002.05709), figure 2. The loss sees z, everything afterwards uses f(x).

    The projector g takes the loss's blows: what it throws away to make two views equal stays in f(x).
    """

    def __init__(self, encoder: nn.Module, width: int, *, projection: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.projector = nn.Sequential(
            nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, projection)
        )

    def forward(self, x: Shaped[Tensor, "batch ..."]) -> Float[Tensor, "batch projection"]:
        z: Tensor = self.projector(self.encoder(x))
        return z
