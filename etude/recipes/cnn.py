"""A small modern convolutional network for pictures of any kind, from scratch."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from etude.data.augment import Augmentation, shift
from etude.data.load import load
from etude.layers.inputs import PictureInput
from etude.models.cnn import SmallCNN
from etude.optim import Optimizer, adamw
from etude.ranges import Count, Rate, Share, Strength
from etude.records import Labelled
from etude.schedules import one_cycle
from etude.schema import Schema
from etude.source import Source
from etude.training.expect import expect_classes, expect_pictures
from etude.training.experiment import Experiment, Length, Recipe
from etude.training.supervised import supervised


@dataclass(frozen=True, kw_only=True)
class CNN(Recipe):
    """A small modern convolutional network for pictures of any kind, from scratch."""

    source: Source = Source("digits")
    epochs: Count | None = None
    """passes over the training part; default: 15, or more if those are fewer than 600 updates"""
    batch: Count = 64
    """examples in an update"""
    rate: Rate = 4e-3
    """highest learning rate of AdamW"""
    weight_decay: Strength = 5e-2
    """AdamW's decay of the weight matrices, a fraction of the learning rate"""
    size: Count = 32
    """pixels of the square that pictures are scaled to"""
    width: Count = 32
    """channels of the first stage; the next ones have twice and four times as many"""
    dropout: Share = 0.2
    """share of the last features that is silenced in each update"""
    shift: int = 2
    """pixels by which a training picture is moved at random, up, down and sideways"""
    tiny: ClassVar = {"steps": 2, "width": 4, "batch": 16}
    length: ClassVar = Length(passes=15, updates=600)
    strengths: ClassVar = {"shift": 12}

    def network(self, schema: Schema) -> nn.Module:
        pictures, classes = expect_pictures(schema, "cnn"), expect_classes(schema, "cnn")
        body = SmallCNN(pictures.channels, len(classes.names), width=self.width, dropout=self.dropout)
        return nn.Sequential(PictureInput(pictures), body)

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """AdamW with one cycle of the learning rate."""
        descent = adamw(network.parameters(), rate=self.rate, weight_decay=self.weight_decay)
        return Optimizer(descent, schedule=one_cycle(steps))

    def experiments(self) -> Iterator[Experiment[Labelled]]:
        splits = load(self.source, size=self.size)
        yield supervised(self, splits, optimizer=self.optimizer, augment=self.augmentation())

    def augmentation(self) -> Augmentation:
        """Pictures somewhat aside."""
        return shift(self.shift)
