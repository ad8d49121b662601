"""Ordinal regression with consistent ranks: marks, ages, stages of a disease (Cao, Mirjalili and Raschka 2020)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor, nn

from etude.data.load import load
from etude.data.new import read_new
from etude.data.ranks import ranked
from etude.data.splits import part as part_of
from etude.evaluation.answers import Answer, Answers
from etude.evaluation.ranks import rank_baselines, rank_logits, rank_scores
from etude.evaluation.records import Verdict
from etude.figures import Curve, Figure, Line, Matrix
from etude.layers.inputs import flat_input
from etude.layers.ordinal import RankLogits, exceeded, rank_probabilities
from etude.models.mlp import MLP
from etude.objectives.ordinal import coral
from etude.optim import Optimizer, adamw
from etude.ranges import Count, Rate, Share, Strength
from etude.records import Labelled
from etude.schedules import one_cycle
from etude.schema import Classes, Quantity, Schema
from etude.source import Source
from etude.training.abilities import PartName
from etude.training.expect import expect_classes
from etude.training.experiment import Experiment, Length, Recipe, Watch
from etude.training.supervised import prefixed, supervised

SHOWN = 8
"""lines in a figure of rank curves"""


@dataclass(frozen=True, kw_only=True)
class Coral(Recipe):
    """Ordinal regression with consistent ranks: marks, ages, stages of a disease (Cao, Mirjalili and Raschka 2020)."""

    source: Source = Source("diabetes")
    ranks: Count = 10
    """ranks that a quantity is cut into, each with equally many examples; numbered classes stay as they are"""
    epochs: Count | None = None
    """passes over the training part; default: 30, or more if those are fewer than 600 updates"""
    batch: Count = 128
    """examples in an update"""
    rate: Rate = 4e-3
    """peak learning rate of AdamW"""
    weight_decay: Strength = 1e-2
    """decoupled decay of the weight matrices"""
    hidden: tuple[Count, ...] = (64,)
    """units of each hidden layer"""
    dropout: Share = 0.3
    """share of the hidden units that is silenced in each update"""
    tiny: ClassVar = {"steps": 2, "hidden": (4,)}
    length: ClassVar = Length(passes=30, updates=600)

    def network(self, schema: Schema) -> nn.Module:
        features, classes = flat_input(schema.inputs), expect_classes(schema, "coral")
        hidden = MLP(features.width, self.hidden, dropout=self.dropout)
        return nn.Sequential(features, hidden, RankLogits(hidden.width, classes.counts))

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """AdamW with one cycle of the learning rate."""
        descent = adamw(network.parameters(), rate=self.rate, weight_decay=self.weight_decay)
        return Optimizer(descent, schedule=one_cycle(steps))

    def experiments(self) -> Iterator[Experiment[Labelled]]:
        splits = ranked(load(self.source), self.ranks)
        experiment = supervised(self, splits, optimizer=self.optimizer, objective=coral)
        network, names = experiment.learner.network, expect_classes(splits.schema, "coral").names

        def evaluate() -> dict[str, float]:
            return prefixed(
                {name: float(score.value or 0) for name, score in rank_scores(network, splits.valid).items()}
            )

        views = {"rank curves": lambda: mean_curves(network, splits.valid, names)}
        yield replace(experiment, evaluate=evaluate, watch=Watch("valid_mae"), views=views)

    def judge(self, network: nn.Module, experiment: Experiment[Labelled], part: PartName) -> Verdict:
        """How many ranks the answers are off."""
        splits = experiment.splits
        assert splits is not None
        examples, _ = part_of(splits, part)
        names = expect_classes(splits.schema, "coral").names
        answers = exceeded(rank_logits(network, examples))
        confusion = torch.zeros(len(names), len(names), dtype=torch.int64)
        confusion.index_put_((examples.y, answers), torch.ones_like(answers), accumulate=True)
        return Verdict(
            n=len(examples),
            unit="examples",
            metrics=rank_scores(network, examples),
            protocol="every example of the part once, dropout off; the rank is the number of thresholds whose "
            "probability is above one half; mae is in ranks",
            baselines=rank_baselines(splits.train, examples, splits.schema),
            figures={
                "confusion": Matrix("What is taken for what", confusion, names, names, "truth", "answer", True),
                "rank curves": mean_curves(network, examples, names),
            },
        )

    def answer(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> Answers:
        """The rank of each example in files of the kind that the run was trained on."""
        names, logits, notes = self.logits(network, schema, inputs)
        classes = expect_classes(schema, "coral")
        answers, chances = exceeded(logits).tolist(), rank_probabilities(logits).clamp(min=0)
        rows = tuple(
            Answer(name, classes.names[answer], spread(chance, classes))
            for name, answer, chance in zip(names, answers, chances, strict=True)
        )
        return Answers(classes.name, rows, notes)

    def explain(self, network: nn.Module, schema: Schema, inputs: Sequence[str]) -> dict[str, Figure]:
        """The falling probabilities of each rank being exceeded, for the first examples."""
        names, logits, _ = self.logits(network, schema, inputs)
        thresholds = expect_classes(schema, "coral").names[:-1]
        return {"rank curves": rank_curves(dict(zip(names[:SHOWN], logits[:SHOWN].sigmoid(), strict=True)), thresholds)}

    def logits(
        self, network: nn.Module, schema: Schema, inputs: Sequence[str]
    ) -> tuple[tuple[str, ...], Tensor, tuple[str, ...]]:
        """Name and logits (batch, threshold) of each example, and what was odd about the files.

        Answers in the files are numbers that are not cut into ranks, so they are read as such and left aside.
        """
        plain = replace(schema, target=Quantity(expect_classes(schema, "coral").name, mean=0.0, deviation=1.0))
        new = read_new(plain, self.source, inputs)
        examples = Labelled(new.x, torch.zeros(len(new.x), dtype=torch.int64))
        return new.names, rank_logits(network, examples), new.notes


def spread(chance: Tensor, classes: Classes) -> dict[str, float]:
    """Probabilities by rank, most probable first."""
    return {classes.names[each]: float(chance[each]) for each in chance.argsort(descending=True).tolist()}


def mean_curves(network: nn.Module, examples: Labelled, names: tuple[str, ...]) -> Curve:
    """The mean probability that each threshold is exceeded, for examples of one true rank each."""
    above, present = rank_logits(network, examples).sigmoid(), torch.unique(examples.y)
    few = present[torch.linspace(0, len(present) - 1, min(SHOWN, len(present))).long()].tolist()
    return rank_curves({f"truth {names[rank]}": above[examples.y == rank].mean(dim=0) for rank in few}, names[:-1])


def rank_curves(lines: dict[str, Tensor], thresholds: tuple[str, ...]) -> Curve:
    """P(y > r_k) over k."""
    x = torch.arange(1, len(thresholds) + 1).float()
    label = f"threshold k (1: more than '{thresholds[0]}')"
    return Curve(
        "Probability that a rank is exceeded",
        {name: Line(x, y.float()) for name, y in lines.items()},
        label,
        "P(y > k)",
    )
