"""XOR: the smallest task that one layer cannot learn and two layers can."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from etude.data.load import load
from etude.layers.inputs import flat_input
from etude.layers.outputs import answer_layer
from etude.models.mlp import MLP
from etude.optim import Optimizer, adam
from etude.ranges import Count, Rate
from etude.records import Labelled
from etude.schedules import constant
from etude.schema import Schema
from etude.source import Source
from etude.training.expect import expect_classes
from etude.training.experiment import Experiment, Recipe
from etude.training.supervised import supervised


@dataclass(frozen=True, kw_only=True)
class XOR(Recipe):
    """XOR: the smallest task that one layer cannot learn and two layers can.

    `etude train softmax --data xor` is the one layer: its loss stays at ln 2 = 0.693, whatever one does.
    """

    source: Source = Source("xor")
    epochs: Count = 100
    """passes over the training part"""
    batch: Count = 32
    """examples in an update"""
    rate: Rate = 0.02
    """learning rate of Adam"""
    hidden: Count = 8
    """units of the one hidden layer; two are enough in principle, more find it sooner"""
    activation: str = "tanh"
    """bend of the hidden layer"""
    tiny: ClassVar = {"steps": 2}

    def network(self, schema: Schema) -> nn.Module:
        features = flat_input(schema.inputs)
        hidden = MLP(features.width, [self.hidden], bend=self.activation)
        return nn.Sequential(features, hidden, answer_layer(hidden.width, expect_classes(schema, "xor")))

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """Adam at a constant rate."""
        return Optimizer(adam(network.parameters(), rate=self.rate), schedule=constant)

    def experiments(self) -> Iterator[Experiment[Labelled]]:
        yield supervised(self, load(self.source), optimizer=self.optimizer)
