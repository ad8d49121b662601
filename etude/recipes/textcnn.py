"""A convolutional network on sentences: phrases that tell the class (Kim 2014)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from torch import nn

from etude.data.new import read_new
from etude.data.texts import load_texts, trimmed
from etude.evaluation.phrases import phrases
from etude.evaluation.summaries import summaries
from etude.figures import Figure
from etude.learners.base import device_of
from etude.models.textcnn import TextCNN
from etude.optim import Optimizer, adamw
from etude.ranges import Count, Rate, Share, Strength
from etude.records import Labelled
from etude.schedules import one_cycle
from etude.schema import Schema
from etude.source import Source
from etude.training.expect import expect_classes, expect_text
from etude.training.experiment import Experiment, Length, Recipe
from etude.training.supervised import supervised


@dataclass(frozen=True, kw_only=True)
class TextCNNRecipe(Recipe):
    """A convolutional network on sentences: phrases that tell the class (Kim 2014).

    --data is the name of a set of texts (stdlib-packages, sst2, mr, trec, sms-spam, review-polarity), a table with a
    column of texts, or a folder of .txt files by class.
    """

    source: Source = Source("stdlib-packages")
    epochs: Count | None = None
    """passes over the training part; default: 4, or more if those are fewer than 600 updates"""
    batch: Count = 50
    """texts in an update"""
    rate: Rate = 4e-3
    """peak learning rate of AdamW"""
    weight_decay: Strength = 1e-2
    """AdamW's decay of vectors and filters, a fraction of the learning rate"""
    width: Count = 300
    """numbers that stand for a word"""
    sizes: tuple[Count, ...] = (3, 4, 5)
    """words that a filter sees"""
    filters: Count = 100
    """filters of each size"""
    dropout: Share = 0.5
    """share of the filters' answers that is silenced in each update"""
    tiny: ClassVar = {"steps": 2, "batch": 8, "width": 8, "filters": 4}
    length: ClassVar = Length(passes=4, updates=600)

    def network(self, schema: Schema) -> nn.Module:
        text, classes = expect_text(schema, "textcnn"), expect_classes(schema, "textcnn")
        return TextCNN(
            len(text.vocabulary),
            len(classes.names),
            width=self.width,
            sizes=self.sizes,
            filters=self.filters,
            dropout=self.dropout,
        )

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """AdamW with one cycle of the learning rate."""
        descent = adamw(network.parameters(), rate=self.rate, weight_decay=self.weight_decay)
        return Optimizer(descent, schedule=one_cycle(steps))

    def experiments(self) -> Iterator[Experiment[Labelled]]:
        splits = load_texts(self.source)
        experiment = supervised(self, splits, optimizer=self.optimizer, augment=trimmed)
        network, classes = experiment.learner.network, expect_classes(splits.schema, "textcnn")
        yield replace(experiment, views={"texts": lambda: summaries(network, splits.valid, classes)})

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        """The phrases that speak for each answer."""
        text, classes = expect_text(schema, "textcnn"), expect_classes(schema, "textcnn")
        assert isinstance(network, TextCNN)
        new = read_new(schema, self.source, inputs)
        x = new.x.to(device_of(network))
        return {name: phrases(network, each, text, classes) for name, each in zip(new.names, x, strict=True)}
