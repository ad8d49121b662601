"""Logistic regression: the probability of one of two classes from a weighted sum of the columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from etude.data.load import load
from etude.layers.inputs import flat_input
from etude.layers.outputs import Scalar
from etude.objectives.classification import binary_cross_entropy
from etude.objectives.contract import BinaryContract, checked
from etude.objectives.penalty import Penalised
from etude.optim import Optimizer, sgd
from etude.ranges import Count, Rate, Strength
from etude.records import Labelled
from etude.schedules import cosine
from etude.schema import Schema
from etude.source import Source
from etude.training.expect import expect_two_classes
from etude.training.experiment import TO_THE_END, Experiment, Recipe
from etude.training.supervised import supervised


@dataclass(frozen=True, kw_only=True)
class LogisticRegression(Recipe):
    """Logistic regression: the probability of one of two classes from a weighted sum of the columns."""

    source: Source = Source("breast-cancer")
    epochs: Count = 3000
    """passes over the training part"""
    batch: Count = 4096
    """examples in an update; a smaller training part is taken whole, which makes the descent exact"""
    rate: Rate = 0.5
    """learning rate of Nesterov's momentum; columns are standardised"""
    penalty: Strength = 1.0
    """half the squared norm of the weights, summed over all examples, times this: 1 / C of scikit-learn; 0 for none,
    but then classes that a line separates have no finite solution"""
    tiny: ClassVar = {"steps": 2}

    def network(self, schema: Schema) -> nn.Module:
        expect_two_classes(schema, "logistic")
        features = flat_input(schema.inputs)
        return nn.Sequential(features, nn.Linear(features.width, 1), Scalar())

    def optimizer(self, network: nn.Module, steps: int) -> Optimizer:
        """Nesterov's momentum, the rate falling to zero along a cosine."""
        descent = sgd(network.parameters(), rate=self.rate, momentum=0.95, nesterov=True)
        return Optimizer(descent, schedule=cosine(steps))

    def experiments(self) -> Iterator[Experiment[Labelled]]:
        splits = load(self.source)
        goal = Penalised(checked(binary_cross_entropy, BinaryContract(varied=True)), self.penalty / len(splits.train))
        yield supervised(self, splits, optimizer=self.optimizer, objective=goal, watch=TO_THE_END)
