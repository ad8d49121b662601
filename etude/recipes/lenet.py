"""LeNet-5 on pictures of digits, clothes, signs: the first convolutional network (LeCun et al. 1998)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from etude.data.load import load
from etude.layers.inputs import PictureInput
from etude.models.lenet import LeNet
from etude.optim import Optimizer, adamw
from etude.ranges import Count, Rate, Strength
from etude.records import Labelled
from etude.schedules import one_cycle
from etude.schema import Schema
from etude.source import Source
from etude.training.expect import expect_classes, expect_pictures
from etude.training.experiment import Experiment, Length, Recipe
from etude.training.supervised import supervised


@dataclass(frozen=True, kw_only=True)
class LeNetRecipe(Recipe):
    """LeNet-5 on pictures of digits, clothes, signs: the first convolutional network (LeCun et al. 1998)."""

    source: Source = Source("digits")
    epochs: Count | None = None
    """passes over the training part; default: 15, or more if those are fewer than 600 updates"""
    batch: Count = 128
    """examples in an update"""
    rate: Rate = 4e-3
    """peak learning rate of AdamW"""
    weight_decay: Strength = 1e-2
    """AdamW's decay of the weight matrices, a fraction of the learning rate"""
    tiny: ClassVar = {"steps": 2, "batch": 16}
    length: ClassVar = Length(passes=15, updates=600)

    def network(self, schema: Schema) -> nn.Module:
        pictures, classes = expect_pictures(schema, "lenet"), expect_classes(schema, "lenet")
        return nn.Sequential(PictureInput(pictures), LeNet(pictures.channels, len(classes.names)))

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """AdamW with one cycle of the learning rate."""
        return Optimizer(
            adamw(network.parameters(), rate=self.rate, weight_decay=self.weight_decay), schedule=one_cycle(steps)
        )

    def experiments(self) -> Iterator[Experiment[Labelled]]:
        yield supervised(self, load(self.source, size=28), optimizer=self.optimizer)
