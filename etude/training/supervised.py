"""The experiment of every recipe that learns answers from examples."""

from collections.abc import Callable, Iterator
from typing import ClassVar, Literal, Protocol, runtime_checkable

import torch
from torch import nn

from etude.chance import seed_global
from etude.data.batches import balanced, shuffled, steps_per_epoch
from etude.data.splits import Splits
from etude.evaluation.predictor import Predictor
from etude.evaluation.scores import scores
from etude.evaluation.validation import validation_views
from etude.learners.base import GradientLearner
from etude.objectives.classification import Focal, Weighted, cross_entropy
from etude.objectives.contract import ClassesContract, QuantityContract, checked
from etude.objectives.precision import Autocast
from etude.objectives.regression import mean_squared_error
from etude.optim import Optimizer
from etude.records import Labelled
from etude.schema import Classes, Schema
from etude.source import Source
from etude.training.device import find_device, placed
from etude.training.experiment import Experiment, Length, Watch
from etude.types import Objective

EVALUATION_BATCH = 1000
"""examples; the same in training and in `evaluate`, so that the same weights give the same bits"""
MOST_EVALUATIONS = 50
"""in a training whose epochs are so short that one after each would cost more than the training"""


@runtime_checkable
class Supervised(Protocol):
    """The fields that a recipe needs to learn from examples."""

    length: ClassVar[Length]

    @property
    def source(self) -> Source: ...
    @property
    def epochs(self) -> int | None: ...
    @property
    def batch(self) -> int: ...
    @property
    def steps(self) -> int | None: ...
    @property
    def seed(self) -> int: ...
    @property
    def device(self) -> str: ...
    @property
    def precision(self) -> Literal["float32", "bfloat16"]: ...
    def network(self, schema: Schema) -> nn.Module:
        """The untrained network."""
        ...


def supervised(
    recipe: Supervised,
    splits: Splits[Labelled],
    *,
    optimizer: Callable[[nn.Module, int], Optimizer],
    objective: Objective[Labelled] | None = None,
    augment: Callable[[Labelled, torch.Generator], Labelled] | None = None,
    watch: Watch | None = None,
) -> Experiment[Labelled]:
    """Descend `objective` on the training part, judged once an epoch on the validation part.

    `optimizer` gets the network and the number of updates that its schedule spans. `objective` is by default the
    cross-entropy for classes, with the source's way to balance them, and the squared error for a quantity.
    """
    device = find_device(recipe.device)
    epoch = steps_per_epoch(len(splits.train), recipe.batch)
    steps = recipe.steps or epoch * (recipe.epochs or recipe.length.epochs(epoch))
    seed_global(recipe.seed, "initialisation")
    network = placed(recipe.network(splits.schema), device)
    goal = Autocast(objective or default_objective(recipe.source, splits.schema), device.type, recipe.precision)
    predictor = Predictor(network, splits.schema, device=device)
    seed_global(recipe.seed, "dropout")
    return Experiment(
        learner=GradientLearner(network, goal, optimizer(network, steps)),
        batches=lambda start: training_batches(recipe, splits, start, augment),
        steps=steps,
        evaluate=lambda: prefixed(scores(predictor, splits.valid, batch=EVALUATION_BATCH)),
        evaluate_every=min(max(epoch, steps // MOST_EVALUATIONS), steps),
        log_every=max(1, steps // 1000),
        epoch_steps=epoch,
        watch=watch or default_watch(splits.schema),
        splits=splits,
        views=validation_views(predictor, splits.valid, splits.schema, batch=EVALUATION_BATCH),
    )


def default_objective(source: Source, schema: Schema) -> Objective[Labelled]:
    """What is minimised for this kind of answer, checked on its first batch."""
    if not isinstance(schema.target, Classes):
        return checked(mean_squared_error, QuantityContract(varied=True))
    contract = ClassesContract(schema.target.counts)
    counts = torch.tensor(schema.target.counts, dtype=torch.float32)
    match source.balance:
        case "weights":  # inversely proportional to frequency, of mean 1 over the examples
            return checked(Weighted(counts.sum() / (len(counts) * counts)), contract)
        case "focal":
            return checked(Focal(2.0), contract)
        case _:
            return checked(cross_entropy, contract)


def default_watch(schema: Schema) -> Watch:
    """The best checkpoint is the most accurate one for classes, that of the smallest error for a quantity."""
    classes = isinstance(schema.target, Classes)
    return Watch("valid_accuracy" if classes else "valid_rmse", higher_is_better=classes)


def training_batches(
    recipe: Supervised,
    splits: Splits[Labelled],
    start: int,
    augment: Callable[[Labelled, torch.Generator], Labelled] | None,
) -> Iterator[Labelled]:
    """Batches of the training part from number `start` on, each class as often as the others if so asked."""
    if recipe.source.balance == "sample" and isinstance(splits.schema.target, Classes):
        classes = splits.train.y
        return balanced(splits.train, recipe.batch, seed=recipe.seed, classes=classes, start=start, augment=augment)
    return shuffled(splits.train, recipe.batch, seed=recipe.seed, start=start, augment=augment)


def prefixed(values: dict[str, float]) -> dict[str, float]:
    """The names under which validation scores stand in the curves."""
    return {f"valid_{name}": value for name, value in values.items()}
