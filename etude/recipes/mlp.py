"""The multilayer perceptron, on pictures, signals or tables (Rumelhart, Hinton and Williams 1986)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from etude.data.load import load
from etude.layers.inputs import flat_input
from etude.layers.outputs import answer_layer
from etude.models.mlp import MLP
from etude.optim import Optimizer, method
from etude.ranges import Count, Rate, Share, Strength
from etude.records import Labelled
from etude.schedules import schedule
from etude.schema import Schema
from etude.source import Source
from etude.training.experiment import Experiment, Length, Recipe
from etude.training.supervised import supervised


@dataclass(frozen=True, kw_only=True)
class MultilayerPerceptron(Recipe):
    """The multilayer perceptron, on pictures, signals or tables (Rumelhart, Hinton and Williams 1986)."""

    source: Source = Source("digits")
    epochs: Count | None = None
    """passes over the training part; default: 20, or more if those are fewer than 2,000 updates"""
    batch: Count = 128
    """examples in an update"""
    rate: Rate = 2e-3
    """highest learning rate; SGD wants about 0.1, momentum 0.02, Muon 0.02"""
    weight_decay: Strength = 1e-2
    """decay of the weights: decoupled in AdamW and Muon, an L2 penalty in the others"""
    optimizer: str = "adamw"
    """sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw or muon"""
    schedule: str = "one-cycle"
    """of the learning rate: constant, step, exponential, cosine or one-cycle"""
    hidden: tuple[Count, ...] = (512, 512)
    """units of each hidden layer"""
    activation: str = "relu"
    """bend of the hidden layers"""
    dropout: Share = 0.2
    """share of the hidden units that is silenced in each update"""
    tiny: ClassVar = {"steps": 2, "hidden": (8,)}
    length: ClassVar = Length(passes=20, updates=2_000)

    def network(self, schema: Schema) -> nn.Module:
        features = flat_input(schema.inputs)
        hidden = MLP(features.width, self.hidden, bend=self.activation, dropout=self.dropout)
        return nn.Sequential(features, hidden, answer_layer(hidden.width, schema.answer))

    def descent(self, network: nn.Module, steps: int) -> Optimizer:
        """The chosen method at the chosen rate."""
        make = method(self.optimizer)
        descent = make(network.parameters(), rate=self.rate, weight_decay=self.weight_decay)
        return Optimizer(descent, schedule=schedule(self.schedule, steps))

    def experiments(self) -> Iterator[Experiment[Labelled]]:
        yield supervised(self, load(self.source), optimizer=self.descent)
