"""The bends between two layers, written out."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from etude.errors import UsageError, nearest


def sigmoid(z: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """1 / (1 + exp(-z)), between 0 and 1; its slope is at most 1/4."""
    return torch.where(z >= 0, 1 / (1 + torch.exp(-z.abs())), torch.exp(-z.abs()) / (1 + torch.exp(-z.abs())))


def tanh(z: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """2 sigmoid(2 z) - 1, between -1 and 1."""
    return 2 * sigmoid(2 * z) - 1


def relu(z: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """max(0, z) (Nair and Hinton 2010)."""
    return z.clamp(min=0)


def leaky_relu(z: Float[Tensor, "..."], slope: float = 0.01) -> Float[Tensor, "..."]:
    """z above 0, slope z below (Maas, Hannun and Ng 2013); 0.01 is PyTorch's slope, some courses draw 0.1."""
    return torch.where(z >= 0, z, slope * z)


def elu(z: Float[Tensor, "..."], alpha: float = 1.0) -> Float[Tensor, "..."]:
    """z above 0, alpha (exp(z) - 1) below (Clevert, Unterthiner and Hochreiter 2016, arXiv:1511.07289, eq. 15)."""
    return torch.where(z >= 0, z, alpha * torch.expm1(z.clamp(max=0)))


def softmax(z: Float[Tensor, "batch class"]) -> Float[Tensor, "batch class"]:
    """exp(z_k) / sum of exp(z_j): positive, of sum 1; the largest z is taken off first, so that nothing overflows."""
    powers = torch.exp(z - z.amax(dim=1, keepdim=True))
    return powers / powers.sum(dim=1, keepdim=True)


class Maxout(nn.Module):
    """The largest of `pieces` linear functions of the input (Goodfellow et al. 2013, arXiv:1302.4389, eq. 2)."""

    def __init__(self, inputs: int, outputs: int, *, pieces: int = 2) -> None:
        super().__init__()
        self.pieces = pieces
        self.linear = nn.Linear(inputs, outputs * pieces)

    def forward(self, x: Float[Tensor, "batch input"]) -> Float[Tensor, "batch output"]:
        pieces: Tensor = self.linear(x).unflatten(1, (-1, self.pieces))  # (batch, output, piece)
        return pieces.amax(dim=2)


ACTIVATIONS: dict[str, type[nn.Module]] = {
    "identity": nn.Identity,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky-relu": nn.LeakyReLU,
    "elu": nn.ELU,
}


def activation(name: str) -> nn.Module:
    """A layer that bends, by name; PyTorch's own, which have faster kernels than the formulas above."""
    if name not in ACTIVATIONS:
        close = nearest(name, ACTIVATIONS)
        raise UsageError("E-CFG-NAME", f"no activation {name!r}{close} There are: {', '.join(ACTIVATIONS)}.")
    return ACTIVATIONS[name]()
