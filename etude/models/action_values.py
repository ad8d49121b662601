"""What each action is worth, from what is seen."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from etude.models.mlp import MLP


class ActionValues(nn.Module):
    """Q(s, a) for all actions at once, as Mnih et al. 2015 (doi:10.1038/nature14236), with a multilayer perceptron."""

    def __init__(self, features: int, actions: int, hidden: Sequence[int]) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), MLP(features, hidden), nn.Linear(hidden[-1], actions))

    def forward(self, x: Float[Tensor, "batch ..."]) -> Float[Tensor, "batch action"]:
        values: Tensor = self.layers(x)
        return values
