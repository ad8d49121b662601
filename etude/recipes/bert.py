"""BERT: hidden words are guessed first, then a class is learnt from few labels (Devlin et al. 2018)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from torch import nn

from etude.chance import seed_global
from etude.data.batches import shuffled, steps_per_epoch
from etude.data.masking import masking
from etude.data.splits import Splits, labelled_rows
from etude.data.texts import load_texts, trimmed
from etude.errors import UsageError
from etude.evaluation.masked_words import guesses, guessing_scores
from etude.figures import Figure
from etude.figures import Text as Words
from etude.learners.base import GradientLearner
from etude.models.bert import BERT
from etude.objectives.masked_words import masked_words
from etude.objectives.precision import Autocast
from etude.optim import Optimizer, adamw
from etude.ranges import Count, Rate, Share
from etude.records import Labelled, Tokens
from etude.schedules import linear, warmed
from etude.schema import Schema, Text
from etude.source import Source
from etude.training.device import find_device, placed
from etude.training.expect import expect_classes, expect_text
from etude.training.experiment import Experiment, Length, Recipe, Watch
from etude.training.supervised import prefixed, supervised

LENGTH = 128
"""words of a text that are read, as in most of the paper's training"""
CLIP = 1.0
"""longest gradient, as in the code of the paper"""


@dataclass(frozen=True, kw_only=True)
class BERTRecipe(Recipe):
    """BERT: hidden words are guessed first, then a class is learnt from few labels (Devlin et al. 2018).

    The words are guessed in all training texts, --labels says how many of them then tell their class. With
    --pretraining 0 the class is learnt from nothing, for comparison. --data is as for textcnn.
    """

    source: Source = Source("stdlib-packages")
    pretraining: int | None = None
    """passes over the training texts with hidden words, 0 for none; default: 10, or more if fewer than 1,000 updates"""
    epochs: Count | None = None
    """passes over the labelled texts afterwards; default: 10, or more if those are fewer than 200 updates"""
    labels: Count | None = None
    """training texts whose class is told, drawn by the seed; default: all"""
    batch: Count = 32
    """texts in an update"""
    rate: Rate = 5e-4
    """peak learning rate of AdamW while the class is learnt; twice as high while words are guessed"""
    width: Count = 128
    """numbers that stand for a word inside the network"""
    layers: Count = 2
    """blocks"""
    heads: Count = 4
    """of the attention in each block; they share the width"""
    dropout: Share = 0.1
    """share of the units that is silenced in each update"""
    tiny: ClassVar = {"steps": 2, "batch": 4, "width": 8, "layers": 1, "heads": 2, "overfit": 40}
    length: ClassVar = Length(passes=10, updates=200)
    guessing: ClassVar = Length(passes=10, updates=1000)

    def network(self, schema: Schema) -> nn.Module:
        text, classes = expect_text(schema, "bert"), expect_classes(schema, "bert")
        if self.width % self.heads:
            raise UsageError("E-CFG-RANGE", f"--width {self.width} cannot be shared by --heads {self.heads}.")
        return BERT(
            len(text.vocabulary),
            len(classes.names),
            length=text.length,
            width=self.width,
            layers=self.layers,
            heads=self.heads,
            dropout=self.dropout,
        )

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """AdamW that warms up over the first tenth and falls to 0 along a line; norms and biases do not decay."""
        return self.descent(network, steps, rate=self.rate)

    def descent(self, network: nn.Module, steps: int, *, rate: float) -> Optimizer:
        """The same with another peak rate."""
        schedule = warmed(linear(steps), max(1, steps // 10))
        return Optimizer(adamw(network.parameters(), rate=rate), schedule=schedule, clip_norm=CLIP)

    def experiments(self) -> Iterator[Experiment[Any]]:
        if self.pretraining is not None and self.pretraining < 0:
            raise UsageError("E-CFG-RANGE", f"--pretraining is {self.pretraining}; it must be 0 or more.")
        splits = load_texts(self.source, length=LENGTH)
        known = labelled_rows(splits, self.labels, seed=self.seed)  # simple baselines see no more than these
        seed_global(self.seed, "initialisation")
        bert = placed(self.network(splits.schema), find_device(self.device))
        if self.pretraining != 0:
            seed_global(self.seed, "words")
            yield replace(self.guessing_words(bert, splits), splits=known)
        told = supervised(self, known, optimizer=self.optimizer, augment=trimmed)
        told.learner.network.load_state_dict(bert.state_dict())
        yield told

    def guessing_words(self, bert: nn.Module, splits: Splits[Labelled]) -> Experiment[Tokens]:
        """The first training: hidden words of all training texts."""
        kind = expect_text(splits.schema, "bert")
        train, valid = (Tokens(part.x, part.x) for part in (splits.train, splits.valid))
        epoch, words = steps_per_epoch(len(train), self.batch), len(kind.vocabulary)
        steps = self.steps or epoch * (self.pretraining or self.guessing.epochs(epoch))
        objective = Autocast(masked_words, find_device(self.device).type, self.precision)
        return Experiment(
            learner=GradientLearner(bert, objective, self.descent(bert, steps, rate=2 * self.rate)),
            batches=lambda start: shuffled(train, self.batch, seed=self.seed, start=start, augment=masking(words)),
            steps=steps,
            evaluate=lambda: prefixed(guessing_scores(bert, valid, words=words)),
            evaluate_every=min(max(epoch, steps // 10), steps),
            epoch_steps=epoch,
            watch=Watch("valid_masked_loss"),
            views={"guesses": lambda: guessed(bert, kind, first_words(splits, kind))},
        )

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        """What the network thinks of hidden words: those that are written [MASK], else each word in turn."""
        kind = expect_text(schema, "bert")
        return {f"words {number}": guessed(network, kind, text) for number, text in enumerate(inputs, start=1)}


def guessed(network: nn.Module, kind: Text, text: str) -> Words:
    """The likeliest words for hidden ones."""
    return Words("Likeliest words where one is hidden", f"{text}\n\n{guesses(network, kind, text)}")


def first_words(splits: Splits[Labelled], kind: Text) -> str:
    """The beginning of the first text of the validation part."""
    return " ".join(kind.vocabulary[each] for each in splits.valid.x[0].tolist()[:20] if each > 1)
