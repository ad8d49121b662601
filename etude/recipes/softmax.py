"""Softmax regression: one weighted sum for each class, the largest one wins."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from etude.data.load import load
from etude.layers.inputs import flat_input
from etude.layers.outputs import answer_layer
from etude.optim import Optimizer, adam
from etude.ranges import Count, Rate
from etude.records import Labelled
from etude.schedules import cosine
from etude.schema import Schema
from etude.source import Source
from etude.training.expect import expect_classes
from etude.training.experiment import Experiment, Recipe
from etude.training.supervised import supervised


@dataclass(frozen=True, kw_only=True)
class SoftmaxRegression(Recipe):
    """Softmax regression: one weighted sum for each class, the largest one wins."""

    source: Source = Source("digits")
    epochs: Count = 25
    """passes over the training part"""
    batch: Count = 128
    """examples in an update"""
    rate: Rate = 2e-3
    """first learning rate of Adam"""
    tiny: ClassVar = {"steps": 2}

    def network(self, schema: Schema) -> nn.Module:
        features = flat_input(schema.inputs)
        return nn.Sequential(features, answer_layer(features.width, expect_classes(schema, "softmax")))

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """Adam, the rate falling to zero along a cosine."""
        return Optimizer(adam(network.parameters(), rate=self.rate), schedule=cosine(steps))

    def experiments(self) -> Iterator[Experiment[Labelled]]:
        yield supervised(self, load(self.source), optimizer=self.optimizer)
