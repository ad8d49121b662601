"""The multilayer perceptron: layers of weighted sums, each followed by a bend."""

from collections.abc import Sequence
from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn

from etude.layers.activations import activation


class MLP(nn.Module):
    """Rumelhart, Hinton and Williams 1986 (doi:10.1038/323533a0): hidden layers of given widths, the last one out."""

    def __init__(
        self, features: int, hidden: Sequence[int], *, bend: str = "relu", dropout: float = 0.0, normalise: bool = False
    ) -> None:
        super().__init__()
        widths = [features, *hidden]
        layers: list[nn.Module] = []
        for width, following in pairwise(widths):
            layers.append(nn.Linear(width, following))
            if normalise:
                layers.append(nn.BatchNorm1d(following))
            layers.append(activation(bend))
            if dropout:
                layers.append(nn.Dropout(dropout))
        self.layers = nn.Sequential(*layers)
        self.width = widths[-1]

    def forward(self, x: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch width"]:
        hidden: Tensor = self.layers(x)
        return hidden
