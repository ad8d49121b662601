"""A tag for each word: letters, a two-way LSTM, and a conditional random field over the tags (Ma and Hovy 2016)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from torch import nn

from etude.chance import seed_global
from etude.data.batches import steps_per_epoch
from etude.data.splits import part as part_of
from etude.data.tagging import alike, encoded_sentences, load_tagging
from etude.data.tagging_files import read_sentences
from etude.data.tokenizers import split_words
from etude.evaluation.answers import Answer, Answers
from etude.evaluation.predictor import evaluating
from etude.evaluation.records import Verdict
from etude.evaluation.spans import forbidden_steps, has_spans
from etude.evaluation.tagging import NATS, confusion, memory_baseline, scored, tagged, tagging_scores, tally
from etude.figures import Figure, Matrix
from etude.layers.crf import Chain, Independent
from etude.learners.base import GradientLearner, device_of
from etude.models.tagger import Tagger
from etude.objectives.tagging import tag_surprise
from etude.optim import Optimizer, adamw
from etude.ranges import Count, Rate, Share
from etude.records import Tagged
from etude.schedules import one_cycle
from etude.schema import Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.device import find_device, placed
from etude.training.expect import expect_tags, expect_text
from etude.training.experiment import Experiment, Length, Recipe, Watch
from etude.training.supervised import prefixed

CLIP = 5.0
"""longest gradient, as in Ma and Hovy 2016, section 3.2"""


@dataclass(frozen=True, kw_only=True)
class TaggerRecipe(Recipe):
    """A tag for each word: letters, a two-way LSTM, and a conditional random field over the tags (Ma and Hovy 2016).

    --data is the name of a set (code-roles, ewt-pos, wnut17, ncbi-disease), a file of columns with a word and its tag
    on each line and an empty line after each sentence (CoNLL, CoNLL-U), or a folder of such files for train, dev, test.
    """

    source: Source = Source("code-roles")
    epochs: Count | None = None
    """passes over the training part; default: 5, or more if those are fewer than 600 updates"""
    batch: Count = 32
    """sentences in an update"""
    rate: Rate = 5e-3
    """peak learning rate of AdamW"""
    width: Count = 100
    """numbers that stand for a word, beside the 50 of its letters"""
    hidden: Count = 128
    """units of the LSTM in each direction"""
    dropout: Share = 0.5
    """share of what goes into the LSTM and comes out of it that is silenced in each update"""
    chain: bool = True
    """score the tags of a sentence together (CRF); without it each by itself (softmax)"""
    precision: Literal["float32"] = "float32"
    """of all numbers"""
    tiny: ClassVar = {"steps": 2, "batch": 8, "width": 4, "hidden": 4, "overfit": 60}
    length: ClassVar = Length(passes=5, updates=600)

    def network(self, schema: Schema) -> nn.Module:
        text, tags = expect_text(schema, "crf"), expect_tags(schema, "crf")
        forbidden, first = forbidden_steps(tags.names)
        n = len(tags.names)
        layer = Chain(n, forbidden=forbidden, first=first) if self.chain else Independent()
        return Tagger(len(text.vocabulary), layer, n, width=self.width, hidden=self.hidden, dropout=self.dropout)

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """AdamW with one cycle of the learning rate, its gradient clipped."""
        return Optimizer(adamw(network.parameters(), rate=self.rate), schedule=one_cycle(steps), clip_norm=CLIP)

    def experiments(self) -> Iterator[Experiment[Tagged]]:
        splits, device = load_tagging(self.source), find_device(self.device)
        epoch = steps_per_epoch(len(splits.train), self.batch)
        steps = self.steps or epoch * (self.epochs or self.length.epochs(epoch))
        seed_global(self.seed, "initialisation")
        network = placed(self.network(splits.schema), device)
        target = expect_tags(splits.schema, "crf")
        seed_global(self.seed, "dropout")
        yield Experiment(
            learner=GradientLearner(network, tag_surprise, self.optimizer(network, steps)),
            batches=lambda start: alike(splits.train, self.batch, seed=self.seed, start=start),
            steps=steps,
            evaluate=lambda: prefixed(tagging_scores(network, splits.valid, target)),
            evaluate_every=min(epoch, steps),
            epoch_steps=epoch,
            watch=Watch("valid_f1" if has_spans(target.names) else "valid_accuracy", higher_is_better=True),
            splits=splits,
            views={"transitions": lambda: transitions(network, splits.schema)} if self.chain else {},
        )

    def judge(self, network: nn.Module, experiment: Experiment[Any], part: PartName) -> Verdict:
        """Whole spans or single tags that are right, beside the usual tag of each word."""
        assert experiment.splits is not None  # it learns from sentences
        examples, _ = part_of(experiment.splits, part)
        target = expect_tags(experiment.splits.schema, "crf")
        nats, given = tagged(network, examples)
        columns = tally(given, examples, target)
        columns[NATS] = nats
        return Verdict(
            n=sum(map(len, given)),
            unit="words",
            metrics=scored(columns, target),
            protocol=f"All {len(examples):,} sentences of the {part} part, each once and whole, dropout off; the most "
            "probable sequence of tags, found by Viterbi's algorithm; a span counts if its type and both its ends are "
            "right (conlleval); 95 % intervals by the bootstrap over the sentences.",
            baselines=(memory_baseline(experiment.splits.train, examples, target),),
            figures={"confusion": confusion(given, examples, target)},
        )

    def answer(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> Answers:
        """The sentences with their tags, word/tag; O is left out."""
        names = expect_tags(schema, "crf").names
        sentences, words, given = self.tags_of(network, schema, inputs)
        rows = tuple(
            Answer(sentence, " ".join(word if names[tag] == "O" else f"{word}/{names[tag]}" for word, tag in pairs), {})
            for sentence, pairs in zip(sentences, map(zip, words, given), strict=True)
        )
        return Answers(schema.target.name, rows, ())

    def tags_of(
        self, network: nn.Module, schema: Schema, inputs: Sequence[str]
    ) -> tuple[list[str], list[list[str]], list[list[int]]]:
        """Sentences, their words and the tags that the network gives."""
        sentences = read_sentences(inputs, self.source)
        words = [split_words(sentence, lower=False) or [""] for sentence in sentences]
        x, letters = encoded_sentences(expect_text(schema, "crf"), words)
        device = device_of(network)
        assert isinstance(network, Tagger)
        with evaluating(network):
            given = network.best(x.to(device), letters.to(device)).tolist()
        return sentences, words, [row[: len(some)] for row, some in zip(given, words, strict=True)]

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        """How probable each tag is for each word of each sentence, whatever the tags of the others."""
        names = expect_tags(schema, "crf").names
        assert isinstance(network, Tagger)
        figures: dict[str, Figure] = {}
        for number, sentence in enumerate(read_sentences(inputs, self.source), start=1):
            words = split_words(sentence, lower=False) or [""]
            x, letters = encoded_sentences(expect_text(schema, "crf"), [words])
            with evaluating(network):
                likely = network.marginals(x.to(device_of(network)), letters.to(device_of(network)))[0]
            figures[f"tags {number}"] = Matrix(
                "Probability of each tag",
                likely.cpu().T,
                rows=names,
                columns=tuple(words),
                row_label="tag",
                column_label="word",
            )
        return figures


def transitions(network: nn.Module, schema: Schema) -> Matrix:
    """What the chain gives for one tag after another; steps that cannot be are 0."""
    names = expect_tags(schema, "crf").names
    assert isinstance(network, Tagger) and isinstance(network.tags, Chain)
    chain = network.tags
    return Matrix(
        "Score of one tag after another",
        chain.steps.detach().cpu().masked_fill(chain.forbidden[:-1].cpu() < 0, 0.0),
        rows=names,
        columns=names,
        row_label="before",
        column_label="after",
    )
