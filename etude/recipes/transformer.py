"""The Transformer: reads a text and writes another one by attention alone (Vaswani et al. 2017)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import nn

from etude.data.translation import load_pairs
from etude.evaluation.answers import Answers
from etude.evaluation.records import Verdict
from etude.figures import Figure
from etude.models.transformer import Size, Transformer
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
class TransformerRecipe(Recipe):
    """The Transformer: reads a text and writes another one by attention alone (Vaswani et al. 2017)."""

    source: Source = Source("reversal")
    epochs: Count | None = None
    """passes over the training part; default: 10, or more if those are fewer than 1,000 updates"""
    batch: Count = 128
    """texts in an update, all of like length"""
    rate: Rate = 1e-3
    """peak learning rate of Adam, which warms up and falls to nearly nothing"""
    smoothing: Share = 0.1
    """share of what is wanted that is spread over all tokens"""
    width: Count | None = None
    """numbers for each token; default: 256 for words, 64 for characters; a multiple of 32"""
    layers: Count | None = None
    """blocks that read, and as many that write; default: 3 for words, 1 for characters"""
    dropout: Share | None = None
    """share of each layer's numbers that is silenced in an update; default: 0.1 for words, 0 for characters"""
    tiny: ClassVar = {"steps": 2, "width": 32, "layers": 1, "batch": 16}
    length: ClassVar = Length(passes=10, updates=1_000)

    def network(self, schema: Schema) -> nn.Module:
        reads, side = expect_text(schema, "transformer"), expect_written(schema, "transformer").text
        return Transformer(len(reads.vocabulary), len(side.vocabulary), self.size(words=side.tokenizer == "words"))

    def size(self, *, words: bool) -> Size:
        """Heads of 32 numbers, twice the width between the two layers of a block."""
        width = self.width or (256 if words else 64)
        layers = self.layers or (3 if words else 1)
        dropout = self.dropout if self.dropout is not None else (0.1 if words else 0.0)
        return Size(width, heads=max(1, width // 32), layers=layers, hidden=2 * width, dropout=dropout)

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """Adam with one cycle of the learning rate: the norm after each layer needs the warm-up."""
        return Optimizer(adam(network.parameters(), rate=self.rate), schedule=one_cycle(steps, rise=0.2), clip_norm=1.0)

    def experiments(self) -> Iterator[Experiment[Pairs]]:
        yield writing(self, load_pairs(self.source), optimizer=self.optimizer)

    def judge(self, network: nn.Module, experiment: Experiment[Any], part: PartName) -> Verdict:
        """BLEU or texts exactly right, and the perplexity, of one part."""
        return judge_writing(network, experiment, part)

    def answer(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> Answers:
        """What the network writes for texts, or for each line of files."""
        return answer_texts(network, schema, inputs)

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        """Where the last layer looks while it writes."""
        return explain_texts(network, schema, inputs)
