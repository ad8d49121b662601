"""A network for tables: columns of numbers, categories and dates, with missing values, to a class or a quantity."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from etude.data.load import load
from etude.layers.outputs import answer_layer
from etude.models.tabular import TabularFeatures
from etude.optim import Optimizer, adamw
from etude.ranges import Count, Rate, Share, Strength
from etude.records import Labelled
from etude.schedules import one_cycle
from etude.schema import Schema
from etude.source import Source
from etude.training.expect import expect_table
from etude.training.experiment import Experiment, Length, Recipe, Watch
from etude.training.supervised import supervised


@dataclass(frozen=True, kw_only=True)
class TableNetwork(Recipe):
    """A network for tables: columns of numbers, categories and dates, with missing values, to a class or a quantity."""

    source: Source = Source("wine")
    epochs: Count | None = None
    """passes over the training part; default: 40, or more if those are fewer than 1,000 updates"""
    batch: Count = 128
    """examples in an update"""
    rate: Rate = 2e-3
    """highest learning rate of AdamW"""
    weight_decay: Strength = 1e-2
    """AdamW's decay of the weight matrices, a fraction of the learning rate"""
    hidden: tuple[Count, ...] = (128, 128)
    """units of each hidden layer"""
    dropout: Share = 0.1
    """share of the hidden units that is silenced in each update"""
    patience: Count = 16
    """evaluations without a lower validation loss before the training ends; the best weights are kept"""
    tiny: ClassVar = {"steps": 2, "hidden": (8,)}
    length: ClassVar = Length(passes=40, updates=1_000)

    def network(self, schema: Schema) -> nn.Module:
        features = TabularFeatures(expect_table(schema, "tabular"), self.hidden, dropout=self.dropout)
        return nn.Sequential(features, answer_layer(features.width, schema.answer))

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """AdamW with one cycle of the learning rate."""
        descent = adamw(network.parameters(), rate=self.rate, weight_decay=self.weight_decay)
        return Optimizer(descent, schedule=one_cycle(steps))

    def experiments(self) -> Iterator[Experiment[Labelled]]:
        watch = Watch("valid_loss", patience=self.patience)
        yield supervised(self, load(self.source), optimizer=self.optimizer, watch=watch)
