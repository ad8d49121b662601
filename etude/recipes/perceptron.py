"""The perceptron: a line between two classes, moved after each mistake (Rosenblatt 1958)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from torch import nn

from etude.chance import seed_global
from etude.data.batches import shuffled, steps_per_epoch
from etude.data.load import load
from etude.evaluation.predictor import Predictor
from etude.evaluation.scores import scores
from etude.layers.inputs import flat_input
from etude.learners.perceptron import PerceptronRule
from etude.ranges import Count
from etude.records import Labelled
from etude.schema import Schema
from etude.source import Source
from etude.training.device import find_device
from etude.training.expect import expect_two_classes
from etude.training.experiment import TO_THE_END, Experiment, Recipe
from etude.training.supervised import EVALUATION_BATCH, prefixed


@dataclass(frozen=True, kw_only=True)
class Perceptron(Recipe):
    """The perceptron: a line between two classes, moved after each mistake (Rosenblatt 1958)."""

    source: Source = Source("gaussians")
    epochs: Count = 10
    """passes over the training part; on data that no line separates the rule never comes to rest"""
    precision: Literal["float32"] = "float32"
    """of all numbers"""
    tiny: ClassVar = {"steps": 2}

    def network(self, schema: Schema) -> nn.Module:
        return self.rule(schema).network

    def rule(self, schema: Schema) -> PerceptronRule:
        """The rule with all weights at zero, which makes its rate meaningless."""
        expect_two_classes(schema, "perceptron")
        features = flat_input(schema.inputs)
        score = nn.Linear(features.width, 1)
        nn.init.zeros_(score.weight)
        nn.init.zeros_(score.bias)
        return PerceptronRule(features, score)

    def experiments(self) -> Iterator[Experiment[Labelled]]:
        splits = load(self.source)
        seed_global(self.seed, "initialisation")
        device = find_device(self.device)
        learner = self.rule(splits.schema).to(device)
        predictor = Predictor(learner.network, splits.schema, device=device)
        epoch = steps_per_epoch(len(splits.train), 1)
        yield Experiment(
            learner=learner,
            batches=lambda start: shuffled(splits.train, 1, seed=self.seed, start=start),
            steps=self.steps or self.epochs * epoch,
            evaluate=lambda: prefixed(scores(predictor, splits.valid, batch=EVALUATION_BATCH)),
            evaluate_every=epoch,
            epoch_steps=epoch,
            watch=TO_THE_END,
            splits=splits,
        )
