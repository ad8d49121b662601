"""Sequence to sequence: one recurrent network reads, another writes and looks back (Bahdanau et al. 2015)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import nn

from etude.data.translation import load_pairs
from etude.evaluation.answers import Answers
from etude.evaluation.records import Verdict
from etude.figures import Figure
from etude.models.seq2seq import Seq2Seq, Size
from etude.optim import Optimizer, adam
from etude.ranges import Count, Rate, Share
from etude.records import Pairs
from etude.schedules import one_cycle
from etude.schema import Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.expect import expect_text, expect_written
from etude.training.experiment import Experiment, Length, Recipe
from etude.training.writing import judge_writing, writing
from etude.training.written import answer_texts, explain_texts


@dataclass(frozen=True, kw_only=True)
class Seq2SeqRecipe(Recipe):
    """Sequence to sequence: one recurrent network reads, another writes and looks back (Bahdanau et al. 2015)."""

    source: Source = Source("addition")
    epochs: Count | None = None
    """passes over the training part; default: 10, or more if those are fewer than 5,000 updates"""
    batch: Count = 128
    """texts in an update, all of like length"""
    rate: Rate = 3e-3
    """peak learning rate of Adam, which warms up and falls to nearly nothing"""
    smoothing: Share = 0.0
    """share of what is wanted that is spread over all tokens"""
    hidden: Count | None = None
    """units of each recurrent layer, twice the numbers for a token; default: 256 for words, 128 for characters"""
    dropout: Share | None = None
    """share of the embeddings and annotations that is silenced; default: 0.3 for words, 0 for characters"""
    tiny: ClassVar = {"steps": 2, "hidden": 8, "batch": 16}
    length: ClassVar = Length(passes=10, updates=5_000)

    def network(self, schema: Schema) -> nn.Module:
        reads, side = expect_text(schema, "seq2seq"), expect_written(schema, "seq2seq").text
        return Seq2Seq(len(reads.vocabulary), len(side.vocabulary), self.size(words=side.tokenizer == "words"))

    def size(self, *, words: bool) -> Size:
        """Embeddings half as wide as the recurrent layers."""
        hidden = self.hidden or (256 if words else 128)
        dropout = self.dropout if self.dropout is not None else (0.3 if words else 0.0)
        return Size(embedding=max(1, hidden // 2), hidden=hidden, dropout=dropout)

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """Adam with one cycle of the learning rate, and the gradient clipped: a recurrent one explodes now and then."""
        return Optimizer(adam(network.parameters(), rate=self.rate), schedule=one_cycle(steps), clip_norm=1.0)

    def experiments(self) -> Iterator[Experiment[Pairs]]:
        yield writing(self, load_pairs(self.source), optimizer=self.optimizer)

    def judge(self, network: nn.Module, experiment: Experiment[Any], part: PartName) -> Verdict:
        """BLEU or texts exactly right, and the perplexity, of one part."""
        return judge_writing(network, experiment, part)

    def answer(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> Answers:
        """What the network writes for texts, or for each line of files."""
        return answer_texts(network, schema, inputs)

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        """Where the writer looks before each token."""
        return explain_texts(network, schema, inputs)
