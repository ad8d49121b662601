"""Linear regression: a weighted sum of the columns, by gradient descent to the least-squares solution."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from etude.data.load import load
from etude.layers.inputs import flat_input
from etude.layers.outputs import answer_layer
from etude.optim import Optimizer, sgd
from etude.ranges import Count, Rate
from etude.records import Labelled
from etude.schedules import cosine
from etude.schema import Schema
from etude.source import Source
from etude.training.expect import expect_quantity
from etude.training.experiment import TO_THE_END, Experiment, Recipe
from etude.training.supervised import supervised


@dataclass(frozen=True, kw_only=True)
class LinearRegression(Recipe):
    """Linear regression: a weighted sum of the columns, by gradient descent to the least-squares solution."""

    source: Source = Source("diabetes")
    epochs: Count = 2000
    """passes over the training part"""
    batch: Count = 4096
    """examples in an update; a smaller training part is taken whole, which makes the descent exact"""
    rate: Rate = 0.05
    """learning rate of Nesterov's momentum; columns are standardised"""
    tiny: ClassVar = {"steps": 2}

    def network(self, schema: Schema) -> nn.Module:
        features = flat_input(schema.inputs)
        return nn.Sequential(features, answer_layer(features.width, expect_quantity(schema, "linear")))

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """Nesterov's momentum, the rate falling to zero along a cosine."""
        descent = sgd(network.parameters(), rate=self.rate, momentum=0.95, nesterov=True)
        return Optimizer(descent, schedule=cosine(steps))

    def experiments(self) -> Iterator[Experiment[Labelled]]:
        yield supervised(self, load(self.source), optimizer=self.optimizer, watch=TO_THE_END)
