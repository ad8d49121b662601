"""An LSTM that reads a text in both directions and tells its class (Graves and Schmidhuber 2005)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from torch import nn

from etude.data.new import read_new
from etude.data.texts import load_texts, trimmed
from etude.evaluation.prefixes import answers_so_far
from etude.evaluation.summaries import summaries
from etude.figures import Figure
from etude.learners.base import device_of
from etude.models.sentiment import BiLSTM, StateName
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
class Sentiment(Recipe):
    """An LSTM that reads a text in both directions and tells its class (Graves and Schmidhuber 2005).

    --data is the name of a set of texts (stdlib-packages, sst2, mr, trec, sms-spam, review-polarity), a table with a
    column of texts, or a folder of .txt files by class.
    """

    source: Source = Source("stdlib-packages")
    epochs: Count | None = None
    """passes over the training part; default: 3, or more if those are fewer than 300 updates"""
    batch: Count = 64
    """texts in an update"""
    rate: Rate = 6e-3
    """peak learning rate of AdamW"""
    weight_decay: Strength = 1e-2
    """AdamW's decay of vectors and weight matrices, a fraction of the learning rate"""
    reads: Count = 80
    """words of a text that are read; what comes after is cut off"""
    hidden: Count = 64
    """units of each direction, and numbers that stand for a word"""
    dropout: Share = 0.5
    """share of the vectors and of the last state that is silenced in each update"""
    backwards: bool = True
    """read the text from its end too"""
    state: StateName = "max"
    """what answers: the last state of each direction, or the mean or the maximum of the states at all words"""
    packed: bool = True
    """stop at the end of each text; otherwise the padding is read as if it were words"""
    tiny: ClassVar = {"steps": 2, "batch": 8, "hidden": 4}
    length: ClassVar = Length(passes=3, updates=300)

    def network(self, schema: Schema) -> nn.Module:
        text, classes = expect_text(schema, "sentiment"), expect_classes(schema, "sentiment")
        return BiLSTM(
            len(text.vocabulary),
            len(classes.names),
            width=self.hidden,
            hidden=self.hidden,
            dropout=self.dropout,
            backwards=self.backwards,
            state=self.state,
            packed=self.packed,
        )

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """AdamW with one cycle of the rate, and the gradient clipped: a recurrent one explodes now and then."""
        descent = adamw(network.parameters(), rate=self.rate, weight_decay=self.weight_decay)
        return Optimizer(descent, schedule=one_cycle(steps), clip_norm=1.0)

    def experiments(self) -> Iterator[Experiment[Labelled]]:
        splits = load_texts(self.source, length=self.reads)
        experiment = supervised(self, splits, optimizer=self.optimizer, augment=trimmed)
        network, classes = experiment.learner.network, expect_classes(splits.schema, "sentiment")
        yield replace(experiment, views={"texts": lambda: summaries(network, splits.valid, classes)})

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        """What the network would say if the text ended at each of its words."""
        text, classes = expect_text(schema, "sentiment"), expect_classes(schema, "sentiment")
        new = read_new(schema, self.source, inputs)
        x = new.x.to(device_of(network))
        return {name: answers_so_far(network, each, text, classes) for name, each in zip(new.names, x, strict=True)}
