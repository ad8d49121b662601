"""A network for the rows of a table: categories as vectors, numbers as waves, then a perceptron of several layers."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn

from etude.layers.inputs import EmbeddedTable
from etude.layers.periodic import PeriodicFeatures
from etude.models.mlp import MLP
from etude.schema import Table


class TabularFeatures(nn.Module):
    """Embedded categories and indicators as they are, numbers both as they are and as periodic features."""

    def __init__(self, table: Table, hidden: Sequence[int], *, dropout: float) -> None:
        super().__init__()
        self.embed = EmbeddedTable(table)
        self.numbers = len(table.numeric)
        self.waves = PeriodicFeatures(self.numbers)
        self.mlp = MLP(self.embed.width + self.waves.width, hidden, dropout=dropout)
        self.width = self.mlp.width

    def forward(self, x: Float[Tensor, "batch column"]) -> Float[Tensor, "batch width"]:
        features = torch.cat([self.embed(x), self.waves(x[:, : self.numbers])], dim=1)
        hidden: Tensor = self.mlp(features)
        return hidden
